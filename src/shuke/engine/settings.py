"""The head of P: what the machines read of a program, laid out as core.state.slots says.

Must not know the generated text; the numbers of the rules follow after it.
"""

from collections.abc import Sequence

from shuke.core.program.ir import Window
from shuke.core.program.model import (
    Cap,
    CapOf,
    Conversion,
    Duration,
    Expiry,
    ExpiryKind,
    Ladder,
    Milestone,
    Pending,
    Program,
    Unit,
)
from shuke.core.state import slots as s
from shuke.engine.grants import AT_ONCE, Grant, Grants
from shuke.engine.measures import Measures, limit
from shuke.engine.places import Places

NONE = -1
_ACTIVITIES = {"earn": s.ACTIVITY_EARN, "redeem": s.ACTIVITY_REDEEM}


def settings_of(
    program: Program, grants: Grants, measures: Measures, places: Places
) -> tuple[list[int], tuple[Expiry, ...]]:
    """Return the head of P, and the expiries in their rows.

    Raises:
        Refusal: too_many_expiries.
    """
    made = _Settings(program, grants, measures, places)
    return made.numbers, tuple(made.expiries)


class _Settings:
    """Fills the head of one program; expiries that are equal share a row."""

    def __init__(self, program: Program, grants: Grants, measures: Measures, places: Places) -> None:
        self.numbers = [0] * s.P_NUMBER
        self._program = program
        self._measures = measures
        self._places = places
        self._grants = grants
        self.expiries: dict[Expiry, int] = {}
        self._counts()
        self._counted()
        for index, unit in enumerate(program.units):
            self._unit(index, unit)
        for index, grant in enumerate(grants.all):
            self._grant(index, grant)
        for index, cap in enumerate(program.caps):
            self._cap(index, cap)
        for index, ladder in enumerate(program.ladders):
            self._ladder(index, ladder)
        self._tier_expiries()
        for index, milestone in enumerate(program.milestones):
            self._milestone(index, milestone)

    def _row(self, start: int, values: Sequence[int]) -> None:
        self.numbers[start : start + len(values)] = values

    def _counts(self) -> None:
        program, measures = self._program, self._measures
        P = self.numbers
        P[s.P_UNITS], P[s.P_RULES], P[s.P_GRANTS] = len(program.units), len(program.earn), len(self._grants.all)
        P[s.P_WINDOWS], P[s.P_COUNTERS] = len(measures.windows), len(measures.counters)
        P[s.P_STREAKS], P[s.P_LADDERS] = len(measures.streaks), len(program.ladders)
        P[s.P_CAPS], P[s.P_MILESTONES] = len(program.caps), len(program.milestones)

    def _counted(self) -> None:
        """Lay out windows, counters and streaks."""
        measures = self._measures
        for (window, counter, ladder), index in measures.windows.items():
            shape = (window.kind.value, window.length, window.step, window.shift, window.offset)
            row = (*shape, counter, ladder, int(index in measures.measured))
            self._row(s.P_WINDOW + index * s.PW_ROW, row)
        for counted, index in measures.counters.items():
            self._row(s.P_COUNTER + index * 2, counted)
        for behaviour, index in measures.streaks.items():
            self.numbers[s.P_STREAK + index] = behaviour

    def _expiry(self, expiry: Expiry) -> int:
        """Return the number of an expiry, laid out when it is first met."""
        if expiry in self.expiries:
            return self.expiries[expiry]
        index = self.expiries[expiry] = len(self.expiries)
        if index >= s.EXPIRIES_MAX:
            raise limit("too_many_expiries", "different expiries", s.EXPIRIES_MAX, None)
        after = expiry.after
        head = (expiry.kind.value, after.months, after.days, after.step, after.shift, len(expiry.dates))
        self._row(s.P_EXPIRY + index * s.EXPIRY_ROW, (*head, *expiry.dates))
        return index

    def _unit(self, index: int, unit: Unit) -> None:
        reinstate = NONE if unit.reinstate is None else self._expiry(Expiry(ExpiryKind.AFTER, unit.reinstate))
        counter = self._measures.counters.get((s.COUNT_EARNED, index), NONE)
        row = (self._expiry(unit.expiry), unit.refunds.value, reinstate, counter, self._activity(unit.expiry))
        self._row(s.P_UNIT + index * s.UNIT_ROW, (*row, *self._conversion(unit.convert)))

    def _conversion(self, convert: Conversion | None) -> tuple[int, ...]:
        """Return the row of a conversion: what is converted on a day ends, as it was, with the day before."""
        if convert is None:
            return (NONE, 0, 0, 0, 0)
        if convert.every is not None:
            before = Expiry(ExpiryKind.AFTER, convert.every)
        else:
            before = Expiry(ExpiryKind.DATES, dates=tuple(_day_before(date) for date in convert.dates))
        into = self._measures.unit(convert.into)
        return (self._expiry(before), into, convert.least, convert.step, convert.gives)

    def _activity(self, expiry: Expiry) -> int:
        """Return the bits of what counts as activity."""
        bits = 0
        for code in expiry.activities:
            if code in _ACTIVITIES:
                bits |= _ACTIVITIES[code]
            else:
                bits |= s.ACTIVITY_BEHAVIOUR << (self._measures.behaviour(code) - 1)
        return bits

    def _grant(self, index: int, grant: Grant) -> None:
        pending = grant.pending or self._program.units[grant.unit].pending or AT_ONCE
        expiry = NONE if grant.expiry is None else self._expiry(grant.expiry)
        self._row(s.P_GRANT + index * s.GRANT_ROW, (grant.unit, expiry, *self._pending(pending)))

    def _pending(self, pending: Pending) -> tuple[int, ...]:
        after, within = pending.after, pending.within or Duration(NONE, NONE)
        event = self._measures.behaviour(pending.event) if pending.event else 0
        wait = (pending.kind.value, after.months, after.days, after.step, after.shift, pending.day, event)
        workdays = self._places.workdays_at(pending.workdays) if pending.workdays else NONE
        dates = self._expiry(Expiry(ExpiryKind.DATES, dates=pending.dates)) if pending.dates else NONE
        return (*wait, within.months, within.days, workdays, dates)

    def _cap(self, index: int, cap: Cap) -> None:
        of, ref = cap.of.value, self._measures.unit(cap.unit)
        if cap.rule is not None and cap.of is CapOf.EARNED:
            of, ref = s.CAP_RULE, self._grants.of_rules[cap.rule]
        scope = s.SCOPE_TRANSACTION if cap.window is None else s.SCOPE_WINDOW
        row = (of, ref, s.SCOPE_BALANCE if cap.balance else scope, int(cap.times), *_period(cap.window), cap.limit)
        self._row(s.P_CAP + index * s.CAP_ROW, row)

    def _ladder(self, index: int, ladder: Ladder) -> None:
        validity, grace = ladder.validity, ladder.grace or Duration()
        holds = sum(1 << rank for rank, level in enumerate(ladder.levels) if level.holds)
        row = (
            *(len(ladder.levels), validity.kind.value, validity.length, validity.step, validity.shift),
            *(ladder.evaluation.value, ladder.downgrade.value),
            *(grace.months, grace.days, grace.step, grace.shift),
            *(int(ladder.resets), int(ladder.one_step), int(ladder.falls_at_once), holds, validity.more),
        )
        self._row(s.P_LADDER + index * s.PL_ROW, row)

    def _tier_expiries(self) -> None:
        """Lay out what the levels of the first ladder say of expiry."""
        self._row(s.P_TIER_EXPIRY, [NONE] * (s.LEVELS_MAX * s.UNITS_MAX))
        for ladder in self._program.ladders[:1]:
            for rank, level in enumerate(ladder.levels):
                for unit, expiry in level.expiry:
                    place = s.P_TIER_EXPIRY + rank * s.UNITS_MAX + self._measures.unit(unit)
                    self.numbers[place] = self._expiry(expiry)

    def _milestone(self, index: int, milestone: Milestone) -> None:
        grant = self._grants.of_milestones[milestone.unit]
        row = (*_period(milestone.window), grant, milestone.points, milestone.most)
        self._row(s.P_MILESTONE + index * s.PM_ROW, row)


def _day_before(date: int) -> int:
    """Return the day of the year before one, both MMDD; 29 February before March, which is the 28th in common years."""
    month, day = divmod(date, 100)
    if day > 1:
        return date - 1
    last = 12 if month == 1 else month - 1
    return last * 100 + (29 if last == 2 else 30 if last in (4, 6, 9, 11) else 31)


def _period(window: Window | None) -> tuple[int, int, int, int]:
    return (window.kind.value, window.length, window.step, window.shift) if window else (0, 0, 0, 0)
