"""Refuse, in the database itself, that decisions or versions are emptied."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER programs_decision_never_emptied BEFORE TRUNCATE ON programs_decision
    FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse_change();
CREATE TRIGGER programs_version_never_emptied BEFORE TRUNCATE ON programs_version
    FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER programs_decision_never_emptied ON programs_decision;
DROP TRIGGER programs_version_never_emptied ON programs_version;
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_laws")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
