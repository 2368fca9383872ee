-- Purpose: store refunds, parked; their recorded_seq follows the order given.
-- Locks: none beside the new rows.
-- Repeatable: an id is taken once; a second insert of it fails. Outside ids are kept apart as business keys.
INSERT INTO orders_refund (
    id, source, external_id, order_source, order_external_id, occurred_at, recorded_at, net_minor, gift_minor, empties,
    state
)
SELECT id, source, external_id, order_source, order_external_id, occurred_at, %(recorded_at)s, net_minor, 0, false,
    'parked'
FROM unnest(
    %(id)b::uuid[], %(source)b::text[], %(external_id)b::text[], %(order_source)b::text[],
    %(order_external_id)b::text[], %(occurred_at)b::timestamptz[], %(net_minor)b::bigint[]
) WITH ORDINALITY AS arrived (
    id, source, external_id, order_source, order_external_id, occurred_at, net_minor, position
)
ORDER BY position
