-- Finds pairs of members with equal names who share the last four digits of the phone, or month and day of birth.
-- Locks: none. Repeatable: it reads. Walks members in id order, so that a page begins where the last one ended.
SELECT a.id, b.id,
       coalesce(a.phone_tail_blind = b.phone_tail_blind, FALSE) AS same_tail,
       a.birth_md <> 0 AND a.birth_md = b.birth_md AS same_day
FROM members_member a
JOIN members_member b
  ON hash_array_extended(b.name_blinds, 0) = hash_array_extended(a.name_blinds, 0)
 AND b.name_blinds = a.name_blinds
 AND b.id > a.id
 AND b.status IN ('active', 'frozen')
 AND (b.phone_tail_blind = a.phone_tail_blind OR (a.birth_md <> 0 AND b.birth_md = a.birth_md))
WHERE a.status IN ('active', 'frozen')
  AND cardinality(a.name_blinds) > 0
  AND (a.id, b.id) > (%(elder)b::uuid, %(younger)b::uuid)
  AND a.id >= %(elder)b::uuid
ORDER BY a.id, b.id
LIMIT %(limit)b
