"""Give members consents, devices and codes to log in with, and say through which channel and store they came."""

import django.db.models.deletion
from django.db import migrations, models

from shuke.foundation.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_member_cards'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhoneCheck',
            fields=[
                ('phone_blind', models.BinaryField(primary_key=True, serialize=False)),
                ('digest', models.BinaryField(null=True)),
                ('good_until', models.DateTimeField(null=True)),
                ('wrong', models.SmallIntegerField()),
                ('locked_until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'members_phone_check',
            },
        ),
        migrations.AddField(
            model_name='member',
            name='channel',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='member',
            name='store',
            field=models.TextField(default=''),
        ),
        migrations.CreateModel(
            name='CodeSent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone_blind', models.BinaryField()),
                ('address_blind', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'members_code_sent',
                'indexes': [models.Index(models.F('phone_blind'), models.F('at'), name='members_code_sent_phone'), models.Index(models.F('address_blind'), models.F('at'), name='members_code_sent_address')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('digest', models.BinaryField(unique=True)),
                ('label', models.TextField()),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'members_device',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('purpose', models.TextField()),
                ('given', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('through', models.TextField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'members_consent',
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['service', 'sms_marketing', 'personalisation'])), name='members_consent_purpose')],
            },
        ),
        append_only("members_history_refuse_change", "members_consent"),
    ]
