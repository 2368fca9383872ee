-- Purpose: lots that were not opened by one accrual of what they earned, or have left something else than was not taken.
-- Locks: none.
-- Repeatable: reads only.
WITH entry_sums AS (
    SELECT holder_id, unit_id, lot_number AS number, sum(amount) AS remaining,
        count(*) FILTER (WHERE kind = 'accrual') AS accruals,
        sum(amount) FILTER (WHERE kind = 'accrual') AS earned,
        min(occurred_at) FILTER (WHERE kind = 'accrual') AS earned_at
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, unit_id, lot_number
), compared AS (
    SELECT lot.*, unit.code, coalesce(entry_sums.remaining, 0) AS entries_remaining, entry_sums.earned AS entries_earned,
        coalesce(entry_sums.accruals, 0) AS accruals, entry_sums.earned_at AS entries_earned_at
    FROM points_lot AS lot
    JOIN points_unit AS unit ON unit.id = lot.unit_id
    LEFT JOIN entry_sums USING (holder_id, unit_id, number)
    WHERE %(holder_ids)b::uuid[] IS NULL OR lot.holder_id = ANY(%(holder_ids)b::uuid[])
)
SELECT 'I4', holder_id, format('%%s: lot %%s was opened by %%s accruals.', code, number, accruals)
FROM compared WHERE accruals <> 1
UNION ALL
SELECT 'I4', holder_id, format(
    '%%s: lot %%s earned %%s at %%s, its accrual is of %%s at %%s.',
    code, number, earned, earned_at, entries_earned, entries_earned_at)
FROM compared WHERE accruals = 1 AND (earned <> entries_earned OR earned_at <> entries_earned_at)
UNION ALL
SELECT 'I4', holder_id, format(
    '%%s: lot %%s has %%s left, its entries leave %%s.', code, number, remaining, entries_remaining)
FROM compared WHERE remaining <> entries_remaining
UNION ALL
SELECT 'I4', holder_id, format('%%s: lot %%s of %%s has %%s left.', code, number, earned, remaining)
FROM compared WHERE remaining < 0 OR remaining > earned
LIMIT 1000
