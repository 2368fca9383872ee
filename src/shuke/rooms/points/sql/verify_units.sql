-- Purpose: units of which accounts hold another sum than was issued less redeemed and expired.
-- Locks: none.
-- Repeatable: reads only.
SELECT 'I2', NULL::uuid, format(
    '%%s: accounts hold %%s, issued less redeemed and expired is %%s.', unit.code, held.points, moved.points)
FROM points_unit AS unit
CROSS JOIN LATERAL (
    SELECT coalesce(sum(available), 0) AS points FROM points_account WHERE unit_id = unit.id
) AS held
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS points FROM points_entry WHERE unit_id = unit.id) AS moved
WHERE %(holder_ids)b::uuid[] IS NULL AND held.points <> moved.points
