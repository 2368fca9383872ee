"""Refunds and behaviours, numbered together with orders as they are recorded; more of what orders say."""

import django.db.models.deletion
from django.db import migrations, models


FORWARDS = """
ALTER TABLE orders_refund ALTER COLUMN recorded_seq SET DEFAULT nextval('orders_order_recorded_seq_seq');
ALTER TABLE orders_behaviour ALTER COLUMN recorded_seq SET DEFAULT nextval('orders_order_recorded_seq_seq');
ALTER TABLE orders_refund_line ADD CONSTRAINT orders_refund_line_refund
    FOREIGN KEY (refund_id) REFERENCES orders_refund (id);
ALTER TABLE orders_refund ADD CONSTRAINT orders_refund_order FOREIGN KEY (order_id) REFERENCES orders_order (id);
ALTER TABLE orders_order SET (fillfactor = 95);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0003_histories_and_merges'),
        ('orders', '0002_orders_are_numbered'),
    ]

    operations = [
        migrations.CreateModel(
            name='Behaviour',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField(null=True)),
                ('recorded_seq', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('day', models.IntegerField()),
                ('counted', models.BooleanField()),
                ('kind', models.TextField()),
                ('source', models.TextField()),
                ('external_id', models.TextField()),
                ('store', models.TextField()),
                ('channel', models.TextField()),
                ('attributes', models.JSONField(null=True)),
            ],
            options={
                'db_table': 'orders_behaviour',
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField(null=True)),
                ('recorded_seq', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('day', models.IntegerField(null=True)),
                ('order_day', models.IntegerField(null=True)),
                ('empties', models.BooleanField()),
                ('state', models.TextField()),
                ('source', models.TextField()),
                ('external_id', models.TextField()),
                ('order_source', models.TextField()),
                ('order_external_id', models.TextField()),
            ],
            options={
                'db_table': 'orders_refund',
            },
        ),
        migrations.CreateModel(
            name='RefundLine',
            fields=[
                ('pk', models.CompositePrimaryKey('refund_id', 'line_number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('refund_id', models.UUIDField()),
                ('line_number', models.SmallIntegerField()),
                ('quantity', models.IntegerField()),
                ('net_minor', models.BigIntegerField()),
            ],
            options={
                'db_table': 'orders_refund_line',
            },
        ),
        migrations.AddField(
            model_name='line',
            name='attributes',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='line',
            name='gift_card',
            field=models.BooleanField(default=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='line',
            name='gross_minor',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='line',
            name='refunded_minor',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='line',
            name='refunded_quantity',
            field=models.IntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='order',
            name='attributes',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='brand',
            field=models.TextField(default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='order',
            name='points_paid_minor',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='order',
            name='refunded_minor',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='order',
            name='shipping_minor',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='order',
            name='tax_minor',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('net_minor')), ('refunded_quantity__gte', 0), ('refunded_quantity__lte', models.F('quantity'))), name='orders_line_refunded'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('net_minor'))), name='orders_order_refunded'),
        ),
        migrations.AddField(
            model_name='behaviour',
            name='member',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='refund',
            name='member',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.CheckConstraint(condition=models.Q(('net_minor__gte', 0), ('quantity__gte', 0)), name='orders_refund_line_amounts'),
        ),
        migrations.AddIndex(
            model_name='behaviour',
            index=models.Index(fields=['member', 'day', 'recorded_seq'], include=('kind', 'counted'), name='orders_behaviour_of_member'),
        ),
        migrations.AddConstraint(
            model_name='behaviour',
            constraint=models.CheckConstraint(condition=models.Q(('day__gte', 0)), name='orders_behaviour_day'),
        ),
        migrations.AddConstraint(
            model_name='behaviour',
            constraint=models.CheckConstraint(condition=models.Q(('counted', False), ('member__isnull', False), _connector='OR'), name='orders_behaviour_counted'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('order_day__isnull', False)), fields=['member', 'order_day'], name='orders_refund_of_member'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('order_id__isnull', False)), fields=['order_id'], name='orders_refund_of_order'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('state', 'parked')), fields=['order_source', 'order_external_id'], name='orders_refund_parked'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('net_minor__gte', 0)), name='orders_refund_net'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('order_id__isnull', False), ('state', 'applied')), models.Q(('empties', False), ('order_day__isnull', True), ('order_id__isnull', True), ('state', 'parked')), models.Q(('empties', False), ('order_day__isnull', True), ('state', 'refused')), _connector='OR'), name='orders_refund_state'),
        ),
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
    ]
