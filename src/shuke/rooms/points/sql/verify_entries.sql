-- Purpose: the first entry of each account that is out of turn or whose balance does not follow from those before.
-- Locks: none.
-- Repeatable: reads only.
WITH running AS (
    SELECT holder_id, unit_id, number, balance_after,
        row_number() OVER entries AS position, sum(amount) OVER entries AS balance
    FROM points_entry
    WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
    WINDOW entries AS (PARTITION BY holder_id, unit_id ORDER BY number ROWS UNBOUNDED PRECEDING)
), first_wrong AS (
    SELECT DISTINCT ON (holder_id, unit_id) * FROM running
    WHERE number <> position OR balance_after <> balance OR balance < 0
    ORDER BY holder_id, unit_id, position
)
SELECT 'I3', holder_id, CASE
    WHEN number <> position THEN format('%%s: entry %%s stands where entry %%s belongs.', unit.code, number, position)
    ELSE format('%%s: entry %%s leaves %%s, its amounts come to %%s.', unit.code, number, balance_after, balance)
END
FROM first_wrong
JOIN points_unit AS unit ON unit.id = unit_id
LIMIT 1000
