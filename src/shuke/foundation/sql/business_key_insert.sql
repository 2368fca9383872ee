-- Purpose: claim the outside ids of facts; returns those that nobody claimed before.
-- Locks: the new index entries, in the order of the keys; waits for a transaction that is claiming the same key.
-- Repeatable: a key that exists is left as it is.
WITH asked AS (
    SELECT * FROM unnest(
        %(source)b::text[], %(kind)b::text[], %(external_id)b::text[],
        %(payload_hash)b::bytea[], %(member_id)s::uuid[], %(reference)b::uuid[]
    ) AS asked (source, kind, external_id, payload_hash, member_id, reference)
)
INSERT INTO business_key (source, kind, external_id, payload_hash, member_id, reference)
SELECT source, kind, external_id, payload_hash, member_id, reference
FROM asked
ORDER BY source, kind, external_id
ON CONFLICT (source, kind, external_id) DO NOTHING
RETURNING source, kind, external_id
