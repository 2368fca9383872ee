-- Purpose: take points out of open lots; returns how many lots there were.
-- Locks: the lots' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: no; the guarded move of the accounts in the same transaction lets it happen once. A constraint refuses to
-- take more than remains.
UPDATE points_lot AS lot
SET remaining = lot.remaining - drawn.points
FROM unnest(%(holder_id)b::uuid[], %(unit_id)b::smallint[], %(number)b::int[], %(points)b::bigint[])
    AS drawn (holder_id, unit_id, number, points)
WHERE lot.holder_id = drawn.holder_id AND lot.unit_id = drawn.unit_id AND lot.number = drawn.number
