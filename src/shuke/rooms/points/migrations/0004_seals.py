"""The chain of seals over the ledger's entries, which is as append-only as they are."""

from django.db import migrations, models

from shuke.foundation.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("points", "0003_entries_stay_whole")]
    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("sealed_at", models.DateTimeField()),
                ("columns", models.TextField()),
                ("accounts", models.IntegerField()),
                ("entries", models.BigIntegerField()),
                ("previous", models.BinaryField()),
                ("digest", models.BinaryField()),
            ],
            options={
                "db_table": "points_seal",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(number__gte=1, entries__gte=1), name="points_seal_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="SealRange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "holder_id", "unit_id", "seal_number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("holder_id", models.UUIDField()),
                ("unit_id", models.SmallIntegerField()),
                ("seal_number", models.IntegerField()),
                ("first_number", models.IntegerField()),
                ("last_number", models.IntegerField()),
                ("digest", models.BinaryField()),
            ],
            options={
                "db_table": "points_seal_range",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(first_number__gte=1, last_number__gte=models.F("first_number")),
                        name="points_seal_range_numbers",
                    )
                ],
            },
        ),
        append_only("points_seal_refuse_change", "points_seal", "points_seal_range"),
    ]
