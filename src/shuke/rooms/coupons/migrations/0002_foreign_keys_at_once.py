"""Tie counters and slices to their template, and check what Django would check at the end of a transaction at once."""

from django.db import migrations

FORWARDS = """
ALTER TABLE coupons_supply ADD CONSTRAINT coupons_supply_template
    FOREIGN KEY (template_id) REFERENCES coupons_template (id);
ALTER TABLE coupons_taken ADD CONSTRAINT coupons_taken_template
    FOREIGN KEY (template_id) REFERENCES coupons_template (id);
ALTER TABLE coupons_supply SET (fillfactor = 50);
ALTER TABLE coupons_taken SET (fillfactor = 80);
"""
BACKWARDS = """
ALTER TABLE coupons_supply DROP CONSTRAINT coupons_supply_template;
ALTER TABLE coupons_taken DROP CONSTRAINT coupons_taken_template;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
