"""A use is named by its payment or its cart, which keep their own keys."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('value', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='use',
            name='value_use_key',
        ),
    ]
