"""Number orders as they are recorded. Lines have no foreign key: it would cost two fifths of recording an order."""

from django.db import migrations

FORWARDS = "ALTER TABLE orders_order ALTER COLUMN recorded_seq ADD GENERATED ALWAYS AS IDENTITY"
BACKWARDS = "ALTER TABLE orders_order ALTER COLUMN recorded_seq DROP IDENTITY"


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
