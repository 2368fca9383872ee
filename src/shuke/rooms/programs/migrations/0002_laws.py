"""Published versions and decisions never change; memberships have room on their pages for the next standing."""

from django.db import migrations

FORWARDS = """
-- Every fact updates a membership, mostly without touching an index: room keeps the new row version beside the old.
ALTER TABLE programs_membership SET (fillfactor = 70);

CREATE FUNCTION programs_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER programs_version_final BEFORE UPDATE OR DELETE ON programs_version
    FOR EACH ROW EXECUTE FUNCTION programs_refuse_change();
CREATE TRIGGER programs_decision_final BEFORE UPDATE OR DELETE ON programs_decision
    FOR EACH ROW EXECUTE FUNCTION programs_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER programs_decision_final ON programs_decision;
DROP TRIGGER programs_version_final ON programs_version;
DROP FUNCTION programs_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
