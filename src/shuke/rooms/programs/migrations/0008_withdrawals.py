"""Versions taken back before they came into force: kept beside the versions, which never change."""

from django.db import migrations, models

FORWARDS = """
CREATE TRIGGER programs_withdrawal_final BEFORE UPDATE OR DELETE ON programs_withdrawal
    FOR EACH ROW EXECUTE FUNCTION programs_refuse_change();
CREATE TRIGGER programs_withdrawal_never_emptied BEFORE TRUNCATE ON programs_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER programs_withdrawal_never_emptied ON programs_withdrawal;
DROP TRIGGER programs_withdrawal_final ON programs_withdrawal;
"""


class Migration(migrations.Migration):
    dependencies = (("programs", "0007_memberships_by_version"),)

    operations = (
        migrations.CreateModel(
            name="Withdrawal",
            fields=(
                (
                    "version",
                    models.OneToOneField(
                        on_delete=models.PROTECT, primary_key=True, related_name="+", serialize=False,
                        to="programs.version",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(max_length=200)),
            ),
            options={"db_table": "programs_withdrawal"},
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    )
