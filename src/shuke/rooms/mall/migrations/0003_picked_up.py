"""Find what was picked up by its code, to tell who brings the code again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mall", "0002_movements_stay")]
    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "picked_up")), fields=["pickup_code"], name="mall_order_picked_up"
            ),
        ),
    ]
