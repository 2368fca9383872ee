"""An independent oracle: what a program does, in plain Python, day by day, with dicts, fractions and datetimes.

Shares no code with the product and reads the file by itself, so that one misunderstanding is not made twice.
Slow and simple on purpose; docs/reference/semantics.md says in words what this says in code. Every verb advances its
member first; one that is refused returns False and changes nothing. Amounts of money are in minor units, points in the
smallest fraction of their unit.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import yaml

from tests.parity import oracle_dates as dates
from tests.parity.oracle_assumed import Assumed
from tests.parity.oracle_award import Deed, Given, Rules, listed
from tests.parity.oracle_expressions import Expression
from tests.parity.oracle_ledger import Lot, Person, Reset, Standing
from tests.parity.oracle_points import PointsByHand
from tests.parity.oracle_refund import Refunding
from tests.parity.oracle_tiers import Ladder

DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3}
MISSING = {"number": 0, "text": "", "flag": False}
Calendar = Callable[[date], tuple[str, bool, int]]  # of a day: its holiday, whether it is a working day, its lunar MMDD


def weekdays(day: date) -> tuple[str, bool, int]:
    """Tell of a day what is known where no country's calendar is."""
    return "", day.isoweekday() < 6, 0


def china(day: date) -> tuple[str, bool, int]:
    """Tell of a day whether it is worked in China, as far as that is announced."""
    try:
        return "", chinese_calendar.is_workday(day), 0
    except NotImplementedError:
        return weekdays(day)


class Past(dict[Any, Any]):
    """What is known of a member as of a day, to one ladder; worked out as it is asked."""

    def __init__(self, find: Callable[[Any], Any]) -> None:
        self.find = find

    def __missing__(self, asked: Any) -> Any:
        self[asked] = self.find(asked)
        return self[asked]


class Oracle(PointsByHand, Refunding, Assumed):
    """A program as its file says it, and what it does to a person."""

    def __init__(self, text: str, calendar: Calendar | None = None) -> None:
        file = yaml.load(text, yaml.CBaseLoader)  # noqa: S506 - every scalar stays text
        self.zone = ZoneInfo(file["time_zone"])
        self.calendar = calendar or (china if file.get("country") == "CN" else weekdays)
        self.cents = 10 ** DIGITS.get(file["currency"], 2)
        self.units = [(code, value or {}) for code, value in file["units"].items()]
        self.rules = Rules(file, self.units)
        self.ladders = [Ladder(i, said, self.past) for i, said in enumerate(listed(file.get("tiers")))]
        self.milestones = [(each, Expression(each["measure"])) for each in listed(file.get("milestones"))]
        self.base = Expression(file.get("base", "order.net"))
        scope, attributes = file.get("scope") or {}, file.get("attributes") or {}
        self.brands, self.stores = listed(scope.get("brands")), listed(scope.get("stores"))
        self.attributes = {f"order.{code}": _missing(said) for code, said in attributes.get("order", {}).items()}
        self.of_lines = {f"item.{code}": _missing(said) for code, said in attributes.get("item", {}).items()}
        self.behaviours = {
            code: {f"event.{name}": _missing(each) for name, each in said.items() if name != "name"}
            if isinstance(said, dict)
            else {}
            for code, said in (file.get("behaviours") or {}).items()
        }

    def __deepcopy__(self, memo: Any) -> "Oracle":
        return self

    # ---- what is known of a member

    def today(self, person: Person) -> date:
        return self.local_day(person.standing)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def window_value(self, person: Person, asked: tuple[str, str, str], day: date, ladder: int | None = None) -> int:
        """Return a window's sum as of a day: (measure, unit or behaviour, window), as a ladder or the rules see it."""
        measure, of, text = asked
        first, last = dates.window(text, day, person.joined)
        return person.counted((measure, of), first, last, self.reset_of(person, text, ladder))

    def reset_of(self, person: Person, text: str, ladder: int | None) -> Reset | None:
        """Return where a window begins for a ladder; the rules see those since the tier by the first one."""
        if text == "this tier":
            return person.tiers[ladder or 0].since_tier if person.tiers else None
        return None if ladder is None else person.tiers[ladder].since_climb

    def past(self, person: Person, day: date, ladder: int | None) -> Mapping[Any, Any]:
        return Past(partial(self._known, person, day, ladder))

    def _known(self, person: Person, day: date, ladder: int | None, asked: Any) -> Any:
        if isinstance(asked, str):
            return self._of_member(person, day)[asked]
        measure, of, _ = asked
        if measure in ("SPEND", "ORDERS", "EARNED", "EVENTS"):
            scale = {"SPEND": self.cents, "EARNED": self.scale_of(of)}.get(measure, 1)
            return Fraction(self.window_value(person, asked, day, ladder), scale)
        if measure == "BALANCE":
            return Fraction(person.available(self.rules.index[of]), self.scale_of(of))
        if measure == "STREAK":
            length, last = person.streaks.get(of, (0, date.min))
            return length if last >= day - dates.DAY else 0
        if measure == "TAGGED":
            return of in person.tags
        return self._occasion(person, day, measure, of)

    def scale_of(self, unit: str) -> int:
        return self.rules.scale(self.rules.index[unit]) if unit in self.rules.index else 1

    @staticmethod
    def _of_member(person: Person, day: date) -> dict[str, Any]:
        months = dates.months_between(person.joined, day)
        return {
            "member.orders": person.orders,
            "member.days": (day - person.joined).days,
            "member.months": months,
            "member.years": months // 12,
            "member.birth_month": person.birthday[0],
            "member.birth_day": person.birthday[1],
            "member.birthday": person.birthday[0],
            "member.days_to_birthday": dates.days_to_birthday(person.birthday, day),
            "member.days_from_birthday": dates.days_from_birthday(person.birthday, day),
            "member.days_to_anniversary": dates.days_to_anniversary(person.joined, day),
            "member.days_from_anniversary": dates.days_from_anniversary(person.joined, day),
        }

    def _occasion(self, person: Person, day: date, name: str, what: str) -> bool:
        if name == "ANNIVERSARY":
            if what == "day":
                return dates.days_to_anniversary(person.joined, day) == 0
            return day.month == person.joined.month and day.year > person.joined.year
        return {
            "day": dates.days_to_birthday(person.birthday, day) == 0,
            "week": dates.in_week(person.birthday, day),
            "month": day.month == person.birthday[0],
            "lunar day": person.lunar != 0 and person.lunar in self._celebrated(day),
        }[what]

    def _celebrated(self, day: date) -> tuple[int, int]:
        """Return which lunar birthdays a day is: the 29th also that of the 30th where its month has no 30th."""
        today, tomorrow = (self.calendar(each)[2] for each in (day, day + dates.DAY))
        return today, today + 1 if today % 100 == 29 and tomorrow % 100 == 1 else today

    # ---- members and facts

    def enrol(
        self, joined_at: datetime, birthday: tuple[int, int] = (0, 0), tags: Sequence[str] = (), lunar: int = 0
    ) -> Person:
        """Return a new member; `birthday` is (month, day), `lunar` the same by the Chinese calendar as MMDD."""
        day = self.local_day(joined_at)
        tiers = [Standing() for _ in self.ladders]
        return Person(day, joined_at, birthday, frozenset(tags), day + timedelta(days=1), tiers, lunar)

    def order(
        self,
        person: Person,
        at: datetime,
        net: int,
        *,
        gross: int | None = None,
        tax: int = 0,
        shipping: int = 0,
        points_paid: int = 0,
        store: str = "",
        channel: str = "",
        brand: str = "",
        attributes: Mapping[str, Any] | None = None,
        lines: Sequence[tuple[Any, ...]] = (),
        key: Any = None,
    ) -> bool:
        """Record an order; a line is (net, quantity, category, sku[, attributes]). A key is refused a second time."""
        out_of_scope = (self.brands and brand not in self.brands) or (self.stores and store not in self.stores)
        if out_of_scope or (key is not None and key in person.deeds):
            return False
        self.advance(person, at)
        today = self.today(person)
        self.use_as_assumed(person, today)
        place = {"store": store, "channel": channel, "brand": brand}
        seen = {**self._moment(person, "order", place), **self.attributes, **_named("order", attributes)}
        seen |= self._asked(person, today)
        gross = net if gross is None else gross
        amounts = {"net": net, "gross": gross, "tax": tax, "shipping": shipping, "points_paid": points_paid}
        deed = Deed(self, today, seen, self._used(person, today), self._balance(person), amounts, lines)
        deed.factor = self.growth_of(person)
        self._give(person, today, deed, self.granted(deed), key)
        if key is not None:
            person.deeds[key] = deed
        person.count(("SPEND", ""), today, deed.spent)
        person.count(("ORDERS", ""), today, 1)
        person.orders += 1
        self._afterwards(person, today, "earn")
        return True

    def behaviour(
        self,
        person: Person,
        at: datetime,
        kind: str,
        attributes: Mapping[str, Any] | None = None,
        order_key: Any = None,
        *,
        store: str = "",
        channel: str = "",
        brand: str = "",
    ) -> bool:
        """Record what a member did; about an order it first makes usable what of that order waits for it."""
        self.advance(person, at)
        today = self.today(person)
        waiting = [
            lot for lot in person.waits if lot.event == kind and order_key is not None and lot.cause == order_key
        ]
        for lot in waiting:
            self.activate(person, lot, today, counted=today)
        if waiting:
            self.qualify_all(person, today, today)
        length, last = person.streaks.get(kind, (0, date.min))
        if last != today:
            person.streaks[kind] = (length + 1 if last == today - dates.DAY else 1, today)
        place = {"store": store, "channel": channel, "brand": brand}
        seen = {**self._moment(person, "event", place), **self.behaviours[kind], **_named("event", attributes)}
        seen |= self._asked(person, today) | {"lines": []}
        deed = Deed(self, today, seen, self._used(person, today), self._balance(person), {}, ())
        wanted = self.rules.points(kind, seen)
        self._give(person, today, deed, self.rules.capped(wanted, deed.used, deed.balance), None)
        person.count(("EVENTS", kind), today, 1)
        self._afterwards(person, today, kind)
        return True

    def _moment(self, person: Person, owner: str, place: Mapping[str, str]) -> dict[Any, Any]:
        """Return when and where, as of the instant at which the member stands, and the tiers held."""
        local = person.standing.astimezone(self.zone)
        holiday, workday, lunar = self.calendar(local.date())
        told = {
            "hour": local.hour,
            "weekday": local.isoweekday(),
            "month": local.month,
            "day": local.day,
            "date": local.year * 10_000 + local.month * 100 + local.day,
            "year": local.year,
            "holiday": holiday,
            "workday": workday,
            "lunar_month": lunar // 100,
            "lunar_day": lunar % 100,
            **place,
        }
        seen: dict[Any, Any] = {f"{owner}.{name}": value for name, value in told.items()}
        for ladder in reversed(self.ladders):
            level = ladder.levels[ladder.standing(person).rank]
            for name in (ladder.code, *(("member",) if ladder.index == 0 else ())):
                seen[f"{name}.tier"] = level["code"]
                seen[f"{'tier' if name == 'member' else name}.multiplier"] = Fraction(level.get("multiplier", "1"))
        return seen

    def _asked(self, person: Person, today: date) -> dict[Any, Any]:
        """Return everything of the past that the rules may ask, so that a refund sees the same."""
        past = self.past(person, today, None)
        return {asked: past[asked] for asked in self.rules.asked | self.base.asked} | self._of_member(person, today)

    def granted(self, deed: Deed) -> list[int]:
        """Return what each grant of an order gets for what refunds left of it, by what its decision saw."""
        amounts, lines = deed.left()
        facts = {f"order.{name}": Fraction(amount, self.cents) for name, amount in amounts.items()}
        facts["order.discount"] = facts["order.gross"] - facts["order.net"]
        facts["order.lines"] = len(lines)
        items = [self._line(line) for line in lines]
        seen = {**deed.seen, **facts, "lines": items}
        seen["order.base"] = self.base.value(seen)
        return self.rules.capped(self.rules.points("", seen), deed.used, deed.balance)

    def _line(self, line: Sequence[Any]) -> dict[str, Any]:
        net, quantity, category, sku, *more = line
        facts = {"item.net": Fraction(net, self.cents), "item.quantity": quantity}
        facts |= {"item.category": category, "item.sku": sku} | self.of_lines
        return facts | _named("item", more[0] if more else None)

    def _used(self, person: Person, today: date) -> dict[int, int]:
        """Return how much of each cap is used within its window."""
        return {number: self.cap_used(person, number, today) for number in range(len(self.rules.caps))}

    def cap_used(self, person: Person, number: int, today: date) -> int:
        cap = self.rules.caps[number]
        if cap.per in ("transaction", "balance"):
            return 0
        first = cap.begins(today, person.joined)
        return sum(amount for day, amount in person.used.get(number, []) if day >= first)

    def _balance(self, person: Person) -> dict[int, int]:
        capped = {cap.unit for cap in self.rules.caps if cap.per == "balance"}
        return {unit: person.available(unit) + person.pending(unit) for unit in capped}

    def _give(self, person: Person, today: date, deed: Deed, points: list[int], cause: Any) -> None:
        """Use the caps up and open the lots."""
        for number, cap in enumerate(self.rules.caps):
            total = sum(points[g] for g, grant in enumerate(self.rules.grants) if cap.covers(grant))
            if total:
                person.used.setdefault(number, []).append((today, 1 if cap.times else total))
        for index, amount in enumerate(points):
            if amount:
                deed.given.append(Given(index, amount, lot=self._open(person, today, index, amount, cause)))

    def _open(self, person: Person, today: date, index: int, amount: int, cause: Any) -> Lot:
        grant = self.rules.grants[index]
        code, unit = self.units[grant.unit]
        pending = unit.get("pending") if grant.pending is None else grant.pending
        when: dict[str, Any] = {}
        if pending not in (None, "none"):
            until = pending.get("until")
            if until is None:
                when = {"ready": dates.ready(pending, today, lambda day: self.calendar(day)[1])}
            elif until[0].isdigit():
                when = {"ready": date.fromisoformat(until)} if date.fromisoformat(until) > today else {}
            else:
                within = pending.get("within")
                when = {"event": until, "cancel": dates.duration(within)(today) if within else None}
        if when:
            return person.wait(grant.unit, amount, today, cause=cause, expiry=grant.expiry, **when)
        lot = person.credit("accrual", grant.unit, amount, self.lot_end(person, grant.unit, grant.expiry, today), today)
        lot.counted = today
        person.count(("EARNED", code), today, amount)
        return lot

    def lot_end(self, person: Person, unit: int, own: Any, day: date) -> date | None:
        """Return the end of points usable from a day: by their rule, else the tier held, else the unit."""
        return dates.lot_end(self.expiry(person, unit) if own is None else own, day)

    def expiry(self, person: Person, unit: int) -> Any:
        code, said = self.units[unit]
        level = self.ladders[0].levels[person.tiers[0].rank] if self.ladders else {}
        return (level.get("expiry") or {}).get(code, said.get("expiry"))

    def activate(self, person: Person, lot: Lot, day: date, counted: date) -> None:
        points = person.activate(lot, self.lot_end(person, lot.unit, lot.expiry, day), day)
        lot.counted = counted
        person.count(("EARNED", self.units[lot.unit][0]), counted, points)

    def _afterwards(self, person: Person, today: date, activity: str) -> None:
        """After what was counted: activity, milestones, tiers."""
        self.be_active(person, today, activity)
        reached = self.milestones_reached(person, today)
        for number, (said, _) in enumerate(self.milestones):
            more = reached[number] - self.milestone_count(person, number, today)
            if more > 0:
                first = dates.window(said.get("per", "lifetime"), today, person.joined)[0]
                person.milestones[number] = (first, reached[number])
                unit = self.rules.index[said["unit"]]
                points = more * self.rules.whole(unit, said["points"])
                person.credit("accrual", unit, points, self.lot_end(person, unit, None, today), today)
                person.count(("EARNED", said["unit"]), today, points)
        self.qualify_all(person, today, today)

    def milestones_reached(self, person: Person, today: date) -> list[int]:
        past = self.past(person, today, None)
        reached = []
        for said, measure in self.milestones:
            beyond = measure.value(past) - Fraction(said["at"])
            times = 0 if beyond < 0 else 1 + (beyond // Fraction(said["every"]) if "every" in said else 0)
            reached.append(int(min(times, int(said.get("most", "1")))))
        return reached

    def milestone_count(self, person: Person, number: int, today: date) -> int:
        """Return how often a milestone was reached so far within its window."""
        first, times = person.milestones.get(number, (date.min, 0))
        now = dates.window(self.milestones[number][0].get("per", "lifetime"), today, person.joined)[0]
        return times if first == now else 0

    def be_active(self, person: Person, today: date, activity: str) -> None:
        for unit in range(len(self.units)):
            expiry = self.units[unit][1].get("expiry")
            if isinstance(expiry, dict) and "inactive" in expiry:
                chosen = expiry.get("activities", ["earn", "redeem"])
                if activity in listed(chosen):
                    person.active[unit] = today

    def qualify_all(self, person: Person, day: date, as_of: date) -> None:
        for ladder in self.ladders:
            if ladder.at_facts:
                ladder.qualify(person, day, as_of)

    # ---- time

    def advance(self, person: Person, until: datetime) -> None:
        """Let everything happen that time does up to an instant; a late fact finds the member where it stands."""
        person.standing = max(person.standing, until)
        today = self.today(person)
        while person.next_day <= today:
            day = person.next_day
            person.next_day = day + dates.DAY
            self._lapse(person, lambda end, day=day: self.local_day(end) < day)
            self._midnight(person, day)
        self._lapse(person, lambda end: end <= person.standing)

    def _lapse(self, person: Person, is_over: Callable[[datetime], bool]) -> None:
        over = [each for each in person.spendings.values() if each.until is not None and is_over(each.until)]
        for spending in sorted(over, key=lambda each: each.until):
            self.end_hold(person, spending, self.local_day(spending.until))

    def _midnight(self, person: Person, day: date) -> None:
        before = day - dates.DAY
        ready = [lot for lot in person.waits if lot.ready is not None and lot.ready <= day]
        for lot in sorted(ready, key=lambda lot: lot.ready):
            self.activate(person, lot, day, counted=before)
        if ready:
            self.qualify_all(person, day, before)
        for lot in [lot for lot in person.waits if lot.cancel is not None and lot.cancel <= day]:
            person.cancel(lot, day)
        converted = [unit for unit in range(len(self.units)) if self._convert(person, unit, day)]
        due = [ladder for ladder in self.ladders if ladder.standing(person).until == day]
        for ladder in due:
            if not ladder.measures_new_day():
                ladder.review(person, day, before)
        for ladder in self.ladders:
            if ladder in due and ladder.measures_new_day():
                ladder.review(person, day, day)
            floor_ends = ladder.standing(person).floor_until == day
            if ladder.evaluates_on(day) or (floor_ends and ladder.at_facts):
                ladder.qualify(person, day, day)
        if self._expire(person, day) or converted:
            for ladder in self.ladders:
                if ladder.follows_measure:
                    ladder.qualify(person, day, day)

    def _convert(self, person: Person, unit: int, day: date) -> bool:
        """On a unit's days turn every whole step of a balance that is large enough into another unit."""
        terms = self.units[unit][1].get("convert")
        if terms is None or not dates.comes_on(terms, day):
            return False
        step = Fraction(terms.get("step", "1"))
        each = self.rules.whole(unit, step)
        steps = person.available(unit) // each
        if steps == 0 or person.available(unit) < self.rules.whole(unit, terms.get("least", step)):
            return False
        person.draw("conversion_out", person.usable(unit), steps * each, day)
        into = self.rules.index[terms["into"]]
        points = steps * self.rules.whole(into, step * Fraction(terms["rate"]))
        person.credit("conversion_in", into, points, self.lot_end(person, into, None, day), day)
        return True

    def _expire(self, person: Person, day: date) -> bool:
        lots = [lot for lot in person.ending.pop(day, []) if lot.left]
        idle = [unit for unit in range(len(self.units)) if self._idle(person, unit, day)]
        for lot in sorted(lots, key=lambda lot: lot.order):
            person.end(lot, day)
        for unit in idle:
            for lot in sorted(person.numbered(unit), key=lambda lot: lot.order):
                lot.ends = day if lot.left else lot.ends
                person.end(lot, day)
        return bool(lots or idle)

    def _idle(self, person: Person, unit: int, day: date) -> bool:
        """Tell whether a unit ends by now because nothing was done."""
        expiry = self.expiry(person, unit)
        if not isinstance(expiry, dict) or "inactive" not in expiry or not person.available(unit):
            return False
        return dates.rounded(expiry["inactive"], expiry.get("end_of"))(person.active[unit]) <= day


def _missing(said: Any) -> Any:
    return MISSING[said if isinstance(said, str) else said["type"]]


def _named(owner: str, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {f"{owner}.{code}": value for code, value in (attributes or {}).items()}
