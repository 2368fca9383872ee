"""Refuse, in the database itself, that the table of business keys is emptied."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION business_key_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'business keys are kept for ever' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER business_key_never_emptied BEFORE TRUNCATE ON business_key
    FOR EACH STATEMENT EXECUTE FUNCTION business_key_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER business_key_never_emptied ON business_key;
DROP FUNCTION business_key_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
