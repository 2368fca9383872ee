-- Purpose: units of which accounts hold another sum than came less what went, or whose counted supply is not what was
-- issued (I2); units of which transfers or merges brought more or less than they took (I22).
-- Locks: none.
-- Repeatable: reads only.
WITH moved AS (
    SELECT unit_id, sum(amount) AS points,
        sum(amount) FILTER (WHERE counter_account IN ('issued', 'adjusted', 'opening', 'converted', 'paid_in')) AS issued,
        sum(amount) FILTER (WHERE counter_account = 'transferred') AS transferred,
        sum(amount) FILTER (WHERE counter_account = 'merged') AS merged
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL AND counter_account NOT IN ('pending', 'held', 'debt')
    GROUP BY unit_id
), held AS (
    SELECT unit_id, sum(available + pending + held - debt) AS points
    FROM points_account
    WHERE %(holder_ids)b::uuid[] IS NULL
    GROUP BY unit_id
), supply AS (
    SELECT unit_id, sum(issued) AS issued
    FROM points_supply
    WHERE %(holder_ids)b::uuid[] IS NULL
    GROUP BY unit_id
)
SELECT 'I2', NULL::uuid, format(
    '%%s: accounts hold %%s, what came less what went is %%s.', code, coalesce(held.points, 0), coalesce(moved.points, 0))
FROM points_unit AS unit
LEFT JOIN held ON held.unit_id = unit.id
LEFT JOIN moved ON moved.unit_id = unit.id
WHERE coalesce(held.points, 0) <> coalesce(moved.points, 0)
UNION ALL
SELECT 'I2', NULL, format(
    '%%s: the supply counts %%s issued, the entries come to %%s.', code, supply.issued, coalesce(moved.issued, 0))
FROM supply
JOIN points_unit AS unit ON unit.id = supply.unit_id
LEFT JOIN moved USING (unit_id)
WHERE supply.issued <> coalesce(moved.issued, 0)
UNION ALL
SELECT 'I22', NULL, format('%%s: transfers brought %%s more than they took.', code, moved.transferred)
FROM moved
JOIN points_unit AS unit ON unit.id = moved.unit_id
WHERE moved.transferred <> 0
UNION ALL
SELECT 'I22', NULL, format('%%s: merges brought %%s more than they took.', code, moved.merged)
FROM moved
JOIN points_unit AS unit ON unit.id = moved.unit_id
WHERE moved.merged <> 0
