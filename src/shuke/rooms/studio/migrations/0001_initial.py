"""Tables of the studio: histories with their files, and runs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='History',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('state', models.TextField()),
                ('phase', models.TextField(default='')),
                ('done', models.BigIntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('seconds', models.FloatField(null=True)),
                ('stop', models.BooleanField(default=False)),
                ('failure', models.TextField(default='')),
                ('failure_params', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
                ('is_live', models.BooleanField()),
                ('currency', models.TextField(default='')),
                ('time_zone', models.TextField(default='')),
                ('dates', models.TextField(default='ymd')),
                ('leave_out', models.BooleanField(default=False)),
                ('report', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'studio_history',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'waiting', 'running', 'ready', 'refused', 'failed', 'cancelled'])), name='studio_history_state')],
            },
        ),
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('name', models.TextField()),
                ('size', models.BigIntegerField()),
                ('digest', models.TextField()),
                ('columns', models.JSONField()),
                ('mapping', models.JSONField(default=dict)),
                ('missing', models.JSONField(default=list)),
                ('history', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='studio.history')),
            ],
            options={
                'db_table': 'studio_file',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['orders', 'lines', 'refunds', 'members', 'redemptions'])), name='studio_file_kind')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('state', models.TextField()),
                ('phase', models.TextField(default='')),
                ('done', models.BigIntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('seconds', models.FloatField(null=True)),
                ('stop', models.BooleanField(default=False)),
                ('failure', models.TextField(default='')),
                ('failure_params', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
                ('kind', models.TextField()),
                ('text', models.TextField()),
                ('other', models.TextField(default='')),
                ('program', models.TextField(default='')),
                ('other_program', models.TextField(default='')),
                ('settings', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('history', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='studio.history')),
            ],
            options={
                'db_table': 'studio_run',
                'indexes': [models.Index(fields=['kind', 'id'], name='studio_run_kind_id')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['backtest', 'forecast', 'proposal'])), name='studio_run_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'ready', 'failed', 'cancelled'])), name='studio_run_state')],
            },
        ),
    ]
