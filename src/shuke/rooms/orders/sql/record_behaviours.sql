-- Purpose: store behaviours; their recorded_seq follows the order given.
-- Locks: none beside the new rows (and a key share of their members).
-- Repeatable: an id is taken once; a second insert of it fails. Outside ids are kept apart as business keys.
INSERT INTO orders_behaviour (
    id, member_id, source, external_id, kind, occurred_at, recorded_at, day, store, channel, order_id, attributes, counted
)
SELECT
    id, member_id, source, external_id, kind, occurred_at, %(recorded_at)s, day, store, channel, order_id,
    attributes::jsonb, counted
FROM unnest(
    %(id)b::uuid[], %(member_id)b::uuid[], %(source)b::text[], %(external_id)b::text[], %(kind)b::text[],
    %(occurred_at)b::timestamptz[], %(day)b::int[], %(store)b::text[], %(channel)b::text[], %(order_id)b::uuid[],
    %(attributes)b::text[], %(counted)b::bool[]
) WITH ORDINALITY AS arrived (
    id, member_id, source, external_id, kind, occurred_at, day, store, channel, order_id, attributes, counted, position
)
ORDER BY position
