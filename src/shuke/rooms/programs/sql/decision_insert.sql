-- Purpose: what the decisions of a batch saw and gave.
-- Locks: the new rows. Repeatable: the business key of the fact was claimed before, so each comes here once.
INSERT INTO programs_decision (
    member_id, fact_id, version_id, undecided, effective_at, late, vector, points, lots, balances, tier_before,
    tier_after
)
SELECT
    member_id, fact_id, version_id, undecided, effective_at, late,
    vector::bigint[], points::bigint[], lots::integer[], balances::bigint[], tier_before, tier_after
FROM unnest(
    %(members)b::uuid[], %(facts)b::uuid[], %(versions)b::integer[], %(undecided)b::text[], %(effective)b::timestamptz[],
    %(late)b::boolean[], %(vectors)b::text[], %(points)b::text[], %(lots)b::text[], %(balances)b::text[],
    %(before)b::text[], %(after)b::text[]
) AS decided (
    member_id, fact_id, version_id, undecided, effective_at, late, vector, points, lots, balances, tier_before,
    tier_after
)
