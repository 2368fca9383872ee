"""What became of members: the append-only rows of their status and identities, written and read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.members import models
from shuke.rooms.members.contracts import IdentityChange, IdentityEvent, Status, StatusChange
from shuke.rooms.org.contracts import Actor, ActorKind

IdentityRow = tuple[UUID, str, IdentityEvent, str, str, bytes | None]  # member, kind, event, source, was, its hash


class _ByActor(Protocol):
    actor_kind: str
    actor_id: str
    actor_label: str


def write_status(member_id: UUID, before: Status, after: Status, reason: str, actor: Actor, at: datetime) -> None:
    models.StatusChange.objects.create(
        member_id=member_id, at=at, before=before, after=after, reason=reason, **actor_columns(actor)
    )


def write_identities(rows: Iterable[IdentityRow], actor: Actor, at: datetime) -> None:
    """Write changes of identities: one statement."""
    columns = actor_columns(actor)
    models.IdentityChange.objects.bulk_create(
        models.IdentityChange(
            member_id=member_id, at=at, kind=kind, event=event, source=source, was=was, was_blind=blind, **columns
        )
        for member_id, kind, event, source, was, blind in rows
    )


def statuses(member_id: UUID) -> list[StatusChange]:
    """Return a member's changes of status, latest first."""
    rows = models.StatusChange.objects.filter(member_id=member_id).order_by("-number")
    return [StatusChange(row.at, Status(row.before), Status(row.after), row.reason, actor_of(row)) for row in rows]


def identities(member_id: UUID) -> list[IdentityChange]:
    """Return a member's changes of identities, latest first."""
    rows = models.IdentityChange.objects.filter(member_id=member_id).order_by("-number")
    return [
        IdentityChange(row.at, row.kind, IdentityEvent(row.event), row.source, row.was, actor_of(row)) for row in rows
    ]


def last_exit(member_id: UUID) -> models.StatusChange | None:
    """Return the last time that a member left."""
    found = models.StatusChange.objects.filter(member_id=member_id, after=Status.EXITED)
    return found.order_by("-number").first()


def released_external_ids(member_id: UUID, since: datetime) -> list[tuple[str, str]]:
    """Return the (source, external id) that a member had to give up when they left at `since`."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT source, was FROM members_identity_change WHERE member_id = %b AND at >= %b"
            " AND kind = 'external_id' AND event = 'released' ORDER BY number",
            [member_id, since],
        )
        return cursor.fetchall()


def actor_columns(actor: Actor) -> dict[str, str]:
    return {"actor_kind": actor.kind.value, "actor_id": actor.id, "actor_label": actor.label}


def actor_of(row: _ByActor) -> Actor:
    return Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_label)
