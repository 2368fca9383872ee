-- Purpose: open holds.
-- Locks: none beside the new rows (and a key share of their accounts).
-- Repeatable: a hold's id is taken once; a second insert of it fails.
INSERT INTO points_hold (holder_id, id, unit_id, points, captured, released, lapsed, made_at, until_at)
SELECT holder_id, id, unit_id, points, captured, released, lapsed, made_at, until_at
FROM unnest(
    %(holder_id)b::uuid[], %(id)b::uuid[], %(unit_id)b::smallint[], %(points)b::bigint[], %(captured)b::bigint[],
    %(released)b::bigint[], %(lapsed)b::bigint[], %(made_at)b::timestamptz[], %(until_at)b::timestamptz[]
) AS opened (holder_id, id, unit_id, points, captured, released, lapsed, made_at, until_at)
