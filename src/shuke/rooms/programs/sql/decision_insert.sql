-- Purpose: what the decisions of a batch saw and gave.
-- Locks: the new rows. Repeatable: the business key of the order was claimed before, so each comes here once.
INSERT INTO programs_decision
    (member_id, order_id, version_id, undecided, effective_at, late, vector, points, balances, tier_before, tier_after)
SELECT
    member_id, order_id, version_id, undecided, effective_at, late,
    vector::bigint[], points::bigint[], balances::bigint[], tier_before, tier_after
FROM unnest(
    %(members)b::uuid[], %(orders)b::uuid[], %(versions)b::integer[], %(undecided)b::text[], %(effective)b::timestamptz[],
    %(late)b::boolean[], %(vectors)b::text[], %(points)b::text[], %(balances)b::text[],
    %(before)b::text[], %(after)b::text[]
) AS decided (
    member_id, order_id, version_id, undecided, effective_at, late, vector, points, balances, tier_before, tier_after
)
