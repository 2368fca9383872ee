-- Purpose: move accounts on (one without entries is opened) and count the transactions of their holders; returns how many
-- each holder had before, or nothing unless every account stood where the caller said.
-- Locks: the rows of holders and accounts; the caller holds the holders', locked in id order.
-- Repeatable: an account that does not stand where the caller said is left as it is, and the caller rolls back.
WITH moved AS (
    SELECT * FROM unnest(
        %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(expected_available)b::bigint[], %(expected_entry_count)b::int[],
        %(available)b::bigint[], %(pending)b::bigint[], %(held)b::bigint[], %(debt)b::bigint[],
        %(entry_count)b::int[], %(lot_count)b::int[]
    ) AS moved (
        holder_id, unit_id, expected_available, expected_entry_count, available, pending, held, debt, entry_count, lot_count
    )
), opened AS (
    INSERT INTO points_account (holder_id, unit_id, available, pending, held, debt, entry_count, lot_count)
    SELECT holder_id, unit_id, available, pending, held, debt, entry_count, lot_count
    FROM moved WHERE expected_entry_count = 0
    ON CONFLICT (holder_id, unit_id) DO NOTHING
    RETURNING 1
), updated AS (
    UPDATE points_account AS account
    SET available = moved.available, pending = moved.pending, held = moved.held, debt = moved.debt,
        entry_count = moved.entry_count, lot_count = moved.lot_count
    FROM moved
    WHERE account.holder_id = moved.holder_id AND account.unit_id = moved.unit_id
        AND account.available = moved.expected_available AND account.entry_count = moved.expected_entry_count
        AND moved.expected_entry_count > 0
    RETURNING 1
), counted AS (
    UPDATE points_holder AS holder SET transaction_count = holder.transaction_count + made.count
    FROM unnest(%(counted_id)b::uuid[], %(count)b::int[]) AS made (id, count)
    WHERE holder.id = made.id
    RETURNING holder.id, holder.transaction_count - made.count AS before
)
SELECT id, before FROM counted
WHERE (SELECT count(*) FROM moved) = (SELECT count(*) FROM opened) + (SELECT count(*) FROM updated)
