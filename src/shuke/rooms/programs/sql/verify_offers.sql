-- Purpose: offers that took off an order another amount than its kept cart says, that count though nothing of the order
-- is left or the other way round, and counters of caps that are not the sum of the orders that count (I18).
-- Locks: none. Reads the refunds of orders, which no room's door gives whole.
-- Repeatable: reads only.
WITH kept AS (
    SELECT cart.order_id, line ->> 'code' AS code, (line ->> 'off_minor')::bigint AS off_minor
    FROM programs_cart AS cart
    CROSS JOIN LATERAL jsonb_array_elements(cart.priced -> 'applied') AS line
    WHERE line ->> 'coupon_id' IS NULL
), emptied AS (
    SELECT DISTINCT order_id FROM orders_refund WHERE empties
), sums AS (
    SELECT used.program_id, used.code, counter.day, count(*) AS times, sum(used.off_minor)::bigint AS off_minor
    FROM programs_offer_use AS used
    CROSS JOIN LATERAL (VALUES (0), (used.day)) AS counter (day)
    WHERE used.counted AND NOT used.returned
    GROUP BY used.program_id, used.code, counter.day
)
SELECT 'I18', used.member_id, format('The offer %%s took %%s off an order, its cart says %%s.', coalesce(used.code, kept.code),
    coalesce(used.off_minor, 0), coalesce(kept.off_minor, 0))
FROM programs_offer_use AS used
FULL JOIN kept ON kept.order_id = used.order_id AND kept.code = used.code
WHERE kept.off_minor IS DISTINCT FROM used.off_minor
UNION ALL
SELECT 'I18', used.member_id, CASE
    WHEN used.returned THEN format('The offer %%s was given back, of its order something is left.', used.code)
    ELSE format('The offer %%s counts, of its order nothing is left.', used.code)
END
FROM programs_offer_use AS used
LEFT JOIN emptied ON emptied.order_id = used.order_id
WHERE used.returned <> (emptied.order_id IS NOT NULL)
UNION ALL
SELECT 'I18', NULL, format('The offer %%s counts %%s times and %%s off, its orders have %%s times and %%s off.',
    coalesce(known.code, sums.code), coalesce(known.times, 0), coalesce(known.off_minor, 0), coalesce(sums.times, 0),
    coalesce(sums.off_minor, 0))
FROM programs_offer_count AS known
FULL JOIN sums ON sums.program_id = known.program_id AND sums.code = known.code AND sums.day = known.day
WHERE (coalesce(known.times, 0), coalesce(known.off_minor, 0)) <> (coalesce(sums.times, 0), coalesce(sums.off_minor, 0))
LIMIT 1000
