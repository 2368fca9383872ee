-- Purpose: make the coupons of a template or batch, or some of them, void, but those that are used or set aside for an order.
-- Locks: the coupons, in id order, so that nobody uses one meanwhile.
-- Repeatable: yes; void ones are left alone and not counted again.
WITH found AS (
    SELECT id, state, locked_until, ends_at
    FROM coupons_coupon
    WHERE (template_id = %(template_id)s OR batch_id = %(batch_id)s OR id = ANY (%(coupon_ids)s::uuid[])) AND state <> 'void'
    ORDER BY id
    FOR NO KEY UPDATE
), voided AS (
    UPDATE coupons_coupon AS c
    SET state = 'void', locked_until = NULL, claim_code = NULL
    FROM found
    WHERE c.id = found.id AND (
        found.state IN ('issued', 'frozen', 'offered') OR found.state = 'locked' AND found.locked_until <= %(at)s
    )
)
SELECT
    CASE
        WHEN state = 'used' THEN 'used'
        WHEN state = 'locked' AND locked_until > %(at)s THEN 'locked'
        WHEN ends_at <= %(at)s THEN 'expired'
        ELSE 'recalled'
    END AS became,
    count(*)
FROM found
GROUP BY became
