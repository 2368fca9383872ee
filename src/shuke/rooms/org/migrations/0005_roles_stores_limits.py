"""Let there be approvers, and say of staff which stores they are for, how much they adjust, and which member they are."""

import django.contrib.postgres.fields
from django.db import migrations, models

ROLES = ["owner", "operator", "approver", "service", "analyst", "clerk"]


class Migration(migrations.Migration):
    dependencies = [("org", "0004_audit_lines_in_business_time")]
    operations = [
        migrations.AddField(
            "staff", "stores", django.contrib.postgres.fields.ArrayField(models.UUIDField(), default=list, size=None)
        ),
        migrations.AddField("staff", "adjust_limit", models.BigIntegerField(null=True)),
        migrations.AddField("staff", "own_account", models.TextField(null=True)),
        migrations.RemoveConstraint("staff", "org_staff_role"),
        migrations.AddConstraint(
            "staff", models.CheckConstraint(condition=models.Q(role__in=ROLES), name="org_staff_role")
        ),
        migrations.AddConstraint(
            "staff", models.CheckConstraint(condition=models.Q(adjust_limit__gte=0), name="org_staff_adjust_limit")
        ),
    ]
