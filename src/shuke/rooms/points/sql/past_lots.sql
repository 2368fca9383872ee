-- Purpose: the lots that facts, of (holder, reference), opened by earning, with what a refund must know of them: what has
-- ended of each and was not forgiven yet, and the day on which its points count as earned (null: not yet).
-- Locks: none; the caller holds the holders.
-- Repeatable: reads only.
SELECT lot.reference, lot.unit_id, lot.number, lot.earned, lot.clawed,
    coalesce(ended.points, 0) - least(coalesce(ended.points, 0), coalesce(forgiven.points, 0)),
    CASE WHEN lot.origin = 'accrual' THEN lot.active_day ELSE ended.counted_day END
FROM unnest(%(holder_id)b::uuid[], %(reference)b::uuid[]) AS asked (holder_id, reference)
JOIN points_entry AS opening ON opening.holder_id = asked.holder_id AND opening.reference = asked.reference
    AND opening.kind IN ('accrual', 'accrual_pending')
JOIN points_lot AS lot ON lot.holder_id = opening.holder_id AND lot.unit_id = opening.unit_id
    AND lot.number = opening.lot_number
LEFT JOIN LATERAL (
    SELECT (-sum(entry.amount) FILTER (WHERE entry.kind IN ('expiry', 'lapse', 'cancellation')))::bigint AS points,
        max(entry.day - (entry.reference IS NULL)::int) FILTER (WHERE entry.kind = 'activation') AS counted_day
    FROM points_entry AS entry
    WHERE entry.holder_id = lot.holder_id AND entry.unit_id = lot.unit_id AND entry.lot_number = lot.number
) AS ended ON true
LEFT JOIN LATERAL (
    SELECT sum(known.forgiven)::bigint AS points FROM points_clawback AS known
    WHERE known.holder_id = lot.holder_id AND known.unit_id = lot.unit_id AND known.lot_number = lot.number
) AS forgiven ON true
ORDER BY lot.unit_id, lot.number
