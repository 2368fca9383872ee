-- Purpose: of members who were merged, the merges by which they live on and in whom, one after the other.
-- Locks: none; who asks behind the locks of all that are named asks again.
-- Repeatable: reads only.
WITH RECURSIVE line AS (
    SELECT id AS first, id, merged_into_id AS heir_id, 1 AS step
    FROM members_member
    WHERE id = ANY(%(ids)b::uuid[]) AND merged_into_id IS NOT NULL
    UNION ALL
    SELECT line.first, next.id, next.merged_into_id, line.step + 1
    FROM line
    JOIN members_member AS next ON next.id = line.heir_id
    WHERE next.merged_into_id IS NOT NULL
)
SELECT line.first, merge.id, line.heir_id
FROM line
JOIN members_merge AS merge ON merge.survivor_id = line.heir_id AND line.id = ANY(merge.sources) AND merge.undone_at IS NULL
ORDER BY line.first, line.step
