-- Purpose: redemptions and holds that took from a lot while another one, ending sooner, had usable points (I9).
-- Locks: none.
-- Repeatable: reads only.
WITH drawn AS MATERIALIZED (
    SELECT DISTINCT holder_id, unit_id FROM points_entry
    WHERE kind IN ('redemption', 'holding') AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
), history AS MATERIALIZED ( -- once, not by every worker
    SELECT holder_id, unit_id, lot_number AS number, sum(amount) AS remaining, max(number) AS last_moved
    FROM points_entry
    WHERE account = 'available' AND (holder_id, unit_id) IN (SELECT holder_id, unit_id FROM drawn)
    GROUP BY holder_id, unit_id, lot_number
), lots AS ( -- `emptied`: the entry since which the lot has nothing usable for good
    SELECT holder_id, unit_id, number, coalesce(lot.expires_day, 2147483647) AS end_day,
        CASE WHEN history.remaining = 0 THEN history.last_moved ELSE 2147483647 END AS emptied
    FROM points_lot AS lot
    JOIN history USING (holder_id, unit_id, number)
), ranked AS ( -- where every lot that ends sooner was emptied before this one is drawn, no pair need be looked at
    SELECT *, max(emptied) OVER (
        PARTITION BY holder_id, unit_id ORDER BY end_day, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS sooner_emptied
    FROM lots
), suspect AS MATERIALIZED ( -- before any pair of lots is looked at
    SELECT draw.holder_id, draw.unit_id, draw.number, draw.day, ranked.number AS lot_number, ranked.end_day
    FROM ranked
    JOIN points_entry AS draw ON draw.holder_id = ranked.holder_id AND draw.unit_id = ranked.unit_id
        AND draw.lot_number = ranked.number AND draw.kind IN ('redemption', 'holding')
    WHERE draw.number < ranked.sooner_emptied
        AND (%(holder_ids)b::uuid[] IS NULL OR draw.holder_id = ANY(%(holder_ids)b::uuid[]))
), passed_over AS ( -- what the lots that end sooner had at that moment
    SELECT suspect.holder_id, suspect.unit_id, suspect.number, suspect.lot_number, sooner.number AS sooner_number
    FROM suspect
    JOIN lots AS sooner ON sooner.holder_id = suspect.holder_id AND sooner.unit_id = suspect.unit_id
    JOIN points_entry AS entry ON entry.holder_id = sooner.holder_id AND entry.unit_id = sooner.unit_id
        AND entry.lot_number = sooner.number AND entry.account = 'available'
    WHERE (sooner.end_day, sooner.number) < (suspect.end_day, suspect.lot_number)
        AND sooner.emptied > suspect.number AND sooner.end_day > suspect.day AND entry.number < suspect.number
    GROUP BY suspect.holder_id, suspect.unit_id, suspect.number, suspect.lot_number, sooner.number
    HAVING sum(entry.amount) > 0
)
SELECT 'I9', holder_id, format(
    '%%s: entry %%s takes from lot %%s while lot %%s, which ends sooner, has points left.',
    unit.code, number, lot_number, min(sooner_number))
FROM passed_over
JOIN points_unit AS unit ON unit.id = unit_id
GROUP BY unit.code, holder_id, unit_id, number, lot_number
LIMIT 1000
