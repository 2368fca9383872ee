"""Works out what a draft would do to members: to tiers, to what is owed, and to what a year's points cost.

Members are told time in memory up to where the draft would be in force, under it and without it; and what was recorded
of some of them is replayed under both. Nothing is written.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

from shuke.core.program.model import Program
from shuke.core.state import slots
from shuke.core.values.dates import NEVER, SECONDS_PER_DAY
from shuke.engine.backtest import backtest
from shuke.engine.zones import day_start, local_day
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.programs.comparisons import Effect, Liability, Moves, Reviews, Sample, Shift, Worth, Yearly
from shuke.rooms.programs.services.changing import renamed
from shuke.rooms.programs.services.dossiers import Dossier
from shuke.rooms.programs.services.histories import histories
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Timeline

SAMPLES = 5  # members told of by name, each way
REPLAYED = 200  # members whose past is replayed, spread evenly over those looked at
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class _Stand:
    """Where a member is at the first instant of a draft, by ladder, unit and lot."""

    held: Mapping[str, str]
    looked_at: Mapping[str, str]
    points: Mapping[str, int]
    lots: Mapping[tuple[str, int], tuple[int, Any]]  # what is left of each, and how it ends


class Looked:
    """Members looked at under the last version of a timeline, a draft, and under that of another one."""

    def __init__(self, without: Timeline, under: Timeline, member_ids: Sequence[UUID], total: int) -> None:
        self._old, self._draft, self._total = without.latest, under.latest, total
        people = members.facts(list(member_ids))
        self._before, self._after = (
            dict(_stands(plan, people, self._draft.effective_from)) for plan in (without, under)
        )

    def _pairs(self) -> Iterator[tuple[UUID, str, _Stand, _Stand]]:
        """Yield each member on each ladder that both have."""
        for member_id, after in self._after.items():
            before = self._before[member_id]
            yield from ((member_id, ladder, before, after) for ladder in after.held if ladder in before.held)

    @cached_property
    def moves(self) -> tuple[Moves, ...]:
        """Who changes tier as the draft comes into force."""
        moved = Counter((ladder, before.held[ladder], after.held[ladder]) for _, ladder, before, after in self._pairs())
        return tuple(Moves(*move, count) for move, count in sorted(moved.items()) if move[1] != move[2])

    @cached_property
    def reviews(self) -> tuple[Reviews, ...]:
        """Who would come to another tier at the next look."""
        reviewed: Counter[tuple[str, str, str, str]] = Counter()
        for _, ladder, before, after in self._pairs():
            held, looked_at = after.held[ladder], after.looked_at[ladder]
            was_held, was_looked_at = self._renamed(ladder, before)
            if looked_at != was_looked_at and (held, was_held) != (looked_at, was_looked_at):
                reviewed[ladder, held, was_looked_at, looked_at] += 1
        return tuple(Reviews(*review, count) for review, count in sorted(reviewed.items()))

    def effect(self) -> Effect:
        """Add up what the draft does to the members looked at."""
        steps = list(self._steps())
        told = [
            Shift(
                ladder.code,
                *(
                    sum((each.ladder, each.up, each.later) == (ladder.code, up, later) for each in steps)
                    for up, later in ((True, False), (False, False), (True, True), (False, True))
                ),
            )
            for ladder in self._draft.program.ladders
        ]
        samples = [each for up in (True, False) for each in [one for one in steps if one.up is up][:SAMPLES]]
        return Effect(
            members=self._total,
            looked_at=len(self._after),
            shifts=tuple(told),
            samples=tuple(samples),
            liability=tuple(self._liability()),
            yearly=self._yearly(),
        )

    def _renamed(self, ladder: str, stand: _Stand) -> tuple[str, str]:
        return renamed(self._draft, ladder, stand.held[ladder]), renamed(self._draft, ladder, stand.looked_at[ladder])

    def _steps(self) -> Iterator[Sample]:
        """Yield every member who goes up or down on a ladder: at once, or else at the next look."""
        for ladder_place, ladder in enumerate(self._draft.program.ladders):
            ranks = self._draft.ranks_of(ladder_place)
            for member_id, code, before, after in self._pairs():
                if code != ladder.code:
                    continue
                was_held, was_looked_at = self._renamed(code, before)
                for was, now, later in (
                    (was_held, after.held[code], False),
                    (was_looked_at, after.looked_at[code], True),
                ):
                    if ranks.get(was, 0) != ranks[now]:
                        yield Sample(member_id, code, was, now, ranks[now] > ranks.get(was, 0), later)
                        break

    def _liability(self) -> Iterator[Liability]:
        old = {unit.code: unit for unit in self._old.program.units}
        digits = self._draft.program.currency_digits
        for unit in self._draft.program.units:
            if unit.code not in old:
                continue
            sums = [sum(stand.points[unit.code] for stand in side.values()) for side in (self._before, self._after)]
            revalued = old[unit.code].value != unit.value
            touched = [
                lot[0]
                for member_id, after in self._after.items()
                for key, lot in after.lots.items()
                if key[0] == unit.code
                and key in self._before[member_id].lots
                and (revalued or self._before[member_id].lots[key][1] != lot[1])
            ]
            minor = (
                _cost(points, each.value, unit.scale, digits)
                for points, each in zip(sums, (old[unit.code], unit), strict=True)
            )
            yield Liability(unit.code, unit.scale, *sums, *minor, len(touched), sum(touched))

    def _yearly(self) -> Yearly:
        """Replay what was recorded of some of the members, all of their time, and add up the last twelve months."""
        programs = [self._old.program, self._draft.program]
        compiled = [self._old.desk.compiled, self._draft.desk.compiled]
        chosen = list(self._after)[:: max(1, -(-len(self._after) // REPLAYED))]
        now = int(clock.business_now().timestamp())
        today = local_day(now, self._draft.program.time_zone)
        first = today - 365
        told = histories(chosen, programs)
        issued = []
        for each, history in zip(compiled, told, strict=True):
            entries = backtest(each, history, now, keep_entries=True).entries
            earned = (entries[:, slots.E_KIND] <= slots.ACCRUAL_PENDING) & (entries[:, slots.E_DAY] >= first)
            sums = Counter(dict.fromkeys(range(len(each.program.units)), 0))
            for unit in range(len(each.program.units)):
                of_unit = earned & (entries[:, slots.E_UNIT] == unit)
                sums[unit] = int(entries[of_unit, slots.E_AMOUNT].sum())
            issued.append(sums)
        units = tuple(_worths(*programs, *issued))
        return Yearly(_civil(first), _civil(today), len(chosen), told[1].event_count, units)


def _worths(old: Program, new: Program, before: Counter[int], after: Counter[int]) -> Iterator[Worth]:
    """Yield what each unit of the new program issued under both; the old one's units stand first in both."""
    for place, unit in enumerate(new.units):
        known = old.units[place].value if place < len(old.units) else unit.value
        points = before[place], after[place]
        minor = (
            _cost(amount, value, unit.scale, new.currency_digits)
            for amount, value in zip(points, (known, unit.value), strict=True)
        )
        yield Worth(unit.code, unit.scale, *points, *minor)


def _cost(points: int, value: Fraction | None, scale: int, digits: int) -> int | None:
    """Return what points are worth in minor units, rounded half up."""
    if value is None:
        return None
    exact = Fraction(points, 10**scale) * value * 10**digits
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _civil(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def _stands(plan: Timeline, people: Mapping[UUID, MemberFacts], at: int) -> Iterator[tuple[UUID, _Stand]]:
    """Yield where each member is at a UTC second, and to which tiers the next look would bring them."""
    ahead = at + SECONDS_PER_DAY
    desktop = open_desktop(plan, {member_id: Wanted(at, draws=True, ahead=ahead) for member_id in people}, people)
    for dossier in desktop.dossiers.values():
        desktop.advance(dossier, at)
        held, points, lots = _codes(dossier), _points(dossier), _lots(dossier)
        yield dossier.member_id, _Stand(held, _looked_at(dossier), points, lots)


def _points(dossier: Dossier) -> dict[str, int]:
    """Return what is owed to a member by unit: usable, pending and set aside, less what they owe."""
    state = dossier.state
    columns = zip(state.available, state.pending, state.held, state.debt, strict=True)
    owed = [usable + pending + held - debt for usable, pending, held, debt in columns]
    return dict(zip(dossier.running.unit_codes, owed, strict=True))


def _lots(dossier: Dossier) -> dict[tuple[str, int], tuple[int, Any]]:
    """Return what is left of each lot and how it ends; of one that waits, when it is ready and how it ends then."""
    codes, compiled = dossier.running.unit_codes, dossier.running.desk.compiled
    found: dict[tuple[str, int], tuple[int, Any]] = {
        (codes[lot.unit], lot.number): (lot.left, lot.ends) for lot in dossier.state.lots or () if lot.left
    }
    for wait in dossier.state.waits:
        rule = compiled.expiries[wait.expiry] if wait.expiry >= 0 else compiled.program.units[wait.unit].expiry
        found[codes[wait.unit], wait.number] = (wait.points, (wait.ready, wait.cancel, rule))
    return found


def _looked_at(dossier: Dossier) -> dict[str, str]:
    """Let a member move up as at a fact, let the coming midnight be the review and the end of any grace, and say where
    that leads by ladder.
    """
    desk, state = dossier.running.desk, dossier.state
    ranks = [held.rank for held in state.ladders]
    desk.adopt(state, upgrades=True, downgrades=False)
    midnight = state.standing_day + 1
    for rank, held in zip(ranks, state.ladders, strict=True):
        if held.rank == rank and held.until < NEVER:
            held.until, held.grace = midnight, True
    desk.advance(state, day_start(midnight, dossier.running.program.time_zone))
    return _codes(dossier)


def _codes(dossier: Dossier) -> dict[str, str]:
    """Return the code of the tier held by ladder."""
    standing = zip(dossier.running.program.ladders, dossier.state.ladders, strict=True)
    return {ladder.code: ladder.levels[held.rank].code for ladder, held in standing}
