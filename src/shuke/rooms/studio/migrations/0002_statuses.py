"""The statuses of orders that stand in a file, and those that count."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='file', name='statuses', field=models.JSONField(default=list)),
        migrations.AddField(model_name='history', name='statuses', field=models.JSONField(null=True)),
    ]
