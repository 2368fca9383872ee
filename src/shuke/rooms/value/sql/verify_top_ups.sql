-- Purpose: paid top-ups whose deposit is not of their amount and bonus, deposits of nothing, top-ups whose parts of refunds
-- don't come to what they say went back, and cards that were loaded with something else than they hold (I41).
-- Locks: none. Reads entries and units of the ledger, which no room's door gives whole.
-- Repeatable: reads only.
WITH expected AS (
    SELECT member_id, deposit_id, principal AS unit, amount_minor AS amount FROM value_top_up WHERE state = 'paid'
    UNION ALL
    SELECT member_id, deposit_id, bonus, bonus_minor FROM value_top_up WHERE state = 'paid' AND bonus_minor > 0
), booked AS (
    SELECT entry.reference AS deposit_id, unit.code AS unit, sum(entry.amount) AS amount,
        (array_agg(entry.holder_id))[1] AS holder_id
    FROM points_entry AS entry
    JOIN points_unit AS unit ON unit.id = entry.unit_id
    WHERE entry.kind = 'deposit'
    GROUP BY entry.reference, unit.code
), covered AS (
    SELECT top_up_id AS id, sum(covered_minor) AS minor FROM value_refund_part WHERE top_up_id IS NOT NULL GROUP BY top_up_id
)
SELECT coalesce(expected.member_id, booked.holder_id), format(
    'A top-up is of %%s %%s, deposited were %%s.', coalesce(expected.amount, 0), unit, coalesce(booked.amount, 0))
FROM expected
FULL JOIN booked USING (deposit_id, unit)
WHERE expected.amount IS DISTINCT FROM booked.amount
UNION ALL
SELECT member_id, format('A top-up says that %%s went back, its refunds come to %%s.', refunded_minor, coalesce(minor, 0))
FROM value_top_up AS top_up
LEFT JOIN covered USING (id)
WHERE refunded_minor <> coalesce(minor, 0)
UNION ALL
SELECT top_up.member_id, format('A gift card of %%s was loaded with %%s.', batch.amount_minor, top_up.amount_minor)
FROM value_card AS card
JOIN value_batch AS batch ON batch.id = card.batch_id
JOIN value_top_up AS top_up ON top_up.id = card.top_up_id
WHERE top_up.amount_minor <> batch.amount_minor OR top_up.method <> 'gift_card'
LIMIT 1000
