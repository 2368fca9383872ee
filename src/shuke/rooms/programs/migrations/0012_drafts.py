"""Program files that people work on before they publish them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("programs", "0011_publish_terms"),)

    operations = (
        migrations.CreateModel(
            name="Draft",
            fields=(
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("based_on", models.PositiveIntegerField(null=True)),
                ("revision", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=200)),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.CharField(max_length=200)),
            ),
            options={"db_table": "programs_draft"},
        ),
    )
