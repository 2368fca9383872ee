-- Purpose: transactions that are not in balance, that mix effects, or that are not numbered without a gap.
-- Locks: none.
-- Repeatable: reads only.
WITH transactions AS (
    SELECT holder_id, transaction_number,
        bool_or(account <> 'available' OR counter_account = account OR counter_account <> CASE kind
            WHEN 'accrual' THEN 'issued' WHEN 'redemption' THEN 'redeemed' WHEN 'expiry' THEN 'expired' END
            OR (amount > 0) <> (kind = 'accrual')) AS unbalanced,
        min(kind) <> max(kind) OR min(occurred_at) <> max(occurred_at) OR min(day) <> max(day)
            OR count(DISTINCT reference) + bool_or(reference IS NULL)::int > 1 AS mixed
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, transaction_number
), numbered AS (
    SELECT holder.id AS holder_id, holder.transaction_count, count(transactions.transaction_number) AS count,
        coalesce(max(transactions.transaction_number), 0) AS last
    FROM points_holder AS holder
    LEFT JOIN transactions ON transactions.holder_id = holder.id
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder.id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder.id, holder.transaction_count
)
SELECT 'I1', holder_id, format('Transaction %%s moves points between accounts that do not belong to it.', transaction_number)
FROM transactions WHERE unbalanced
UNION ALL
SELECT 'I1', holder_id, format('Transaction %%s mixes effects of different kinds, instants or causes.', transaction_number)
FROM transactions WHERE mixed
UNION ALL
SELECT 'I1', holder_id, format(
    'The holder counts %%s transactions, there are %%s and the last is %%s.', transaction_count, count, last)
FROM numbered WHERE transaction_count <> count OR count <> last
LIMIT 1000
