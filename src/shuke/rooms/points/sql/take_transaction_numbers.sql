-- Purpose: count holders' transactions on; returns the last number that was given out before to each.
-- Locks: the holders' rows, which the caller holds already, locked in id order.
-- Repeatable: no; numbers that are not used leave a gap, so the entries follow in the same transaction.
UPDATE points_holder AS holder
SET transaction_count = transaction_count + taken.count
FROM unnest(%(ids)b::uuid[], %(counts)b::int[]) AS taken (id, count)
WHERE holder.id = taken.id
RETURNING holder.id, transaction_count - taken.count
