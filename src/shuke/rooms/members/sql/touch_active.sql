-- Purpose: move the last activity of members forward, never back.
-- Locks: the members' rows, last in the transaction; the caller already holds their holders in id order.
-- Repeatable: a second run finds nothing to move.
UPDATE members_member AS member
SET last_active_at = touched.at
FROM unnest(%(ids)b::uuid[], %(ats)b::timestamptz[]) AS touched (id, at)
WHERE member.id = touched.id
  AND (member.last_active_at IS NULL OR member.last_active_at < touched.at)
