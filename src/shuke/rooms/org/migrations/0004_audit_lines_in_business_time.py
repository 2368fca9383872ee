"""Keep with each audit line what the business clock showed, so that it stands among the facts of its time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0003_audit_lines_stay_whole")]
    operations = [migrations.AddField("auditline", "business_at", models.DateTimeField(null=True))]
