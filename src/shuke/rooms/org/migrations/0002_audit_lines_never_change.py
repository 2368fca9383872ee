"""Refuse, in the database itself, that an audit line is changed or deleted."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION org_audit_line_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit lines are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER org_audit_line_append_only BEFORE UPDATE OR DELETE ON org_audit_line
    FOR EACH ROW EXECUTE FUNCTION org_audit_line_refuse_change();
"""
BACKWARDS = "DROP TRIGGER org_audit_line_append_only ON org_audit_line; DROP FUNCTION org_audit_line_refuse_change();"


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
