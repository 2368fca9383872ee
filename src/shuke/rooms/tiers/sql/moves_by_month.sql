-- Purpose: how many members of a program went up, went down or kept their tier for longer, by local month.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    extract(year FROM month)::int, extract(month FROM month)::int,
    count(*) FILTER (WHERE after_rank > before_rank), count(*) FILTER (WHERE after_rank < before_rank),
    count(*) FILTER (WHERE after_rank = before_rank)
FROM (
    SELECT date_trunc('month', date '1970-01-01' + day) AS month, before_rank, after_rank
    FROM tiers_change WHERE program_id = %(program_id)s AND ladder = %(ladder)s AND reason NOT IN ('enrolled', 'version_changed', 'grace')
) AS moves
GROUP BY month
ORDER BY month
