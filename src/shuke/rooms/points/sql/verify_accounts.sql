-- Purpose: accounts that are not the sum of their entries, or not the sum of what their lots have (I3), less than nothing
-- (I4), or usable while something is owed (I16).
-- Locks: none.
-- Repeatable: reads only.
WITH entry_sums AS (
    SELECT holder_id, unit_id, count(*) AS count,
        sum(CASE WHEN account = 'available' THEN amount ELSE 0 END) AS available,
        sum(CASE WHEN account = 'pending' THEN amount WHEN counter_account = 'pending' THEN -amount ELSE 0 END) AS pending,
        sum(CASE WHEN account = 'held' THEN amount WHEN counter_account = 'held' THEN -amount ELSE 0 END) AS held,
        sum(CASE WHEN account = 'debt' THEN -amount WHEN counter_account = 'debt' THEN amount ELSE 0 END) AS debt
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, unit_id
), lot_sums AS (
    SELECT holder_id, unit_id, count(*) AS count, sum(remaining) AS remaining, sum(waiting) AS waiting, sum(held) AS held
    FROM points_lot
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, unit_id
), compared AS (
    SELECT account.*, unit.code, coalesce(entry_sums.count, 0) AS entries_count, coalesce(lot_sums.count, 0) AS lots_count,
        coalesce(entry_sums.available, 0) AS entries_available, coalesce(lot_sums.remaining, 0) AS lots_remaining,
        coalesce(entry_sums.pending, 0) AS entries_pending, coalesce(lot_sums.waiting, 0) AS lots_waiting,
        coalesce(entry_sums.held, 0) AS entries_held, coalesce(lot_sums.held, 0) AS lots_held,
        coalesce(entry_sums.debt, 0) AS entries_debt
    FROM points_account AS account
    JOIN points_unit AS unit ON unit.id = account.unit_id
    LEFT JOIN entry_sums USING (holder_id, unit_id)
    LEFT JOIN lot_sums USING (holder_id, unit_id)
    WHERE %(holder_ids)b::uuid[] IS NULL OR account.holder_id = ANY(%(holder_ids)b::uuid[])
), parts AS ( -- debt is of no lot
    SELECT holder_id, code, part.*
    FROM compared
    CROSS JOIN LATERAL (VALUES
        ('usable', available, entries_available, lots_remaining), ('pending', pending, entries_pending, lots_waiting),
        ('held', held, entries_held, lots_held), ('owed', debt, entries_debt, debt)
    ) AS part (name, points, entries, lots)
    WHERE (available, pending, held, debt) <> (entries_available, entries_pending, entries_held, entries_debt)
        OR (available, pending, held) <> (lots_remaining, lots_waiting, lots_held)
        OR least(available, pending, held, debt) < 0
)
SELECT 'I3', holder_id, format('%%s: the account has %%s %%s, its entries come to %%s.', code, points, name, entries)
FROM parts WHERE points <> entries
UNION ALL
SELECT 'I3', holder_id, format('%%s: the account has %%s %%s, its lots have %%s.', code, points, name, lots)
FROM parts WHERE points <> lots
UNION ALL
SELECT 'I3', holder_id, format(
    '%%s: the account counts %%s entries and %%s lots, there are %%s and %%s.',
    code, entry_count, lot_count, entries_count, lots_count)
FROM compared WHERE entry_count <> entries_count OR lot_count <> lots_count
UNION ALL
SELECT 'I4', holder_id, format('%%s: the account has %%s %%s, less than nothing.', code, points, name)
FROM parts WHERE points < 0
UNION ALL
SELECT 'I16', holder_id, format('%%s: the account has %%s usable and owes %%s.', code, available, debt)
FROM compared WHERE available > 0 AND debt > 0
LIMIT 1000
