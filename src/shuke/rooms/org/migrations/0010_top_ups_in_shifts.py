"""Let shifts note money that was paid ahead: top-ups of stored value, and gift cards."""

from django.db import migrations, models

_WORK = ["sale", "refund", "void", "coupon", "pickup", "enrolment", "top_up", "card"]


class Migration(migrations.Migration):
    dependencies = [("org", "0009_colour")]
    operations = [
        migrations.RemoveConstraint("shiftline", "org_shift_line_work"),
        migrations.AddConstraint(
            "shiftline", models.CheckConstraint(condition=models.Q(work__in=_WORK), name="org_shift_line_work")
        ),
    ]
