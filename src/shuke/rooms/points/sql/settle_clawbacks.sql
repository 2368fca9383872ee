-- Purpose: write down what refunds took back on account of which lots, and count it on those lots; returns how many.
-- Lot 0 stands for milestones, which are no order's lot.
-- Locks: the lots' rows; the caller holds their holders' rows, locked in id order.
-- Repeatable: a refund claims of a lot once; a second insert fails. A constraint refuses more than the lot earned.
WITH claimed AS (
    SELECT * FROM unnest(
        %(holder_id)b::uuid[], %(reference)b::uuid[], %(unit_id)b::smallint[], %(lot_number)b::int[],
        %(taken)b::bigint[], %(owed)b::bigint[], %(forgiven)b::bigint[]
    ) AS claimed (holder_id, reference, unit_id, lot_number, taken, owed, forgiven)
), written AS (
    INSERT INTO points_clawback (holder_id, reference, unit_id, lot_number, taken, owed, forgiven)
    SELECT holder_id, reference, unit_id, lot_number, taken, owed, forgiven FROM claimed
), summed AS (
    SELECT holder_id, unit_id, lot_number, sum(taken + owed + forgiven)::bigint AS points
    FROM claimed WHERE lot_number > 0 GROUP BY holder_id, unit_id, lot_number
), counted AS (
    UPDATE points_lot AS lot SET clawed = lot.clawed + summed.points
    FROM summed
    WHERE lot.holder_id = summed.holder_id AND lot.unit_id = summed.unit_id AND lot.number = summed.lot_number
    RETURNING 1
)
SELECT (SELECT count(*) FROM counted), (SELECT count(*) FROM summed)
