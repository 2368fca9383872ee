-- Purpose: coupons whose state is not what their uses say, supplies that count otherwise than there are coupons or uses,
-- packets that do not add up, members over their limit, keys that stand for no coupon, and coupons given by a rule
-- without their fact, or otherwise than what is left of their order says (I19).
-- Locks: none. Reads the business keys, and orders with their refunds, which no room's door gives whole.
-- Repeatable: reads only.
WITH held AS (
    SELECT coupon_id, max(state) AS state, count(*) AS uses
    FROM coupons_use
    WHERE NOT many AND state IN ('locked', 'used')
    GROUP BY coupon_id
), supplies AS (
    SELECT template_id, sum(issued)::bigint AS issued, sum(pot_left)::bigint AS pot_left
    FROM coupons_supply
    GROUP BY template_id
), coupons AS (
    SELECT template_id, count(*) AS made, coalesce(sum(value_minor), 0)::bigint AS drawn
    FROM coupons_coupon
    WHERE NOT many
    GROUP BY template_id
), uses AS (
    SELECT template_id, count(*) AS made
    FROM coupons_use
    WHERE many AND state IN ('locked', 'used')
    GROUP BY template_id
)
SELECT coupon.member_id, format('Coupon %%s is %%s, its uses say %%s.', coupon.id, coupon.state, coalesce(held.state, '-'))
FROM coupons_coupon AS coupon
LEFT JOIN held ON held.coupon_id = coupon.id
WHERE NOT coupon.many AND CASE
    WHEN coupon.state = 'used' THEN coalesce(held.state, '') <> 'used' OR held.uses <> 1
    WHEN coupon.state = 'locked' THEN coalesce(held.state, '') <> 'locked' OR held.uses <> 1
    ELSE held.state = 'used'
END
UNION ALL
SELECT NULL, format('Template %%s counts %%s issued, there are %%s.', template.code, supplies.issued, there.made)
FROM supplies
JOIN coupons_template AS template ON template.id = supplies.template_id
LEFT JOIN coupons ON coupons.template_id = template.id
LEFT JOIN uses ON uses.template_id = template.id
CROSS JOIN LATERAL (
    SELECT coalesce(CASE WHEN template.codes = 'one' THEN uses.made ELSE coupons.made END, 0) AS made
) AS there
WHERE there.made <> supplies.issued
UNION ALL
SELECT NULL, format('Packet %%s had %%s, of which %%s are drawn and %%s are left.', template.code, template.pot_minor,
    coalesce(coupons.drawn, 0), supplies.pot_left)
FROM coupons_template AS template
JOIN supplies ON supplies.template_id = template.id
LEFT JOIN coupons ON coupons.template_id = template.id
WHERE template.pot_minor <> coalesce(coupons.drawn, 0) + supplies.pot_left
UNION ALL
SELECT taken.member_id, format('A member had %%s of template %%s and may have %%s.', taken.count, template.code,
    template.per_member)
FROM coupons_taken AS taken
JOIN coupons_template AS template ON template.id = taken.template_id
WHERE taken.count > template.per_member
UNION ALL
SELECT known.member_id, format('The business key of coupon %%s stands for nothing.', known.reference)
FROM business_key AS known
LEFT JOIN coupons_coupon AS coupon ON coupon.id = known.reference
WHERE known.kind = 'coupon' AND coupon.id IS NULL
UNION ALL
SELECT coupon.member_id, format('Coupon %%s was given by a rule for what is not there.', coupon.id)
FROM coupons_coupon AS coupon
WHERE coupon.given_for IS NOT NULL
    AND NOT EXISTS (SELECT FROM orders_order AS bought WHERE bought.id = coupon.given_for)
    AND NOT EXISTS (SELECT FROM orders_behaviour AS done WHERE done.id = coupon.given_for)
UNION ALL
SELECT coupon.member_id, CASE
    WHEN coupon.order_refunded AND coupon.recalled THEN format('Coupon %%s was taken back, of the order that gave it nothing was refunded.', coupon.id)
    ELSE format('Coupon %%s stands, of the order that gave it nothing is left.', coupon.id)
END
FROM coupons_coupon AS coupon
WHERE coupon.given_for IS NOT NULL AND CASE
    WHEN coupon.order_refunded AND coupon.recalled THEN NOT EXISTS (
        SELECT FROM orders_refund AS refund WHERE refund.order_id = coupon.given_for AND refund.state = 'applied'
    )
    ELSE EXISTS (SELECT FROM orders_refund AS refund WHERE refund.order_id = coupon.given_for AND refund.empties)
END
LIMIT 1000
