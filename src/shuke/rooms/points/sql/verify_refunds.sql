-- Purpose: lots for which another sum was taken back than refunds say, or more than they earned; refunds that took back or
-- left owed another sum than their entries say (I12). What was taken back for lot 0 is of milestones, not of one lot.
-- Locks: none.
-- Repeatable: reads only.
WITH clawback AS (
    SELECT * FROM points_clawback WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
), of_lot AS (
    SELECT holder_id, unit_id, lot_number, sum(taken + owed + forgiven) AS points FROM clawback GROUP BY 1, 2, 3
), of_refund AS (
    SELECT holder_id, unit_id, reference, sum(taken) AS taken, sum(owed) AS owed FROM clawback GROUP BY 1, 2, 3
), moved AS (
    SELECT holder_id, unit_id, reference, -coalesce(sum(amount) FILTER (WHERE kind <> 'owed'), 0) AS taken,
        -coalesce(sum(amount) FILTER (WHERE kind = 'owed'), 0) AS owed
    FROM points_entry
    WHERE kind IN ('clawback', 'clawback_pending', 'owed')
        AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    GROUP BY holder_id, unit_id, reference
), found AS (
    SELECT lot.holder_id, lot.unit_id, format(
        'lot %%s of %%s says %%s were taken back for it, refunds say %%s.',
        lot.number, lot.earned, lot.clawed, coalesce(of_lot.points, 0)) AS detail
    FROM points_lot AS lot
    LEFT JOIN of_lot ON of_lot.holder_id = lot.holder_id AND of_lot.unit_id = lot.unit_id AND of_lot.lot_number = lot.number
    WHERE (lot.clawed <> coalesce(of_lot.points, 0) OR lot.clawed > lot.earned)
        AND (%(holder_ids)b::uuid[] IS NULL OR lot.holder_id = ANY(%(holder_ids)b::uuid[]))
    UNION ALL
    SELECT coalesce(of_refund.holder_id, moved.holder_id), coalesce(of_refund.unit_id, moved.unit_id), format(
        'the refund %%s took %%s back and left %%s owed, its entries say %%s and %%s.',
        coalesce(of_refund.reference, moved.reference), coalesce(of_refund.taken, 0), coalesce(of_refund.owed, 0),
        coalesce(moved.taken, 0), coalesce(moved.owed, 0))
    FROM of_refund
    FULL JOIN moved ON moved.holder_id = of_refund.holder_id AND moved.unit_id = of_refund.unit_id
        AND moved.reference = of_refund.reference
    WHERE (coalesce(of_refund.taken, 0), coalesce(of_refund.owed, 0)) <> (coalesce(moved.taken, 0), coalesce(moved.owed, 0))
)
SELECT 'I12', found.holder_id, format('%%s: %%s', unit.code, found.detail)
FROM found
JOIN points_unit AS unit ON unit.id = found.unit_id
LIMIT 1000
