"""Reads and writes of the room's table; decides nothing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from shuke.rooms.messaging.models import Notice


def insert(notice: Notice) -> bool:
    """Insert a notice; False where one of its kind and key is there already."""
    (_,) = Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return Notice.objects.filter(pk=notice.pk).exists()


def told(kind: str, keys: Collection[str]) -> set[str]:
    return set(Notice.objects.filter(kind=kind, key__in=keys).values_list("key", flat=True))


def lease(now: datetime, since: datetime, until: datetime, limit: int, only: UUID | None = None) -> list[Notice]:
    """Take notices that no carrier has and nobody is carrying now, oldest first; `until` then they are the caller's."""
    waiting = Notice.objects.select_for_update(skip_locked=True).filter(
        Q(next_at=None) | Q(next_at__lte=now), carried_at=None, sent_at__gte=since
    )
    found = list((waiting if only is None else waiting.filter(pk=only)).order_by("id")[:limit])
    Notice.objects.filter(pk__in=[row.id for row in found]).update(next_at=until)
    return found


def carried(notice_id: UUID, at: datetime, *, forget: bool) -> None:
    changes = {"text_sealed": None} if forget else {}
    Notice.objects.filter(pk=notice_id).update(carried_at=at, **changes)


def forget(before: datetime) -> int:
    old = Notice.objects.filter(sent_at__lt=before, address_sealed__isnull=False)
    return old.update(address_sealed=None, text_sealed=None)


def latest(limit: int) -> list[Notice]:
    return list(Notice.objects.order_by("-id")[:limit])
