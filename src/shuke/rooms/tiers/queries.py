"""The statements of the tiers room, one function each. They decide nothing and open no transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from shuke.core.values.dates import NEVER
from shuke.foundation import columns, sql
from shuke.foundation.columns import Column, Columns
from shuke.rooms.tiers.contracts import TierChange, TierUpdate
from shuke.rooms.tiers.models import Change

PACKAGE = "shuke.rooms.tiers"

CHANGE = (
    *("day", "occurred_at", "before_code", "before_rank", "after_code", "after_rank"),
    *("until_day", "reason", "reference", "note"),
)


def states(member_ids: Sequence[UUID], program_id: int) -> list[tuple[Any, ...]]:
    return sql.fetch(
        "SELECT member_id, ladder, tier_code, rank, since_day, until_day, change_count, grace, floor_code, floor_rank, "
        "floor_until_day FROM tiers_state "
        "WHERE member_id = ANY(%(ids)b::uuid[]) AND program_id = %(program_id)s",
        {"ids": list(member_ids), "program_id": program_id},
    )


def members_of(program_id: int) -> list[UUID]:
    rows = sql.fetch(
        "SELECT DISTINCT member_id FROM tiers_state WHERE program_id = %(program_id)s ORDER BY member_id",
        {"program_id": program_id},
    )
    return [member_id for (member_id,) in rows]


def ending(program_id: int, first_day: int, last_day: int) -> list[tuple[UUID, str, int]]:
    return sql.fetch(
        "SELECT member_id, ladder, until_day FROM tiers_state WHERE program_id = %(program_id)s AND rank > 0 "
        "AND until_day BETWEEN %(first_day)s AND %(last_day)s ORDER BY member_id, ladder",
        {"program_id": program_id, "first_day": first_day, "last_day": last_day},
    )


def states_in_columns(member_ids: Column, program_id: int, levels: Sequence[tuple[str, int, str, int]]) -> Columns:
    asked = sql.columns("ladders places codes ranks", levels) | {"ids": member_ids, "never": NEVER}
    names = "member_id place rank until_day grace floor floor_until_day"
    return columns.fetch(sql.load(PACKAGE, "states_in_columns"), asked | {"program_id": program_id}, names)


def write_states(updates: Sequence[TierUpdate], program_id: int) -> int:
    """Set tiers and return how many stood where they were expected."""
    rows = [
        (
            update.member_id,
            update.ladder,
            update.changes[-1].after.code if update.changes else None,
            update.changes[-1].after.rank if update.changes else None,
            _since_day(update.changes),
            _end(update.changes[-1].until_day) if update.changes else None,
            update.change_count,
            update.change_count + len(update.changes),
            update.grace,
            update.floor and update.floor.code,
            None if update.floor is None else update.floor.rank,
            None if update.floor is None else _end(update.floor_until_day),
        )
        for update in updates
    ]
    names = (
        "member_id ladder tier_code rank since_day until_day expected_count change_count grace floor_code floor_rank "
        "floor_until_day"
    )
    ((count,),) = sql.fetch(sql.load(PACKAGE, "write_states"), sql.columns(names, rows) | {"program_id": program_id})
    return count


def write_changes(updates: Sequence[TierUpdate], program_id: int, recorded_at: datetime) -> None:
    rows = [
        (
            update.member_id,
            update.ladder,
            number,
            change.day,
            change.occurred_at,
            change.before and change.before.code,
            None if change.before is None else change.before.rank,
            change.after.code,
            change.after.rank,
            _end(change.until_day),
            change.reason.value,
            change.reference,
            change.note,
        )
        for update in updates
        for number, change in enumerate(update.changes, update.change_count + 1)
    ]
    names = (
        "member_id ladder number day occurred_at before_code before_rank after_code after_rank until_day reason "
        "reference note"
    )
    if not rows:
        return
    sql.run(
        sql.load(PACKAGE, "write_changes"),
        sql.columns(names, rows) | {"program_id": program_id, "recorded_at": recorded_at},
    )


def changes(member_id: UUID, program_id: int, ladder: str | None) -> Iterable[tuple[Any, ...]]:
    found = Change.objects.filter(member_id=member_id, program_id=program_id)
    if ladder is not None:
        found = found.filter(ladder=ladder)
    return found.order_by("ladder", "number").values_list(*CHANGE)


def changes_page(
    member_id: UUID, program_id: int, upto: datetime | None, skip: int, limit: int
) -> Sequence[tuple[Any, ...]]:
    """Return changes of a member, led by their ladder, latest first, from an instant on back but the first of them."""
    found = Change.objects.filter(member_id=member_id, program_id=program_id)
    if upto is not None:
        found = found.filter(occurred_at__lte=upto)
    found = found.order_by("-occurred_at", "ladder", "-number")
    return list(found.values_list("ladder", *CHANGE)[skip : skip + limit])


def changes_after(program_id: int, after: tuple[UUID, str, int], limit: int) -> Sequence[tuple[Any, ...]]:
    """Return the next changes by (member, ladder, number), each led by that key."""
    rest = Change.objects.filter(program_id=program_id, member_id__gte=after[0])
    done = Q(member_id=after[0]) & (Q(ladder__lt=after[1]) | Q(ladder=after[1], number__lte=after[2]))
    rest = rest.exclude(done).order_by("member_id", "ladder", "number")
    return list(rest.values_list("member_id", "ladder", "number", *CHANGE)[:limit])


def distribution(program_id: int, ladder: str) -> list[tuple[str, int, int]]:
    return sql.fetch(
        "SELECT tier_code, max(rank), count(*) FROM tiers_state WHERE program_id = %(program_id)s "
        "AND ladder = %(ladder)s GROUP BY tier_code ORDER BY max(rank), tier_code",
        {"program_id": program_id, "ladder": ladder},
    )


def moves_by_month(program_id: int, ladder: str) -> list[tuple[int, int, int, int, int]]:
    return sql.fetch(sql.load(PACKAGE, "moves_by_month"), {"program_id": program_id, "ladder": ladder})


def violations() -> list[tuple[UUID | None, str]]:
    return sql.fetch(sql.load(PACKAGE, "verify_states"), {})


def _since_day(changes: Sequence[TierChange]) -> int | None:
    """Return the day of the last change to another tier, None where the member kept the tier all along."""
    moved = [change.day for change in changes if change.before is None or change.before.code != change.after.code]
    return moved[-1] if moved else None


def _end(day: int) -> int | None:
    return None if day == NEVER else day
