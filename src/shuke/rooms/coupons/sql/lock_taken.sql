-- Purpose: lock the counters of what members have of templates, and return what they count.
-- Locks: the counters, in the order of their keys.
-- Repeatable: yes.
SELECT template_id, member_id, since_day, count
FROM coupons_taken
WHERE (template_id, member_id, since_day) IN (
    SELECT * FROM unnest(%(template_id)b::uuid[], %(member_id)b::uuid[], %(since_day)b::int[])
)
ORDER BY template_id, member_id, since_day
FOR NO KEY UPDATE
