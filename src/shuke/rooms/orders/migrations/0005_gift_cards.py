"""Gift cards are no sale: what of orders and refunds they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("orders", "0004_refund_of_what_is_left"),)

    operations = (
        migrations.AddField("order", "gift_minor", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("refund", "gift_minor", models.BigIntegerField(default=0), preserve_default=False),
    )
