-- Purpose: append lines to the record of entitlements.
-- Locks: none beside the new rows (and a key share of their entitlements at commit).
-- Repeatable: a line's number is taken once; a second insert of it fails.
INSERT INTO benefits_event (
    member_id, benefit, cause, number, kind, subject, at, recorded_at, day, period_day, quantity, reference, by, note
)
SELECT
    member_id, benefit, cause, number, kind, subject, at, %(recorded_at)s, day, period_day, quantity, reference, by, note
FROM unnest(
    %(member_id)b::uuid[], %(benefit)b::text[], %(cause)b::text[], %(number)b::int[], %(kind)b::text[],
    %(subject)b::text[], %(at)b::timestamptz[], %(day)b::int[], %(period_day)b::int[], %(quantity)b::int[],
    %(reference)b::uuid[], %(by)b::text[], %(note)b::text[]
) AS told (member_id, benefit, cause, number, kind, subject, at, day, period_day, quantity, reference, by, note)
