-- Purpose: open lots.
-- Locks: none beside the new rows (and a key share of their accounts).
-- Repeatable: a lot's number is taken once; a second insert of it fails.
INSERT INTO points_lot (
    holder_id, unit_id, number, earned, remaining, waiting, held, clawed, earned_at, expires_at, expires_day,
    gift, origin, active_day, reference, ready_day, cancel_day, wait_event, expiry_rule
)
SELECT
    holder_id, unit_id, number, earned, remaining, waiting, held, 0, earned_at, expires_at, expires_day,
    gift, origin, active_day, reference, ready_day, cancel_day, wait_event, expiry_rule
FROM unnest(
    %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(number)b::int[], %(earned)b::bigint[], %(remaining)b::bigint[],
    %(waiting)b::bigint[], %(held)b::bigint[], %(earned_at)b::timestamptz[], %(expires_at)b::timestamptz[],
    %(expires_day)b::int[], %(gift)b::bool[], %(origin)b::text[], %(active_day)b::int[], %(reference)b::uuid[],
    %(ready_day)b::int[], %(cancel_day)b::int[], %(wait_event)b::text[], %(expiry_rule)b::smallint[]
) AS opened (
    holder_id, unit_id, number, earned, remaining, waiting, held, earned_at, expires_at,
    expires_day, gift, origin, active_day, reference, ready_day, cancel_day, wait_event, expiry_rule
)
