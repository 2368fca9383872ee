-- Purpose: redemptions that took points of a lot while another, ending sooner, had some left.
-- Locks: none.
-- Repeatable: reads only.
-- A lot is emptied by the entry that took its last points (none: the largest number). Lots by end; if every one before
-- a lot was emptied before the lot is drawn, all is well; only the others are compared pair by pair.
WITH lots AS (
    SELECT lot.holder_id, lot.unit_id, lot.number, coalesce(lot.expires_day, 2147483647) AS end_day,
        min(entry.number) AS opened, CASE WHEN lot.remaining = 0 THEN max(entry.number) ELSE 2147483647 END AS emptied
    FROM points_lot AS lot
    JOIN points_entry AS entry ON entry.holder_id = lot.holder_id AND entry.unit_id = lot.unit_id
        AND entry.lot_number = lot.number
    WHERE %(holder_ids)b::uuid[] IS NULL OR lot.holder_id = ANY(%(holder_ids)b::uuid[])
    GROUP BY lot.holder_id, lot.unit_id, lot.number, lot.remaining, lot.expires_day
), ranked AS (
    SELECT *, max(emptied) OVER (
        PARTITION BY holder_id, unit_id ORDER BY end_day, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS sooner_emptied
    FROM lots
)
SELECT 'I9', draw.holder_id, format(
    '%%s: entry %%s takes from lot %%s while lot %%s, ending sooner, has points left.',
    unit.code, draw.number, drawn.number, min(sooner.number))
FROM ranked AS drawn
JOIN points_entry AS draw ON draw.holder_id = drawn.holder_id AND draw.unit_id = drawn.unit_id
    AND draw.lot_number = drawn.number AND draw.kind = 'redemption' AND draw.number < drawn.sooner_emptied
JOIN lots AS sooner ON sooner.holder_id = drawn.holder_id AND sooner.unit_id = drawn.unit_id
    AND (sooner.end_day, sooner.number) < (drawn.end_day, drawn.number)
    AND sooner.opened < draw.number AND sooner.emptied > draw.number AND sooner.end_day > draw.day
JOIN points_unit AS unit ON unit.id = draw.unit_id
GROUP BY draw.holder_id, unit.code, draw.number, drawn.number
LIMIT 1000
