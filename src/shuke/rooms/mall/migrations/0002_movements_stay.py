"""Refuse, in the database itself, that a movement of stock or a step of an order is changed, deleted or emptied."""

from django.db import migrations

from shuke.foundation.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("mall", "0001_initial")]
    operations = [
        append_only("mall_refuse_change", "mall_movement", "mall_order_step"),
        migrations.RunSQL(
            "ALTER TABLE mall_stock SET (fillfactor = 30)", "ALTER TABLE mall_stock RESET (fillfactor)"
        ),
    ]
