-- Purpose: how often members did something, day by day, each over days of their own (both included).
-- Locks: none.
-- Repeatable: reads only.
SELECT stored.member_id, stored.kind, stored.day, count(*)::int
FROM unnest(%(member_id)b::uuid[], %(kind)b::text[], %(first_day)b::int[], %(last_day)b::int[])
    AS asked (member_id, kind, first_day, last_day)
JOIN orders_behaviour AS stored ON stored.member_id = asked.member_id AND stored.kind = asked.kind
    AND stored.day BETWEEN asked.first_day AND asked.last_day
WHERE stored.counted
GROUP BY stored.member_id, stored.kind, stored.day
ORDER BY stored.day
