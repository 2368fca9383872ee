-- Purpose: ask handlers for what lines of the record give; they are done in the same transaction or by a job.
-- Locks: none beside the new rows.
-- Repeatable: one effect a line; a second insert of it fails.
INSERT INTO benefits_effect (
    member_id, benefit, cause, number, effect, quantity, at, attempts, next_at, fault, done_at
)
SELECT member_id, benefit, cause, number, effect, quantity, at, 0, %(next_at)s, '', NULL
FROM unnest(
    %(member_id)b::uuid[], %(benefit)b::text[], %(cause)b::text[], %(number)b::int[], %(effect)b::text[],
    %(quantity)b::int[], %(at)b::timestamptz[]
) AS asked (member_id, benefit, cause, number, effect, quantity, at)
