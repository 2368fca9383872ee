"""Refuse, in the database itself, that the record of entitlements and requests is changed, deleted or emptied."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION benefits_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of benefits is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER benefits_event_append_only BEFORE UPDATE OR DELETE ON benefits_event
    FOR EACH ROW EXECUTE FUNCTION benefits_refuse_change();
CREATE TRIGGER benefits_event_never_emptied BEFORE TRUNCATE ON benefits_event
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_refuse_change();
CREATE TRIGGER benefits_request_step_append_only BEFORE UPDATE OR DELETE ON benefits_request_step
    FOR EACH ROW EXECUTE FUNCTION benefits_refuse_change();
CREATE TRIGGER benefits_request_step_never_emptied BEFORE TRUNCATE ON benefits_request_step
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_refuse_change();
ALTER TABLE benefits_event ADD CONSTRAINT benefits_event_entitlement
    FOREIGN KEY (member_id, benefit, cause) REFERENCES benefits_entitlement (member_id, benefit, cause)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE benefits_effect ADD CONSTRAINT benefits_effect_event
    FOREIGN KEY (member_id, benefit, cause, number) REFERENCES benefits_event (member_id, benefit, cause, number)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE benefits_entitlement SET (fillfactor = 90);
"""
BACKWARDS = """
ALTER TABLE benefits_effect DROP CONSTRAINT benefits_effect_event;
ALTER TABLE benefits_event DROP CONSTRAINT benefits_event_entitlement;
DROP TRIGGER benefits_request_step_never_emptied ON benefits_request_step;
DROP TRIGGER benefits_request_step_append_only ON benefits_request_step;
DROP TRIGGER benefits_event_never_emptied ON benefits_event;
DROP TRIGGER benefits_event_append_only ON benefits_event;
DROP FUNCTION benefits_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
