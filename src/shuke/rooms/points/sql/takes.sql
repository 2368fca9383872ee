-- Purpose: what redemptions and holds took of which lots, in the order taken, with the lots' ends; a lot without a date
-- that expired with its unit ended on that day.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    take.reference, take.unit_id, take.lot_number, take.ordinal, take.held, take.used, take.returned, take.forfeited,
    coalesce(lot.expires_day, expiry.day), lot.gift
FROM unnest(%(holder_id)b::uuid[], %(reference)b::uuid[]) AS asked (holder_id, reference)
JOIN points_take AS take USING (holder_id, reference)
JOIN points_lot AS lot
    ON lot.holder_id = take.holder_id AND lot.unit_id = take.unit_id AND lot.number = take.lot_number
LEFT JOIN points_entry AS expiry
    ON expiry.holder_id = take.holder_id AND expiry.unit_id = take.unit_id AND expiry.lot_number = take.lot_number
    AND expiry.kind = 'expiry'
ORDER BY take.reference, take.unit_id, take.ordinal
