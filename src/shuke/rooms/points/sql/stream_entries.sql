-- Purpose: the next entries by (holder, unit, number), as one row of columns.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    array_agg(holder_id), array_agg(unit_id), array_agg(number), array_agg(transaction_number),
    array_agg(kind), array_agg(lot_number), array_agg(amount), array_agg(day)
FROM (
    SELECT * FROM points_entry
    WHERE (holder_id, unit_id, number) > (%(holder_id)s, %(unit_id)s, %(number)s)
    ORDER BY holder_id, unit_id, number
    LIMIT %(limit)s
) AS run
