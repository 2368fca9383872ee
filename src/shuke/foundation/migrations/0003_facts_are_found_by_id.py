"""Holds, redemptions and other facts that nothing else stores are found again by what their outside id stands for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0002_business_keys_stay")]
    operations = [
        migrations.AddIndex(
            model_name="businesskey",
            index=models.Index(
                "reference",
                name="business_key_reference",
                condition=models.Q(("kind__in", ("order", "behaviour")), _negated=True),
            ),
        ),
    ]
