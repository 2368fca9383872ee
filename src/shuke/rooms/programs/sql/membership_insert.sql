-- Purpose: memberships of new members, standing at the instant of joining.
-- Locks: the new rows, in the order given. Repeatable: a membership that exists is left as it is.
INSERT INTO programs_membership (member_id, program_id, joined_at, standing_at, next_due_at, orders, windows)
SELECT member_id, %(program_id)s, joined_at, joined_at, NULL, 0, %(windows)b::bigint[]
FROM unnest(%(members)b::uuid[], %(joined)b::timestamptz[]) AS asked (member_id, joined_at)
ON CONFLICT (member_id, program_id) DO NOTHING
