-- Purpose: make the coupons of a template or batch, or some of them, void; those that are used or set aside for an order,
-- once they come back.
-- Locks: the coupons, in id order, so that nobody uses one meanwhile.
-- Repeatable: yes; void ones are left alone and not counted again.
WITH found AS (
    SELECT
        id,
        CASE
            WHEN state = 'used' THEN 'used'
            WHEN state = 'locked' AND locked_until > %(at)s THEN 'locked'
            WHEN ends_at <= %(at)s THEN 'expired'
            ELSE 'recalled'
        END AS became
    FROM coupons_coupon
    WHERE (template_id = %(template_id)s OR batch_id = %(batch_id)s OR id = ANY (%(coupon_ids)s::uuid[]))
        AND (state <> 'void' OR %(order_refunded)s)
    ORDER BY id
    FOR NO KEY UPDATE
), called AS (
    UPDATE coupons_coupon AS c
    SET recalled = true,
        order_refunded = c.order_refunded OR %(order_refunded)s,
        state = CASE WHEN became IN ('used', 'locked') THEN state ELSE 'void' END,
        locked_until = CASE WHEN became = 'locked' THEN locked_until END,
        claim_code = NULL
    FROM found
    WHERE c.id = found.id
)
SELECT became, count(*) FROM found GROUP BY became
