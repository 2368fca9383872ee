"""Keep the month and day of birth by the Chinese calendar, also of those who are members already."""

from datetime import date

from django.db import migrations, models

from shuke.core.values.dates import day_of
from shuke.engine.lunar import lunar_of
from shuke.foundation import encryption


def reckon(apps, _):
    members = apps.get_model("members", "Member").objects
    for row in members.filter(birthday_sealed__isnull=False).only("id", "birthday_sealed").iterator():
        born = date.fromisoformat(
            encryption.open_sealed(row.birthday_sealed, f"members_member.birthday_sealed:{row.id}")
        )
        members.filter(pk=row.id).update(lunar_md=lunar_of(day_of(born.year, born.month, born.day)))


class Migration(migrations.Migration):
    dependencies = [("members", "0003_histories_and_merges")]
    operations = [
        migrations.AddField("member", "lunar_md", models.SmallIntegerField(default=0)),
        migrations.RunPython(reckon, migrations.RunPython.noop, elidable=True),
    ]
