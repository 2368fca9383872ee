"""Audit lines are found by what was done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0006_approvals")]

    operations = [
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(models.F("action"), models.F("number"), name="org_audit_line_action"),
        ),
    ]
