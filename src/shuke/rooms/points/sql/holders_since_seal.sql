-- Purpose: holders of accounts that have gained entries since they were last sealed.
-- Locks: none.
-- Repeatable: reads only.
WITH sealed AS (
    SELECT holder_id, unit_id, max(last_number) AS number FROM points_seal_range GROUP BY holder_id, unit_id
)
SELECT DISTINCT account.holder_id
FROM points_account AS account
LEFT JOIN sealed USING (holder_id, unit_id)
WHERE account.entry_count <> coalesce(sealed.number, 0)
