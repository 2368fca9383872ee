-- Purpose: orders and redemptions whose business key is gone or stands for something else, and keys of nothing (I6).
-- Locks: none. Reads the tables of orders, ledger and keys, which no room's door gives whole.
-- Repeatable: reads only.
WITH redemptions AS (
    SELECT DISTINCT holder_id, reference FROM points_entry WHERE kind = 'redemption' AND reference IS NOT NULL
)
SELECT 'I6', stored.member_id, format('Order %%s has no business key.', stored.id)
FROM orders_order AS stored
LEFT JOIN business_key AS known
    ON known.source = stored.source AND known.kind = 'order' AND known.external_id = stored.external_id
    AND known.reference = stored.id
WHERE known.reference IS NULL
UNION ALL
SELECT 'I6', redemptions.holder_id, format('Redemption %%s has no business key.', redemptions.reference)
FROM redemptions
LEFT JOIN business_key AS known ON known.kind = 'redemption' AND known.reference = redemptions.reference
    AND known.member_id = redemptions.holder_id
WHERE known.reference IS NULL
UNION ALL
SELECT 'I6', known.member_id, format('The business key of %%s %%s stands for nothing.', known.kind, known.reference)
FROM business_key AS known
LEFT JOIN orders_order AS stored ON known.kind = 'order' AND stored.id = known.reference
LEFT JOIN redemptions ON known.kind = 'redemption' AND redemptions.reference = known.reference
WHERE known.kind IN ('order', 'redemption') AND stored.id IS NULL AND redemptions.reference IS NULL
LIMIT 1000
