-- Purpose: entitlements whose record is not dense, or that are not what their record comes to.
-- Locks: none.
-- Repeatable: reads only.
WITH told AS (
    SELECT
        held.member_id, held.benefit, held.cause, held.state, held.used, held.events,
        count(event.number) AS lines, coalesce(max(event.number), 0) AS last,
        coalesce(sum(CASE event.kind WHEN 'used' THEN event.quantity WHEN 'carried' THEN event.quantity
            WHEN 'undone' THEN -event.quantity ELSE 0 END) FILTER (WHERE event.period_day = held.period_day), 0) AS uses,
        (array_agg(event.kind ORDER BY event.number DESC)
            FILTER (WHERE event.kind IN ('granted', 'withdrawn', 'expired')))[1] AS last_move
    FROM benefits_entitlement AS held
    LEFT JOIN benefits_event AS event USING (member_id, benefit, cause)
    GROUP BY held.member_id, held.benefit, held.cause
)
SELECT member_id, format('The entitlement %%s by %%s counts %%s lines, its record has %%s.', benefit, cause, events, lines)
FROM told WHERE events <> lines OR events <> last
UNION ALL
SELECT member_id, format('The entitlement %%s by %%s was used %%s times, its record says %%s.', benefit, cause, used, uses)
FROM told WHERE used <> uses
UNION ALL
SELECT member_id, format('The entitlement %%s by %%s is %%s, its record says %%s.', benefit, cause, state, last_move)
FROM told WHERE last_move <> CASE state WHEN 'active' THEN 'granted' ELSE state END
LIMIT 1000
