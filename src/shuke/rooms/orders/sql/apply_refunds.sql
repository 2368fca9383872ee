-- Purpose: apply parked refunds to their orders, and count on what was taken off those; returns how many refunds were
-- parked.
-- Locks: the refunds' rows, then the orders'; the caller holds the locks of orders and holders, in id order.
-- Repeatable: a refund that is not parked is left as it is, and so missing from the count. A constraint refuses to take
-- more off an order than was paid.
WITH applied AS (
    UPDATE orders_refund AS refund
    SET state = 'applied', order_id = known.order_id, member_id = known.member_id, day = known.day,
        order_day = known.order_day, empties = known.empties, net_minor = known.net_minor
    FROM unnest(
        %(refund_id)b::uuid[], %(order_id)b::uuid[], %(member_id)b::uuid[], %(day)b::int[], %(order_day)b::int[],
        %(empties)b::bool[], %(net_minor)b::bigint[]
    ) AS known (refund_id, order_id, member_id, day, order_day, empties, net_minor)
    WHERE refund.id = known.refund_id AND refund.state = 'parked'
    RETURNING refund.order_id, refund.net_minor
), counted AS (
    UPDATE orders_order AS stored SET refunded_minor = stored.refunded_minor + taken.net_minor
    FROM (SELECT order_id, sum(net_minor)::bigint AS net_minor FROM applied GROUP BY order_id) AS taken
    WHERE stored.id = taken.order_id
)
SELECT count(*) FROM applied
