"""Memberships are found by member by their key already, and now by version: who stands under an older one is due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("members", "0004_chinese_birthdays"), ("programs", "0006_whole_program"))

    operations = (
        migrations.AlterField(
            "membership",
            "member",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="members.member"),
        ),
        migrations.AddIndex("membership", models.Index(fields=["program", "version"], name="programs_membership_version")),
    )
