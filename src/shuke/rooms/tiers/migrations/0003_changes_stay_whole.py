"""Refuse, in the database itself, that the history of tiers is emptied."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER tiers_change_never_emptied BEFORE TRUNCATE ON tiers_change
    FOR EACH STATEMENT EXECUTE FUNCTION tiers_change_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER tiers_change_never_emptied ON tiers_change;
"""


class Migration(migrations.Migration):
    dependencies = [("tiers", "0002_changes_stay")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
