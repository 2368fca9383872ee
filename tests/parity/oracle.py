"""An independent oracle: what a program does, in plain Python, day by day, with dicts, fractions and datetimes.

Shares no code with the product and reads the file by itself, so that one misunderstanding is not made twice.
Slow and simple on purpose; docs/reference/semantics.md says in words what this says in code.
"""

import math
import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DIGITS = {"JPY": 0, "KWD": 3}
ROUND = {
    "floor": math.floor,
    "ceil": math.ceil,
    "half_up": lambda x: math.floor(abs(x) + Fraction(1, 2)) * (1 if x >= 0 else -1),
    "half_even": round,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "FLOOR": math.floor,
    "CEIL": math.ceil,
    "ROUND_HALF_UP": ROUND["half_up"],
    "ROUND_HALF_EVEN": round,
    "ABS": abs,
    "LEAST": min,
    "GREATEST": max,
}
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


Value = Callable[[dict[str, Any]], Any]  # an expression, given what is seen


# ---- expressions: a recursive-descent parser that makes closures over a scope of values


class Expression:
    """A rule's text as a function of what is seen. `spend` and `orders` are asked with the text of a window."""

    def __init__(self, text: str) -> None:
        self.words = re.findall(r"'(?:[^']|'')*'|[0-9]+\.?[0-9]*|[A-Za-z_][\w.]*|<>|<=|>=|[-+*/=<>(),]", text)
        self.value = self.either()
        assert not self.words, self.words

    def next_is(self, *words: str) -> bool:
        return bool(self.words) and self.words[0].upper() in words

    def take(self, *words: str) -> str:
        word = self.words.pop(0)
        assert not words or word.upper() in words, (word, words)
        return word

    def either(self) -> Value:
        left = self.both()
        while self.next_is("OR"):
            self.take()
            left = self._pair(left, lambda a, b: a or b, self.both())
        return left

    def both(self) -> Value:
        left = self.denied()
        while self.next_is("AND"):
            self.take()
            left = self._pair(left, lambda a, b: a and b, self.denied())
        return left

    def denied(self) -> Value:
        if self.next_is("NOT"):
            self.take()
            operand = self.denied()
            return lambda seen: not operand(seen)
        return self.compared()

    def compared(self) -> Value:
        left = self.summed()
        if self.next_is(*COMPARE):
            return self._pair(left, COMPARE[self.take()], self.summed())
        negated = self.next_is("NOT")
        if negated:
            self.take()
        if self.next_is("BETWEEN"):
            self.take()
            low = self.summed()
            self.take("AND")
            high = self.summed()
            return lambda seen: (low(seen) <= left(seen) <= high(seen)) is not negated
        if self.next_is("IN"):
            self.take()
            choices = self.listed()
            return lambda seen: (left(seen) in [choice(seen) for choice in choices]) is not negated
        return left

    def summed(self) -> Value:
        left = self.multiplied()
        while self.next_is("+", "-"):
            left = self._pair(
                left, (lambda a, b: a + b) if self.take() == "+" else (lambda a, b: a - b), self.multiplied()
            )
        return left

    def multiplied(self) -> Value:
        left = self.signed()
        while self.next_is("*", "/"):
            left = self._pair(left, (lambda a, b: a * b) if self.take() == "*" else (lambda a, b: a / b), self.signed())
        return left

    def signed(self) -> Value:
        if self.next_is("-"):
            self.take()
            operand = self.signed()
            return lambda seen: -operand(seen)
        return self.single()

    def single(self) -> Value:
        word = self.take()
        if word == "(":
            inside = self.either()
            self.take(")")
            return inside
        if word[0].isdigit():
            number = Fraction(word)
            return lambda seen: number
        if word[0] == "'":
            text = word[1:-1].replace("''", "'")
            return lambda seen: text
        if word.upper() in ("TRUE", "FALSE"):
            return lambda seen: word.upper() == "TRUE"
        if word.upper() == "CASE":
            return self.cases()
        return self.called(word.upper()) if self.next_is("(") else lambda seen: seen[word.lower()]

    def cases(self) -> Value:
        branches = []
        while self.next_is("WHEN"):
            self.take()
            condition = self.either()
            self.take("THEN")
            branches.append((condition, self.either()))
        self.take("ELSE")
        otherwise = self.either()
        self.take("END")
        return lambda seen: next((value for condition, value in branches if condition(seen)), otherwise)(seen)

    def called(self, name: str) -> Value:
        if name == "COUNT":
            for word in "(*)":
                self.take(word)
            return self.over_lines(lambda line: 1)
        arguments = self.listed()
        if name == "SUM":
            return self.over_lines(arguments[0])
        if name in ("SPEND", "ORDERS"):
            return lambda seen: seen[name](arguments[0](seen))
        if name == "HAS":
            return lambda seen: bool(arguments[0](seen))
        return lambda seen: Fraction(FUNCTIONS[name](*(argument(seen) for argument in arguments)))

    def over_lines(self, argument: Value) -> Value:
        condition: Value = lambda line: True  # noqa: E731 - the line that every filter replaces
        if self.next_is("FILTER"):
            for word in ("FILTER", "(", "WHERE"):
                self.take(word)
            condition = self.either()
            self.take(")")
        return lambda seen: sum((Fraction(argument(line)) for line in seen["lines"] if condition(line)), Fraction(0))

    def listed(self) -> list[Value]:
        self.take("(")
        values = [self.either()]
        while self.next_is(","):
            self.take()
            values.append(self.either())
        self.take(")")
        return values

    @staticmethod
    def _pair(left: Value, join: Callable[[Any, Any], Any], right: Value) -> Value:
        return lambda seen: join(left(seen), right(seen))


# ---- dates


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months on, at most the month's last."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def duration(text: str) -> Callable[[date], date]:
    """Return what adds «12 months», «1 year» or «90 days» to a day."""
    count, unit = text.split()
    if unit.startswith("day"):
        return lambda day: day + timedelta(days=int(count))
    return lambda day: add_months(day, int(count) * (12 if unit.startswith("year") else 1))


def expiry_day(rule: Any, earned: date) -> date | None:
    """Return the first day on which points earned on a day can no longer be used."""
    if rule in (None, "none"):
        return None
    last = duration(rule["after"])(earned)
    end_of = rule.get("end_of")
    if end_of is None:
        return last
    months = {"month": 1, "quarter": 3, "year": 12}[end_of]
    start = date(last.year, (last.month - 1) // months * months + 1, 1)
    return add_months(start, months)


def window(text: str, today: date, joined: date) -> tuple[date, date]:
    """Return the first and the last day of a window."""
    if text == "lifetime":
        return date.min, today
    if text == "membership year":
        years = today.year - joined.year
        begun = add_months(joined, 12 * years) <= today
        return add_months(joined, 12 * (years if begun else years - 1)), today
    this, _, period = text.partition(" ")
    if this == "this":
        starts = {
            "day": today,
            "week": today - timedelta(days=today.isoweekday() - 1),
            "month": today.replace(day=1),
            "quarter": date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
            "year": date(today.year, 1, 1),
        }
        return starts[period], today
    if this == "last":
        first = today.replace(day=1)
        return add_months(first, -int(period.split()[0])), first - timedelta(days=1)
    if period.startswith("day"):
        return today - timedelta(days=int(this) - 1), today
    return add_months(today, -int(this)) + timedelta(days=1), today


# ---- members


@dataclass
class Lot:
    unit: int
    number: int
    left: int
    expires: date | None

    @property
    def order(self) -> tuple[date, int, int]:
        return (self.expires or date.max, self.unit, self.number)


@dataclass
class Person:
    """One member. `log` holds (kind, day, …) of all that happened, in order."""

    joined: date
    standing: datetime
    birthday: tuple[int, int]
    next_day: date
    tier: int = 0
    until: date | None = None
    lots: list[Lot] = field(default_factory=list)
    ending: dict[date | None, list[Lot]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)  # the last lot of each unit
    orders: list[tuple[date, int]] = field(default_factory=list)  # in minor units
    log: list[tuple[Any, ...]] = field(default_factory=list)


class Oracle:
    """A program as its file says it, and what it does to a person."""

    def __init__(self, text: str) -> None:
        file = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - every scalar stays text
        self.zone = ZoneInfo(file["time_zone"])
        self.cents = 10 ** DIGITS.get(file["currency"], 2)
        self.units = [(code, value or {}) for code, value in file["units"].items()]
        self.ladder = file.get("tiers")
        self.levels = self.ladder["levels"] if self.ladder else []
        self.rules = [
            (rule["unit"], Expression(rule.get("when", "TRUE")).value, Expression(rule["points"]).value)
            for rule in file["earn"]
        ]
        self.measure = Expression(self.ladder["measure"]).value if self.ladder else None

    def enrol(self, joined_at: datetime, birthday: tuple[int, int] = (0, 0)) -> Person:
        day = joined_at.astimezone(self.zone).date()
        return Person(day, joined_at, birthday, next_day=day + timedelta(days=1))

    def order(
        self,
        person: Person,
        at: datetime,
        net: int,
        *,
        gross: int | None = None,
        store: str = "",
        channel: str = "",
        lines: Sequence[tuple[int, int, str, str]] = (),
    ) -> None:
        """Record an order; amounts in minor units, a line is (net, quantity, category, sku)."""
        self.advance(person, at)
        today = self.today(person)
        seen = self.seen(person, net, net if gross is None else gross, store, channel, lines)
        for index, (code, unit) in enumerate(self.units):
            exact = sum((p(seen) for u, when, p in self.rules if u == code and when(seen)), Fraction(0))
            points = ROUND[unit.get("round", "floor")](exact * 10 ** int(unit.get("scale", "0")))
            if points > 0:
                number = person.numbers[index] = person.numbers.get(index, 0) + 1
                lot = Lot(index, number, points, expiry_day(unit.get("expiry"), today))
                person.lots.append(lot)
                person.ending.setdefault(lot.expires, []).append(lot)
                person.log.append(("accrual", today, index, points, number))
        person.orders.append((today, net))
        self.qualify(person, today)

    def redeem(self, person: Person, at: datetime, unit: int, points: int) -> bool:
        """Draw points from the lots that end soonest; refuse, with nothing changed, what is not covered."""
        day = max(person.standing, at).astimezone(self.zone).date()
        usable = [lot for lot in person.lots if lot.unit == unit and lot.left and (lot.expires or date.max) > day]
        if sum(lot.left for lot in usable) < points:
            return False
        self.advance(person, at)
        for lot in sorted(usable, key=lambda lot: lot.order):
            drawn = min(points, lot.left)
            if drawn:
                lot.left -= drawn
                points -= drawn
                person.log.append(("redemption", day, unit, drawn, lot.number))
        return True

    def advance(self, person: Person, until: datetime) -> None:
        """Let every midnight up to an instant pass; a late fact finds the member where it stands."""
        person.standing = max(person.standing, until)
        today = self.today(person)
        while person.next_day <= today:
            day = person.next_day
            person.next_day = day + timedelta(days=1)
            if person.until == day:
                self.review(person, day)
            for lot in sorted(person.ending.pop(day, []), key=lambda lot: lot.order):
                if lot.left:
                    person.log.append(("expiry", day, lot.unit, lot.left, lot.number))
                    lot.left = 0

    def today(self, person: Person) -> date:
        return person.standing.astimezone(self.zone).date()

    def seen(
        self, person: Person, net: int, gross: int, store: str, channel: str, lines: Sequence[tuple[int, int, str, str]]
    ) -> dict[str, Any]:
        """Return what the rules see of an order: amounts in major units, the member as before it."""
        local, today = person.standing.astimezone(self.zone), self.today(person)
        level = self.levels[person.tier] if self.levels else {}
        return {
            "order.net": Fraction(net, self.cents),
            "order.gross": Fraction(gross, self.cents),
            "order.lines": len(lines),
            "order.hour": local.hour,
            "order.weekday": today.isoweekday(),
            "order.month": today.month,
            "order.day": today.day,
            "order.store": store,
            "order.channel": channel,
            "member.tier": level.get("code"),
            "tier.multiplier": Fraction(level.get("multiplier", "1")),
            "member.orders": len(person.orders),
            "member.days": (today - person.joined).days,
            "member.birth_month": person.birthday[0],
            "member.birth_day": person.birthday[1],
            "member.birthday": person.birthday[0],
            "lines": [
                {
                    "item.net": Fraction(line_net, self.cents),
                    "item.quantity": quantity,
                    "item.category": category,
                    "item.sku": sku,
                }
                for line_net, quantity, category, sku in lines
            ],
            **self.windows(person, today),
        }

    def windows(self, person: Person, today: date) -> dict[str, Callable[[str], Any]]:
        def inside(text: str) -> list[int]:
            first, last = window(text, today, person.joined)
            return [net for day, net in person.orders if first <= day <= last]

        return {
            "SPEND": lambda text: Fraction(sum(inside(text)), self.cents),
            "ORDERS": lambda text: len(inside(text)),
        }

    def rank(self, person: Person, today: date) -> int:
        measured = self.measure(self.windows(person, today)) if self.measure else 0
        return max((i for i, level in enumerate(self.levels) if Fraction(level["from"]) <= measured), default=0)

    def valid_until(self, day: date) -> date | None:
        """Return the first day on which a tier reached on a day no longer holds."""
        text = self.ladder["validity"]
        years = {"end of this calendar year": 1, "end of next calendar year": 2}
        if text == "forever":
            return None
        return date(day.year + years[text], 1, 1) if text in years else duration(text)(day)

    def qualify(self, person: Person, today: date) -> None:
        rank = self.rank(person, today)
        if rank == 0 or rank < person.tier:
            return
        until = self.valid_until(today)
        by_calendar = self.ladder["validity"].startswith("end of")
        if rank > person.tier:
            self.move(person, "qualified", today, rank, until)
        elif by_calendar and until > person.until:
            self.move(person, "renewed", today, rank, until)

    def review(self, person: Person, day: date) -> None:
        """A validity ends: what counts is its last day, for «end of this calendar year» the new one."""
        text = self.ladder["validity"]
        measured_on = day if text == "end of this calendar year" else day - timedelta(days=1)
        rank = min(self.rank(person, measured_on), person.tier)
        runs_from = day - timedelta(days=1) if text == "end of next calendar year" else day
        self.move(person, "reviewed", day, rank, self.valid_until(runs_from) if rank else None)

    def move(self, person: Person, reason: str, day: date, rank: int, until: date | None) -> None:
        person.log.append((reason, day, person.tier, rank, until))
        person.tier, person.until = rank, until
