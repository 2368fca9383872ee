"""Refuse, in the database itself, overlapping periods, and that changes and versions are ever changed or emptied."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from shuke.foundation.append_only import append_only

FORWARDS = """
ALTER TABLE paid_period ADD CONSTRAINT paid_period_no_overlap
    EXCLUDE USING gist (member_id WITH =, plan_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
"""
BACKWARDS = "ALTER TABLE paid_period DROP CONSTRAINT paid_period_no_overlap"


class Migration(migrations.Migration):
    dependencies = [("paid", "0001_initial")]
    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        append_only("paid_refuse_change", "paid_change", "paid_version"),
    ]
