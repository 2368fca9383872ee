-- Purpose: write down what redemptions and holds take of which lots.
-- Locks: none beside the new rows (and a key share of their lots).
-- Repeatable: a redemption or hold takes of a lot once; a second insert fails.
INSERT INTO points_take (holder_id, reference, unit_id, lot_number, ordinal, held, used, returned, forfeited)
SELECT holder_id, reference, unit_id, lot_number, ordinal, held, used, returned, 0
FROM unnest(
    %(holder_id)b::uuid[], %(reference)b::uuid[], %(unit_id)b::smallint[], %(lot_number)b::int[],
    %(ordinal)b::smallint[], %(held)b::bigint[], %(used)b::bigint[], %(returned)b::bigint[]
) AS taken (holder_id, reference, unit_id, lot_number, ordinal, held, used, returned)
