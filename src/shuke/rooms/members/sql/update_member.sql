-- Writes what amending may change of one member; run for many in one round trip.
-- Locks: none of its own, the rows are locked before in id order. Repeatable: it sets values, it adds nothing.
UPDATE members_member
SET name_sealed = %(name_sealed)b,
    phone_sealed = %(phone_sealed)b,
    email_sealed = %(email_sealed)b,
    birthday_sealed = %(birthday_sealed)b,
    birth_md = %(birth_md)b,
    lunar_md = %(lunar_md)b,
    phone_blind = %(phone_blind)b,
    phone_tail_blind = %(phone_tail_blind)b,
    email_blind = %(email_blind)b,
    name_blinds = %(name_blinds)b::bytea[],
    attributes = %(attributes)b,
    attributes_sealed = %(attributes_sealed)b,
    tags = %(tags)b::text[],
    revision = %(revision)b
WHERE id = %(id)b
