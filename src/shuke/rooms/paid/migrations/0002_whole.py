"""Refuse, in the database itself, overlapping periods, and that changes and versions are ever changed or emptied."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

FORWARDS = """
ALTER TABLE paid_period ADD CONSTRAINT paid_period_no_overlap
    EXCLUDE USING gist (member_id WITH =, plan_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
CREATE FUNCTION paid_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what % holds is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER paid_change_append_only BEFORE UPDATE OR DELETE ON paid_change
    FOR EACH ROW EXECUTE FUNCTION paid_refuse_change();
CREATE TRIGGER paid_change_never_emptied BEFORE TRUNCATE ON paid_change
    FOR EACH STATEMENT EXECUTE FUNCTION paid_refuse_change();
CREATE TRIGGER paid_version_append_only BEFORE UPDATE OR DELETE ON paid_version
    FOR EACH ROW EXECUTE FUNCTION paid_refuse_change();
CREATE TRIGGER paid_version_never_emptied BEFORE TRUNCATE ON paid_version
    FOR EACH STATEMENT EXECUTE FUNCTION paid_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER paid_version_never_emptied ON paid_version;
DROP TRIGGER paid_version_append_only ON paid_version;
DROP TRIGGER paid_change_never_emptied ON paid_change;
DROP TRIGGER paid_change_append_only ON paid_change;
DROP FUNCTION paid_refuse_change();
ALTER TABLE paid_period DROP CONSTRAINT paid_period_no_overlap;
"""


class Migration(migrations.Migration):
    dependencies = [("paid", "0001_initial")]
    operations = [BtreeGistExtension(), migrations.RunSQL(FORWARDS, BACKWARDS)]
