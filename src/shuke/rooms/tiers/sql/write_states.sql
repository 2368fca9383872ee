-- Purpose: set members' tiers; returns how many stood where the caller said (a first change opens the state).
-- Locks: the states' rows; the caller holds the lock of what the members hold, taken in id order.
-- Repeatable: a state that does not stand where the caller said is left as it is, and so missing from the count.
-- A row without a tier_code changes grace and gift only.
WITH changed AS (
    SELECT * FROM unnest(
        %(member_id)b::uuid[], %(ladder)b::text[], %(tier_code)b::text[], %(rank)b::smallint[], %(since_day)b::int[],
        %(until_day)b::int[], %(expected_count)b::int[], %(change_count)b::int[], %(grace)b::boolean[],
        %(floor_code)b::text[], %(floor_rank)b::smallint[], %(floor_until_day)b::int[]
    ) AS changed (
        member_id, ladder, tier_code, rank, since_day, until_day, expected_count, change_count, grace,
        floor_code, floor_rank, floor_until_day
    )
), opened AS (
    INSERT INTO tiers_state (
        member_id, program_id, ladder, tier_code, rank, since_day, until_day, change_count, grace,
        floor_code, floor_rank, floor_until_day
    )
    SELECT
        member_id, %(program_id)s, ladder, tier_code, rank, since_day, until_day, change_count, grace,
        floor_code, floor_rank, floor_until_day
    FROM changed WHERE expected_count = 0
    ON CONFLICT (member_id, program_id, ladder) DO NOTHING
    RETURNING 1
), updated AS (
    UPDATE tiers_state AS state
    SET tier_code = coalesce(changed.tier_code, state.tier_code), rank = coalesce(changed.rank, state.rank),
        until_day = CASE WHEN changed.tier_code IS NULL THEN state.until_day ELSE changed.until_day END,
        since_day = coalesce(changed.since_day, state.since_day), change_count = changed.change_count,
        grace = changed.grace, floor_code = changed.floor_code, floor_rank = changed.floor_rank,
        floor_until_day = changed.floor_until_day
    FROM changed
    WHERE state.member_id = changed.member_id AND state.program_id = %(program_id)s AND state.ladder = changed.ladder
        AND state.change_count = changed.expected_count AND changed.expected_count > 0
    RETURNING 1
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM updated)
