-- Purpose: take what ended out of accounts; returns those that stood where the caller said, with their entries counted.
-- Locks: the accounts' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: an account that does not stand where the caller said is left as it is, and so missing from the answer.
UPDATE points_account AS account
SET available = account.available - moved.taken, entry_count = account.entry_count + moved.entries
FROM unnest(
    %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(expected)b::bigint[], %(taken)b::bigint[], %(entries)b::int[]
) AS moved (holder_id, unit_id, expected, taken, entries)
WHERE account.holder_id = moved.holder_id AND account.unit_id = moved.unit_id AND account.available = moved.expected
RETURNING account.holder_id, account.unit_id, account.entry_count
