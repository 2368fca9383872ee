-- Purpose: what redemptions and holds took of which lots, in the order taken, with the lots' ends.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    take.reference, take.unit_id, take.lot_number, take.ordinal, take.held, take.used, take.returned, take.forfeited,
    lot.expires_day, lot.gift
FROM unnest(%(holder_id)b::uuid[], %(reference)b::uuid[]) AS asked (holder_id, reference)
JOIN points_take AS take USING (holder_id, reference)
JOIN points_lot AS lot
    ON lot.holder_id = take.holder_id AND lot.unit_id = take.unit_id AND lot.number = take.lot_number
ORDER BY take.reference, take.unit_id, take.ordinal
