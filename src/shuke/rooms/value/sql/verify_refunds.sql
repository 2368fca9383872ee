-- Purpose: refunds of stored value whose withdrawal is of something else, or whose parts and fee don't come to it, and
-- withdrawals of nothing (I42).
-- Locks: none. Reads entries of the ledger, which no room's door gives whole.
-- Repeatable: reads only.
WITH booked AS (
    SELECT reference AS withdrawal_id, -sum(amount) AS amount, (array_agg(holder_id))[1] AS holder_id
    FROM points_entry
    WHERE kind = 'withdrawal'
    GROUP BY reference
), shared AS (
    SELECT part.refund_id AS id, sum(part.covered_minor) AS covered, sum(part.amount_minor) AS money
    FROM value_refund_part AS part
    GROUP BY part.refund_id
)
SELECT coalesce(refund.member_id, booked.holder_id), format(
    'A refund of stored value is of %%s, withdrawn were %%s.',
    coalesce(refund.principal_minor + refund.bonus_minor, 0), coalesce(booked.amount, 0))
FROM value_refund AS refund
FULL JOIN booked USING (withdrawal_id)
WHERE refund.principal_minor + refund.bonus_minor IS DISTINCT FROM booked.amount
UNION ALL
SELECT refund.member_id, format(
    'A refund of %%s with a fee of %%s has parts of %%s, and gives %%s back.',
    refund.principal_minor, refund.fee_minor, coalesce(covered, 0), coalesce(money, 0))
FROM value_refund AS refund
LEFT JOIN shared USING (id)
WHERE coalesce(covered, 0) <> refund.principal_minor OR coalesce(money, 0) <> refund.principal_minor - refund.fee_minor
LIMIT 1000
