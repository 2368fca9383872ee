-- Purpose: append entries to the ledger, each between the two accounts of its kind, and open the lots that begin with them.
-- Locks: none beside the new rows (and a key share of their lots and accounts).
-- Repeatable: an entry's and a lot's number are taken once; a second insert of them fails.
WITH opened AS (
    INSERT INTO points_lot (
        holder_id, unit_id, number, earned, remaining, waiting, held, clawed, earned_at, expires_at, expires_day,
        gift, origin, active_day, reference, ready_day, cancel_day, wait_event, expiry_rule
    )
    SELECT
        holder_id, unit_id, number, earned, remaining, waiting, held, 0, earned_at, expires_at, expires_day,
        gift, origin, active_day, reference, ready_day, cancel_day, wait_event, expiry_rule
    FROM unnest(
        %(opened_holder_id)b::uuid[], %(opened_unit_id)b::smallint[], %(opened_number)b::int[],
        %(opened_earned)b::bigint[], %(opened_remaining)b::bigint[], %(opened_waiting)b::bigint[],
        %(opened_held)b::bigint[], %(opened_earned_at)b::timestamptz[], %(opened_expires_at)b::timestamptz[],
        %(opened_expires_day)b::int[], %(opened_gift)b::bool[], %(opened_origin)b::text[], %(opened_active_day)b::int[],
        %(opened_reference)b::uuid[], %(opened_ready_day)b::int[], %(opened_cancel_day)b::int[],
        %(opened_wait_event)b::text[], %(opened_expiry_rule)b::smallint[]
    ) AS lot (
        holder_id, unit_id, number, earned, remaining, waiting, held, earned_at, expires_at,
        expires_day, gift, origin, active_day, reference, ready_day, cancel_day, wait_event, expiry_rule
    )
)
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
    %(occurred_at)b::timestamptz[], %(reference)b::uuid[], %(kind)b::text[], %(account)b::text[],
    %(counter_account)b::text[]
) AS posted (
    holder_id, unit_id, number, transaction_number, lot_number, day, amount, balance_after,
    occurred_at, reference, kind, account, counter_account
)
