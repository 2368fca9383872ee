-- Purpose: count on what became of the points of holds; returns how many holds there were.
-- Locks: the holds' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: no; the guarded move of the accounts in the same transaction lets it happen once. A constraint refuses
-- more than was set aside.
UPDATE points_hold AS hold
SET captured = hold.captured + changed.captured, released = hold.released + changed.released,
    lapsed = hold.lapsed + changed.lapsed
FROM unnest(
    %(holder_id)b::uuid[], %(id)b::uuid[], %(captured)b::bigint[], %(released)b::bigint[], %(lapsed)b::bigint[]
) AS changed (holder_id, id, captured, released, lapsed)
WHERE hold.holder_id = changed.holder_id AND hold.id = changed.id
