-- Purpose: points of a unit that came and went by local month: issued and redeemed less what came back, expired, each
-- as a positive number; adjusted, opened and converted, positive where points came.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    extract(year FROM month)::int, extract(month FROM month)::int,
    coalesce(sum(points) FILTER (WHERE counter_account = 'issued'), 0)::bigint,
    coalesce(-sum(points) FILTER (WHERE counter_account = 'redeemed'), 0)::bigint,
    coalesce(-sum(points) FILTER (WHERE counter_account = 'expired'), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE counter_account = 'adjusted'), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE counter_account = 'opening'), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE counter_account = 'converted'), 0)::bigint
FROM (
    SELECT date_trunc('month', date '1970-01-01' + day) AS month, counter_account, sum(amount) AS points
    FROM points_entry
    WHERE unit_id = %(unit_id)s AND counter_account NOT IN ('pending', 'held', 'debt')
    GROUP BY day, counter_account
) AS days
GROUP BY month
ORDER BY month
