"""Several ladders side by side, graces, and tiers given by hand."""

from django.db import migrations, models

FORWARDS = """
ALTER TABLE tiers_change DROP CONSTRAINT tiers_change_state;
ALTER TABLE tiers_state ADD COLUMN ladder text NOT NULL DEFAULT 'main', ADD COLUMN grace boolean NOT NULL DEFAULT false,
    ADD COLUMN floor_code text, ADD COLUMN floor_rank smallint, ADD COLUMN floor_until_day integer,
    DROP CONSTRAINT tiers_state_pkey, ADD PRIMARY KEY (member_id, program_id, ladder);
ALTER TABLE tiers_change ADD COLUMN ladder text NOT NULL DEFAULT 'main', ADD COLUMN note text NOT NULL DEFAULT '',
    DROP CONSTRAINT tiers_change_pkey, ADD PRIMARY KEY (member_id, program_id, ladder, number);
ALTER TABLE tiers_state ALTER COLUMN ladder DROP DEFAULT, ALTER COLUMN grace DROP DEFAULT;
ALTER TABLE tiers_change ALTER COLUMN ladder DROP DEFAULT, ALTER COLUMN note DROP DEFAULT;
ALTER TABLE tiers_change ADD CONSTRAINT tiers_change_state
    FOREIGN KEY (member_id, program_id, ladder) REFERENCES tiers_state (member_id, program_id, ladder);
ALTER TABLE tiers_state ADD CONSTRAINT tiers_state_floor
    CHECK ((floor_code IS NULL) = (floor_rank IS NULL) AND (floor_code IS NOT NULL OR floor_until_day IS NULL));
ALTER TABLE tiers_change DROP CONSTRAINT tiers_change_reason;
ALTER TABLE tiers_change ADD CONSTRAINT tiers_change_reason CHECK (reason IN ('enrolled', 'qualified', 'reviewed',
    'renewed', 'version_changed', 'grace', 'assigned', 'refunded'));
"""
REASONS = (
    *("enrolled", "qualified", "reviewed", "renewed", "version_changed"),
    *("grace", "assigned", "refunded"),
)
KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}


class Migration(migrations.Migration):
    dependencies = (("tiers", "0004_version_changed"),)

    operations = (
        migrations.RunSQL(
            FORWARDS,
            state_operations=(
                migrations.AddField("state", "ladder", models.TextField(default="main"), preserve_default=False),
                migrations.AddField("state", "grace", models.BooleanField(default=False), preserve_default=False),
                migrations.AddField("state", "floor_code", models.TextField(null=True)),
                migrations.AddField("state", "floor_rank", models.SmallIntegerField(null=True)),
                migrations.AddField("state", "floor_until_day", models.IntegerField(null=True)),
                migrations.AddField("change", "ladder", models.TextField(default="main"), preserve_default=False),
                migrations.AddField("change", "note", models.TextField(default=""), preserve_default=False),
                migrations.AlterField("state", "pk", models.CompositePrimaryKey("member_id", "program_id", "ladder", **KEY)),
                migrations.AlterField(
                    "change", "pk", models.CompositePrimaryKey("member_id", "program_id", "ladder", "number", **KEY)
                ),
                migrations.RemoveConstraint("change", "tiers_change_reason"),
                migrations.AddConstraint(
                    "change",
                    models.CheckConstraint(condition=models.Q(reason__in=list(REASONS)), name="tiers_change_reason"),
                ),
            ),
        ),
    )
