"""Reads and writes of the room's tables; decides nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db.models import Count, Q

from shuke.foundation import sql
from shuke.rooms.members.contracts import ExternalId, MemberCounts, MemberFacts, Status
from shuke.rooms.members.models import Identity, Member


def insert(rows: Sequence[Member], external: Mapping[UUID, Sequence[ExternalId]]) -> None:
    """Insert members with their external ids: two statements."""
    Member.objects.bulk_create(rows)
    Identity.objects.bulk_create(
        Identity(source=given.source, external_id=given.external_id, member_id=member_id)
        for member_id, ids in external.items()
        for given in ids
    )


def lock(member_id: UUID) -> Member | None:
    """Lock one member until the transaction ends; new orders may still refer to them."""
    return Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()


def row(member_id: UUID) -> Member | None:
    return Member.objects.filter(pk=member_id).first()


def rows(member_ids: Collection[UUID]) -> list[Member]:
    return list(Member.objects.filter(pk__in=member_ids))


def external_ids(member_ids: Collection[UUID]) -> dict[UUID, tuple[ExternalId, ...]]:
    """Return the external ids of members, by source."""
    found: dict[UUID, tuple[ExternalId, ...]] = {}
    for identity in Identity.objects.filter(member_id__in=member_ids).order_by("source", "external_id"):
        given = ExternalId(identity.source, identity.external_id)
        found[identity.member_id] = (*found.get(identity.member_id, ()), given)
    return found


def taken_external_ids(external: Collection[ExternalId]) -> dict[ExternalId, UUID]:
    """Return those of `external` that name a member, and whom."""
    if not external:
        return {}
    given = list(external)
    columns = {"sources": [one.source for one in given], "external_ids": [one.external_id for one in given]}
    with sql.cursor() as cursor:
        cursor.execute(sql.load("shuke.rooms.members", "taken_identities"), columns)
        return {ExternalId(source, external_id): member_id for source, external_id, member_id in cursor.fetchall()}


def members_by_contact(phones: Iterable[bytes], emails: Iterable[bytes]) -> list[tuple[UUID, bytes, bytes]]:
    """Return id, phone hash and e-mail hash of the members who have one of either."""
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT id, phone_blind, email_blind FROM members_member"
            " WHERE phone_blind = ANY(%b::bytea[]) OR email_blind = ANY(%b::bytea[])",
            [list(phones), list(emails)],
        )
        return cursor.fetchall()


def known(member_ids: Collection[UUID]) -> set[UUID]:
    """Return those ids that are members'."""
    if not member_ids:
        return set()
    with sql.cursor() as cursor:
        cursor.execute("SELECT id FROM members_member WHERE id = ANY(%b::uuid[])", [list(member_ids)])
        return {member_id for (member_id,) in cursor.fetchall()}


def facts(member_ids: Collection[UUID]) -> dict[UUID, MemberFacts]:
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, birth_md, joined_at FROM members_member WHERE id = ANY(%b::uuid[])",
            [list(member_ids)],
        )
        return {
            member_id: MemberFacts(Status(status), birth_md, joined_at)
            for member_id, status, birth_md, joined_at in cursor.fetchall()
        }


def touch_active(active_at: Mapping[UUID, datetime]) -> None:
    columns = {"ids": list(active_at), "ats": list(active_at.values())}
    with sql.cursor() as cursor:
        cursor.execute(sql.load("shuke.rooms.members", "touch_active"), columns)


def page(limit: int, before: tuple[datetime, UUID] | None, status: Status | None) -> list[Member]:
    """Return up to `limit` members, last joined first, who come after `before` in that order."""
    found = Member.objects.order_by("-joined_at", "-id")
    if before is not None:
        joined_at, member_id = before
        # The first condition lets the index begin at the right place, the second settles equal instants.
        found = found.filter(joined_at__lte=joined_at).exclude(joined_at=joined_at, id__gte=member_id)
    if status is not None:
        found = found.filter(status=status)
    return list(found[:limit])


def with_phone(blind: bytes, limit: int) -> list[Member]:
    """Return members whose phone, or the last four digits of it, has this hash; last joined first."""
    found = Member.objects.filter(Q(phone_blind=blind) | Q(phone_tail_blind=blind))
    return list(found.order_by("-joined_at", "-id")[:limit])


def with_email(blind: bytes) -> list[Member]:
    return list(Member.objects.filter(email_blind=blind))


def with_external_id(external_id: str, limit: int) -> list[Member]:
    """Return members whom any source calls `external_id`."""
    named = Identity.objects.filter(external_id=external_id).values("member_id")
    return list(Member.objects.filter(pk__in=named).order_by("-joined_at", "-id")[:limit])


def with_name(parts: Sequence[Sequence[Sequence[bytes]]], limit: int) -> list[Member]:
    """Return members whose name has, for every part, one of its sets of hashes whole; last joined first."""
    fits = reduce(and_, (reduce(or_, (Q(name_blinds__contains=hashes) for hashes in part)) for part in parts))
    return list(Member.objects.filter(fits).order_by("-joined_at", "-id")[:limit])


def with_status(status: Status) -> set[UUID]:
    return set(Member.objects.filter(status=status).values_list("pk", flat=True))


def counts(active_since: datetime) -> MemberCounts:
    found = Member.objects.values_list("status").annotate(
        members=Count("pk"), active=Count("pk", filter=Q(last_active_at__gte=active_since))
    )
    by_status = dict.fromkeys(Status, 0)
    active = 0
    for status, members, active_members in found:
        by_status[Status(status)] = members
        active += 0 if status == Status.EXITED else active_members
    return MemberCounts(by_status, active)
