"""Decisions of behaviours too, by grant; memory in place of windows; redemptions that pay for orders.

Nothing of an earlier development version is carried over: its decisions were laid out in another way.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import Q

KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}
MEMBER = {"db_index": False, "on_delete": models.PROTECT, "related_name": "+", "to": "members.member"}

DECISIONS = """
ALTER TABLE programs_decision RENAME COLUMN order_id TO fact_id;
DO $$
DECLARE found text;
BEGIN
    SELECT conname INTO found FROM pg_constraint
    WHERE conrelid = 'programs_decision'::regclass AND confrelid = 'orders_order'::regclass;
    EXECUTE format('ALTER TABLE programs_decision DROP CONSTRAINT %I', found);
END $$;
ALTER TABLE programs_decision ADD COLUMN lots integer[] NOT NULL DEFAULT '{}';
ALTER TABLE programs_decision ALTER COLUMN lots DROP DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = (("members", "0001_initial"), ("programs", "0005_imports"))

    operations = (
        migrations.RenameField("membership", "windows", "memory"),
        migrations.RunSQL(
            DECISIONS,
            state_operations=(
                migrations.DeleteModel("Decision"),
                migrations.CreateModel(
                    name="Decision",
                    fields=(
                        ("pk", models.CompositePrimaryKey("member_id", "fact_id", **KEY)),
                        ("fact_id", models.UUIDField()),
                        ("undecided", models.CharField(max_length=32)),
                        ("effective_at", models.DateTimeField()),
                        ("late", models.BooleanField()),
                        ("vector", ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ("points", ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ("lots", ArrayField(base_field=models.IntegerField(), size=None)),
                        ("balances", ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ("tier_before", models.CharField(max_length=64)),
                        ("tier_after", models.CharField(max_length=64)),
                        ("member", models.ForeignKey(**MEMBER)),
                        ("version", models.ForeignKey(**MEMBER | {"null": True, "to": "programs.version"})),
                    ),
                    options={
                        "db_table": "programs_decision",
                        "constraints": (
                            models.CheckConstraint(
                                condition=Q(version__isnull=False, undecided="")
                                | Q(version__isnull=True) & ~Q(undecided=""),
                                name="programs_decision_or_reason",
                            ),
                        ),
                    },
                ),
            ),
        ),
        migrations.CreateModel(
            name="Payment",
            fields=(
                ("pk", models.CompositePrimaryKey("source", "external_id", "redemption_id", **KEY)),
                ("source", models.TextField()),
                ("external_id", models.TextField()),
                ("redemption_id", models.UUIDField()),
                ("points", models.BigIntegerField()),
                ("member", models.ForeignKey(**MEMBER)),
            ),
            options={"db_table": "programs_payment"},
        ),
    )
