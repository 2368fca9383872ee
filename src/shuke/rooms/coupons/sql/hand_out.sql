-- Purpose: give coupons of a pool to members; each keeps its code and gets its dates and a new id.
-- Locks: none beyond those that the caller holds on the coupons.
-- Repeatable: no; the old ids are gone.
UPDATE coupons_coupon AS c
SET
    id = new.id, member_id = new.member_id, pooled = false, issued_at = new.issued_at, starts_at = new.starts_at,
    ends_at = new.ends_at, cause = new.cause, given_for = new.given_for
FROM unnest(
    %(old_id)b::uuid[], %(id)b::uuid[], %(member_id)s::uuid[], %(issued_at)b::timestamptz[], %(starts_at)b::timestamptz[],
    %(ends_at)s::timestamptz[], %(cause)b::text[],
    %(given_for)s::uuid[]
) AS new (old_id, id, member_id, issued_at, starts_at, ends_at, cause, given_for)
WHERE c.id = new.old_id
