-- Purpose: facts whose business key is gone or stands for something else, and keys of nothing (I6). A return may give
-- nothing back and a tier given by hand may change nothing, so their keys may stand alone.
-- Locks: none. Reads the tables of orders, ledger and keys, which no room's door gives whole.
-- Repeatable: reads only.
WITH facts AS (
    SELECT 'order' AS kind, id, member_id, source, external_id FROM orders_order
    UNION ALL
    SELECT 'behaviour', id, member_id, source, external_id FROM orders_behaviour
    UNION ALL
    SELECT 'refund', id, member_id, source, external_id FROM orders_refund
), used AS (
    SELECT DISTINCT holder_id, reference, CASE kind
        WHEN 'redemption' THEN 'redemption'
        WHEN 'holding' THEN 'hold'
        WHEN 'capture' THEN 'capture'
        WHEN 'opening' THEN 'opening'
        WHEN 'credit' THEN 'adjustment'
        WHEN 'debit' THEN 'adjustment'
        WHEN 'deposit' THEN 'deposit'
        WHEN 'withdrawal' THEN 'withdrawal'
        ELSE 'transfer'
    END AS kind
    FROM points_entry
    WHERE kind IN ('redemption', 'holding', 'capture', 'opening', 'credit', 'debit', 'transfer_out', 'deposit',
        'withdrawal')
        AND reference IS NOT NULL
)
SELECT 'I6', facts.member_id, format('The %%s %%s has no business key.', facts.kind, facts.id)
FROM facts
LEFT JOIN business_key AS known ON known.source = facts.source AND known.kind = facts.kind
    AND known.external_id = facts.external_id AND known.reference = facts.id
WHERE known.reference IS NULL
UNION ALL
SELECT 'I6', used.holder_id, format('The %%s %%s has no business key.', used.kind, used.reference)
FROM used
LEFT JOIN business_key AS known ON known.kind = used.kind AND known.reference = used.reference
    AND (known.member_id IS NULL OR known.member_id = used.holder_id)
WHERE known.reference IS NULL
UNION ALL
SELECT 'I6', known.member_id, format('The business key of %%s %%s stands for nothing.', known.kind, known.reference)
FROM business_key AS known
LEFT JOIN facts ON facts.kind = known.kind AND facts.id = known.reference
LEFT JOIN used ON used.kind = known.kind AND used.reference = known.reference
WHERE known.kind IN (
    'order', 'behaviour', 'refund', 'redemption', 'hold', 'capture', 'opening', 'adjustment', 'transfer', 'deposit',
    'withdrawal'
) AND facts.id IS NULL AND used.reference IS NULL
LIMIT 1000
