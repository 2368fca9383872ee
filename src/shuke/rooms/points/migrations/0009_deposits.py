"""Money that members pay ahead comes and goes."""

import shuke.rooms.points.contracts
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('points', '0008_milestones_lost'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='points_entry_kind',
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'issued'), ('kind', shuke.rooms.points.contracts.Kind['ACCRUAL'])), models.Q(('account', 'pending'), ('amount__gt', 0), ('counter_account', 'issued'), ('kind', shuke.rooms.points.contracts.Kind['ACCRUAL_PENDING'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'pending'), ('kind', shuke.rooms.points.contracts.Kind['ACTIVATION'])), models.Q(('account', 'pending'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', shuke.rooms.points.contracts.Kind['CANCELLATION'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'redeemed'), ('kind', shuke.rooms.points.contracts.Kind['REDEMPTION'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'redeemed'), ('kind', shuke.rooms.points.contracts.Kind['RETURN'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'expired'), ('kind', shuke.rooms.points.contracts.Kind['EXPIRY'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'held'), ('kind', shuke.rooms.points.contracts.Kind['HOLDING'])), models.Q(('account', 'held'), ('amount__lt', 0), ('counter_account', 'redeemed'), ('kind', shuke.rooms.points.contracts.Kind['CAPTURE'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'held'), ('kind', shuke.rooms.points.contracts.Kind['RELEASE'])), models.Q(('account', 'held'), ('amount__lt', 0), ('counter_account', 'expired'), ('kind', shuke.rooms.points.contracts.Kind['LAPSE'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', shuke.rooms.points.contracts.Kind['CLAWBACK'])), models.Q(('account', 'pending'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', shuke.rooms.points.contracts.Kind['CLAWBACK_PENDING'])), models.Q(('account', 'debt'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', shuke.rooms.points.contracts.Kind['OWED'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'debt'), ('kind', shuke.rooms.points.contracts.Kind['REPAYMENT'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'adjusted'), ('kind', shuke.rooms.points.contracts.Kind['CREDIT'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'adjusted'), ('kind', shuke.rooms.points.contracts.Kind['DEBIT'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'transferred'), ('kind', shuke.rooms.points.contracts.Kind['TRANSFER_OUT'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'transferred'), ('kind', shuke.rooms.points.contracts.Kind['TRANSFER_IN'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'opening'), ('kind', shuke.rooms.points.contracts.Kind['OPENING'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'merged'), ('kind', shuke.rooms.points.contracts.Kind['MERGE_OUT'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'merged'), ('kind', shuke.rooms.points.contracts.Kind['MERGE_IN'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'converted'), ('kind', shuke.rooms.points.contracts.Kind['CONVERSION_OUT'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'converted'), ('kind', shuke.rooms.points.contracts.Kind['CONVERSION_IN'])), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'paid_in'), ('kind', shuke.rooms.points.contracts.Kind['DEPOSIT'])), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'paid_in'), ('kind', shuke.rooms.points.contracts.Kind['WITHDRAWAL'])), _connector='OR'), name='points_entry_kind'),
        ),
    ]
