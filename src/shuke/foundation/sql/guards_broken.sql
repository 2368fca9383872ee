-- Purpose: those of the triggers named that do not refuse what they are to refuse: missing, off, of other events,
-- under a condition, or with a function that does anything but raise.
-- Locks: none.
-- Repeatable: reads only.
SELECT asked.table_name, asked.trigger_name
FROM unnest(%(tables)b::text[], %(triggers)b::text[], %(types)b::smallint[]) AS asked (table_name, trigger_name, type)
WHERE NOT EXISTS (
    SELECT FROM pg_trigger
    JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = to_regclass(asked.table_name) AND tgname = asked.trigger_name AND tgenabled IN ('O', 'A')
        AND tgtype = asked.type AND tgqual IS NULL AND tgattr = ''
        AND prosrc ~ '^\s*BEGIN\s+RAISE EXCEPTION ''[^'']*''(, TG_TABLE_NAME)? USING ERRCODE = ''restrict_violation'';\s*END\s*$'
)
ORDER BY 1, 2
