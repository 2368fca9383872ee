"""Test cases of a program: an invented member, what happened to them, a fact, and what it has to come to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from shuke.core.program.tracing import written


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

    Points count the smallest fraction of their unit; units that are not named have to earn nothing. `local` says when
    the member joined and when each fact happens, in order, by the clocks of the program's time zone.
    """

    code: str
    member: CaseMember
    before: tuple[CaseFact, ...]
    fact: CaseFact
    earns: tuple[tuple[str, int], ...]
    tier: str
    line: int
    place: str
    local: tuple[str, ...] = ()


def about(case: Case) -> Case:
    """Return what a case is about, without its name and place and what it has to come to."""
    return replace(case, code="", earns=(), tier="", line=0, place="")


def earnings(case: Case, scales: Mapping[str, int]) -> str:
    """Write what a case has to earn."""
    return ", ".join(f"{unit} {written(Fraction(points, 10 ** scales[unit]))}" for unit, points in case.earns)
