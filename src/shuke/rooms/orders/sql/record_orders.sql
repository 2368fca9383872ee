-- Purpose: store orders with their lines; their recorded_seq follows the order given.
-- Locks: none beside the new rows (and a key share of their members).
-- Repeatable: an id is taken once; a second insert of it fails. Outside ids are kept apart as business keys.
WITH lines AS (
    INSERT INTO orders_line (
        order_id, line_number, sku, category, quantity, net_minor, gross_minor, gift_card, attributes,
        refunded_minor, refunded_quantity
    )
    SELECT order_id, line_number, sku, category, quantity, net_minor, gross_minor, gift_card, attributes::jsonb, 0, 0
    FROM unnest(
        %(line_order_id)b::uuid[], %(line_number)b::smallint[], %(line_sku)b::text[], %(line_category)b::text[],
        %(line_quantity)b::int[], %(line_net_minor)b::bigint[], %(line_gross_minor)b::bigint[],
        %(line_gift_card)b::bool[], %(line_attributes)b::text[]
    ) AS line (order_id, line_number, sku, category, quantity, net_minor, gross_minor, gift_card, attributes)
)
INSERT INTO orders_order (
    id, member_id, source, external_id, occurred_at, recorded_at, day, net_minor, gross_minor, currency, store, channel,
    counted, generated, tax_minor, shipping_minor, points_paid_minor, brand, attributes, refunded_minor,
    gift_minor
)
SELECT
    id, member_id, source, external_id, occurred_at, %(recorded_at)s, day, net_minor, gross_minor, currency, store, channel,
    counted, generated, tax_minor, shipping_minor, points_paid_minor, brand, attributes::jsonb, 0,
    gift_minor
FROM unnest(
    %(id)b::uuid[], %(member_id)b::uuid[], %(source)b::text[], %(external_id)b::text[],
    %(occurred_at)b::timestamptz[], %(day)b::int[], %(net_minor)b::bigint[], %(gross_minor)b::bigint[],
    %(currency)b::text[], %(store)b::text[], %(channel)b::text[], %(counted)b::bool[], %(generated)b::bool[],
    %(tax_minor)b::bigint[], %(shipping_minor)b::bigint[], %(points_paid_minor)b::bigint[], %(brand)b::text[],
    %(attributes)b::text[], %(gift_minor)b::bigint[]
) WITH ORDINALITY AS arrived (
    id, member_id, source, external_id, occurred_at, day, net_minor, gross_minor, currency, store, channel,
    counted, generated, tax_minor, shipping_minor, points_paid_minor, brand, attributes, gift_minor, position
)
ORDER BY position
