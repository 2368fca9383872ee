-- Purpose: append to the ledger what ended, all of it for no fact but time; `occurred_at` is in UTC seconds.
-- Locks: none beside the new rows (and a key share of their lots).
-- Repeatable: an entry's number is taken once; a second insert of it fails.
INSERT INTO points_entry (
    holder_id, unit_id, number, transaction_number, lot_number, day, amount, balance_after,
    occurred_at, recorded_at, reference, kind, account, counter_account
)
SELECT
    holder_id, unit_id, number, transaction_number, lot_number, day, -points, balance_after,
    to_timestamp(occurred_at), %(recorded_at)s, NULL, 'expiry', 'available', 'expired'
FROM unnest(
    %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(number)b::int[], %(transaction_number)b::int[],
    %(lot_number)b::int[], %(day)b::int[], %(points)b::bigint[], %(balance_after)b::bigint[], %(occurred_at)b::bigint[]
) AS ended (holder_id, unit_id, number, transaction_number, lot_number, day, points, balance_after, occurred_at)
