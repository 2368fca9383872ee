"""Tables that the database itself keeps whole: their rows are never changed or deleted, and never all gone at once."""

from django.db.migrations.operations import RunSQL

_FUNCTION = """CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what % holds is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
_TRIGGERS = """CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
_DROPS = """DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_never_emptied ON {table};
"""


def append_only(function: str, *tables: str) -> RunSQL:
    """Return the operation of a migration after which rows of tables are only added.

    `function` is what the room calls its refusal; undoing the migration leaves it, for other tables may use it.
    """
    forwards = _FUNCTION.format(function=function)
    forwards += "".join(_TRIGGERS.format(table=table, function=function) for table in tables)
    return RunSQL(forwards, "".join(_DROPS.format(table=table) for table in tables))
