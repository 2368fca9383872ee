"""Let an approval carry more than its summary for whoever decides: of a program, what publishing it would change."""

from django.db import migrations, models

TRIGGER = """
CREATE OR REPLACE FUNCTION org_approval_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'pending'
        AND (OLD.number, OLD.id, OLD.kind, OLD.subject, OLD.summary, {old}OLD.payload, OLD.requested_by_kind,
             OLD.requested_by_id, OLD.requested_by_label, OLD.requested_at, OLD.expires_at)
          = (NEW.number, NEW.id, NEW.kind, NEW.subject, NEW.summary, {new}NEW.payload, NEW.requested_by_kind,
             NEW.requested_by_id, NEW.requested_by_label, NEW.requested_at, NEW.expires_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an approval is decided once and never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
"""
FORWARDS = TRIGGER.format(old="OLD.detail, ", new="NEW.detail, ")
BACKWARDS = TRIGGER.format(old="", new="")


class Migration(migrations.Migration):
    dependencies = [("org", "0010_top_ups_in_shifts")]
    operations = [
        migrations.AddField("approval", "detail", models.JSONField(default=dict)),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
