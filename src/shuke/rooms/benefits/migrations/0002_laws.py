"""Refuse, in the database itself, that the record of entitlements and requests is changed, deleted or emptied."""

from django.db import migrations

from shuke.foundation.append_only import append_only

FORWARDS = """
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
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial")]
    operations = [
        append_only("benefits_refuse_change", "benefits_event", "benefits_request_step"),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
