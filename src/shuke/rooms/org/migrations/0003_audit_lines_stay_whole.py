"""Refuse, in the database itself, that the audit log is emptied."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER org_audit_line_never_emptied BEFORE TRUNCATE ON org_audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION org_audit_line_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER org_audit_line_never_emptied ON org_audit_line;
"""


class Migration(migrations.Migration):
    dependencies = [("org", "0002_audit_lines_never_change")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
