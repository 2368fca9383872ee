"""The oracle's own ledger of one member: lots, what waits, what is set aside, what is owed, what was counted when.

Knows days and amounts, no rule of earning and no tier. All amounts are whole numbers of the unit's smallest fraction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.parity import oracle_dates as dates

Counter = tuple[str, str]  # ("SPEND", ""), ("EARNED", unit) …


class Refused(Exception):
    """A verb that the program or the balance does not allow."""


@dataclass(eq=False)
class Lot:
    """Points of one credit: waiting, or usable until they end."""

    unit: int
    number: int
    left: int = 0
    ends: date | None = None
    gift: bool = False
    waiting: int = 0
    ready: date | None = None
    cancel: date | None = None
    event: str = ""
    cause: Any = None
    expiry: Any = None  # the rule's own
    counted: date | None = None  # the day on which it counted as earned
    gone: int = 0  # expired or lapsed of it
    forgiven: int = 0  # of what is gone, to refunds that came too late

    @property
    def order(self) -> tuple[date, int, int]:
        return (self.ends or date.max, self.unit, self.number)

    def has_ended(self, day: date) -> bool:
        return self.ends is not None and self.ends <= day


@dataclass(eq=False)
class Take:
    """What a redemption or hold took of a lot."""

    lot: Lot
    held: int = 0
    used: int = 0


@dataclass(eq=False)
class Spending:
    """A redemption, or a hold until an instant; `about` is the order that it paid for."""

    unit: int
    takes: list[Take]
    about: Any = None
    until: datetime | None = None
    made: date | None = None
    returned: int = 0

    @property
    def held(self) -> int:
        return sum(take.held for take in self.takes)

    @property
    def used(self) -> int:
        return sum(take.used for take in self.takes)


@dataclass(eq=False)
class Reset:
    """Where the windows of a ladder begin: on a day, without what that day had counted by then."""

    day: date
    base: dict[Counter, int]


@dataclass(eq=False)
class Standing:
    """Where a member stands on a ladder."""

    rank: int = 0
    until: date | None = None
    grace: bool = False
    floor: int = 0
    floor_until: date = date.min
    since_tier: Reset | None = None
    since_climb: Reset | None = None

    def floor_on(self, day: date) -> int:
        return self.floor if day < self.floor_until else 0


@dataclass(eq=False)
class Person:
    """One member. `log` holds (kind, day, …) of all that happened, in order."""

    joined: date
    standing: datetime
    birthday: tuple[int, int]
    tags: frozenset[str]
    next_day: date
    tiers: list[Standing]
    lunar: int = 0
    lots: dict[int, dict[int, Lot]] = field(default_factory=dict)
    ending: dict[date, list[Lot]] = field(default_factory=dict)
    waits: list[Lot] = field(default_factory=list)
    spendings: dict[Any, Spending] = field(default_factory=dict)
    debt: dict[int, int] = field(default_factory=dict)
    active: dict[int, date] = field(default_factory=dict)
    orders: int = 0
    deeds: dict[Any, Any] = field(default_factory=dict)
    counts: dict[Counter, dict[date, int]] = field(default_factory=dict)
    streaks: dict[str, tuple[int, date]] = field(default_factory=dict)
    used: dict[int, list[tuple[date, int]]] = field(default_factory=dict)  # of each cap
    milestones: dict[int, tuple[date, int]] = field(default_factory=dict)  # first day of the window, times reached
    log: list[tuple[Any, ...]] = field(default_factory=list)
    assumed: list[tuple[int, int]] = field(default_factory=list)  # unit and points used by a policy

    def numbered(self, unit: int) -> Iterator[Lot]:
        return iter(self.lots.get(unit, {}).values())

    def usable(self, unit: int) -> list[Lot]:
        """Return the lots with something left, the soonest to end first."""
        return sorted((lot for lot in self.numbered(unit) if lot.left), key=lambda lot: lot.order)

    def available(self, unit: int) -> int:
        return sum(lot.left for lot in self.numbered(unit))

    def pending(self, unit: int) -> int:
        return sum(lot.waiting for lot in self.waits if lot.unit == unit)

    def held(self, unit: int) -> int:
        return sum(each.held for each in self.spendings.values() if each.unit == unit)

    def note(self, kind: str, day: date, unit: int, amount: int, lot: int) -> None:
        self.log.append((kind, day, unit, amount, lot))

    # what is counted

    def count(self, counter: Counter, day: date, amount: int) -> None:
        days = self.counts.setdefault(counter, {})
        days[day] = days.get(day, 0) + amount

    def uncount(self, counter: Counter, day: date, amount: int) -> None:
        """Take off a day; windows that were emptied on it lose at most what it counted for them."""
        self.count(counter, day, -amount)
        for standing in self.tiers:
            for reset in (standing.since_tier, standing.since_climb):
                if reset and reset.day == day:
                    reset.base[counter] = min(reset.base.get(counter, 0), self.counts[counter][day])

    def empty(self, day: date) -> Reset:
        return Reset(day, {counter: days.get(day, 0) for counter, days in self.counts.items()})

    def counted(self, counter: Counter, first: date, last: date, reset: Reset | None) -> int:
        total = 0
        for day, amount in self.counts.get(counter, {}).items():
            if first <= day <= last and (reset is None or day >= reset.day):
                total += amount - (reset.base.get(counter, 0) if reset and day == reset.day else 0)
        return total

    # lots

    def open(self, unit: int, **more: Any) -> Lot:
        mine = self.lots.setdefault(unit, {})
        lot = mine[len(mine) + 1] = Lot(unit, len(mine) + 1, **more)
        return lot

    def gain(self, kind: str, lot: Lot, points: int, day: date) -> None:
        """Make points of a lot usable; what is owed is repaid from it at once."""
        if self.available(lot.unit) == 0:
            self.active[lot.unit] = day
        lot.left += points
        self.note(kind, day, lot.unit, points, lot.number)
        repaid = min(self.debt.get(lot.unit, 0), lot.left)
        if repaid:
            lot.left -= repaid
            self.debt[lot.unit] -= repaid
            self.note("repayment", day, lot.unit, repaid, lot.number)

    def credit(self, kind: str, unit: int, points: int, ends: date | None, day: date, gift: bool = False) -> Lot:
        lot = self.open(unit, gift=gift)
        self.date_lot(lot, ends)
        self.gain(kind, lot, points, day)
        return lot

    def date_lot(self, lot: Lot, ends: date | None) -> None:
        lot.ends = ends
        if ends is not None:
            self.ending.setdefault(ends, []).append(lot)

    def wait(self, unit: int, points: int, day: date, **more: Any) -> Lot:
        lot = self.open(unit, waiting=points, **more)
        self.waits.append(lot)
        self.note("accrual_pending", day, unit, points, lot.number)
        return lot

    def activate(self, lot: Lot, ends: date | None, day: date) -> int:
        points, lot.waiting = lot.waiting, 0
        self.waits.remove(lot)
        self.date_lot(lot, ends)
        self.gain("activation", lot, points, day)
        return points

    def cancel(self, lot: Lot, day: date) -> None:
        self.waits.remove(lot)
        self.note("cancellation", day, lot.unit, lot.waiting, lot.number)
        lot.waiting = 0

    def draw(self, kind: str, lots: list[Lot], points: int, day: date) -> list[tuple[Lot, int]]:
        """Take up to so many points from lots in their order; return what was taken of which."""
        slices = []
        for lot in lots:
            taken = min(points, lot.left)
            if taken:
                lot.left -= taken
                points -= taken
                slices.append((lot, taken))
                self.note(kind, day, lot.unit, taken, lot.number)
        return slices

    def end(self, lot: Lot, day: date) -> None:
        if lot.left:
            self.note("expiry", day, lot.unit, lot.left, lot.number)
            lot.gone += lot.left
            lot.left = 0

    # redemptions and holds

    def release(self, spending: Spending, day: date) -> None:
        """Give back what is set aside; what has ended since is gone."""
        for take in spending.takes:
            back, take.held = take.held, 0
            if back and take.lot.has_ended(day):
                take.lot.gone += back
                self.note("lapse", day, spending.unit, back, take.lot.number)
            elif back:
                self.gain("release", take.lot, back, day)
        spending.until = None

    def capture(self, spending: Spending, points: int, day: date) -> None:
        for take in spending.takes:
            used = min(points, take.held)
            if used:
                take.held -= used
                take.used += used
                points -= used
                self.note("capture", day, spending.unit, used, take.lot.number)
        if not spending.held:
            spending.until = None

    def give_back(self, spending: Spending, points: int, day: date, reinstate: Any) -> None:
        """Return spent points, the last taken first; of a lot that has ended in a new one where it is reinstated."""
        spending.returned += points
        for take in reversed(spending.takes):
            back = min(points, take.used)
            take.used -= back
            points -= back
            if back and not take.lot.has_ended(day):
                self.gain("return", take.lot, back, day)
            elif back and reinstate not in (None, "none"):
                ends = dates.rounded_of(reinstate)(day)
                self.credit("return", spending.unit, back, ends, day, take.lot.gift)
