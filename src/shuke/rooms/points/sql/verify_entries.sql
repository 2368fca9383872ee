-- Purpose: the first entry of each account that is out of turn or whose balance does not follow from those before (I3),
-- entries of one transaction that are not of one effect (I1), transactions that leave points usable while something is
-- owed, or repay more than was (I16).
-- Locks: none.
-- Repeatable: reads only.
WITH running AS (
    SELECT holder_id, unit_id, number, balance_after, transaction_number,
        row_number() OVER entries AS position,
        sum(CASE WHEN account = 'available' THEN amount ELSE 0 END) OVER entries AS balance,
        transaction_number - lag(transaction_number) OVER entries AS step,
        (day, occurred_at, reference) IS DISTINCT FROM
            (lag(day) OVER entries, lag(occurred_at) OVER entries, lag(reference) OVER entries) AS another
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    WINDOW entries AS (PARTITION BY holder_id, unit_id ORDER BY number ROWS UNBOUNDED PRECEDING)
), wrong AS (
    SELECT * FROM running
    WHERE number <> position OR balance_after <> balance OR balance < 0 OR step < 0 OR (step = 0 AND another)
), first_wrong AS (
    SELECT DISTINCT ON (holder_id, unit_id) * FROM wrong
    WHERE number <> position OR balance_after <> balance OR balance < 0
    ORDER BY holder_id, unit_id, position
), owing AS ( -- of accounts that ever owed something
    SELECT holder_id, transaction_number,
        sum(CASE WHEN account = 'available' THEN amount ELSE 0 END) OVER entries AS balance,
        sum(CASE WHEN account = 'debt' THEN -amount WHEN counter_account = 'debt' THEN amount ELSE 0 END) OVER entries AS debt,
        lead(transaction_number) OVER entries AS following
    FROM points_entry
    WHERE (holder_id, unit_id) IN (SELECT holder_id, unit_id FROM points_entry WHERE 'debt' IN (account, counter_account))
        AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    WINDOW entries AS (PARTITION BY holder_id, unit_id ORDER BY number ROWS UNBOUNDED PRECEDING)
)
SELECT 'I3', holder_id, CASE
    WHEN number <> position THEN format('%%s: entry %%s stands where entry %%s belongs.', unit.code, number, position)
    ELSE format('%%s: entry %%s leaves %%s, its amounts come to %%s.', unit.code, number, balance_after, balance)
END
FROM first_wrong
JOIN points_unit AS unit ON unit.id = unit_id
UNION ALL
SELECT 'I1', holder_id, format('Transaction %%s comes after a later one.', transaction_number)
FROM wrong WHERE step < 0
UNION ALL
SELECT 'I16', holder_id, format('Transaction %%s leaves %%s usable and %%s owed.', transaction_number, balance, debt)
FROM owing WHERE debt < 0 OR (debt > 0 AND balance > 0 AND following IS DISTINCT FROM transaction_number)
UNION ALL
SELECT 'I1', holder_id, format('Transaction %%s is not one effect.', transaction_number)
FROM wrong WHERE step = 0 AND another
LIMIT 1000
