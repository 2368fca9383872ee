"""Let an organisation give its members' pages a colour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0008_tills")]
    operations = [migrations.AddField("organisation", "colour", models.TextField(default=""))]
