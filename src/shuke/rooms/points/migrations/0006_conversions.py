"""Points may be converted into those of another unit."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('points', '0005_kinds'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='points_entry_kind',
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'issued'), ('kind', 'accrual')), models.Q(('account', 'pending'), ('amount__gt', 0), ('counter_account', 'issued'), ('kind', 'accrual_pending')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'pending'), ('kind', 'activation')), models.Q(('account', 'pending'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'cancellation')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'redeemed'), ('kind', 'redemption')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'redeemed'), ('kind', 'return')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'expired'), ('kind', 'expiry')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'held'), ('kind', 'holding')), models.Q(('account', 'held'), ('amount__lt', 0), ('counter_account', 'redeemed'), ('kind', 'capture')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'held'), ('kind', 'release')), models.Q(('account', 'held'), ('amount__lt', 0), ('counter_account', 'expired'), ('kind', 'lapse')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'clawback')), models.Q(('account', 'pending'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'clawback_pending')), models.Q(('account', 'debt'), ('amount__lt', 0), ('counter_account', 'issued'), ('kind', 'owed')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'debt'), ('kind', 'repayment')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'adjusted'), ('kind', 'credit')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'adjusted'), ('kind', 'debit')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'transferred'), ('kind', 'transfer_out')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'transferred'), ('kind', 'transfer_in')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'opening'), ('kind', 'opening')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'merged'), ('kind', 'merge_out')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'merged'), ('kind', 'merge_in')), models.Q(('account', 'available'), ('amount__lt', 0), ('counter_account', 'converted'), ('kind', 'conversion_out')), models.Q(('account', 'available'), ('amount__gt', 0), ('counter_account', 'converted'), ('kind', 'conversion_in')), _connector='OR'), name='points_entry_kind'),
        ),
    ]
