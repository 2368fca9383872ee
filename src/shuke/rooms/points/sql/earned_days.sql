-- Purpose: points that holders earned by the day on which they count, each over days of its own (both included): an
-- accrual on its day, opening points on the day they were earned, activated ones on the day of the event that activated
-- them or, where time did, the day before; less what refunds took out.
-- Locks: none.
-- Repeatable: reads only.
WITH asked AS (
    SELECT * FROM unnest(%(holder_id)b::uuid[], %(unit_id)b::smallint[], %(first_day)b::int[], %(last_day)b::int[])
        AS asked (holder_id, unit_id, first_day, last_day)
), counted AS (
    SELECT holder_id, unit_id, lot.active_day AS day, lot.earned AS points
    FROM asked JOIN points_lot AS lot USING (holder_id, unit_id)
    WHERE lot.origin IN ('accrual', 'opening') AND lot.active_day BETWEEN asked.first_day AND asked.last_day
    UNION ALL
    SELECT holder_id, unit_id, entry.day - (entry.reference IS NULL)::int, entry.amount
    FROM asked JOIN points_entry AS entry USING (holder_id, unit_id)
    WHERE entry.kind = 'activation'
        AND entry.day - (entry.reference IS NULL)::int BETWEEN asked.first_day AND asked.last_day
    UNION ALL
    SELECT holder_id, unit_id, lost.day, -lost.points
    FROM asked JOIN points_uncounted AS lost USING (holder_id, unit_id)
    WHERE lost.day BETWEEN asked.first_day AND asked.last_day
)
SELECT holder_id, unit_id, day, sum(points)::bigint FROM counted GROUP BY holder_id, unit_id, day ORDER BY day
