-- Purpose: orders and lines that count other sums as refunded than their refunds took off, or more than there was; refunds
-- that are not of the member and day of their order, or empty it twice.
-- Locks: none.
-- Repeatable: reads only.
WITH applied AS (
    SELECT * FROM orders_refund WHERE state = 'applied'
), taken AS (
    SELECT order_id, sum(net_minor) AS net_minor, count(*) FILTER (WHERE empties) AS emptied
    FROM applied GROUP BY order_id
), taken_of_line AS (
    SELECT applied.order_id, line.line_number, sum(line.net_minor) AS net_minor, sum(line.quantity) AS quantity
    FROM applied
    JOIN orders_refund_line AS line ON line.refund_id = applied.id
    GROUP BY applied.order_id, line.line_number
)
SELECT stored.member_id, format(
    'Order %%s of %%s counts %%s as refunded, its refunds took off %%s.',
    stored.id, stored.net_minor, stored.refunded_minor, coalesce(taken.net_minor, 0))
FROM orders_order AS stored
LEFT JOIN taken ON taken.order_id = stored.id
WHERE stored.refunded_minor <> coalesce(taken.net_minor, 0) OR stored.refunded_minor > stored.net_minor
UNION ALL
SELECT stored.member_id, format(
    'Line %%s of order %%s counts %%s and %%s pieces as refunded, its refunds took off %%s and %%s.',
    line.line_number, line.order_id, line.refunded_minor, line.refunded_quantity,
    coalesce(taken_of_line.net_minor, 0), coalesce(taken_of_line.quantity, 0))
FROM orders_line AS line
JOIN orders_order AS stored ON stored.id = line.order_id
LEFT JOIN taken_of_line ON taken_of_line.order_id = line.order_id AND taken_of_line.line_number = line.line_number
WHERE line.refunded_minor <> coalesce(taken_of_line.net_minor, 0)
    OR line.refunded_quantity <> coalesce(taken_of_line.quantity, 0)
    OR line.refunded_minor > line.net_minor OR line.refunded_quantity > line.quantity
UNION ALL
SELECT applied.member_id, format('Refund %%s does not count where its order does.', applied.id)
FROM applied
JOIN orders_order AS stored ON stored.id = applied.order_id
WHERE applied.member_id IS DISTINCT FROM stored.member_id
    OR applied.order_day IS DISTINCT FROM CASE WHEN stored.counted THEN stored.day END
UNION ALL
SELECT stored.member_id, format('Order %%s was emptied %%s times.', stored.id, taken.emptied)
FROM taken
JOIN orders_order AS stored ON stored.id = taken.order_id
WHERE taken.emptied > 1
LIMIT 1000
