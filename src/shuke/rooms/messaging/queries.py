"""Reads and writes of the room's table; decides nothing."""

from datetime import datetime
from uuid import UUID

from shuke.rooms.messaging.models import Notice


def insert(notice: Notice) -> bool:
    """Insert a notice; False where one of its kind and key is there already."""
    (_,) = Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return Notice.objects.filter(pk=notice.pk).exists()


def waiting(since: datetime, limit: int) -> list[Notice]:
    """Lock notices that no carrier has taken and nobody is carrying now, oldest first."""
    found = Notice.objects.select_for_update(skip_locked=True).filter(carried_at=None, sent_at__gte=since)
    return list(found.order_by("id")[:limit])


def lock_waiting(notice_id: UUID) -> Notice | None:
    """Lock a notice that no carrier has taken and nobody is carrying now."""
    return Notice.objects.select_for_update(skip_locked=True).filter(pk=notice_id, carried_at=None).first()


def latest(limit: int) -> list[Notice]:
    return list(Notice.objects.order_by("-id")[:limit])
