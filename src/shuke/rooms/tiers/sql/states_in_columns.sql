-- Purpose: where members stand, as numbers: ladders by their places, tiers by their ranks; what is not known is rank 0.
-- Locks: none.
-- Repeatable: reads only.
WITH level AS (
    SELECT * FROM unnest(%(ladders)b::text[], %(places)b::int[], %(codes)b::text[], %(ranks)b::int[])
        AS level (ladder, place, code, rank)
)
SELECT state.member_id, ladder.place, coalesce(level.rank, 0), coalesce(state.until_day, %(never)s)::bigint, state.grace::int,
    coalesce(floor.rank, 0), CASE WHEN state.floor_code IS NULL THEN 0 ELSE coalesce(state.floor_until_day, %(never)s) END::bigint
FROM tiers_state AS state
JOIN (SELECT DISTINCT ladder, place FROM level) AS ladder ON ladder.ladder = state.ladder
LEFT JOIN level ON level.ladder = state.ladder AND level.code = state.tier_code
LEFT JOIN level AS floor ON floor.ladder = state.ladder AND floor.code = state.floor_code
WHERE state.member_id = ANY(%(ids)b::uuid[]) AND state.program_id = %(program_id)s
