-- Purpose: lots that expired early, twice or with points left, or were used past their end or before they began.
-- Locks: none.
-- Repeatable: reads only.
WITH running AS (
    SELECT holder_id, unit_id, lot_number, number, kind, day, occurred_at,
        sum(amount) OVER entries AS remaining,
        count(*) FILTER (WHERE kind = 'expiry') OVER entries AS expiries
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    WINDOW entries AS (PARTITION BY holder_id, unit_id, lot_number ORDER BY number ROWS UNBOUNDED PRECEDING)
), judged AS (
    SELECT running.*, unit.code, lot.expires_day, CASE
        WHEN running.expiries > 1 THEN 'expires a second time'
        WHEN running.kind <> 'expiry' AND running.expiries = 1 THEN 'is used after it expired'
        WHEN running.remaining < 0 THEN 'gives more than it has'
        WHEN running.kind = 'expiry' AND lot.expires_day IS NULL THEN 'expires, though it has no end'
        WHEN running.kind = 'expiry' AND (running.day < lot.expires_day OR running.occurred_at < lot.expires_at)
            THEN 'expires before its end'
        WHEN running.kind = 'expiry' AND running.remaining > 0 THEN 'expires and keeps some points'
        WHEN running.kind = 'redemption' AND running.day >= lot.expires_day THEN 'is used past its end'
        WHEN running.kind <> 'accrual' AND running.occurred_at < lot.earned_at THEN 'is used before it began'
    END AS fault
    FROM running
    JOIN points_unit AS unit ON unit.id = running.unit_id
    JOIN points_lot AS lot ON lot.holder_id = running.holder_id AND lot.unit_id = running.unit_id
        AND lot.number = running.lot_number
)
SELECT 'I8', holder_id, format('%%s: lot %%s %%s in entry %%s.', code, lot_number, fault, number)
FROM judged
WHERE fault IS NOT NULL
LIMIT 1000
