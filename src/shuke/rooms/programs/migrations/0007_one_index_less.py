"""The key of a membership finds it by member already; every order that moves the next due instant writes one index less."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("members", "0004_chinese_birthdays"), ("programs", "0006_whole_program"))

    operations = (
        migrations.AlterField(
            "membership",
            "member",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="members.member"),
        ),
    )
