-- Purpose: count on what became of points that were taken of lots; returns how many takes there were.
-- Locks: the takes' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: no; the guarded move of the accounts in the same transaction lets it happen once. A constraint refuses
-- more than was taken.
UPDATE points_take AS take
SET held = take.held + changed.held, used = take.used + changed.used, returned = take.returned + changed.returned
FROM unnest(
    %(holder_id)b::uuid[], %(reference)b::uuid[], %(unit_id)b::smallint[], %(lot_number)b::int[],
    %(held)b::bigint[], %(used)b::bigint[], %(returned)b::bigint[]
) AS changed (holder_id, reference, unit_id, lot_number, held, used, returned)
WHERE take.holder_id = changed.holder_id AND take.reference = changed.reference
    AND take.unit_id = changed.unit_id AND take.lot_number = changed.lot_number
