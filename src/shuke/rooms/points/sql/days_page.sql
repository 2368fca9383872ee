-- Purpose: a page of all holders' entries of some local days, of some kinds (none: all) and one unit or all, latest first.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    holder_id, unit_id, number, transaction_number, kind, lot_number, amount, balance_after,
    day, occurred_at, recorded_at, reference
FROM points_entry
WHERE day BETWEEN %(first)s AND %(last)s
    AND (cardinality(%(kinds)b::text[]) = 0 OR kind = ANY(%(kinds)b::text[]))
    AND (%(unit_id)s::smallint IS NULL OR unit_id = %(unit_id)s::smallint)
    AND (
        %(before_holder)s::uuid IS NULL
        OR (occurred_at, holder_id, unit_id, number) < (
            SELECT occurred_at, holder_id, unit_id, number FROM points_entry
            WHERE holder_id = %(before_holder)s::uuid AND unit_id = %(before_unit)s::smallint
                AND number = %(before_number)s::integer
        )
    )
ORDER BY occurred_at DESC, holder_id DESC, unit_id DESC, number DESC
LIMIT %(limit)s
