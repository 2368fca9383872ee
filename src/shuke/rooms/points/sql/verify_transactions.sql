-- Purpose: entries that are not in balance, and holders whose transactions are not numbered without a gap (I1).
-- Locks: none.
-- Repeatable: reads only.
WITH numbered AS (
    SELECT holder_id, count(*) AS count, max(transaction_number) AS last
    FROM (
        SELECT DISTINCT holder_id, transaction_number FROM points_entry
        WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    ) AS transactions
    GROUP BY holder_id
)
SELECT 'I1', holder_id, format('Transaction %%s moves points between accounts that are not its own.', transaction_number)
FROM points_entry
WHERE (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    AND (account, kind, counter_account, amount > 0) NOT IN (
        ('available', 'accrual', 'issued', true), ('available', 'redemption', 'redeemed', false),
        ('available', 'expiry', 'expired', false))
UNION ALL
SELECT 'I1', holder.id, format(
    'The holder counts %%s transactions, there are %%s and the last is %%s.',
    transaction_count, coalesce(count, 0), coalesce(last, 0))
FROM points_holder AS holder
LEFT JOIN numbered ON numbered.holder_id = holder.id
WHERE (%(holder_ids)b::uuid[] IS NULL OR holder.id = ANY(%(holder_ids)b::uuid[]))
    AND (transaction_count <> coalesce(count, 0) OR transaction_count <> coalesce(last, 0))
LIMIT 1000
