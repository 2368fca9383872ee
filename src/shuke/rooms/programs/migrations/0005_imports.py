"""Keep what was imported: the file, and what came of each of its rows."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0004_versions_of_one_instant'),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('digest', models.BinaryField()),
                ('state', models.TextField()),
                ('fill', models.BooleanField()),
                ('source', models.TextField()),
                ('headers', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('rows', models.IntegerField()),
                ('created_at', models.DateTimeField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
            ],
            options={
                'db_table': 'programs_import',
                'indexes': [models.Index(fields=['digest'], name='programs_import_digest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('checked', 'committing', 'committed', 'undoing', 'undone'))), name='programs_import_state')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('pk', models.CompositePrimaryKey('import_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('import_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('state', models.TextField()),
                ('foreseen', models.TextField()),
                ('sealed', models.BinaryField(null=True)),
                ('column', models.TextField()),
                ('code', models.TextField()),
                ('member_id', models.UUIDField(null=True)),
                ('revision', models.IntegerField()),
                ('undo', models.JSONField(null=True)),
            ],
            options={
                'db_table': 'programs_import_row',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'created', 'updated', 'skipped', 'failed', 'undone', 'kept'))), name='programs_import_row_state')],
            },
        ),
    ]
