-- Purpose: seal the entries that every account has gained since it was last sealed, and return the seal; no row where
-- none has gained any. ${row} is an entry as text. One statement sees one state of the ledger, and an account's numbers
-- are given out under its holder's lock: what it sees of an account is all up to a number, whoever commits later.
-- Locks: none; the caller holds the lock of seals.
-- Repeatable: what is sealed is not sealed again.
WITH former AS (
    SELECT number, digest FROM points_seal
    UNION ALL
    SELECT 0, decode(repeat('00', 32), 'hex')
    ORDER BY number DESC
    LIMIT 1
), sealed AS (
    SELECT holder_id, unit_id, max(last_number) AS number FROM points_seal_range GROUP BY holder_id, unit_id
), gained AS (
    SELECT account.holder_id, account.unit_id, coalesce(sealed.number, 0) AS number
    FROM points_account AS account
    LEFT JOIN sealed USING (holder_id, unit_id)
    WHERE account.entry_count > coalesce(sealed.number, 0)
), ranges AS (
    INSERT INTO points_seal_range (holder_id, unit_id, seal_number, first_number, last_number, digest)
    SELECT gained.holder_id, gained.unit_id, former.number + 1, gained.number + 1, run.last_number, run.digest
    FROM gained
    CROSS JOIN former
    CROSS JOIN LATERAL (
        SELECT max(entry.number) AS last_number,
            sha256(convert_to(string_agg(${row}, E'\n' ORDER BY entry.number), 'UTF8')) AS digest
        FROM points_entry AS entry
        WHERE entry.holder_id = gained.holder_id AND entry.unit_id = gained.unit_id AND entry.number > gained.number
    ) AS run
    WHERE run.last_number IS NOT NULL
    RETURNING *
)
INSERT INTO points_seal (number, sealed_at, columns, accounts, entries, previous, digest)
SELECT seal.number, seal.sealed_at, seal.columns, seal.accounts, seal.entries, seal.previous, ${digest}
FROM (
    SELECT former.number + 1 AS number, %(sealed_at)s::timestamptz AS sealed_at, %(columns)s::text AS columns,
        count(*)::int AS accounts, sum(range.last_number - range.first_number + 1)::bigint AS entries, former.digest AS previous,
        ${ranges} AS ranges
    FROM ranges AS range
    CROSS JOIN former
    GROUP BY former.number, former.digest
) AS seal
RETURNING number, sealed_at, accounts, entries, previous, digest
