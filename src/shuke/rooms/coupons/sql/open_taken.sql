-- Purpose: open the counters of what members have of templates, where they are not there yet.
-- Locks: the new index entries, in the order of the keys.
-- Repeatable: a counter that exists is left as it is.
INSERT INTO coupons_taken (template_id, member_id, since_day, count)
SELECT template_id, member_id, since_day, 0
FROM unnest(%(template_id)b::uuid[], %(member_id)b::uuid[], %(since_day)b::int[])
    AS asked (template_id, member_id, since_day)
ORDER BY template_id, member_id, since_day
ON CONFLICT DO NOTHING
