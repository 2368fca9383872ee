"""The statuses of orders that stand in a file, and those that count."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("studio", "0002_tries"),)

    operations = (
        migrations.AddField("file", "statuses", models.JSONField(default=list)),
        migrations.AddField("history", "statuses", models.JSONField(null=True)),
    )
