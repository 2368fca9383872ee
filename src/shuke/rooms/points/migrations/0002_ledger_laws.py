"""Foreign keys over several columns, room for rows that change, and the trigger that keeps entries as they are."""

from django.db import migrations

FORWARDS = """
ALTER TABLE points_account ADD CONSTRAINT points_account_holder FOREIGN KEY (holder_id) REFERENCES points_holder (id);
ALTER TABLE points_account ADD CONSTRAINT points_account_unit FOREIGN KEY (unit_id) REFERENCES points_unit (id);
ALTER TABLE points_lot ADD CONSTRAINT points_lot_account
    FOREIGN KEY (holder_id, unit_id) REFERENCES points_account (holder_id, unit_id);
ALTER TABLE points_entry ADD CONSTRAINT points_entry_lot
    FOREIGN KEY (holder_id, unit_id, lot_number) REFERENCES points_lot (holder_id, unit_id, number);

-- Rows that every posting updates, without touching an index: room on their pages keeps the new version beside the old.
ALTER TABLE points_holder SET (fillfactor = 70);
ALTER TABLE points_account SET (fillfactor = 70);
ALTER TABLE points_lot SET (fillfactor = 90);

CREATE FUNCTION points_entry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_entry_append_only BEFORE UPDATE OR DELETE ON points_entry
    FOR EACH ROW EXECUTE FUNCTION points_entry_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER points_entry_append_only ON points_entry;
DROP FUNCTION points_entry_refuse_change();
ALTER TABLE points_entry DROP CONSTRAINT points_entry_lot;
ALTER TABLE points_lot DROP CONSTRAINT points_lot_account;
ALTER TABLE points_account DROP CONSTRAINT points_account_holder;
ALTER TABLE points_account DROP CONSTRAINT points_account_unit;
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
