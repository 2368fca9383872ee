-- Purpose: count on what refunds take off the lines of their orders; returns how many lines there were.
-- Locks: the lines' rows; the caller holds the lock of their orders.
-- Repeatable: no; the refunds are applied once, in the same transaction. A constraint refuses to take more off a line
-- than there was.
WITH taken AS (
    SELECT refund.order_id, line.line_number, sum(line.quantity)::int AS quantity, sum(line.net_minor)::bigint AS net_minor
    FROM orders_refund AS refund
    JOIN orders_refund_line AS line ON line.refund_id = refund.id
    WHERE refund.id = ANY(%(ids)b::uuid[])
    GROUP BY refund.order_id, line.line_number
), counted AS (
    UPDATE orders_line AS line
    SET refunded_quantity = line.refunded_quantity + taken.quantity, refunded_minor = line.refunded_minor + taken.net_minor
    FROM taken
    WHERE line.order_id = taken.order_id AND line.line_number = taken.line_number
    RETURNING 1
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM counted)
