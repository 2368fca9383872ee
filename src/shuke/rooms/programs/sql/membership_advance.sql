-- Purpose: where members stand after time alone was told; the numbers of all their memories stand in one array.
-- Locks: rows whose holders the caller locked before, in id order. Repeatable: writes absolute values.
UPDATE programs_membership AS membership
SET standing_at = %(standing_at)s, next_due_at = to_timestamp(nullif(told.due_at, %(never)s)),
    memory = (%(memory)b::bigint[])[told.begins : told.ends]
FROM unnest(%(member_id)b::uuid[], %(due_at)b::bigint[], %(begins)b::int[], %(ends)b::int[])
    AS told (member_id, due_at, begins, ends)
WHERE membership.member_id = told.member_id AND membership.program_id = %(program_id)s
