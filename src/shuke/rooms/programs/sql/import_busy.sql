-- Finds those members who have a decision, or an entry that no row of one import brought.
-- Locks: none. Repeatable: it reads.
SELECT member_id FROM programs_decision WHERE member_id = ANY(%(ids)b::uuid[])
UNION
SELECT e.holder_id
FROM points_entry e
WHERE e.holder_id = ANY(%(ids)b::uuid[])
  AND NOT EXISTS (
      SELECT FROM programs_import_row r
      WHERE r.import_id = %(import_id)b
        AND r.member_id = e.holder_id
        AND r.undo -> 'facts' @> to_jsonb(e.reference::text)
  )
