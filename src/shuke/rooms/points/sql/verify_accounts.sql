-- Purpose: accounts that are not the sum of their entries, or not the sum of what their lots have left (I3), or less
-- than nothing (I4).
-- Locks: none.
-- Repeatable: reads only.
WITH entry_sums AS (
    SELECT holder_id, unit_id, sum(amount) AS amount, count(*) AS count
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, unit_id
), lot_sums AS (
    SELECT holder_id, unit_id, sum(remaining) AS remaining, count(*) AS count
    FROM points_lot
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, unit_id
), compared AS (
    SELECT account.holder_id, unit.code, account.available, account.entry_count, account.lot_count,
        coalesce(entry_sums.amount, 0) AS entries_amount, coalesce(entry_sums.count, 0) AS entries_count,
        coalesce(lot_sums.remaining, 0) AS lots_remaining, coalesce(lot_sums.count, 0) AS lots_count
    FROM points_account AS account
    JOIN points_unit AS unit ON unit.id = account.unit_id
    LEFT JOIN entry_sums USING (holder_id, unit_id)
    LEFT JOIN lot_sums USING (holder_id, unit_id)
    WHERE %(holder_ids)b::uuid[] IS NULL OR account.holder_id = ANY(%(holder_ids)b::uuid[])
)
SELECT 'I3', holder_id, format('%%s: the account has %%s, its entries come to %%s.', code, available, entries_amount)
FROM compared WHERE available <> entries_amount
UNION ALL
SELECT 'I3', holder_id, format('%%s: the account has %%s, its lots have %%s left.', code, available, lots_remaining)
FROM compared WHERE available <> lots_remaining
UNION ALL
SELECT 'I3', holder_id, format(
    '%%s: the account counts %%s entries and %%s lots, there are %%s and %%s.',
    code, entry_count, lot_count, entries_count, lots_count)
FROM compared WHERE entry_count <> entries_count OR lot_count <> lots_count
UNION ALL
SELECT 'I4', holder_id, format('%%s: the account has %%s, less than nothing.', code, available)
FROM compared WHERE available < 0
LIMIT 1000
