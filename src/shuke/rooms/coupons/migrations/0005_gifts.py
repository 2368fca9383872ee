"""Keep what was offered to friends under which code, and who took it; offers on their way are taken over."""

import django.db.models.deletion
from django.db import migrations, models


WAITING = """
INSERT INTO coupons_gift (claim_code, coupon_id, giver_id, offered_at)
SELECT claim_code, id, member_id, issued_at FROM coupons_coupon WHERE state = 'offered' AND member_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('coupons', '0004_given_by_rules'),
        ('members', '0006_consents_log_ins_and_sources'),
    ]

    operations = [
        migrations.CreateModel(
            name='Gift',
            fields=[
                ('claim_code', models.TextField(primary_key=True, serialize=False)),
                ('offered_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('coupon', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coupons.coupon')),
                ('friend', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'coupons_gift',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('friend__isnull', True), ('taken_at__isnull', True)), models.Q(('friend__isnull', False), ('taken_at__isnull', False)), _connector='OR'), name='coupons_gift_taken'), models.UniqueConstraint(condition=models.Q(('friend__isnull', False)), fields=('coupon',), name='coupons_gift_taken_once')],
            },
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
