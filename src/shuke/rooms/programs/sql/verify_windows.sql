-- Purpose: windows of members that do not hold what was counted in them (I34). Each is asked for with the kind of its
-- counter (0 spend, 1 orders, 2 points earned of `unit_id`, 3 behaviours `behaviour`), its first day, the first day after
-- it and what is stored.
-- Locks: none. Reads the tables of orders and points by their indexes of (member, day) and holder.
-- Repeatable: reads only.
SELECT 'I34', asked.member_id, format(
    'Window %%s holds %%s, what was counted comes to %%s.', asked.position, asked.value, counted.value)
FROM unnest(
    %(members)b::uuid[], %(positions)b::int[], %(kinds)b::int[], %(units)b::smallint[], %(behaviours)b::text[],
    %(firsts)b::int[], %(ends)b::int[], %(values)b::bigint[]
) AS asked (member_id, position, kind, unit_id, behaviour, first_day, end_day, value)
CROSS JOIN LATERAL (
    SELECT CASE asked.kind
        WHEN 0 THEN (
            SELECT coalesce(sum(stored.net_minor - stored.gift_minor), 0) FROM orders_order AS stored
            WHERE stored.member_id = asked.member_id AND stored.day >= asked.first_day AND stored.day < asked.end_day
                AND stored.counted
        ) - (
            SELECT coalesce(sum(refund.net_minor - refund.gift_minor), 0) FROM orders_refund AS refund
            WHERE refund.member_id = asked.member_id AND refund.order_day >= asked.first_day
                AND refund.order_day < asked.end_day
        )
        WHEN 1 THEN (
            SELECT count(*) FROM orders_order AS stored
            WHERE stored.member_id = asked.member_id AND stored.day >= asked.first_day AND stored.day < asked.end_day
                AND stored.counted
        ) - (
            SELECT count(*) FROM orders_refund AS refund
            WHERE refund.member_id = asked.member_id AND refund.order_day >= asked.first_day
                AND refund.order_day < asked.end_day AND refund.empties
        )
        WHEN 2 THEN (
            SELECT coalesce(sum(lot.earned), 0) FROM points_lot AS lot
            WHERE lot.holder_id = asked.member_id AND lot.unit_id = asked.unit_id
                AND lot.origin IN ('accrual', 'opening') AND lot.active_day >= asked.first_day
                AND lot.active_day < asked.end_day
        ) + (
            SELECT coalesce(sum(entry.amount), 0) FROM points_entry AS entry
            WHERE entry.holder_id = asked.member_id AND entry.unit_id = asked.unit_id AND entry.kind = 'activation'
                AND entry.day - (entry.reference IS NULL)::int >= asked.first_day
                AND entry.day - (entry.reference IS NULL)::int < asked.end_day
        ) - (
            SELECT coalesce(sum(lost.points), 0) FROM points_uncounted AS lost
            WHERE lost.holder_id = asked.member_id AND lost.unit_id = asked.unit_id AND lost.day >= asked.first_day
                AND lost.day < asked.end_day
        )
        ELSE (
            SELECT count(*) FROM orders_behaviour AS done
            WHERE done.member_id = asked.member_id AND done.kind = asked.behaviour AND done.counted
                AND done.day >= asked.first_day AND done.day < asked.end_day
        )
    END::bigint AS value
) AS counted
WHERE asked.value <> counted.value
LIMIT 1000
