"""Reads and writes of the room's tables; decides nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Q, QuerySet
from psycopg.types.json import Jsonb

from shuke.foundation import columns, sql
from shuke.foundation.columns import Column, Columns
from shuke.rooms.members import definitions
from shuke.rooms.members.contracts import (
    Attribute,
    AttributeValue,
    ExternalId,
    MemberCounts,
    MemberFacts,
    Status,
)
from shuke.rooms.members.models import AttributeDefinition, Identity, Member, Merge

_AMENDED = (
    "name_sealed",
    "phone_sealed",
    "email_sealed",
    "birthday_sealed",
    "birth_md",
    "lunar_md",
    "phone_blind",
    "phone_tail_blind",
    "email_blind",
    "name_blinds",
    "attributes",
    "attributes_sealed",
    "tags",
    "revision",
)


def insert(rows: Sequence[Member], external: Mapping[UUID, Sequence[ExternalId]]) -> None:
    """Insert members with their external ids: two COPYs."""
    fields = Member._meta.concrete_fields  # noqa: SLF001  # Django's own way to ask
    _copy(Member, ([_plain(row, field.attname) for field in fields] for row in rows))
    insert_external_ids(external)


def lock(member_id: UUID) -> Member | None:
    """Lock one member until the transaction ends; new orders may still refer to them."""
    return Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()


def lock_many(member_ids: Collection[UUID]) -> list[Member]:
    """Lock members in id order until the transaction ends; new orders may still refer to them."""
    return list(Member.objects.select_for_update(no_key=True).filter(pk__in=member_ids).order_by("pk"))


def lock_merged_into(member_id: UUID) -> list[Member]:
    """Lock all who were merged into a member, also through others."""
    return merged_into(member_id, Member.objects.select_for_update(no_key=True))


def merged_ids(member_id: UUID) -> list[UUID]:
    """Return the ids of all who were merged into a member, also through others."""
    return [row.pk for row in merged_into(member_id)]


def merged_into(member_id: UUID, members: QuerySet[Member] | None = None) -> list[Member]:
    """Return all who were merged into a member, also through others."""
    found: list[Member] = []
    upon = [member_id]
    while upon:
        rows = list((members or Member.objects.all()).filter(merged_into_id__in=upon).order_by("pk"))
        found += rows
        upon = [row.id for row in rows]
    return found


def update_rows(rows: Sequence[Member]) -> None:
    """Write what amending changes of members, in one round trip."""
    if not rows:
        return
    names = (*_AMENDED, "id")
    with sql.cursor() as cursor:
        cursor.executemany(
            sql.load("shuke.rooms.members", "update_member"),
            [{name: _plain(row, name) for name in names} for row in rows],
        )


def _plain(row: Member, name: str) -> object:
    return Jsonb(row.attributes) if name == "attributes" else getattr(row, name)


def _copy(model: type[Model], rows: Iterable[Sequence[object]]) -> None:
    """Insert rows of all columns of a table, in their order; half the time of an INSERT of as many."""
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)  # noqa: SLF001
    with connection.cursor() as cursor, connection.wrap_database_errors:
        statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'  # noqa: SLF001
        with cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def insert_external_ids(external: Mapping[UUID, Sequence[ExternalId]]) -> None:
    _copy(
        Identity,
        ((one.source, one.external_id, member_id) for member_id, given in external.items() for one in given),
    )


def delete_external_ids(member_id: UUID) -> None:
    Identity.objects.filter(member_id=member_id).delete()


def drop_external_ids(external: Mapping[UUID, Sequence[ExternalId]]) -> None:
    """Take external ids from members: one statement."""
    rows = [(member_id, one.source, one.external_id) for member_id, given in external.items() for one in given]
    if rows:
        sql.run(
            "DELETE FROM members_identity i"
            " USING unnest(%(members)b::uuid[], %(sources)b::text[], %(external_ids)b::text[])"
            " AS g (member_id, source, external_id)"
            " WHERE i.source = g.source AND i.external_id = g.external_id AND i.member_id = g.member_id",
            sql.columns("members sources external_ids", rows),
        )


def move_external_ids(external: Collection[tuple[str, str]], member_id: UUID) -> None:
    """Let external ids name a member from now on: one statement."""
    if not external:
        return
    columns = sql.columns("sources external_ids", external) | {"member_id": member_id}
    sql.run(
        "UPDATE members_identity i SET member_id = %(member_id)b"
        " FROM unnest(%(sources)b::text[], %(external_ids)b::text[]) AS g (source, external_id)"
        " WHERE i.source = g.source AND i.external_id = g.external_id",
        columns,
    )


def survivors(member_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, of members who were merged, who each lives on in: one statement where nobody was."""
    found: dict[UUID, UUID] = {}
    merged = _merged(member_ids)
    while merged:
        found.update(merged)
        merged = _merged(set(merged.values()))
    return {member_id: _end(member_id, found) for member_id in member_ids if member_id in found}


def records(member_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Return (member, record): each member itself, and all who live on in them."""
    return sql.fetch(sql.load("shuke.rooms.members", "records"), {"ids": list(set(member_ids))})


def heirs(member_ids: Collection[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """Return (member, merge, member lived on in) along the line of each member who was merged."""
    return sql.fetch(sql.load("shuke.rooms.members", "heirs"), {"ids": list(member_ids)})


def _merged(member_ids: Collection[UUID]) -> dict[UUID, UUID]:
    if not member_ids:
        return {}
    rows = sql.fetch(
        "SELECT id, merged_into_id FROM members_member WHERE id = ANY(%(ids)b::uuid[]) AND merged_into_id IS NOT NULL",
        {"ids": list(member_ids)},
    )
    return dict(rows)


def _end(member_id: UUID, chain: Mapping[UUID, UUID]) -> UUID:
    while member_id in chain:
        member_id = chain[member_id]
    return member_id


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


def known(member_ids: Collection[UUID]) -> dict[UUID, bool]:
    """Return those ids that are members', each with whether the member was merged."""
    if not member_ids:
        return {}
    rows = sql.fetch(
        "SELECT id, merged_into_id IS NOT NULL FROM members_member WHERE id = ANY(%(ids)b::uuid[])",
        {"ids": list(member_ids)},
    )
    return dict(rows)


def facts(member_ids: Collection[UUID]) -> dict[UUID, MemberFacts]:
    with sql.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, birth_md, joined_at, lunar_md, tags FROM members_member WHERE id = ANY(%b::uuid[])",
            [list(member_ids)],
        )
        return {
            member_id: MemberFacts(Status(status), birth_md, joined_at, lunar_md, frozenset(tags))
            for member_id, status, birth_md, joined_at, lunar_md, tags in cursor.fetchall()
        }


def facts_in_columns(member_ids: Column, tags: Sequence[str]) -> Columns:
    """Return what midnights ask of members: id, birth_md, lunar_md, tags (bit i: the i-th given). Raises nothing."""
    return columns.fetch(
        "SELECT id, birth_md::int, lunar_md::int, coalesce((SELECT sum(1::bigint << known.place::int - 1)::bigint"
        " FROM unnest(%(tags)s::text[]) WITH ORDINALITY AS known (tag, place) WHERE known.tag = ANY(member.tags)), 0)"
        " FROM members_member AS member WHERE id = ANY(%(ids)b::uuid[])",
        {"ids": member_ids, "tags": list(tags)},
        "id birth_md lunar_md tags",
    )


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


def attributes(*, lock: bool = False) -> dict[str, Attribute]:
    """Return the defined attributes by code, in their order; locked against other changes of them where asked."""
    rows = AttributeDefinition.objects.order_by("number", "code")
    if lock:
        sql.run("LOCK TABLE members_attribute IN SHARE ROW EXCLUSIVE MODE", {})
    return {row.code: definitions.definition(row) for row in rows}


def write_definition(wanted: Attribute, number: int) -> None:
    values = {
        "name_zh": wanted.name_zh,
        "name_en": wanted.name_en,
        "kind": wanted.kind.value,
        "personal": wanted.personal,
        "required": wanted.required,
        "choices": [{"code": one.code, "zh": one.name_zh, "en": one.name_en} for one in wanted.choices],
    }
    AttributeDefinition.objects.update_or_create(
        code=wanted.code, defaults=values, create_defaults=values | {"number": number}
    )


def delete_definition(code: str) -> None:
    AttributeDefinition.objects.filter(pk=code).delete()


def attribute_is_used(known: Attribute) -> bool:
    """Say whether a member has a value; of a personal one, any personal value counts: which it is, is sealed."""
    held = Q(attributes_sealed__isnull=False) if known.personal else Q(attributes__has_key=known.code)
    return Member.objects.filter(held).exists()


def traits(member_ids: Collection[UUID]) -> list[tuple[UUID, dict[str, AttributeValue], list[str]]]:
    """Return id, attributes that are not personal, and tags of members."""
    if not member_ids:
        return []
    return sql.fetch(
        "SELECT id, attributes, tags FROM members_member WHERE id = ANY(%(ids)b::uuid[])", {"ids": list(member_ids)}
    )


def merge(merge_id: UUID) -> Merge | None:
    return Merge.objects.filter(pk=merge_id).first()


def merges(member_id: UUID) -> list[Merge]:
    """Return the merges in which a member stayed or ended, latest first."""
    return list(Merge.objects.filter(Q(survivor_id=member_id) | Q(sources__contains=[member_id])).order_by("-id"))


def same_names(elder: UUID, younger: UUID, limit: int) -> list[tuple[UUID, UUID, bool, bool]]:
    """Return up to `limit` pairs (elder, younger, same phone tail, same month and day of birth) after this one."""
    return sql.fetch(
        sql.load("shuke.rooms.members", "duplicates"), {"elder": elder, "younger": younger, "limit": limit}
    )


def give_up_contact(member_id: UUID, field: str) -> None:
    """Take from a merged member the phone or e-mail by which they are found: the one they live on in has it now."""
    row = Member.objects.get(pk=member_id)
    setattr(row, f"{field}_sealed", None)
    setattr(row, f"{field}_blind", None)
    if field == "phone":
        row.phone_tail_blind = None
    row.save(update_fields=[column for column in _AMENDED if column.startswith(field)])


def with_status(statuses: Collection[Status]) -> set[UUID]:
    return set(Member.objects.filter(status__in=statuses).values_list("pk", flat=True))


def born_on(month_days: Sequence[int]) -> list[UUID]:
    """Return who has their birthday on one of some days (month * 100 + day), in id order."""
    return list(Member.objects.filter(birth_md__in=month_days).order_by("pk").values_list("pk", flat=True))


def joined_within(spans: Sequence[tuple[datetime, datetime]]) -> list[UUID]:
    """Return who joined in one of some spans, from their first instant to before their last, in id order."""
    within = reduce(or_, (Q(joined_at__gte=first, joined_at__lt=last) for first, last in spans), Q(pk__in=()))
    return list(Member.objects.filter(within).order_by("pk").values_list("pk", flat=True))


def tagged(tag: str) -> set[UUID]:
    """Return who has a tag and takes part."""
    found = Member.objects.filter(tags__contains=[tag], status=Status.ACTIVE)
    return set(found.values_list("pk", flat=True))


def counts(active_since: datetime) -> MemberCounts:
    found = Member.objects.values_list("status").annotate(
        members=Count("pk"), active=Count("pk", filter=Q(last_active_at__gte=active_since))
    )
    by_status = dict.fromkeys(Status, 0)
    active = 0
    for status, members, active_members in found:
        by_status[Status(status)] = members
        active += 0 if status in {Status.EXITED, Status.MERGED} else active_members
    return MemberCounts(by_status, active)
