"""How often work was begun, so that what kills its process each time is given up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("studio", "0001_initial"),)

    operations = (
        migrations.AddField("history", "tries", models.IntegerField(default=0)),
        migrations.AddField("run", "tries", models.IntegerField(default=0)),
    )
