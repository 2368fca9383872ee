-- Purpose: a page of a holder's entries, of one unit or of all, newest first.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    holder_id, unit_id, number, transaction_number, kind, lot_number, amount, balance_after,
    day, occurred_at, recorded_at, reference
FROM points_entry
WHERE holder_id = %(holder_id)s AND (%(unit_id)s::smallint IS NULL OR unit_id = %(unit_id)s::smallint)
    AND (transaction_number, unit_id, number) < (%(before_transaction)s, %(before_unit)s, %(before_number)s)
ORDER BY transaction_number DESC, unit_id DESC, number DESC
LIMIT %(limit)s
