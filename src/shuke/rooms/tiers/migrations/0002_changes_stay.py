"""Tie changes to their state, and refuse, in the database itself, that one is changed or deleted."""

from django.db import migrations

FORWARDS = """
ALTER TABLE tiers_change ADD CONSTRAINT tiers_change_state
    FOREIGN KEY (member_id, program_id) REFERENCES tiers_state (member_id, program_id);
ALTER TABLE tiers_state SET (fillfactor = 90);
CREATE FUNCTION tiers_change_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'changes of tier are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tiers_change_append_only BEFORE UPDATE OR DELETE ON tiers_change
    FOR EACH ROW EXECUTE FUNCTION tiers_change_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER tiers_change_append_only ON tiers_change;
DROP FUNCTION tiers_change_refuse_change();
ALTER TABLE tiers_change DROP CONSTRAINT tiers_change_state;
"""


class Migration(migrations.Migration):
    dependencies = [("tiers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
