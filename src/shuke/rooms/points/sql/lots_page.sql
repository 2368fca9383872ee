-- Purpose: a page of a holder's lots, of one unit or of all: those with points in them first, by what ends soonest.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    holder_id, unit_id, number, earned, remaining, earned_at, expires_at, expires_day, waiting, held, clawed,
    origin, gift, active_day, reference, ready_day, wait_event, cancel_day, expiry_rule
FROM (
    SELECT *, (remaining + waiting + held = 0)::int AS spent, coalesce(expires_day, 2147483647) AS end_day
    FROM points_lot
    WHERE holder_id = %(holder_id)s AND (%(unit_id)s::smallint IS NULL OR unit_id = %(unit_id)s::smallint)
) AS lot
WHERE (spent, end_day, unit_id, number) > (%(after_spent)s, %(after_end)s, %(after_unit)s, %(after_number)s)
ORDER BY spent, end_day, unit_id, number
LIMIT %(limit)s
