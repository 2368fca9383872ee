"""Entries of all holders are found by their day; the index costs a write next to nothing."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("points", "0006_conversions")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.BrinIndex("day", name="points_entry_day"),
        ),
    ]
