-- Purpose: move accounts on; returns how many stood where the caller said (an account without entries is opened).
-- Locks: the accounts' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: an account that does not stand where the caller said is left as it is, and so missing from the count.
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
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM updated)
