-- Purpose: tell which external ids name a member already, and whom.
-- Locks: none. Repeatable: reads only.
SELECT identity.source, identity.external_id, identity.member_id
FROM unnest(%(sources)b::text[], %(external_ids)b::text[]) AS asked (source, external_id)
JOIN members_identity AS identity USING (source, external_id)
