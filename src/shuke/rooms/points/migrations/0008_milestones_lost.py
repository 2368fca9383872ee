"""What refunds took back of milestones stands under lot 0, which is no lot."""

from django.db import migrations

LOOSEN = """
ALTER TABLE points_clawback DROP CONSTRAINT points_clawback_lot;
ALTER TABLE points_clawback ADD COLUMN tied_to integer GENERATED ALWAYS AS (nullif(lot_number, 0)) STORED;
ALTER TABLE points_clawback ADD CONSTRAINT points_clawback_lot
    FOREIGN KEY (holder_id, unit_id, tied_to) REFERENCES points_lot (holder_id, unit_id, number);
"""
TIE = """
ALTER TABLE points_clawback DROP CONSTRAINT points_clawback_lot;
ALTER TABLE points_clawback DROP COLUMN tied_to;
ALTER TABLE points_clawback ADD CONSTRAINT points_clawback_lot
    FOREIGN KEY (holder_id, unit_id, lot_number) REFERENCES points_lot (holder_id, unit_id, number);
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0007_entries_by_day")]
    operations = [migrations.RunSQL(LOOSEN, TIE)]
