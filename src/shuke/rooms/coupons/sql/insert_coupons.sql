-- Purpose: write new coupons.
-- Locks: their index entries; members and templates as foreign keys do.
-- Repeatable: no; a code that exists already is an error.
INSERT INTO coupons_coupon (
    id, template_id, code, member_id, batch_id, state, many, pooled, value_minor, issued_at, starts_at, ends_at, cause,
    moved, given_for
)
SELECT
    id, template_id, code, member_id, batch_id, 'issued', many, pooled, value_minor, issued_at, starts_at, ends_at,
    cause, false, given_for
FROM unnest(
    %(id)b::uuid[], %(template_id)b::uuid[], %(code)b::text[], %(member_id)s::uuid[], %(batch_id)s::uuid[],
    %(many)b::boolean[], %(pooled)b::boolean[], %(value_minor)s::bigint[], %(issued_at)b::timestamptz[],
    %(starts_at)b::timestamptz[], %(ends_at)s::timestamptz[], %(cause)b::text[],
    %(given_for)s::uuid[]
) AS new (
    id, template_id, code, member_id, batch_id, many, pooled, value_minor, issued_at, starts_at, ends_at, cause,
    given_for
)
