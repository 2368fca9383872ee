"""Where members are logged in: one row a device, found by the hash of a secret that only the device has.

Times are the machine's. A device that nobody used for ninety days is logged out.
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from shuke.foundation import ids, randomness
from shuke.rooms.members import models, queries
from shuke.rooms.members.contracts import Device

_IDLE = timedelta(days=90)
_NOTED = timedelta(minutes=5)
_SECRET_BYTES = 32
_LABEL_LIMIT = 80


def log_in(member_id: UUID, label: str, now: datetime) -> str:
    """Log a member in on a device and return its secret, which is kept nowhere. Raises nothing."""
    secret = randomness.token(_SECRET_BYTES)
    models.Device.objects.create(
        id=ids.new_id(),
        member_id=member_id,
        digest=_digest(secret),
        label=label[:_LABEL_LIMIT],
        began_at=now,
        seen_at=now,
    )
    return secret


def known(secret: str, now: datetime) -> Device | None:
    """Return the device that has a secret while it is logged in; its member is whom a merged one lives on in."""
    row = models.Device.objects.filter(digest=_digest(secret), ended_at=None, seen_at__gt=now - _IDLE).first()
    if row is None:
        return None
    if now - row.seen_at > _NOTED:
        models.Device.objects.filter(pk=row.pk).update(seen_at=now)
    return _view(row, queries.survivors([row.member_id]).get(row.member_id, row.member_id))


def of(member_id: UUID, now: datetime) -> list[Device]:
    """Return where a member is logged in, last used first. Raises nothing."""
    rows = models.Device.objects.filter(member_id__in=_lives(member_id), ended_at=None, seen_at__gt=now - _IDLE)
    return [_view(row, member_id) for row in rows.order_by("-seen_at", "-id")]


def log_out(member_id: UUID, device_id: UUID, now: datetime) -> bool:
    """Log one of a member's devices out; False where it is none of theirs or was logged out before. Raises nothing."""
    mine = models.Device.objects.filter(pk=device_id, member_id__in=_lives(member_id), ended_at=None)
    return bool(mine.update(ended_at=now))


def prune(now: datetime) -> int:
    """Forget devices that were logged out or idle for ninety days, and return how many. Raises nothing."""
    count, _ = models.Device.objects.filter(seen_at__lt=now - _IDLE).delete()
    return count


def _lives(member_id: UUID) -> list[UUID]:
    """Return a member and all who were merged into them."""
    return [member_id, *(row.id for row in queries.merged_into(member_id))]


def _view(row: models.Device, member_id: UUID) -> Device:
    return Device(row.id, member_id, row.label, row.began_at, row.seen_at)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
