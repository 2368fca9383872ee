"""Refuse, in the database itself, that a movement of stock or a step of an order is changed, deleted or emptied."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION mall_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mall_movement_append_only BEFORE UPDATE OR DELETE ON mall_movement
    FOR EACH ROW EXECUTE FUNCTION mall_refuse_change();
CREATE TRIGGER mall_movement_never_emptied BEFORE TRUNCATE ON mall_movement
    FOR EACH STATEMENT EXECUTE FUNCTION mall_refuse_change();
CREATE TRIGGER mall_order_step_append_only BEFORE UPDATE OR DELETE ON mall_order_step
    FOR EACH ROW EXECUTE FUNCTION mall_refuse_change();
CREATE TRIGGER mall_order_step_never_emptied BEFORE TRUNCATE ON mall_order_step
    FOR EACH STATEMENT EXECUTE FUNCTION mall_refuse_change();
ALTER TABLE mall_stock SET (fillfactor = 30);
"""
BACKWARDS = """
DROP TRIGGER mall_movement_append_only ON mall_movement;
DROP TRIGGER mall_movement_never_emptied ON mall_movement;
DROP TRIGGER mall_order_step_append_only ON mall_order_step;
DROP TRIGGER mall_order_step_never_emptied ON mall_order_step;
DROP FUNCTION mall_refuse_change();
ALTER TABLE mall_stock RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("mall", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
