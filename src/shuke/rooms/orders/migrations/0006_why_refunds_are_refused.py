"""Of a refund that did not fit its order when that came, why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("orders", "0005_gift_cards"),)

    operations = (migrations.AddField("refund", "refused_because", models.TextField(null=True)),)
