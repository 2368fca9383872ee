-- Purpose: windows of members that do not hold what their counted orders come to (I34). Each window is asked for with
-- its first day, the first day after it and what is stored.
-- Locks: none. Reads the table of orders by its index of (member, day).
-- Repeatable: reads only.
SELECT 'I34', asked.member_id, format(
    'Window %%s holds %%s in %%s orders, the orders come to %%s in %%s.',
    asked.position, asked.spend, asked.orders, counted.spend, counted.orders)
FROM unnest(
    %(members)b::uuid[], %(positions)b::int[], %(firsts)b::int[], %(ends)b::int[], %(spends)b::bigint[],
    %(orders)b::bigint[]
) AS asked (member_id, position, first_day, end_day, spend, orders)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(net_minor), 0)::bigint AS spend, count(*) AS orders
    FROM orders_order AS stored
    WHERE stored.member_id = asked.member_id AND stored.day >= asked.first_day AND stored.day < asked.end_day
        AND stored.counted
) AS counted
WHERE (asked.spend, asked.orders) IS DISTINCT FROM (counted.spend, counted.orders)
LIMIT 1000
