-- Purpose: append changes of tier to the history.
-- Locks: none beside the new rows (and a key share of their states).
-- Repeatable: a change's number is taken once; a second insert of it fails.
INSERT INTO tiers_change (
    member_id, program_id, ladder, number, day, occurred_at, recorded_at,
    before_code, before_rank, after_code, after_rank, until_day, reason, reference,
    note
)
SELECT
    member_id, %(program_id)s, ladder, number, day, occurred_at, %(recorded_at)s,
    before_code, before_rank, after_code, after_rank, until_day, reason, reference, note
FROM unnest(
    %(member_id)b::uuid[], %(ladder)b::text[], %(number)b::int[], %(day)b::int[], %(occurred_at)b::timestamptz[],
    %(before_code)b::text[], %(before_rank)b::smallint[], %(after_code)b::text[], %(after_rank)b::smallint[],
    %(until_day)b::int[], %(reason)b::text[], %(reference)b::uuid[], %(note)b::text[]
) AS changed (
    member_id, ladder, number, day, occurred_at, before_code, before_rank, after_code, after_rank, until_day, reason, reference,
    note
)
