-- Purpose: move points into and out of lots that were open before, and date those that are activated; returns how many
-- lots there were.
-- Locks: the lots' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: no; the guarded move of the accounts in the same transaction lets it happen once. Constraints refuse to
-- take more than there is.
UPDATE points_lot AS lot
SET remaining = lot.remaining + changed.remaining, waiting = lot.waiting + changed.waiting, held = lot.held + changed.held,
    expires_at = coalesce(changed.expires_at, lot.expires_at),
    expires_day = coalesce(changed.expires_day, lot.expires_day),
    active_day = coalesce(changed.active_day, lot.active_day)
FROM unnest(
    %(holder_id)b::uuid[], %(unit_id)b::smallint[], %(number)b::int[], %(remaining)b::bigint[], %(waiting)b::bigint[],
    %(held)b::bigint[], %(expires_at)b::timestamptz[], %(expires_day)b::int[], %(active_day)b::int[]
) AS changed (holder_id, unit_id, number, remaining, waiting, held, expires_at, expires_day, active_day)
WHERE lot.holder_id = changed.holder_id AND lot.unit_id = changed.unit_id AND lot.number = changed.number
