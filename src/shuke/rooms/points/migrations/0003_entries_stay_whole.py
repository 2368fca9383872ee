"""Refuse, in the database itself, that the ledger is emptied: no trigger for rows sees that."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER points_entry_never_emptied BEFORE TRUNCATE ON points_entry
    FOR EACH STATEMENT EXECUTE FUNCTION points_entry_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER points_entry_never_emptied ON points_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0002_ledger_laws")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
