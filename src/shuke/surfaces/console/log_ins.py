"""What log-ins leave behind: sessions, and the failures that lock somebody out."""

from collections.abc import Mapping
from datetime import timedelta

from shuke.foundation import clock

_KEPT = timedelta(days=1)


def prune() -> Mapping[str, int]:
    """Forget sessions that have ended, and failed log-ins that lock nobody out any more."""
    from axes.models import AccessAttempt  # here: what comes round is named before models can be read
    from django.contrib.sessions.models import Session

    now = clock.machine_now()
    attempts, _ = AccessAttempt.objects.filter(attempt_time__lt=now - _KEPT).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    return {"attempts": attempts, "sessions": sessions}
