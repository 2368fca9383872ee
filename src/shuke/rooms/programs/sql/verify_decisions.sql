-- Purpose: orders that are not what was decided on (amounts, day, number of lines, counted or not; gift cards left out),
-- behaviours without a decision, and decisions that gave other points than the ledger has of their fact (I33). Points of
-- milestones come with a fact and are in no decision: versions that have some may have accrued more.
-- Locks: none. Reads the tables of orders and ledger, which no room's door gives whole.
-- Repeatable: reads only.
WITH lines AS (
    SELECT order_id, count(*) AS count FROM orders_line WHERE NOT gift_card GROUP BY order_id
), facts AS ( -- what the order is, and what the vector of its decision says it was; arrays count from 1
    SELECT stored.id, stored.member_id, stored.counted, decision.fact_id IS NOT NULL AS known,
        decision.version_id IS NOT NULL AS decided,
        ARRAY[
            stored.day, stored.net_minor - stored.gift_minor, stored.gross_minor - stored.gift_minor,
            coalesce(lines.count, 0)
        ] AS "is",
        ARRAY[
            decision.vector[%(day)s], decision.vector[%(net)s], decision.vector[%(gross)s], decision.vector[%(lines)s]
        ] AS was
    FROM orders_order AS stored
    LEFT JOIN lines ON lines.order_id = stored.id
    LEFT JOIN programs_decision AS decision
        ON decision.fact_id = stored.id AND decision.member_id = stored.member_id
    WHERE stored.member_id IS NOT NULL
    UNION ALL
    SELECT done.id, done.member_id, done.counted, decision.fact_id IS NOT NULL, decision.version_id IS NOT NULL,
        ARRAY[done.day::bigint], ARRAY[decision.vector[%(day)s]]
    FROM orders_behaviour AS done
    LEFT JOIN programs_decision AS decision ON decision.fact_id = done.id AND decision.member_id = done.member_id
    WHERE done.member_id IS NOT NULL
), given AS (
    SELECT decision.member_id, decision.fact_id, unit.id AS unit_id, bool_or(unit.milestones) AS milestones,
        sum(decision.points[unit.position])::bigint AS points
    FROM programs_decision AS decision
    JOIN unnest(%(versions)b::int[], %(positions)b::int[], %(units)b::smallint[], %(milestones)b::bool[])
        AS unit (version_id, position, id, milestones) ON unit.version_id = decision.version_id
    GROUP BY 1, 2, 3
), accrued AS (
    SELECT holder_id AS member_id, reference AS fact_id, unit_id, sum(amount)::bigint AS points
    FROM points_entry WHERE kind IN ('accrual', 'accrual_pending')
    GROUP BY 1, 2, 3
)
SELECT 'I33', member_id, CASE
    WHEN NOT known THEN format('Fact %%s has no decision.', id)
    WHEN counted AND NOT decided THEN format('Fact %%s counts and was not decided.', id)
    WHEN decided AND NOT counted THEN format('Fact %%s was decided and does not count.', id)
    ELSE format('Fact %%s has day, net, gross and lines %%s, it was decided on %%s.', id, "is", was)
END
FROM facts
WHERE NOT known OR counted <> decided OR (decided AND "is" <> was)
UNION ALL
SELECT 'I33', coalesce(given.member_id, accrued.member_id), format(
    'Fact %%s was given %%s of unit %%s, the ledger has %%s.', coalesce(given.fact_id, accrued.fact_id),
    coalesce(given.points, 0), coalesce(given.unit_id, accrued.unit_id), coalesce(accrued.points, 0))
FROM given
FULL JOIN accrued USING (member_id, fact_id, unit_id)
WHERE coalesce(given.points, 0) <> coalesce(accrued.points, 0)
    AND (NOT coalesce(given.milestones, false) OR given.points > accrued.points)
LIMIT 1000
