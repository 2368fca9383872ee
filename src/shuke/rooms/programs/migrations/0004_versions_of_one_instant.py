"""Several versions may come into force at one instant, the last of them counts: a sandbox's clock stands still."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("programs", "0003_decisions_stay_whole")]
    operations = [migrations.RemoveConstraint(model_name="version", name="programs_version_effective_from")]
