-- Purpose: seals that do not continue the one before them, that are not what their ranges come to, or that are missing;
-- ranges that do not begin where their account's last one ended (I5).
-- Locks: none.
-- Repeatable: reads only.
WITH chain AS (
    SELECT *, lag(number, 1, 0) OVER seals AS former_number,
        lag(digest, 1, decode(repeat('00', 32), 'hex')) OVER seals AS former_digest
    FROM points_seal
    WINDOW seals AS (ORDER BY number)
), told AS (
    SELECT seal_number, count(*) AS accounts, sum(last_number - first_number + 1) AS entries, ${ranges} AS ranges
    FROM points_seal_range AS range
    GROUP BY seal_number
), seal AS (
    SELECT chain.*, told.seal_number, told.ranges, told.accounts AS told_accounts, told.entries AS told_entries
    FROM chain
    FULL JOIN told ON told.seal_number = chain.number
), joints AS (
    SELECT *, lag(last_number, 1, 0) OVER (PARTITION BY holder_id, unit_id ORDER BY seal_number) + 1 AS expected
    FROM points_seal_range
)
SELECT 'I5', NULL::uuid, CASE
    WHEN number IS NULL THEN format('Seal %%s is missing.', seal_number)
    WHEN number <> former_number + 1 OR previous <> former_digest
        THEN format('Seal %%s does not follow the one before it.', number)
    ELSE format('Seal %%s was changed.', number)
END
FROM seal
WHERE number IS NULL OR number <> former_number + 1 OR previous <> former_digest OR ranges IS NULL
    OR accounts <> told_accounts OR entries <> told_entries OR digest <> ${digest}
UNION ALL
SELECT 'I5', holder_id, format(
    '%%s: seal %%s begins with entry %%s where entry %%s belongs.', unit.code, seal_number, first_number, expected)
FROM joints
JOIN points_unit AS unit ON unit.id = unit_id
WHERE first_number <> expected
LIMIT 1000
