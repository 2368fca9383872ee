-- Purpose: subscriptions whose state is not that of their last change, whose periods don't end where they say, or with
-- two periods of one plan for a member at once (which the constraint refuses).
-- Locks: none.
-- Repeatable: reads only.
SELECT s.member_id, format(
    'A subscription is %%s, its last change says %%s.', s.state, coalesce(c.after, '—')
)
FROM paid_subscription s
LEFT JOIN LATERAL (
    SELECT after FROM paid_change WHERE subscription_id = s.id ORDER BY number DESC LIMIT 1
) c ON TRUE
WHERE c.after IS DISTINCT FROM s.state
UNION ALL
SELECT s.member_id, format('A subscription ends at %%s, its last period at %%s.', s.ends_at, p.ends_at)
FROM paid_subscription s
JOIN LATERAL (
    SELECT max(ends_at) AS ends_at FROM paid_period WHERE subscription_id = s.id
) p ON TRUE
WHERE p.ends_at IS DISTINCT FROM s.ends_at
UNION ALL
SELECT one.member_id, format('Periods %%s and %%s of a plan overlap.', one.number, other.number)
FROM paid_period one
JOIN paid_period other ON other.member_id = one.member_id AND other.plan_id = one.plan_id AND other.id > one.id
    AND tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
