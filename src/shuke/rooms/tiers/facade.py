"""The verbs of the tiers room. It stores the tiers that were decided elsewhere, and how they came about."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation import cursors, guards
from shuke.foundation.columns import Column, Columns
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.tiers import queries
from shuke.rooms.tiers.contracts import (
    ChangePage,
    MonthOfMoves,
    Reason,
    StaleTierError,
    Tier,
    TierChange,
    TierCount,
    TierState,
    TierUpdate,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

STATE_IS_LAST_CHANGE = Invariant(
    "I20", "Every tier is what the last of its changes says, and changes follow each other."
)

GUARDS = (
    Guard("tiers_change", "tiers_change_append_only", CHANGE),
    Guard("tiers_change", "tiers_change_never_emptied", EMPTYING),
)


def load(member_ids: Sequence[UUID], program_id: int) -> dict[UUID, dict[str, TierState]]:
    """Return by ladder where members stand in a program; a member without a tier there is absent. Raises: nothing."""
    found: dict[UUID, dict[str, TierState]] = {}
    for member_id, ladder, *row in queries.states(member_ids, program_id):
        found.setdefault(member_id, {})[ladder] = _state(row)
    return found


def members_of(program_id: int) -> list[UUID]:
    """Return every member with a tier in a program, in id order. Raises: nothing."""
    return queries.members_of(program_id)


def ending(program_id: int, first_day: int, last_day: int) -> list[tuple[UUID, str, int]]:
    """Return (member, ladder, `until_day`) of tiers above the lowest that end on one of these days, by member.

    Raises: nothing.
    """
    return queries.ending(program_id, first_day, last_day)


def load_in_columns(member_ids: Column, program_id: int, levels: Sequence[tuple[str, int, str, int]]) -> Columns:
    """Do as `load`, in columns of numbers, by levels of (ladder, its place, tier, its rank).

    The columns are member_id, place, rank, until_day, grace, floor (a rank), floor_until_day (0 without a floor).

    Raises: nothing.
    """
    return queries.states_in_columns(member_ids, program_id, levels)


def write(updates: Sequence[TierUpdate], program_id: int, recorded_at: datetime) -> None:
    """Write decided changes, at most one update a member and ladder; the first change on a ladder is `enrolled`.

    Raises:
        StaleTierError: a tier does not stand where it was expected; nothing of the unit of work holds.
        django.db.IntegrityError: a constraint refuses, such as a first change that is not `enrolled`.
    """
    if not updates:
        return
    with unit_of_work():
        if queries.write_states(updates, program_id) != len(updates):
            raise StaleTierError("A tier does not stand where its change was decided.")
        queries.write_changes(updates, program_id, recorded_at)


def history(member_id: UUID, program_id: int, ladder: str | None = None) -> tuple[TierChange, ...]:
    """Return a member's changes in a program, of one ladder or of all, oldest first of each. Raises: nothing."""
    return tuple(_change(row) for row in queries.changes(member_id, program_id, ladder))


def changes_page(member_id: UUID, program_id: int, limit: int, cursor: str | None = None) -> ChangePage:
    """Return up to `limit` changes of a member on every ladder of a program, latest first.

    Raises: Refusal `invalid_cursor`.
    """
    upto, seen = (None, 0) if cursor is None else _position(cursor)
    rows = queries.changes_page(member_id, program_id, upto, seen, limit + 1)
    changes = tuple((ladder, _change(tuple(row))) for ladder, *row in rows[:limit])
    if len(rows) <= limit:
        return ChangePage(changes, None)
    last = changes[-1][1].occurred_at  # of one instant there may be several, on several ladders too
    told = sum(change.occurred_at == last for _, change in changes) + (seen if last == upto else 0)
    return ChangePage(changes, cursors.encode((last - _EPOCH) // _MICROSECOND, told))


def _position(cursor: str) -> tuple[datetime, int]:
    microseconds, seen = cursors.decode(cursor, 2)
    try:
        return _EPOCH + microseconds * _MICROSECOND, seen
    except OverflowError as error:
        raise Refusal(
            "invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor"
        ) from error


def stream_changes(program_id: int, chunk: int = 20_000) -> Iterator[tuple[UUID, str, TierChange]]:
    """Yield every change in a program with its member and ladder, by member, ladder and number. Raises: nothing."""
    after: tuple[UUID, str, int] = (UUID(int=0), "", 0)
    while rows := queries.changes_after(program_id, after, chunk):
        for member_id, ladder, _, *row in rows:
            yield member_id, ladder, _change(tuple(row))
        after = rows[-1][:3]


def distribution(program_id: int, ladder: str) -> tuple[TierCount, ...]:
    """Return how many members hold each tier of a ladder, lowest first; `rank` is the highest that a version gave it.

    Raises: nothing.
    """
    return tuple(
        TierCount(Tier(code, rank), members) for code, rank, members in queries.distribution(program_id, ladder)
    )


def moves_by_month(program_id: int, ladder: str) -> tuple[MonthOfMoves, ...]:
    """Return the moves on a ladder of each local month that had any, ascending. Raises: nothing."""
    return tuple(MonthOfMoves(*row) for row in queries.moves_by_month(program_id, ladder))


def verify() -> Verification:
    """Check every tier against its history. Raises: nothing."""
    found = [Violation(STATE_IS_LAST_CHANGE.id, member_id, detail) for member_id, detail in queries.violations()]
    if guards.broken(GUARDS):
        detail = "Changes of tier can be changed: a trigger that refuses it is missing, off or another."
        found.append(Violation(STATE_IS_LAST_CHANGE.id, None, detail))
    return Verification((STATE_IS_LAST_CHANGE,), tuple(found))


def _state(row: Sequence[Any]) -> TierState:
    code, rank, since_day, until_day, change_count, grace, floor_code, floor_rank, floor_until_day = row
    floor = None if floor_code is None or floor_rank is None else Tier(floor_code, floor_rank)
    floor_end = _day(floor_until_day) if floor else 0
    return TierState(Tier(code, rank), since_day, _day(until_day), change_count, grace, floor, floor_end)


def _change(row: tuple[Any, ...]) -> TierChange:
    day, occurred_at, before_code, before_rank, after_code, after_rank, until_day, reason, reference, note = row
    before = None if before_code is None else Tier(before_code, before_rank)
    return TierChange(
        day, occurred_at, before, Tier(after_code, after_rank), _day(until_day), Reason(reason), reference, note
    )


def _day(until_day: int | None) -> int:
    return NEVER if until_day is None else until_day
