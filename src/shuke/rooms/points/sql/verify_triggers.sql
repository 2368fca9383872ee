-- Purpose: whether the trigger that refuses to change or delete entries is there and on.
-- Locks: none.
-- Repeatable: reads only.
SELECT 'I5', NULL::uuid, 'Entries can be changed: the trigger that refuses it is missing or off.'
WHERE %(holder_ids)b::uuid[] IS NULL AND NOT EXISTS (
    SELECT FROM pg_trigger
    WHERE tgrelid = 'points_entry'::regclass AND tgname = 'points_entry_append_only' AND tgenabled IN ('O', 'A')
)
