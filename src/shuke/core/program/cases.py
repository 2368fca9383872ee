"""Test cases of a program: an invented member, what happened to them, a fact, and what it has to come to."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

from shuke.core.program.tracing import written
from shuke.core.values.dates import SECONDS_PER_DAY, date_number


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A line of an order; `net` in minor units."""

    net: int
    quantity: int
    category: str
    sku: str
    attributes: tuple[tuple[str, int | str | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseFact:
    """An order, or (`behaviour` is a code) a behaviour, at a UTC second; amounts in minor units."""

    at: int
    behaviour: str = ""
    net: int = 0
    gross: int = 0
    tax: int = 0
    shipping: int = 0
    points_paid: int = 0
    store: str = ""
    channel: str = ""
    lines: tuple[CaseLine, ...] = ()
    attributes: tuple[tuple[str, int | str | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseMember:
    """Who a case is about: joined at a UTC second, born on MMDD (0: unknown), a tier of the first ladder by hand."""

    joined_at: int
    birth_md: int = 0
    tier: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """After the facts `before`, `fact` earns exactly this by unit, and leaves the member in `tier` ("": whichever).

    Points count the smallest fraction of their unit; units that are not named have to earn nothing.
    """

    code: str
    member: CaseMember
    before: tuple[CaseFact, ...]
    fact: CaseFact
    earns: tuple[tuple[str, int], ...]
    tier: str
    line: int
    place: str


def earnings(case: Case, scales: Mapping[str, int]) -> str:
    """Write what a case has to earn."""
    return ", ".join(f"{unit} {written(Fraction(points, 10 ** scales[unit]))}" for unit, points in case.earns)


def summary(case: Case) -> str:
    """Write what a case is about, every value that is said in it by its name; amounts in minor units."""
    told = [_said(each) for each in (*case.before, case.fact)]
    return f"{_said(case.member)}: " + ", then ".join(told)


def _said(part: CaseMember | CaseFact | CaseLine) -> str:
    values = {each.name: getattr(part, each.name) for each in fields(part)}
    for name in ("at", "joined_at"):
        if name in values:
            values[name] = _instant(values[name])
    return " ".join(f"{name}={_value(value)}" for name, value in values.items() if value not in ("", 0, ()))


def _instant(at: int) -> str:
    """Write a UTC second as YYYYMMDDTHHMMZ."""
    day, second = divmod(at, SECONDS_PER_DAY)
    return f"{date_number(day)}T{second // 3600:02}{second // 60 % 60:02}Z"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_said(each) if isinstance(each, CaseLine) else str(each) for each in value) + "]"
    return str(value)
