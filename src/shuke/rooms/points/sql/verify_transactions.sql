-- Purpose: entries that are not in balance between the accounts of their kind, or of no lot (I1); holders whose
-- transactions are not numbered without a gap (I1).
-- Locks: none.
-- Repeatable: reads only.
WITH way AS (
    SELECT * FROM unnest(%(kinds)b::text[], %(accounts)b::text[], %(counter_accounts)b::text[], %(signs)b::smallint[])
        AS way (kind, account, counter_account, sign)
), numbered AS (
    SELECT holder_id, count(DISTINCT transaction_number) AS count, max(transaction_number) AS last
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id
)
SELECT 'I1', holder_id, format('Transaction %%s moves points between accounts that are not its own.', transaction_number)
FROM points_entry AS entry
LEFT JOIN way USING (kind)
WHERE (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    AND ((entry.account, entry.counter_account) IS DISTINCT FROM (way.account, way.counter_account)
        OR sign(entry.amount) <> way.sign)
UNION ALL
SELECT 'I1', holder_id, format('Transaction %%s names a lot where there is none, or none where there is one.', transaction_number)
FROM points_entry
WHERE (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    AND (lot_number IS NULL) <> (kind = 'owed')
UNION ALL
SELECT 'I1', holder.id, format(
    'The holder counts %%s transactions, there are %%s and the last is %%s.',
    transaction_count, coalesce(count, 0), coalesce(last, 0))
FROM points_holder AS holder
LEFT JOIN numbered ON numbered.holder_id = holder.id
WHERE (%(holder_ids)b::uuid[] IS NULL OR holder.id = ANY(%(holder_ids)b::uuid[]))
    AND (transaction_count <> coalesce(count, 0) OR transaction_count <> coalesce(last, 0))
LIMIT 1000
