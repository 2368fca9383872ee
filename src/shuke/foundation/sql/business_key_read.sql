-- Purpose: what known outside ids stand for.
-- Locks: none.
-- Repeatable: reads only.
SELECT known.source, known.kind, known.external_id, known.payload_hash, known.member_id, known.reference
FROM unnest(%(source)b::text[], %(kind)b::text[], %(external_id)b::text[]) AS asked (source, kind, external_id)
JOIN business_key AS known USING (source, kind, external_id)
