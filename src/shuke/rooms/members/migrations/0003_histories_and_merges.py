"""Give members attributes, tags, merges and append-only histories of status and identities."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from shuke.foundation.append_only import append_only

FORWARDS = """
CREATE INDEX members_member_same_name ON members_member (hash_array_extended(name_blinds, 0));
"""
BACKWARDS = """
DROP INDEX members_member_same_name;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_room_for_touches'),
    ]

    operations = [
        migrations.CreateModel(
            name='AttributeDefinition',
            fields=[
                ('code', models.TextField(primary_key=True, serialize=False)),
                ('name_zh', models.TextField()),
                ('name_en', models.TextField()),
                ('kind', models.TextField()),
                ('personal', models.BooleanField()),
                ('required', models.BooleanField()),
                ('choices', models.JSONField()),
                ('number', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'members_attribute',
            },
        ),
        migrations.CreateModel(
            name='IdentityChange',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.TextField()),
                ('event', models.TextField()),
                ('source', models.TextField()),
                ('was', models.TextField()),
                ('was_blind', models.BinaryField(null=True)),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
            ],
            options={
                'db_table': 'members_identity_change',
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('at', models.DateTimeField()),
                ('reason', models.TextField()),
                ('filled', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('images_sealed', models.BinaryField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'members_merge',
            },
        ),
        migrations.CreateModel(
            name='StatusChange',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('before', models.TextField()),
                ('after', models.TextField()),
                ('reason', models.TextField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('actor_label', models.TextField()),
            ],
            options={
                'db_table': 'members_status_change',
            },
        ),
        migrations.RemoveConstraint(
            model_name='member',
            name='members_member_status',
        ),
        migrations.AddField(
            model_name='member',
            name='attributes',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='member',
            name='attributes_sealed',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='member',
            name='merged_into',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='member',
            name='revision',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='member',
            name='tags',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'frozen', 'blacklisted', 'exited', 'merged'])), name='members_member_status'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('status', 'merged')), models.Q(models.Q(('status', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='members_member_merged'),
        ),
        migrations.AddConstraint(
            model_name='attributedefinition',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'number', 'date', 'boolean', 'choice'])), name='members_attribute_kind'),
        ),
        migrations.AddField(
            model_name='identitychange',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='merge',
            name='survivor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='statuschange',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddConstraint(
            model_name='identitychange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['phone', 'email', 'external_id'])), name='members_identity_change_kind'),
        ),
        append_only("members_history_refuse_change", "members_status_change", "members_identity_change"),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
