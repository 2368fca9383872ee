"""Approvals; the database itself refuses that one is changed in anything but its decision, or twice, or deleted."""

from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION org_approval_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'pending'
        AND (OLD.number, OLD.id, OLD.kind, OLD.subject, OLD.summary, OLD.payload, OLD.requested_by_kind,
             OLD.requested_by_id, OLD.requested_by_label, OLD.requested_at, OLD.expires_at)
          = (NEW.number, NEW.id, NEW.kind, NEW.subject, NEW.summary, NEW.payload, NEW.requested_by_kind,
             NEW.requested_by_id, NEW.requested_by_label, NEW.requested_at, NEW.expires_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an approval is decided once and never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER org_approval_decided_once BEFORE UPDATE OR DELETE ON org_approval
    FOR EACH ROW EXECUTE FUNCTION org_approval_refuse_change();
CREATE TRIGGER org_approval_never_emptied BEFORE TRUNCATE ON org_approval
    FOR EACH STATEMENT EXECUTE FUNCTION org_approval_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER org_approval_never_emptied ON org_approval;
DROP TRIGGER org_approval_decided_once ON org_approval;
DROP FUNCTION org_approval_refuse_change();
"""
STATES = ["pending", "approved", "rejected", "withdrawn", "expired"]


class Migration(migrations.Migration):
    dependencies = [("org", "0005_roles_stores_limits")]
    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(unique=True)),
                ("kind", models.TextField()),
                ("subject", models.TextField()),
                ("summary", models.JSONField()),
                ("payload", models.BinaryField()),
                ("state", models.CharField(max_length=9)),
                ("requested_by_kind", models.CharField(max_length=8)),
                ("requested_by_id", models.TextField()),
                ("requested_by_label", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_by_kind", models.CharField(max_length=8, null=True)),
                ("decided_by_id", models.TextField(null=True)),
                ("decided_by_label", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("comment", models.TextField(default="")),
                ("result", models.TextField(null=True)),
            ],
            options={
                "db_table": "org_approval",
                "indexes": [models.Index(models.F("state"), models.F("number"), name="org_approval_by_state")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(state__in=STATES), name="org_approval_state"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(state="pending", decided_at__isnull=True),
                            models.Q(models.Q(("state", "pending"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="org_approval_decided",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
