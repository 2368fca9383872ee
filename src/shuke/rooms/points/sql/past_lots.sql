-- Purpose: lots that facts earned, with what went of them by itself (less what refunds forgave) and the day on which they
-- count as earned.
-- Locks: none; the caller holds the holders' rows.
-- Repeatable: reads only.
SELECT
    lot.reference, lot.unit_id, lot.number, lot.earned, lot.clawed,
    greatest(coalesce(past.gone, 0) - coalesce(forgiven.points, 0), 0)::bigint,
    CASE WHEN lot.origin = 'accrual' THEN lot.active_day ELSE past.counted_day END
FROM unnest(%(holder_id)b::uuid[], %(reference)b::uuid[]) AS asked (holder_id, reference)
JOIN points_lot AS lot USING (holder_id, reference)
LEFT JOIN LATERAL (
    SELECT -sum(entry.amount) FILTER (WHERE entry.kind <> 'activation') AS gone,
        max(entry.day - (entry.reference IS NULL)::int) FILTER (WHERE entry.kind = 'activation') AS counted_day
    FROM points_entry AS entry
    WHERE entry.holder_id = lot.holder_id AND entry.unit_id = lot.unit_id AND entry.lot_number = lot.number
        AND entry.kind IN ('expiry', 'lapse', 'cancellation', 'activation')
) AS past ON true
LEFT JOIN LATERAL (
    SELECT sum(clawback.forgiven) AS points
    FROM points_clawback AS clawback
    WHERE clawback.holder_id = lot.holder_id AND clawback.unit_id = lot.unit_id AND clawback.lot_number = lot.number
) AS forgiven ON true
WHERE lot.origin IN ('accrual', 'accrual_pending')
ORDER BY lot.unit_id, lot.number
