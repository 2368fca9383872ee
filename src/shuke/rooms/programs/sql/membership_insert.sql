-- Purpose: memberships of new members.
-- Locks: the new rows, in the order given. Repeatable: a membership that exists is left as it is.
INSERT INTO programs_membership
    (member_id, program_id, version_id, joined_at, standing_at, next_due_at, orders, memory)
SELECT member_id, %(program_id)s, version_id, joined_at, standing_at, next_due_at, orders, memory::bigint[]
FROM unnest(
    %(members)b::uuid[], %(versions)b::integer[], %(joined)b::timestamptz[], %(standing)b::timestamptz[],
    %(due)b::timestamptz[], %(orders)b::bigint[], %(memory)b::text[]
) AS joining (member_id, version_id, joined_at, standing_at, next_due_at, orders, memory)
ON CONFLICT (member_id, program_id) DO NOTHING
