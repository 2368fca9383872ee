"""What facts said that no other table keeps, so that a member's past can be told again under another version."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("programs", "0009_carts"), ("members", "0001_initial"))

    operations = (
        migrations.CreateModel(
            name="Particular",
            fields=(
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id", "fact_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("fact_id", models.UUIDField()),
                ("said", models.JSONField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="members.member",
                    ),
                ),
            ),
            options={"db_table": "programs_particular"},
        ),
    )
