-- Purpose: what members' counted orders come to, day by day, each member over days of their own (both included), less
-- what refunds took off those orders.
-- Locks: none.
-- Repeatable: reads only.
WITH asked AS (
    SELECT * FROM unnest(%(member_id)b::uuid[], %(first_day)b::int[], %(last_day)b::int[])
        AS asked (member_id, first_day, last_day)
), counted AS (
    SELECT stored.member_id, stored.day, stored.net_minor - stored.gift_minor AS net_minor, 1 AS orders
    FROM asked
    JOIN orders_order AS stored
        ON stored.member_id = asked.member_id AND stored.day BETWEEN asked.first_day AND asked.last_day
    WHERE stored.counted
    UNION ALL
    SELECT refund.member_id, refund.order_day, refund.gift_minor - refund.net_minor, -refund.empties::int
    FROM asked
    JOIN orders_refund AS refund
        ON refund.member_id = asked.member_id AND refund.order_day BETWEEN asked.first_day AND asked.last_day
)
SELECT member_id, day, sum(net_minor)::bigint, sum(orders)::int
FROM counted
GROUP BY member_id, day
HAVING sum(net_minor) <> 0 OR sum(orders) <> 0
ORDER BY day
