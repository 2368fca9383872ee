-- Purpose: append entries to the ledger, each between the two accounts of its kind.
-- Locks: none beside the new rows (and a key share of their lots).
-- Repeatable: an entry's number is taken once; a second insert of it fails.
INSERT INTO points_entry (
    holder_id, unit_id, number, transaction_number, lot_number, day, amount, balance_after,
    occurred_at, recorded_at, reference, kind, account, counter_account
)
SELECT
    holder_id, unit_id, number, transaction_number, lot_number, day, amount, balance_after,
    occurred_at, %(recorded_at)s, reference, kind, account, counter_account
FROM unnest(
    %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(number)b::int[], %(transaction_number)b::int[],
    %(lot_number)b::int[], %(day)b::int[], %(amount)b::bigint[], %(balance_after)b::bigint[],
    %(occurred_at)b::timestamptz[], %(reference)b::uuid[], %(kind)b::text[]
) AS posted (
    holder_id, unit_id, number, transaction_number, lot_number, day, amount, balance_after,
    occurred_at, reference, kind
)
LEFT JOIN unnest(%(kinds)b::text[], %(accounts)b::text[], %(counter_accounts)b::text[])
    AS way (kind, account, counter_account) USING (kind)
