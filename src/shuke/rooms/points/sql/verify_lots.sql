-- Purpose: lots that were not opened by one accrual of what they earned or have not left what was not taken (I4); that
-- expired early, twice or in part, or gave points past their end (I8); that were drawn while another one, ending
-- sooner, had points left (I9).
-- Locks: none.
-- Repeatable: reads only.
WITH history AS ( -- what the entries say of each lot; `emptied`: its last entry
    SELECT holder_id, unit_id, lot_number AS number, sum(amount) AS remaining, max(amount) AS earned,
        min(occurred_at) AS begun_at, min(number) AS opened, max(number) AS emptied,
        count(*) FILTER (WHERE amount > 0) AS accruals, min(number) FILTER (WHERE amount > 0) AS accrual
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY holder_id, unit_id, lot_number
), debits AS (
    SELECT holder_id, unit_id, lot_number AS number, count(*) FILTER (WHERE kind = 'expiry') AS expiries,
        min(number) FILTER (WHERE kind = 'expiry') AS expiry, min(day) FILTER (WHERE kind = 'expiry') AS expired_day,
        min(occurred_at) FILTER (WHERE kind = 'expiry') AS expired_at,
        max(day) FILTER (WHERE kind <> 'expiry') AS last_drawn_day
    FROM points_entry
    WHERE amount < 0 AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    GROUP BY holder_id, unit_id, lot_number
), lots AS (
    SELECT holder_id, unit_id, number, history.opened, coalesce(lot.expires_day, 2147483647) AS end_day,
        CASE WHEN history.remaining = 0 THEN history.emptied ELSE 2147483647 END AS emptied,
        CASE
            WHEN history.accruals IS NULL OR history.accruals <> 1
                THEN format('was opened by %%s accruals', coalesce(history.accruals, 0))
            WHEN lot.earned <> history.earned THEN format('earned %%s, its accrual is of %%s', lot.earned, history.earned)
            WHEN lot.remaining <> history.remaining OR lot.remaining < 0 OR lot.remaining > lot.earned
                THEN format('of %%s has %%s left, its entries leave %%s', lot.earned, lot.remaining, history.remaining)
        END AS wrong,
        CASE
            WHEN debits.expiries > 1 THEN format('expired %%s times', debits.expiries)
            WHEN debits.expiry < history.emptied THEN 'gave points after it had expired'
            WHEN debits.expiries = 1 AND lot.expires_day IS NULL THEN 'expired, though it has no end'
            WHEN debits.expired_day < lot.expires_day OR debits.expired_at < lot.expires_at THEN 'expired before its end'
            WHEN debits.expiries = 1 AND history.remaining > 0 THEN 'expired and kept some points'
            WHEN debits.last_drawn_day >= lot.expires_day THEN 'gave points past its end'
            WHEN history.begun_at <> lot.earned_at OR history.accrual > history.opened
                THEN 'did not begin with its accrual'
        END AS mistimed
    FROM points_lot AS lot
    LEFT JOIN history USING (holder_id, unit_id, number)
    LEFT JOIN debits USING (holder_id, unit_id, number)
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
), ranked AS ( -- where every lot that ends sooner was emptied before this one is drawn, no pair need be looked at
    SELECT *, max(emptied) OVER (
        PARTITION BY holder_id, unit_id ORDER BY end_day, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS sooner_emptied
    FROM lots
), suspect AS (
    SELECT draw.holder_id, draw.unit_id, draw.number, draw.day, ranked.number AS lot_number, ranked.end_day
    FROM ranked
    JOIN points_entry AS draw ON draw.holder_id = ranked.holder_id AND draw.unit_id = ranked.unit_id
        AND draw.lot_number = ranked.number AND draw.kind = 'redemption'
    WHERE draw.number < ranked.sooner_emptied
        AND (%(holder_ids)b::uuid[] IS NULL OR draw.holder_id = ANY(%(holder_ids)b::uuid[]))
), found AS (
    SELECT 'I4' AS invariant, holder_id, unit_id, format('lot %%s %%s.', number, wrong) AS detail
    FROM lots WHERE wrong IS NOT NULL
    UNION ALL
    SELECT 'I8', holder_id, unit_id, format('lot %%s %%s.', number, mistimed)
    FROM lots WHERE mistimed IS NOT NULL
    UNION ALL
    SELECT 'I9', suspect.holder_id, suspect.unit_id, format(
        'entry %%s takes from lot %%s while lot %%s, which ends sooner, has points left.',
        suspect.number, suspect.lot_number, min(sooner.number))
    FROM suspect
    JOIN lots AS sooner ON sooner.holder_id = suspect.holder_id AND sooner.unit_id = suspect.unit_id
    WHERE (sooner.end_day, sooner.number) < (suspect.end_day, suspect.lot_number)
        AND sooner.opened < suspect.number AND sooner.emptied > suspect.number AND sooner.end_day > suspect.day
    GROUP BY suspect.holder_id, suspect.unit_id, suspect.number, suspect.lot_number
)
SELECT found.invariant, found.holder_id, format('%%s: %%s', unit.code, found.detail)
FROM found
JOIN points_unit AS unit ON unit.id = found.unit_id
LIMIT 1000
