-- Purpose: ranges of entries that are not as they were sealed (I5). ${row} is an entry as text, of the columns that the
-- seals named covered.
-- Locks: none.
-- Repeatable: reads only.
SELECT 'I5', range.holder_id, format(
    '%%s: entries %%s to %%s are not as they were sealed (seal %%s).',
    unit.code, range.first_number, range.last_number, range.seal_number)
FROM points_seal_range AS range
JOIN points_unit AS unit ON unit.id = range.unit_id
CROSS JOIN LATERAL ( -- an index scan for each range: joined by account, each would meet every entry of the account
    SELECT sha256(convert_to(string_agg(${row}, E'\n' ORDER BY entry.number), 'UTF8')) AS digest
    FROM points_entry AS entry
    WHERE entry.holder_id = range.holder_id AND entry.unit_id = range.unit_id
        AND entry.number BETWEEN range.first_number AND range.last_number
) AS entries
WHERE range.seal_number = ANY(%(seals)b::int[]) AND entries.digest IS DISTINCT FROM range.digest
LIMIT 1000
