-- Purpose: the records of persons: each one that is asked for, and all who were merged into it, also through others.
-- Locks: none.
-- Repeatable: reads only.
WITH RECURSIVE record (person_id, id) AS (
    SELECT id, id FROM unnest(%(ids)b::uuid[]) AS asked (id)
    UNION ALL
    SELECT record.person_id, merged.id
    FROM record
    JOIN members_member AS merged ON merged.merged_into_id = record.id
)
SELECT person_id, id FROM record
