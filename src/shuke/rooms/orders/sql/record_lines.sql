-- Purpose: store the lines of orders that were stored before in the same transaction.
-- Locks: none beside the new rows.
-- Repeatable: a line's number is taken once; a second insert of it fails.
INSERT INTO orders_line (
    order_id, line_number, sku, category, quantity, net_minor, gross_minor, gift_card, attributes,
    refunded_minor, refunded_quantity
)
SELECT order_id, line_number, sku, category, quantity, net_minor, gross_minor, gift_card, attributes::jsonb, 0, 0
FROM unnest(
    %(order_id)b::uuid[], %(line_number)b::smallint[], %(sku)b::text[], %(category)b::text[], %(quantity)b::int[],
    %(net_minor)b::bigint[], %(gross_minor)b::bigint[], %(gift_card)b::bool[], %(attributes)b::text[]
) AS arrived (order_id, line_number, sku, category, quantity, net_minor, gross_minor, gift_card, attributes)
