"""Pending, held and owed points: accounts, lots and entries of every kind; holds, takes, and what refunds took back."""

import django.db.models.expressions
from django.db import migrations, models


# Lots so far were opened by accruals and were usable at once; redemptions so far are taken from their entries.
FILL = """
UPDATE points_lot AS lot SET active_day = entry.day, reference = entry.reference
FROM points_entry AS entry
WHERE entry.holder_id = lot.holder_id AND entry.unit_id = lot.unit_id AND entry.lot_number = lot.number
    AND entry.kind = 'accrual';
INSERT INTO points_take (holder_id, reference, unit_id, lot_number, ordinal, held, used, returned, forfeited)
SELECT holder_id, reference, unit_id, lot_number,
    row_number() OVER (PARTITION BY holder_id, reference ORDER BY number), 0, -amount, 0, 0
FROM points_entry WHERE kind = 'redemption' AND reference IS NOT NULL;
"""
TIES = """
ALTER TABLE points_supply ADD CONSTRAINT points_supply_unit FOREIGN KEY (unit_id) REFERENCES points_unit (id);
ALTER TABLE points_hold ADD CONSTRAINT points_hold_account
    FOREIGN KEY (holder_id, unit_id) REFERENCES points_account (holder_id, unit_id);
ALTER TABLE points_take ADD CONSTRAINT points_take_lot
    FOREIGN KEY (holder_id, unit_id, lot_number) REFERENCES points_lot (holder_id, unit_id, number);
ALTER TABLE points_clawback ADD CONSTRAINT points_clawback_lot
    FOREIGN KEY (holder_id, unit_id, lot_number) REFERENCES points_lot (holder_id, unit_id, number);
ALTER TABLE points_uncounted ADD CONSTRAINT points_uncounted_account
    FOREIGN KEY (holder_id, unit_id) REFERENCES points_account (holder_id, unit_id);
ALTER TABLE points_supply SET (fillfactor = 50);
ALTER TABLE points_hold SET (fillfactor = 80);
"""
UNTIE = """
ALTER TABLE points_supply DROP CONSTRAINT points_supply_unit;
ALTER TABLE points_hold DROP CONSTRAINT points_hold_account;
ALTER TABLE points_take DROP CONSTRAINT points_take_lot;
ALTER TABLE points_clawback DROP CONSTRAINT points_clawback_lot;
ALTER TABLE points_uncounted DROP CONSTRAINT points_uncounted_account;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('points', '0004_seals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clawback',
            fields=[
                ('pk', models.CompositePrimaryKey('holder_id', 'reference', 'unit_id', 'lot_number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('holder_id', models.UUIDField()),
                ('reference', models.UUIDField()),
                ('unit_id', models.SmallIntegerField()),
                ('lot_number', models.IntegerField()),
                ('taken', models.BigIntegerField()),
                ('owed', models.BigIntegerField()),
                ('forgiven', models.BigIntegerField()),
            ],
            options={
                'db_table': 'points_clawback',
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('pk', models.CompositePrimaryKey('holder_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('holder_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('unit_id', models.SmallIntegerField()),
                ('points', models.BigIntegerField()),
                ('captured', models.BigIntegerField()),
                ('released', models.BigIntegerField()),
                ('lapsed', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'points_hold',
            },
        ),
        migrations.CreateModel(
            name='Supply',
            fields=[
                ('pk', models.CompositePrimaryKey('unit_id', 'slice', blank=True, editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.SmallIntegerField()),
                ('slice', models.SmallIntegerField()),
                ('most', models.BigIntegerField()),
                ('issued', models.BigIntegerField()),
            ],
            options={
                'db_table': 'points_supply',
            },
        ),
        migrations.CreateModel(
            name='Take',
            fields=[
                ('pk', models.CompositePrimaryKey('holder_id', 'reference', 'unit_id', 'lot_number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('holder_id', models.UUIDField()),
                ('reference', models.UUIDField()),
                ('unit_id', models.SmallIntegerField()),
                ('lot_number', models.IntegerField()),
                ('ordinal', models.SmallIntegerField()),
                ('held', models.BigIntegerField()),
                ('used', models.BigIntegerField()),
                ('returned', models.BigIntegerField()),
                ('forfeited', models.BigIntegerField()),
            ],
            options={
                'db_table': 'points_take',
            },
        ),
        migrations.CreateModel(
            name='Uncounted',
            fields=[
                ('pk', models.CompositePrimaryKey('holder_id', 'unit_id', 'reference', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('holder_id', models.UUIDField()),
                ('unit_id', models.SmallIntegerField()),
                ('reference', models.UUIDField()),
                ('day', models.IntegerField()),
                ('points', models.BigIntegerField()),
            ],
            options={
                'db_table': 'points_uncounted',
            },
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='points_entry_kind',
        ),
        migrations.AddField(
            model_name='account',
            name='debt',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='account',
            name='held',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='account',
            name='pending',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lot',
            name='clawed',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lot',
            name='held',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lot',
            name='waiting',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lot',
            name='active_day',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='ready_day',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='cancel_day',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='expiry_rule',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='gift',
            field=models.BooleanField(default=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lot',
            name='reference',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='origin',
            field=models.TextField(default='accrual'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lot',
            name='wait_event',
            field=models.TextField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='entry',
            name='lot_number',
            field=models.IntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('debt__gte', 0), ('held__gte', 0), ('pending__gte', 0)), name='points_account_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('debt', 0), ('available', 0), _connector='OR'), name='points_account_debt_first'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'issued'), ('kind', 'accrual')), models.Q(('account', 'pending'), ('amount__gt', 0), ('counter_account', 'issued'), ('kind', 'accrual_pending')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'pending'), ('kind', 'activation')), models.Q(('account', 'pending'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'cancellation')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'redeemed'), ('kind', 'redemption')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'redeemed'), ('kind', 'return')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'expired'), ('kind', 'expiry')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'held'), ('kind', 'holding')), models.Q(('account', 'held'), ('amount__lt', 0), ('counter_account', 'redeemed'), ('kind', 'capture')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'held'), ('kind', 'release')), models.Q(('account', 'held'), ('amount__lt', 0), ('counter_account', 'expired'), ('kind', 'lapse')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'clawback')), models.Q(('account', 'pending'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'clawback_pending')), models.Q(('account', 'debt'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'owed')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'debt'), ('kind', 'repayment')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'adjusted'), ('kind', 'credit')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'adjusted'), ('kind', 'debit')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'transferred'), ('kind', 'transfer_out')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'transferred'), ('kind', 'transfer_in')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'opening'), ('kind', 'opening')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'merged'), ('kind', 'merge_out')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'merged'), ('kind', 'merge_in')), _connector='OR'), name='points_entry_kind'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'owed'), ('lot_number__isnull', True)), models.Q(models.Q(('kind', 'owed'), _negated=True), ('lot_number__isnull', False)), _connector='OR'), name='points_entry_of_a_lot'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['activation', 'cancellation'])), fields=('holder_id', 'unit_id', 'lot_number'), name='points_entry_one_end_of_wait'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('earned__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('remaining'), '+', models.F('waiting')), '+', models.F('held'))), ('held__gte', 0), ('waiting__gte', 0)), name='points_lot_parts'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active_day__isnull', False), ('waiting', 0)), models.Q(('active_day__isnull', True), ('expires_day__isnull', True), ('held', 0), ('remaining', 0)), _connector='OR'), name='points_lot_waits'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('clawed__gte', 0), ('clawed__lte', models.F('earned'))), name='points_lot_clawed'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.CheckConstraint(condition=models.Q(('forgiven__gte', 0), ('owed__gte', 0), ('taken__gte', 0)), name='points_clawback_parts'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('captured__gte', 0), ('lapsed__gte', 0), ('points__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('captured'), '+', models.F('released')), '+', models.F('lapsed'))), ('released__gte', 0)), name='points_hold_parts'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 1), ('until_at__gt', models.F('made_at'))), name='points_hold_made'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('issued__gte', 0), ('issued__lte', models.F('most'))), name='points_supply_issued'),
        ),
        migrations.AddConstraint(
            model_name='take',
            constraint=models.CheckConstraint(condition=models.Q(('forfeited__gte', 0), ('held__gte', 0), ('returned__gte', 0), ('used__gte', django.db.models.expressions.CombinedExpression(models.F('returned'), '+', models.F('forfeited')))), name='points_take_parts'),
        ),
        migrations.AddConstraint(
            model_name='uncounted',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 1)), name='points_uncounted_points'),
        ),
        migrations.RunSQL(TIES, UNTIE),
    ]
