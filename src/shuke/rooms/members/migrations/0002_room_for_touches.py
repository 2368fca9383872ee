"""Leave room in each page, so that moving `last_active_at` rewrites no index entry."""

from django.db import migrations

FORWARDS = "ALTER TABLE members_member SET (fillfactor = 80)"
BACKWARDS = "ALTER TABLE members_member RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
