-- Purpose: lots that were not opened by their first entry or don't have what their entries leave (I4); that expired early,
-- twice or in part, or moved points past their end, on whose day they may still be converted (I8); that stopped waiting
-- twice, early or unsaid (I10).
-- Locks: none.
-- Repeatable: reads only.
WITH entry AS ( -- marked here: an entry looked up by its number would meet every entry of its account
    SELECT *, row_number() OVER (PARTITION BY holder_id, unit_id, lot_number ORDER BY number) = 1 AS opens
    FROM points_entry
    WHERE lot_number IS NOT NULL AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
), history AS ( -- what the entries say of each lot
    SELECT holder_id, unit_id, lot_number AS number, min(occurred_at) AS begun_at,
        min(kind) FILTER (WHERE opens) AS first_kind, min(amount) FILTER (WHERE opens) AS first_amount,
        min(day) FILTER (WHERE opens) AS first_day, min(occurred_at) FILTER (WHERE opens) AS first_at,
        (array_agg(reference) FILTER (WHERE opens))[1] AS first_reference,
        count(*) FILTER (WHERE kind = ANY(%(openings)b::text[])) AS openings,
        sum(CASE WHEN account = 'available' THEN amount ELSE 0 END) AS usable,
        sum(CASE WHEN account = 'pending' THEN amount WHEN counter_account = 'pending' THEN -amount ELSE 0 END) AS pending,
        sum(CASE WHEN account = 'held' THEN amount WHEN counter_account = 'held' THEN -amount ELSE 0 END) AS held,
        max(number) FILTER (WHERE account = 'available') AS last_moved,
        max(day) FILTER (WHERE account = 'available' AND kind NOT IN ('expiry', 'conversion_out')) AS moved_day,
        count(*) FILTER (WHERE kind = 'expiry') AS expiries, min(number) FILTER (WHERE kind = 'expiry') AS expiry,
        min(day) FILTER (WHERE kind = 'expiry') AS expired_day, min(occurred_at) FILTER (WHERE kind = 'expiry') AS expired_at,
        min(day) FILTER (WHERE kind = 'lapse') AS lapsed_day,
        count(*) FILTER (WHERE kind IN ('activation', 'cancellation')) AS ends_of_wait,
        min(day) FILTER (WHERE kind = 'activation') AS activated_day
    FROM entry
    GROUP BY holder_id, unit_id, lot_number
), idle AS ( -- lots without an end that expired with all that the account had
    SELECT DISTINCT expiry.holder_id, expiry.unit_id, expiry.lot_number AS number
    FROM points_entry AS expiry
    JOIN points_lot AS lot ON lot.holder_id = expiry.holder_id AND lot.unit_id = expiry.unit_id
        AND lot.number = expiry.lot_number AND lot.expires_day IS NULL
    JOIN points_entry AS last ON last.holder_id = expiry.holder_id AND last.unit_id = expiry.unit_id
        AND last.transaction_number = expiry.transaction_number AND last.balance_after = 0
    WHERE expiry.kind = 'expiry' AND (%(holder_ids)b::uuid[] IS NULL OR expiry.holder_id = ANY(%(holder_ids)b::uuid[]))
), told AS (
    SELECT lot.holder_id, lot.unit_id, lot.number,
        CASE
            WHEN first_kind IS NULL OR openings <> (lot.origin NOT IN ('return', 'merge_in'))::int
                THEN format('was opened by %%s entries', coalesce(openings, 0))
            WHEN first_kind <> lot.origin OR first_reference IS DISTINCT FROM lot.reference
                THEN format('comes of %%s, its first entry is %%s or of another fact', lot.origin, first_kind)
            WHEN lot.earned <> first_amount THEN format('earned %%s, its first entry is of %%s', lot.earned, first_amount)
            WHEN lot.remaining <> usable OR lot.remaining < 0 OR lot.remaining > lot.earned
                THEN format('of %%s has %%s left, its entries leave %%s', lot.earned, lot.remaining, usable)
            WHEN lot.waiting <> pending OR lot.waiting < 0
                THEN format('of %%s has %%s waiting, its entries leave %%s', lot.earned, lot.waiting, pending)
            WHEN lot.held <> history.held OR lot.held < 0
                THEN format('of %%s has %%s held, its entries leave %%s', lot.earned, lot.held, history.held)
        END AS wrong,
        CASE
            WHEN expiries > 1 THEN format('expired %%s times', expiries)
            WHEN expiry < last_moved THEN 'gave points after it had expired'
            WHEN expiries = 1 AND lot.expires_day IS NULL AND idle.number IS NULL THEN 'expired, though it has no end'
            WHEN expired_day < lot.expires_day OR expired_at < lot.expires_at THEN 'expired before its end'
            WHEN expiries = 1 AND usable > 0 THEN 'expired and kept some points'
            WHEN lapsed_day < lot.expires_day OR (lot.expires_day IS NULL AND expiries = 0 AND lapsed_day IS NOT NULL)
                THEN 'lapsed before its end'
            WHEN moved_day >= lot.expires_day THEN 'gave points past its end'
            WHEN begun_at < first_at OR lot.earned_at > first_at OR (lot.origin <> 'opening' AND lot.earned_at < first_at)
                THEN 'did not begin with its first entry'
        END AS mistimed,
        CASE
            WHEN first_kind IS NULL THEN NULL
            WHEN ends_of_wait > 1 THEN format('stopped waiting %%s times', ends_of_wait)
            WHEN ends_of_wait > 0 AND pending > 0 THEN format('stopped waiting and has %%s pending', pending)
            WHEN activated_day < lot.ready_day THEN 'was activated before its day'
            WHEN lot.origin <> 'opening' AND lot.active_day IS DISTINCT FROM
                    CASE WHEN lot.origin = 'accrual_pending' THEN activated_day ELSE first_day END
                OR lot.active_day > first_day AND lot.origin = 'opening'
                THEN format('is usable since day %%s, its entries say day %%s', coalesce(lot.active_day::text, 'never'),
                    coalesce(CASE WHEN lot.origin = 'accrual_pending' THEN activated_day ELSE first_day END::text, 'never'))
        END AS impatient
    FROM points_lot AS lot
    LEFT JOIN history USING (holder_id, unit_id, number)
    LEFT JOIN idle ON idle.holder_id = lot.holder_id AND idle.unit_id = lot.unit_id AND idle.number = lot.number
    WHERE %(holder_ids)b::uuid[] IS NULL OR lot.holder_id = ANY(%(holder_ids)b::uuid[])
)
SELECT found.invariant, told.holder_id, format('%%s: lot %%s %%s.', unit.code, told.number, found.detail)
FROM told
JOIN points_unit AS unit ON unit.id = told.unit_id
CROSS JOIN LATERAL (VALUES ('I4', wrong), ('I8', mistimed), ('I10', impatient)) AS found (invariant, detail)
WHERE coalesce(wrong, mistimed, impatient) IS NOT NULL AND found.detail IS NOT NULL
LIMIT 1000
