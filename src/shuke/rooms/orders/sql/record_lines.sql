-- Purpose: store the lines of orders that were stored before in the same transaction.
-- Locks: none beside the new rows.
-- Repeatable: a line's number is taken once; a second insert of it fails.
INSERT INTO orders_line (order_id, line_number, sku, category, quantity, net_minor)
SELECT order_id, line_number, sku, category, quantity, net_minor
FROM unnest(
    %(order_id)b::uuid[], %(line_number)b::smallint[], %(sku)b::text[], %(category)b::text[],
    %(quantity)b::int[], %(net_minor)b::bigint[]
) AS arrived (order_id, line_number, sku, category, quantity, net_minor)
