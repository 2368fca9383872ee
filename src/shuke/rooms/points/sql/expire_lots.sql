-- Purpose: end lots that have just as much left as the caller says.
-- Locks: the lots' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: a lot that ended has nothing left, and is not found again.
UPDATE points_lot AS lot
SET remaining = 0
FROM unnest(%(holder_id)b::uuid[], %(unit_id)b::smallint[], %(lot_number)b::int[], %(points)b::bigint[])
    AS ended (holder_id, unit_id, number, points)
WHERE lot.holder_id = ended.holder_id AND lot.unit_id = ended.unit_id AND lot.number = ended.number
    AND lot.remaining = ended.points
