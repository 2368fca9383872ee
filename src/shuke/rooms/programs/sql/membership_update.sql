-- Purpose: where members stand after time and facts were told.
-- Locks: rows whose holders the caller locked before, in id order. Repeatable: writes absolute values.
UPDATE programs_membership AS membership
SET version_id = told.version_id, standing_at = told.standing_at, next_due_at = told.next_due_at,
    orders = told.orders, memory = told.memory::bigint[]
FROM unnest(
    %(members)b::uuid[], %(versions)b::integer[], %(standing)b::timestamptz[], %(due)b::timestamptz[],
    %(orders)b::bigint[], %(memory)b::text[]
) AS told (member_id, version_id, standing_at, next_due_at, orders, memory)
WHERE membership.member_id = told.member_id AND membership.program_id = %(program_id)s
