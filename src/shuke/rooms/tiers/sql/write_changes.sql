-- Purpose: append changes of tier to the history.
-- Locks: none beside the new rows (and a key share of their states).
-- Repeatable: a change's number is taken once; a second insert of it fails.
INSERT INTO tiers_change (
    member_id, program_id, number, day, occurred_at, recorded_at,
    before_code, before_rank, after_code, after_rank, until_day, reason, reference
)
SELECT
    member_id, %(program_id)s, number, day, occurred_at, %(recorded_at)s,
    before_code, before_rank, after_code, after_rank, until_day, reason, reference
FROM unnest(
    %(member_id)b::uuid[], %(number)b::int[], %(day)b::int[], %(occurred_at)b::timestamptz[],
    %(before_code)b::text[], %(before_rank)b::smallint[], %(after_code)b::text[], %(after_rank)b::smallint[],
    %(until_day)b::int[], %(reason)b::text[], %(reference)b::uuid[]
) AS changed (
    member_id, number, day, occurred_at, before_code, before_rank, after_code, after_rank, until_day, reason, reference
)
