-- Purpose: holds whose parts are not what their lots or the entries say (I11); lots that gave or hold other points than
-- takes say, and points that came back without having been taken (I13); takes of more than one unit (I21).
-- Locks: none.
-- Repeatable: reads only.
WITH take AS (
    SELECT * FROM points_take WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
), hold AS (
    SELECT * FROM points_hold WHERE %(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[])
), entry AS (
    SELECT * FROM points_entry
    WHERE kind IN ('redemption', 'return', 'holding', 'capture', 'release', 'lapse')
        AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
), of_hold AS (
    SELECT hold.*, coalesce(taken.held, 0) AS lots_held, coalesce(taken.used, 0) AS lots_used
    FROM hold
    LEFT JOIN (SELECT holder_id, reference, sum(held) AS held, sum(used) AS used FROM take GROUP BY 1, 2) AS taken
        ON taken.holder_id = hold.holder_id AND taken.reference = hold.id
), holds AS (
    SELECT holder_id, unit_id, sum(points) AS points, sum(captured) AS captured, sum(released) AS released,
        sum(lapsed) AS lapsed
    FROM hold GROUP BY holder_id, unit_id
), moved AS (
    SELECT holder_id, unit_id,
        coalesce(-sum(amount) FILTER (WHERE kind = 'holding'), 0) AS points,
        coalesce(-sum(amount) FILTER (WHERE kind = 'capture'), 0) AS captured,
        coalesce(sum(amount) FILTER (WHERE kind = 'release'), 0) AS released,
        coalesce(-sum(amount) FILTER (WHERE kind = 'lapse'), 0) AS lapsed,
        coalesce(sum(amount) FILTER (WHERE kind = 'return'), 0) AS returned
    FROM entry GROUP BY holder_id, unit_id
), of_lot AS (
    SELECT holder_id, unit_id, lot_number, sum(held) AS held, sum(used) AS used FROM take GROUP BY 1, 2, 3
), gave AS (
    SELECT holder_id, unit_id, lot_number, -sum(amount) AS used
    FROM entry WHERE kind IN ('redemption', 'capture') GROUP BY 1, 2, 3
), returned AS (
    SELECT holder_id, unit_id, sum(returned) AS points FROM take GROUP BY 1, 2
), found AS (
    SELECT 'I11' AS invariant, holder_id, unit_id, format(
        'the hold %%s of %%s has %%s captured and %%s left, its lots say %%s and %%s.',
        id, points, captured, points - captured - released - lapsed, lots_used, lots_held) AS detail
    FROM of_hold
    WHERE captured <> lots_used OR points - captured - released - lapsed <> lots_held
    UNION ALL
    SELECT 'I11', holder_id, unit_id, format(
        'holds set %%s aside, captured %%s, released %%s and let %%s lapse, the entries say %%s, %%s, %%s and %%s.',
        coalesce(holds.points, 0), coalesce(holds.captured, 0), coalesce(holds.released, 0), coalesce(holds.lapsed, 0),
        coalesce(moved.points, 0), coalesce(moved.captured, 0), coalesce(moved.released, 0), coalesce(moved.lapsed, 0))
    FROM holds
    FULL JOIN moved USING (holder_id, unit_id)
    WHERE (coalesce(holds.points, 0), coalesce(holds.captured, 0), coalesce(holds.released, 0), coalesce(holds.lapsed, 0))
        <> (coalesce(moved.points, 0), coalesce(moved.captured, 0), coalesce(moved.released, 0), coalesce(moved.lapsed, 0))
    UNION ALL
    SELECT 'I11', holder_id, unit_id, format(
        'lot %%s has %%s held, its takes say %%s.', lot_number, coalesce(lot.held, 0), coalesce(taken.held, 0))
    FROM (
        SELECT holder_id, unit_id, number AS lot_number, held FROM points_lot
        WHERE held <> 0 AND (%(holder_ids)b::uuid[] IS NULL OR holder_id = ANY(%(holder_ids)b::uuid[]))
    ) AS lot
    FULL JOIN (SELECT * FROM of_lot WHERE held <> 0) AS taken USING (holder_id, unit_id, lot_number)
    WHERE coalesce(lot.held, 0) <> coalesce(taken.held, 0)
    UNION ALL
    SELECT 'I13', holder_id, unit_id, format(
        'lot %%s gave %%s, its takes say %%s.', lot_number, coalesce(gave.used, 0), coalesce(of_lot.used, 0))
    FROM of_lot
    FULL JOIN gave USING (holder_id, unit_id, lot_number)
    WHERE coalesce(gave.used, 0) <> coalesce(of_lot.used, 0)
    UNION ALL
    SELECT 'I13', holder_id, unit_id, format(
        'takes say that %%s came back, the entries %%s.', coalesce(returned.points, 0), coalesce(moved.returned, 0))
    FROM returned
    FULL JOIN moved USING (holder_id, unit_id)
    WHERE coalesce(returned.points, 0) <> coalesce(moved.returned, 0)
    UNION ALL
    SELECT 'I13', holder_id, unit_id, format(
        'of %%s taken of lot %%s, %%s came back and %%s were given up.', used, lot_number, returned, forfeited)
    FROM take WHERE returned + forfeited > used OR least(held, used, returned, forfeited) < 0
    UNION ALL
    SELECT 'I21', holder_id, min(unit_id), format('%%s takes points of more than one unit.', reference)
    FROM take GROUP BY holder_id, reference HAVING min(unit_id) <> max(unit_id)
)
SELECT found.invariant, found.holder_id, format('%%s: %%s', unit.code, found.detail)
FROM found
JOIN points_unit AS unit ON unit.id = found.unit_id
LIMIT 1000
