"""The verbs of the tiers room. It stores the tiers that were decided elsewhere, and how they came about."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.foundation import guards
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.tiers import queries
from shuke.rooms.tiers.contracts import (
    MonthOfMoves,
    Reason,
    StaleTierError,
    Tier,
    TierChange,
    TierCount,
    TierState,
    TierUpdate,
)

STATE_IS_LAST_CHANGE = Invariant(
    "I20", "Every tier is what the last of its changes says, and changes follow each other."
)

GUARDS = (
    Guard("tiers_change", "tiers_change_append_only", CHANGE),
    Guard("tiers_change", "tiers_change_never_emptied", EMPTYING),
)


def load(member_ids: Sequence[UUID], program_id: int) -> dict[UUID, TierState]:
    """Return where members stand in a program; a member without a tier there is absent. Raises: nothing."""
    return {
        member_id: TierState(Tier(code, rank), since_day, _day(until_day), change_count)
        for member_id, code, rank, since_day, until_day, change_count in queries.states(member_ids, program_id)
    }


def write(updates: Sequence[TierUpdate], program_id: int, recorded_at: datetime) -> None:
    """Write decided changes, at most one update a member; the first change of a member is `enrolled`.

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


def history(member_id: UUID, program_id: int) -> tuple[TierChange, ...]:
    """Return a member's changes in a program, oldest first. Raises: nothing."""
    return tuple(_change(row) for row in queries.changes(member_id, program_id))


def stream_changes(program_id: int, chunk: int = 20_000) -> Iterator[tuple[UUID, TierChange]]:
    """Yield every change in a program with its member, by member and number. Raises: nothing."""
    after: tuple[UUID, int] = (UUID(int=0), 0)
    while rows := queries.changes_after(program_id, after, chunk):
        for member_id, _, *row in rows:
            yield member_id, _change(tuple(row))
        after = rows[-1][:2]


def distribution(program_id: int) -> tuple[TierCount, ...]:
    """Return how many members hold each tier, from the lowest; `rank` is the highest that a version gave it.

    Raises: nothing.
    """
    return tuple(TierCount(Tier(code, rank), members) for code, rank, members in queries.distribution(program_id))


def moves_by_month(program_id: int) -> tuple[MonthOfMoves, ...]:
    """Return the moves of each local month that had any, ascending. Raises: nothing."""
    return tuple(MonthOfMoves(*row) for row in queries.moves_by_month(program_id))


def verify() -> Verification:
    """Check every tier against its history. Raises: nothing."""
    found = [Violation(STATE_IS_LAST_CHANGE.id, member_id, detail) for member_id, detail in queries.violations()]
    if guards.broken(GUARDS):
        detail = "Changes of tier can be changed: a trigger that refuses it is missing, off or another."
        found.append(Violation(STATE_IS_LAST_CHANGE.id, None, detail))
    return Verification((STATE_IS_LAST_CHANGE,), tuple(found))


def _change(row: tuple[Any, ...]) -> TierChange:
    day, occurred_at, before_code, before_rank, after_code, after_rank, until_day, reason, reference = row
    before = None if before_code is None else Tier(before_code, before_rank)
    return TierChange(
        day, occurred_at, before, Tier(after_code, after_rank), _day(until_day), Reason(reason), reference
    )


def _day(until_day: int | None) -> int:
    return NEVER if until_day is None else until_day
