-- Purpose: set members' tiers; returns how many stood where the caller said (a first change opens the state).
-- Locks: the states' rows; the caller holds the lock of what the members hold, taken in id order.
-- Repeatable: a state that does not stand where the caller said is left as it is, and so missing from the count.
WITH changed AS (
    SELECT * FROM unnest(
        %(member_id)b::uuid[], %(tier_code)b::text[], %(rank)b::smallint[], %(since_day)b::int[], %(until_day)b::int[],
        %(expected_count)b::int[], %(change_count)b::int[]
    ) AS changed (member_id, tier_code, rank, since_day, until_day, expected_count, change_count)
), opened AS (
    INSERT INTO tiers_state (member_id, program_id, tier_code, rank, since_day, until_day, change_count)
    SELECT member_id, %(program_id)s, tier_code, rank, since_day, until_day, change_count
    FROM changed WHERE expected_count = 0
    ON CONFLICT (member_id, program_id) DO NOTHING
    RETURNING 1
), updated AS (
    UPDATE tiers_state AS state
    SET tier_code = changed.tier_code, rank = changed.rank, until_day = changed.until_day,
        since_day = coalesce(changed.since_day, state.since_day), change_count = changed.change_count
    FROM changed
    WHERE state.member_id = changed.member_id AND state.program_id = %(program_id)s
        AND state.change_count = changed.expected_count AND changed.expected_count > 0
    RETURNING 1
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM updated)
