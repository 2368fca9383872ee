-- Purpose: points of a unit that came and went by local month: issued, taken back, redeemed, returned and expired, each as
-- a positive number. What moves between a holder's own accounts, or between holders, neither comes nor goes.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    extract(year FROM month)::int, extract(month FROM month)::int,
    coalesce(sum(points) FILTER (WHERE came AND account <> 'redeemed'), 0)::bigint,
    coalesce(-sum(points) FILTER (WHERE NOT came AND account IN ('issued', 'adjusted', 'opening', 'paid_in')), 0)::bigint,
    coalesce(-sum(points) FILTER (WHERE NOT came AND account IN ('redeemed', 'converted')), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE came AND account = 'redeemed'), 0)::bigint,
    coalesce(-sum(points) FILTER (WHERE account = 'expired'), 0)::bigint
FROM (
    SELECT
        date_trunc('month', date '1970-01-01' + day) AS month, counter_account AS account, amount > 0 AS came,
        sum(amount) AS points
    FROM points_entry
    WHERE unit_id = %(unit_id)s
        AND counter_account NOT IN ('pending', 'held', 'debt', 'transferred', 'merged')
    GROUP BY day, counter_account, amount > 0
) AS days
GROUP BY month
ORDER BY month
