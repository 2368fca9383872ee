"""Stories for parity: made programs and what happens to a few members, leaning to the borders where engines disagree.

Made while the oracle lives them, so that the next instant can be the very midnight on which something ends, and the
next amount the very balance. `made_programs` makes the files.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.parity.made_programs import CATEGORIES, Made, programs
from tests.parity.oracle import Oracle
from tests.parity.oracle_ledger import Person

END = dt.datetime(2019, 6, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
MOMENTS = (dt.time(0), dt.time(0, 0, 1), dt.time(2, 30), dt.time(8), dt.time(23), dt.time(23, 59, 59))
BORDERS = (
    dt.date(2016, 2, 29),
    dt.date(2016, 12, 31),
    dt.date(2017, 1, 1),
    dt.date(2017, 1, 31),
    dt.date(2017, 2, 28),
    dt.date(2017, 3, 12),
    dt.date(2017, 11, 5),
    dt.date(2017, 12, 31),
)
AMOUNTS = (0, 1, 99, 100, 4999, 5000, 5001, 9999, 10_000, 49_999, 50_000, 50_001)


@dataclass(frozen=True)
class Act:
    """Something that is told of a member: a verb of the oracle by name, its instant and its arguments."""

    who: int
    verb: str
    at: dt.datetime
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Newcomer:
    joined_at: dt.datetime
    birthday: tuple[int, int]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """A program, the members, and the acts in the order of recording; `accepted` says of each what the oracle did."""

    text: str
    newcomers: tuple[Newcomer, ...]
    acts: tuple[Act, ...]
    accepted: tuple[bool, ...]
    people: tuple[Person, ...]


def enrolled(oracle: Oracle, newcomers: tuple[Newcomer, ...]) -> list[Person]:
    return [oracle.enrol(each.joined_at, each.birthday, each.tags) for each in newcomers]


def perform(oracle: Oracle, people: list[Person], act: Act) -> bool:
    """Tell the oracle of one act."""
    arguments = dict(act.arguments)
    if act.verb == "transfer":
        return oracle.transfer(people[act.who], people[arguments.pop("to")], act.at, **arguments)
    return bool(getattr(oracle, act.verb)(people[act.who], act.at, **arguments))


@st.composite
def stories(draw, made=None, members=2, most=20, verbs=None):
    """A story of up to `most` acts; `verbs` None: all of them."""
    program: Made = draw(programs()) if made is None else made
    oracle = Oracle(program.text)
    newcomers = tuple(draw(_newcomers(program)) for _ in range(draw(st.integers(1, members))))
    people = enrolled(oracle, newcomers)
    told = _Teller(draw, program, oracle, people, verbs or VERBS)
    for number in range(draw(st.integers(min(6, most), most))):
        told.next(number)
    for person in people:
        oracle.advance(person, END)
    return Story(program.text, newcomers, tuple(told.acts), tuple(told.accepted), tuple(people))


@st.composite
def _newcomers(draw, program):
    day = draw(st.one_of(st.sampled_from(BORDERS), st.dates(dt.date(2016, 1, 1), dt.date(2017, 12, 31))))
    joined = dt.datetime.combine(day, draw(st.sampled_from(MOMENTS)), ZoneInfo(program.zone)).astimezone(dt.UTC)
    birthday = draw(st.sampled_from([(0, 0), (1, 1), (2, 29), (3, 15), (12, 31)]))
    return Newcomer(joined, birthday, draw(st.sampled_from([(), ("vip",)])))


class _Teller:
    """Draws one act after the other and lets the oracle live it."""

    def __init__(self, draw, program: Made, oracle: Oracle, people: list[Person], verbs: tuple[str, ...]) -> None:
        self.draw, self.program, self.oracle, self.people, self.verbs = draw, program, oracle, people, verbs
        self.zone = ZoneInfo(program.zone)
        self.acts: list[Act] = []
        self.accepted: list[bool] = []

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def next(self, number: int) -> None:
        who = self.draw(st.integers(0, len(self.people) - 1))
        verb = self.pick(*self.likely(self.people[who]))
        at = self.instant(self.people[who])
        arguments = getattr(self, f"_{verb}")(self.people[who], at, number)
        if arguments is not None:
            act = Act(who, verb, at, arguments)
            self.acts.append(act)
            self.accepted.append(perform(self.oracle, self.people, act))

    def likely(self, person: Person) -> list[str]:
        """Return the verbs that can do something with this member now, and rarely one that can't."""
        if self.draw(st.integers(0, 15)) == 0:
            return list(self.verbs)
        rich = any(person.available(unit) for unit in range(self.program.units))
        holds = any(each.until is not None for each in person.spendings.values())
        spent = any(each.used for each in person.spendings.values())
        open_orders = any(not deed.over for deed in person.deeds.values())
        can = {
            **dict.fromkeys(("redeem", "hold", "transfer"), rich),
            **dict.fromkeys(("capture", "release"), holds),
            "give_back": spent,
            "refund": open_orders,
            "assign": bool(person.tiers),
        }
        return [verb for verb in self.verbs if can.get(verb, True)]

    # ---- when

    def instant(self, person: Person) -> dt.datetime:
        """Return an instant soon after where the member stands, or on the day on which something ends; rarely late."""
        today = self.oracle.today(person)
        now = person.standing
        how = self.draw(st.integers(0, 9))
        if how == 0:
            return now - self.pick(dt.timedelta(seconds=1), HOUR, DAY, 40 * DAY)
        if how <= 3:
            return now + self.pick(dt.timedelta(0), dt.timedelta(seconds=1), HOUR, DAY)
        ends = [each.until for each in person.spendings.values() if each.until is not None]
        if how == 4 and ends:
            return self.pick(*ends) + self.pick(dt.timedelta(0), -dt.timedelta(seconds=1))
        soon = sorted(day for day in self.days_of(person) if today < day < dt.date(2019, 3, 1))
        if how <= 8 and soon:
            return self.on(self.pick(*soon[:4]) + self.pick(0, 0, -1, 1) * DAY)
        return self.on(today + self.pick(1, 2, 6, 7, 29, 30, 31, 90, 200) * DAY)

    def on(self, day: dt.date) -> dt.datetime:
        day = min(day, dt.date(2019, 3, 1))
        return dt.datetime.combine(day, self.pick(*MOMENTS), self.zone).astimezone(dt.UTC)

    def days_of(self, person: Person) -> set[dt.date]:
        """Return days on which something of this member ends or begins."""
        today = self.oracle.today(person)
        days = {day for lot in person.waits for day in (lot.ready, lot.cancel) if day}
        days |= {day for day, lots in person.ending.items() if any(lot.left for lot in lots)}
        days |= {day for each in person.tiers for day in (each.until, each.floor_until) if day}
        first = today.replace(day=1)
        days |= {
            (first + 32 * DAY).replace(day=1),
            dt.date(today.year + 1, 1, 1),
            today + (8 - today.isoweekday()) * DAY,
        }
        return days - {dt.date.min, dt.date.max}

    # ---- what

    def amount(self) -> int:
        return self.draw(st.one_of(st.sampled_from(AMOUNTS), st.integers(0, 60_000)))

    def points(self, most: int) -> int:
        """Return points about what there is: some, all, one too many."""
        return max(1, self.pick(1, most // 3, most // 2, most - 1, most, most, most + 1, 100))

    def unit(self, person: Person | None = None) -> int:
        """Return a unit, for a person mostly one of which there is something."""
        units = range(self.program.units)
        rich = [unit for unit in units if person is not None and person.available(unit)]
        return self.pick(*(rich or units))

    def place(self) -> dict[str, str]:
        return {"store": self.pick("", "S1", "S2"), "channel": self.pick("", "app"), "brand": self.pick("", "B")}

    def _order(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any]:
        lines = [self._line() for _ in range(self.draw(st.integers(0, 3)))]
        net = sum(line[0] for line in lines) + self.pick(0, 0, 500) if lines else self.amount()
        known = list(person.deeds)
        key = self.pick(*known) if known and self.draw(st.integers(0, 11)) == 0 else f"o{number}"
        return {
            "net": net,
            "gross": net + self.pick(0, 0, 1000),
            "tax": net // 11,
            "shipping": self.pick(0, min(net, 500)),
            "points_paid": self.pick(0, 0, net // 2),
            "attributes": self.pick({}, {"promo": "X"}, {"guests": 3}, {"promo": "X", "guests": 7}),
            "lines": tuple(lines),
            "key": key,
            **self.place(),
        }

    def _line(self) -> tuple[Any, ...]:
        attributes = self.pick({}, {"colour": "red"})
        return self.amount(), self.draw(st.integers(0, 4)), self.pick(*CATEGORIES), self.pick("", "A1"), attributes

    def _behaviour(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any]:
        kind = self.pick("review", "check_in", "check_in", "delivered", "delivered")
        attributes = self.pick({}, {"stars": 5}, {"stars": 2, "photo": True}) if kind == "review" else {}
        known = list(person.deeds)
        about = self.pick(*known) if known and kind == "delivered" else None
        return {"kind": kind, "attributes": attributes, "order_key": about, **self.place()}

    def _refund(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any] | None:
        if not person.deeds:
            return None
        key = self.pick(*person.deeds)
        deed = person.deeds[key]
        left = deed.amounts["net"] - deed.taken
        if deed.lines and self.draw(st.booleans()):
            place = self.draw(st.integers(0, len(deed.lines) - 1))
            net_off, quantity_off = deed.by_lines.get(place, (0, 0))
            net, quantity = deed.lines[place][0] - net_off, deed.lines[place][1] - quantity_off
            off = self.pick(net, net, net // 2), self.pick(quantity, quantity // 2)
            return {"key": key, "lines": ((place, *off),)} if any(off) else None
        net = self.pick(left, left, left // 2, left // 3, 1, left + 1)
        return {"key": key, "net": net} if net or not deed.amounts["net"] else None  # nothing off is no refund

    def _redeem(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any]:
        unit = self.unit(person)
        known = list(person.deeds)
        about = self.pick(None, *known, f"o{number + 1}")
        points = self.points(person.available(unit))
        return {"unit": unit, "points": points, "key": f"r{number}", "order_key": about}

    def _hold(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any]:
        unit = self.unit(person)
        spans = dt.timedelta(seconds=1), HOUR, DAY, 7 * DAY, 60 * DAY
        soon = sorted(day for day in self.days_of(person) if day > self.oracle.today(person))
        until = self.on(self.pick(*soon[:3])) if self.draw(st.booleans()) else at + self.pick(*spans)
        return {"key": f"h{number}", "unit": unit, "points": self.points(person.available(unit)), "until": until}

    def _spent(self, person: Person, *, holds: bool) -> Any:
        keys = [key for key, each in person.spendings.items() if not holds or each.until is not None]
        return self.pick(*keys) if keys else None

    def _capture(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any] | None:
        key = self._spent(person, holds=True)
        return None if key is None else {"key": key, "points": self.points(person.spendings[key].held)}

    def _release(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any] | None:
        key = self._spent(person, holds=True)
        return None if key is None else {"key": key}

    def _give_back(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any] | None:
        key = self._spent(person, holds=False)
        return None if key is None else {"key": key, "points": self.points(person.spendings[key].used)}

    def _adjust(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any]:
        unit = self.unit(person)
        sign = self.pick(1, -1)
        return {"unit": unit, "points": sign * self.points(person.available(unit) if sign < 0 else 50)}

    def _open_lot(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any]:
        today = max(self.oracle.today(person), self.oracle.local_day(at))
        unit = self.unit()
        never = self.program.idle[unit]
        ends = None if never else self.pick(None, today + DAY, today + 30 * DAY, today)
        return {
            "unit": unit,
            "points": self.pick(1, 100),
            "ends": ends,
            "earned": today - self.pick(0, 1, 30, 400) * DAY,
        }

    def _transfer(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any] | None:
        others = [i for i, other in enumerate(self.people) if other is not person]
        unit = self.unit(person)
        if not others:
            return None
        return {"to": self.pick(*others), "unit": unit, "points": self.points(person.available(unit))}

    def _assign(self, person: Person, at: dt.datetime, number: int) -> dict[str, Any] | None:
        if not person.tiers:
            return None
        today = max(self.oracle.today(person), self.oracle.local_day(at))
        ladder = self.draw(st.integers(0, len(person.tiers) - 1))
        level = self.draw(st.integers(0, len(self.oracle.ladders[ladder].levels) - 1))
        until = self.pick(None, today + DAY, today + 40 * DAY, dt.date(today.year + 1, 1, 1))
        return {"ladder": ladder, "level": level, "until": until, "exactly": self.draw(st.booleans())}


VERBS = (
    *("order",) * 6,
    *("behaviour", "refund", "redeem") * 3,
    *("hold", "capture") * 2,
    *("release", "give_back", "adjust", "open_lot", "transfer", "assign"),
)
