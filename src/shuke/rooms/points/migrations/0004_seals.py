"""The chain of seals over the ledger's entries, which is as append-only as they are."""

from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION points_seal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'seals are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_seal_append_only BEFORE UPDATE OR DELETE ON points_seal
    FOR EACH ROW EXECUTE FUNCTION points_seal_refuse_change();
CREATE TRIGGER points_seal_never_emptied BEFORE TRUNCATE ON points_seal
    FOR EACH STATEMENT EXECUTE FUNCTION points_seal_refuse_change();
CREATE TRIGGER points_seal_range_append_only BEFORE UPDATE OR DELETE ON points_seal_range
    FOR EACH ROW EXECUTE FUNCTION points_seal_refuse_change();
CREATE TRIGGER points_seal_range_never_emptied BEFORE TRUNCATE ON points_seal_range
    FOR EACH STATEMENT EXECUTE FUNCTION points_seal_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER points_seal_append_only ON points_seal;
DROP TRIGGER points_seal_never_emptied ON points_seal;
DROP TRIGGER points_seal_range_append_only ON points_seal_range;
DROP TRIGGER points_seal_range_never_emptied ON points_seal_range;
DROP FUNCTION points_seal_refuse_change();
"""


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
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
