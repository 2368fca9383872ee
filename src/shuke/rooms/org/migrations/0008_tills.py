"""Tills, PINs and shifts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0007_audit_lines_by_action'),
    ]

    operations = [
        migrations.AddField(
            model_name='staff',
            name='pin',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='staff',
            name='pin_failures',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='staff',
            name='pin_locked_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Till',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('digest', models.BinaryField(unique=True)),
                ('enrolled_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.store')),
            ],
            options={
                'db_table': 'org_till',
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('till', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.till')),
            ],
            options={
                'db_table': 'org_shift',
            },
        ),
        migrations.CreateModel(
            name='ShiftLine',
            fields=[
                ('pk', models.CompositePrimaryKey('till_id', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.TextField()),
                ('digest', models.BinaryField()),
                ('work', models.CharField(max_length=9)),
                ('at', models.DateTimeField()),
                ('money_minor', models.BigIntegerField()),
                ('points_in', models.BigIntegerField()),
                ('points_out', models.BigIntegerField()),
                ('offline', models.BooleanField()),
                ('note', models.TextField()),
                ('answer', models.JSONField()),
                ('shift', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.shift')),
                ('till', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.till')),
            ],
            options={
                'db_table': 'org_shift_line',
                'indexes': [models.Index(models.F('shift'), name='org_shift_line_of_shift')],
                'constraints': [models.CheckConstraint(condition=models.Q(('work__in', ['sale', 'refund', 'void', 'coupon', 'pickup', 'enrolment'])), name='org_shift_line_work')],
            },
        ),
        migrations.AddIndex(
            model_name='shift',
            index=models.Index(fields=['till', '-began_at'], name='org_shift_of_till'),
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=models.UniqueConstraint(models.F('till'), condition=models.Q(('ended_at__isnull', True)), name='org_shift_one_open'),
        ),
    ]
