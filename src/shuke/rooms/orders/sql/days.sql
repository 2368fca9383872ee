-- Purpose: what members' counted orders come to, day by day, each member over days of their own (both included).
-- Locks: none.
-- Repeatable: reads only.
SELECT stored.member_id, stored.day, sum(stored.net_minor)::bigint, count(*)::int
FROM unnest(%(member_id)b::uuid[], %(first_day)b::int[], %(last_day)b::int[]) AS asked (member_id, first_day, last_day)
JOIN orders_order AS stored
    ON stored.member_id = asked.member_id AND stored.day BETWEEN asked.first_day AND asked.last_day
WHERE stored.counted
GROUP BY stored.member_id, stored.day
ORDER BY stored.day
