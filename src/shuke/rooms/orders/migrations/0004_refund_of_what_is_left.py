"""A refund may be of all that is left of its order, which is known when it is applied."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_refunds_and_behaviours'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='refund',
            name='orders_refund_state',
        ),
        migrations.AlterField(
            model_name='refund',
            name='net_minor',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('net_minor__isnull', False), ('order_id__isnull', False), ('state', 'applied')), models.Q(('empties', False), ('order_day__isnull', True), ('order_id__isnull', True), ('state', 'parked')), models.Q(('empties', False), ('order_day__isnull', True), ('state', 'refused')), _connector='OR'), name='orders_refund_state'),
        ),
    ]
