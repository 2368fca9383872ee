-- Purpose: points of a unit that ever came and went, of one holder or of all: issued and redeemed less what came back,
-- expired, each as a positive number; adjusted, opened, transferred, merged, converted and paid in, positive where points came.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    coalesce(sum(amount) FILTER (WHERE counter_account = 'issued'), 0)::bigint,
    coalesce(-sum(amount) FILTER (WHERE counter_account = 'redeemed'), 0)::bigint,
    coalesce(-sum(amount) FILTER (WHERE counter_account = 'expired'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE counter_account = 'adjusted'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE counter_account = 'opening'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE counter_account = 'transferred'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE counter_account = 'merged'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE counter_account = 'converted'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE counter_account = 'paid_in'), 0)::bigint
FROM points_entry
WHERE unit_id = %(unit_id)s AND (%(holder_id)s::uuid IS NULL OR holder_id = %(holder_id)s::uuid)
