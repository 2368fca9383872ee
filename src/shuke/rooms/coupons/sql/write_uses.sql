-- Purpose: write that coupons are set aside or used for orders.
-- Locks: the new index entries; the caller holds the coupons.
-- Repeatable: yes; the use of a coupon for an order is one row.
INSERT INTO coupons_use (
    coupon_id, order_source, order_external_id, template_id, member_id, state, many, off_minor, at, until
)
SELECT * FROM unnest(
    %(coupon_id)b::uuid[], %(source)b::text[], %(external_id)b::text[], %(template_id)b::uuid[],
    %(member_id)s::uuid[], %(state)b::text[], %(many)b::boolean[], %(off_minor)b::bigint[], %(at)b::timestamptz[],
    %(until)s::timestamptz[]
)
ON CONFLICT (coupon_id, order_source, order_external_id) DO UPDATE SET
    member_id = excluded.member_id, state = excluded.state, off_minor = excluded.off_minor, at = excluded.at,
    until = excluded.until
