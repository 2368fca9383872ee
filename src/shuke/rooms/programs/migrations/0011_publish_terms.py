"""Which versions a second person has to agree to before they are published."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("programs", "0010_particulars"),)

    operations = (
        migrations.CreateModel(
            name="PublishTerms",
            fields=(
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("always", models.BooleanField()),
                ("down", models.DecimalField(decimal_places=2, max_digits=5)),
                ("liability", models.DecimalField(decimal_places=2, max_digits=5)),
                ("yearly", models.DecimalField(decimal_places=2, max_digits=5)),
            ),
            options={"db_table": "programs_publish_terms"},
        ),
        migrations.AddConstraint(
            "publishterms", models.CheckConstraint(condition=models.Q(id=1), name="programs_publish_terms_one")
        ),
    )
