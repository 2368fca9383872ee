"""A tier may get another rank because a new version of the program says so."""

from django.db import migrations, models

REASONS = ["enrolled", "qualified", "reviewed", "renewed", "version_changed"]


class Migration(migrations.Migration):
    dependencies = [("tiers", "0003_changes_stay_whole")]
    operations = [
        migrations.RemoveConstraint(model_name="change", name="tiers_change_reason"),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", REASONS)), name="tiers_change_reason"
            ),
        ),
    ]
