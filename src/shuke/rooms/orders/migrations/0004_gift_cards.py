"""Gift cards are no sale: what of orders and refunds they are; and parked refunds of all that is left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("orders", "0003_refunds_and_behaviours"),)

    operations = (
        migrations.AddField("order", "gift_minor", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("refund", "gift_minor", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AlterField("refund", "net_minor", models.BigIntegerField(null=True)),
    )
