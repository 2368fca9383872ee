-- Purpose: what facts other than orders, behaviours and time did to the points of holders, with the lot's days and the end
-- of the hold.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    entry.holder_id, entry.reference, entry.unit_id, entry.kind, abs(entry.amount), entry.occurred_at,
    lot.expires_day, lot.active_day, hold.until_at
FROM points_entry AS entry
LEFT JOIN points_lot AS lot
    ON lot.holder_id = entry.holder_id AND lot.unit_id = entry.unit_id AND lot.number = entry.lot_number
LEFT JOIN points_hold AS hold ON hold.holder_id = entry.holder_id AND hold.id = entry.reference
WHERE entry.holder_id = ANY(%(holder_id)b::uuid[]) AND entry.reference IS NOT NULL AND entry.kind = ANY(%(kinds)b::text[])
ORDER BY entry.holder_id, entry.transaction_number, entry.unit_id, entry.number
