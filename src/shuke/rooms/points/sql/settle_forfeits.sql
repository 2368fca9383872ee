-- Purpose: count points that don't come back to a redemption's lots, those having ended; returns how many takes.
-- Locks: the takes' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: no; a constraint refuses more than was used.
UPDATE points_take AS take SET forfeited = take.forfeited + lost.points
FROM unnest(
    %(holder_id)b::uuid[], %(reference)b::uuid[], %(unit_id)b::smallint[], %(lot_number)b::int[], %(points)b::bigint[]
) AS lost (holder_id, reference, unit_id, lot_number, points)
WHERE take.holder_id = lost.holder_id AND take.reference = lost.reference
    AND take.unit_id = lost.unit_id AND take.lot_number = lost.lot_number
