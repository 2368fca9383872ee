-- Purpose: open lots.
-- Locks: none beside the new rows (and a key share of their accounts).
-- Repeatable: a lot's number is taken once; a second insert of it fails.
INSERT INTO points_lot (holder_id, unit_id, number, earned, remaining, earned_at, expires_at, expires_day)
SELECT holder_id, unit_id, number, earned, remaining, earned_at, expires_at, expires_day
FROM unnest(
    %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(number)b::int[], %(earned)b::bigint[], %(remaining)b::bigint[],
    %(earned_at)b::timestamptz[], %(expires_at)b::timestamptz[], %(expires_day)b::int[]
) AS opened (holder_id, unit_id, number, earned, remaining, earned_at, expires_at, expires_day)
