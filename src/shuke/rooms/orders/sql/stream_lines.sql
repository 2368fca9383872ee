-- Purpose: the lines of orders, in the order of the orders given, as one row of columns; positions count from 1.
-- Locks: none.
-- Repeatable: reads only.
SELECT array_agg(position), array_agg(net_minor), array_agg(quantity), array_agg(category), array_agg(sku)
FROM (
    SELECT asked.position, line.net_minor, line.quantity, line.category, line.sku
    FROM unnest(%(order_id)b::uuid[]) WITH ORDINALITY AS asked (id, position)
    JOIN orders_line AS line ON line.order_id = asked.id
    ORDER BY asked.position, line.line_number
) AS run
