"""Tables of stored value: top-ups, uses, refunds, gift cards."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0006_consents_log_ins_and_sources'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('cards', models.IntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.TextField()),
                ('ends_on', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'value_batch',
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('cards__gt', 0)), name='value_batch_amount')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('principal_minor', models.BigIntegerField()),
                ('bonus_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField()),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('withdrawal_id', models.UUIDField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'value_refund',
            },
        ),
        migrations.CreateModel(
            name='TopUp',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('source', models.TextField()),
                ('external_id', models.TextField()),
                ('amount_minor', models.BigIntegerField()),
                ('bonus_minor', models.BigIntegerField()),
                ('principal', models.TextField()),
                ('bonus', models.TextField()),
                ('currency', models.TextField()),
                ('method', models.TextField()),
                ('store', models.TextField()),
                ('state', models.TextField()),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('order_source', models.TextField()),
                ('order_external_id', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('deposit_id', models.UUIDField(null=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'value_top_up',
            },
        ),
        migrations.CreateModel(
            name='RefundPart',
            fields=[
                ('pk', models.CompositePrimaryKey('refund_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('payment_id', models.UUIDField(null=True)),
                ('covered_minor', models.BigIntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('refund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='value.refund')),
                ('top_up', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='value.topup')),
            ],
            options={
                'db_table': 'value_refund_part',
            },
        ),
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('code', models.TextField(unique=True)),
                ('state', models.TextField()),
                ('order_source', models.TextField(default='')),
                ('order_external_id', models.TextField(default='')),
                ('active_at', models.DateTimeField(null=True)),
                ('loaded_at', models.DateTimeField(null=True)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='value.batch')),
                ('top_up', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='value.topup')),
            ],
            options={
                'db_table': 'value_card',
            },
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('source', models.TextField()),
                ('external_id', models.TextField()),
                ('principal_minor', models.BigIntegerField()),
                ('bonus_minor', models.BigIntegerField()),
                ('order_source', models.TextField()),
                ('order_external_id', models.TextField()),
                ('at', models.DateTimeField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'value_use',
            },
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('bonus_minor__gte', 0), ('fee_minor__gte', 0), ('principal_minor__gt', 0), ('fee_minor__lte', models.F('principal_minor'))), name='value_refund_amount'),
        ),
        migrations.AddIndex(
            model_name='topup',
            index=models.Index(condition=models.Q(('order_source', ''), _negated=True), fields=['order_source', 'order_external_id'], name='value_top_up_order'),
        ),
        migrations.AddConstraint(
            model_name='topup',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'paid', 'failed', 'returned'])), name='value_top_up_state'),
        ),
        migrations.AddConstraint(
            model_name='topup',
            constraint=models.UniqueConstraint(fields=('source', 'external_id'), name='value_top_up_key'),
        ),
        migrations.AddConstraint(
            model_name='topup',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('bonus_minor__gte', 0)), name='value_top_up_amount'),
        ),
        migrations.AddConstraint(
            model_name='topup',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('amount_minor'))), name='value_top_up_refunded'),
        ),
        migrations.AddConstraint(
            model_name='topup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deposit_id__isnull', False), ('paid_at__isnull', False), ('state', 'paid')), models.Q(models.Q(('state', 'paid'), _negated=True), ('deposit_id__isnull', True), ('refunded_minor', 0)), _connector='OR'), name='value_top_up_paid'),
        ),
        migrations.AddConstraint(
            model_name='refundpart',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('covered_minor__gte', models.F('amount_minor'))), name='value_refund_part_amount'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['made', 'active', 'loaded', 'void'])), name='value_card_state'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('loaded_at__isnull', False), ('state', 'loaded'), ('top_up__isnull', False)), models.Q(models.Q(('state', 'loaded'), _negated=True), ('loaded_at__isnull', True), ('top_up__isnull', True)), _connector='OR'), name='value_card_loaded'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.UniqueConstraint(fields=('source', 'external_id'), name='value_use_key'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.CheckConstraint(condition=models.Q(('bonus_minor__gte', 0), ('principal_minor__gte', 0), models.Q(('principal_minor__gt', 0), ('bonus_minor__gt', 0), _connector='OR')), name='value_use_amount'),
        ),
    ]
