-- Purpose: tiers that are not what the last of their changes says, or whose changes do not follow each other.
-- Locks: none.
-- Repeatable: reads only.
WITH history AS (
    SELECT member_id, program_id, ladder, number, before_code, after_code, until_day,
        row_number() OVER changes AS position, lag(after_code) OVER changes AS previous_code
    FROM tiers_change
    WINDOW changes AS (PARTITION BY member_id, program_id, ladder ORDER BY number)
)
SELECT member_id, format('Change %%s in program %%s does not follow the one before it.', number, program_id)
FROM history
WHERE number <> position OR before_code IS DISTINCT FROM previous_code
UNION ALL
SELECT state.member_id, format(
    'The tier in program %%s is %%s until day %%s, its last change says %%s until day %%s.',
    state.program_id, state.tier_code, coalesce(state.until_day::text, 'never'),
    coalesce(last.after_code, 'nothing'), coalesce(last.until_day::text, 'never'))
FROM tiers_state AS state
LEFT JOIN tiers_change AS last ON last.member_id = state.member_id AND last.program_id = state.program_id
    AND last.ladder = state.ladder
    AND last.number = state.change_count
WHERE last.number IS NULL OR state.tier_code <> last.after_code OR state.rank <> last.after_rank
    OR state.until_day IS DISTINCT FROM last.until_day
UNION ALL
SELECT state.member_id, format(
    'The tier in program %%s has %%s changes, its state counts %%s.', state.program_id, kept.count, state.change_count)
FROM tiers_state AS state
JOIN (
    SELECT member_id, program_id, ladder, count(*) FROM tiers_change GROUP BY 1, 2, 3
) AS kept USING (member_id, program_id, ladder)
WHERE kept.count <> state.change_count
UNION ALL
SELECT state.member_id, format(
    'The tier in program %%s is held since day %%s, its changes say day %%s.', state.program_id, state.since_day, moved.day)
FROM tiers_state AS state
JOIN (
    SELECT DISTINCT ON (member_id, program_id, ladder) member_id, program_id, ladder, day FROM tiers_change
    WHERE before_code IS DISTINCT FROM after_code
    ORDER BY member_id, program_id, ladder, number DESC
) AS moved USING (member_id, program_id, ladder)
WHERE state.since_day <> moved.day
UNION ALL
SELECT member_id, format('The tier %%s in program %%s lies below %%s, which a gift keeps.', tier_code, program_id, floor_code)
FROM tiers_state
WHERE rank < floor_rank
LIMIT 1000
