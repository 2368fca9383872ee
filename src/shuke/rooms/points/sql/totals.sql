-- Purpose: points of a unit ever issued, redeemed and expired, of one holder or of all, each as a positive number.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    coalesce(sum(amount) FILTER (WHERE counter_account = 'issued'), 0)::bigint,
    coalesce(-sum(amount) FILTER (WHERE counter_account = 'redeemed'), 0)::bigint,
    coalesce(-sum(amount) FILTER (WHERE counter_account = 'expired'), 0)::bigint
FROM points_entry
WHERE unit_id = %(unit_id)s AND (%(holder_id)s::uuid IS NULL OR holder_id = %(holder_id)s::uuid)
