-- Purpose: the first entry of each account that is out of turn or whose balance does not follow from those before (I3),
-- entries of one transaction that are not of one effect (I1), transactions that leave points usable while something is
-- owed, or repay more than was (I16).
-- Locks: none.
-- Repeatable: reads only.
WITH running AS (
    SELECT holder_id, unit_id, number, balance_after, transaction_number,
        row_number() OVER entries AS position,
        sum(CASE WHEN account = 'available' THEN amount ELSE 0 END) OVER entries AS balance,
        sum(CASE WHEN account = 'debt' THEN -amount WHEN counter_account = 'debt' THEN amount ELSE 0 END) OVER entries AS debt,
        transaction_number - lag(transaction_number) OVER entries AS step,
        lead(transaction_number) OVER entries AS following
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    WINDOW entries AS (PARTITION BY holder_id, unit_id ORDER BY number ROWS UNBOUNDED PRECEDING)
), first_wrong AS (
    SELECT DISTINCT ON (holder_id, unit_id) * FROM running
    WHERE number <> position OR balance_after <> balance OR balance < 0
    ORDER BY holder_id, unit_id, position
)
SELECT 'I3', holder_id, CASE
    WHEN number <> position THEN format('%%s: entry %%s stands where entry %%s belongs.', unit.code, number, position)
    ELSE format('%%s: entry %%s leaves %%s, its amounts come to %%s.', unit.code, number, balance_after, balance)
END
FROM first_wrong
JOIN points_unit AS unit ON unit.id = unit_id
UNION ALL
SELECT 'I1', holder_id, format('Transaction %%s comes after a later one.', transaction_number)
FROM running WHERE step < 0
UNION ALL
SELECT 'I16', holder_id, format('Transaction %%s leaves %%s usable and %%s owed.', transaction_number, balance, debt)
FROM running WHERE debt < 0 OR (debt > 0 AND balance > 0 AND following IS DISTINCT FROM transaction_number)
UNION ALL
SELECT 'I1', entry.holder_id, format('Transaction %%s is not one effect.', entry.transaction_number)
FROM running
JOIN points_entry AS entry USING (holder_id, unit_id, number)
JOIN points_entry AS former ON former.holder_id = entry.holder_id AND former.unit_id = entry.unit_id
    AND former.number = entry.number - 1
WHERE running.step = 0
    AND (entry.day, entry.occurred_at, entry.reference) IS DISTINCT FROM (former.day, former.occurred_at, former.reference)
LIMIT 1000
