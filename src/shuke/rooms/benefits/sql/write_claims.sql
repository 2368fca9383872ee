-- Purpose: set entitlements; returns how many stood where the caller said (a first event opens one).
-- Locks: the entitlements' rows; the caller holds the lock of the members' holders, taken in id order.
-- Repeatable: one that does not stand where the caller said is left as it is, and so missing from the count.
WITH changed AS (
    SELECT * FROM unnest(
        %(member_id)b::uuid[], %(benefit)b::text[], %(cause)b::text[], %(subject)b::text[], %(state)b::text[],
        %(quota)b::int[], %(per)b::text[], %(period_day)b::int[], %(used)b::int[], %(ceiling)b::int[],
        %(since_day)b::int[], %(until_day)b::int[], %(due_day)b::int[], %(events)b::int[], %(expected)b::int[]
    ) AS changed (
        member_id, benefit, cause, subject, state, quota, per, period_day, used, ceiling, since_day, until_day, due_day,
        events, expected
    )
), opened AS (
    INSERT INTO benefits_entitlement (
        member_id, benefit, cause, subject, state, quota, per, period_day, used, ceiling, since_day, until_day, due_day,
        events
    )
    SELECT
        member_id, benefit, cause, subject, state, quota, per, period_day, used, ceiling, since_day, until_day, due_day,
        events
    FROM changed WHERE expected = 0
    ON CONFLICT (member_id, benefit, cause) DO NOTHING
    RETURNING 1
), updated AS (
    UPDATE benefits_entitlement AS held
    SET subject = changed.subject, state = changed.state, quota = changed.quota, per = changed.per,
        period_day = changed.period_day, used = changed.used, ceiling = changed.ceiling, since_day = changed.since_day,
        until_day = changed.until_day, due_day = changed.due_day, events = changed.events
    FROM changed
    WHERE held.member_id = changed.member_id AND held.benefit = changed.benefit AND held.cause = changed.cause
        AND held.events = changed.expected AND changed.expected > 0
    RETURNING 1
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM updated)
