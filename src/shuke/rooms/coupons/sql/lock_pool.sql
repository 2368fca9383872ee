-- Purpose: find coupons of a pool that nobody has yet.
-- Locks: the coupons, in id order; waits for those that others are taking.
-- Repeatable: yes.
SELECT id
FROM coupons_coupon
WHERE template_id = %(template_id)s AND pooled AND state = 'issued'
ORDER BY id
LIMIT %(count)s
FOR NO KEY UPDATE
