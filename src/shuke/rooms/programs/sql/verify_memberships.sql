-- Purpose: memberships that count other orders than are decided (I34), that hold lots past their end, or whose next due
-- day comes after something that time owes (I35). `day` and `due` are local days of standing_at and next_due_at.
-- Locks: none. Reads the tables of orders, lots and tiers, which no room's door gives whole.
-- Repeatable: reads only.
WITH asked AS (
    SELECT * FROM unnest(%(members)b::uuid[], %(days)b::int[], %(dues)b::int[], %(orders)b::bigint[])
        AS asked (member_id, day, due, orders)
), counted AS (
    SELECT member_id, sum(orders) AS orders FROM (
        SELECT member_id, count(*) AS orders FROM orders_order
        WHERE counted AND member_id = ANY(%(members)b::uuid[])
        GROUP BY member_id
        UNION ALL
        SELECT member_id, -count(*) FROM orders_refund
        WHERE empties AND order_day IS NOT NULL AND member_id = ANY(%(members)b::uuid[])
        GROUP BY member_id
    ) AS each
    GROUP BY member_id
), soonest AS (
    SELECT holder_id AS member_id, min(expires_day) FILTER (WHERE remaining > 0) AS day,
        min(least(ready_day, cancel_day)) FILTER (WHERE waiting > 0) AS ready_day
    FROM points_lot
    WHERE (remaining > 0 OR waiting > 0) AND holder_id = ANY(%(members)b::uuid[])
    GROUP BY holder_id
), standing AS (
    SELECT member_id, min(until_day) AS until_day FROM tiers_state
    WHERE program_id = %(program_id)s AND member_id = ANY(%(members)b::uuid[])
    GROUP BY member_id
)
SELECT 'I34', asked.member_id, format('The membership counts %%s orders, there are %%s.', asked.orders, coalesce(counted.orders, 0))
FROM asked LEFT JOIN counted USING (member_id)
WHERE asked.orders <> coalesce(counted.orders, 0)
UNION ALL
SELECT 'I35', asked.member_id, format('A lot that ended on day %%s has points left on day %%s.', soonest.day, asked.day)
FROM asked JOIN soonest USING (member_id)
WHERE soonest.day <= asked.day
UNION ALL
SELECT 'I35', asked.member_id, format('The next due day is %%s, time owes something on day %%s.',
    coalesce(nullif(asked.due, 2147483647)::text, 'never'), least(soonest.day, soonest.ready_day, standing.until_day))
FROM asked
LEFT JOIN soonest USING (member_id)
LEFT JOIN standing USING (member_id)
WHERE asked.due > least(soonest.day, soonest.ready_day, standing.until_day)
LIMIT 1000
