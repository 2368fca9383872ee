"""A program as the file says it, typed and checked, and nothing else: no YAML, no generated text."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from shuke.core.program.ir import Node, Windowed


class Period(Enum):
    """The end to which a date is rounded up. The value is the number that the machines see."""

    NONE = 0
    MONTH = 1
    QUARTER = 2
    YEAR = 3


@dataclass(frozen=True, slots=True)
class Expiry:
    """`{after: 12 months, end_of: month}`: usable through the day that lies so far ahead, rounded up to a period's end.

    `months` and `days` are exclusive of each other. None of a unit's `expiry` means that it never expires.
    """

    months: int
    days: int
    end_of: Period


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of value (积分 …): integers of `scale` decimal places, rounded once per order."""

    code: str
    scale: int
    rounding: str  # "floor" | "ceil" | "half_up" | "half_even"
    value: Fraction | None  # what one whole unit is worth, in major units of the currency
    expiry: Expiry | None


class ValidityKind(Enum):
    """How long a tier holds from the day it was qualified for. The value is the number that the machines see."""

    FOREVER = 0
    END_OF_YEAR = 1  # `length` whole calendar years after the current one: 0 this year's end, 1 next year's end
    MONTHS = 2
    DAYS = 3


@dataclass(frozen=True, slots=True)
class Validity:
    kind: ValidityKind
    length: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the ladder; `threshold` is in the unit of the measure (major units of money, or orders)."""

    code: str
    name: str  # what people read; the code where the file gives none
    threshold: Fraction
    multiplier: Fraction


@dataclass(frozen=True, slots=True)
class Ladder:
    code: str
    measure: Windowed
    validity: Validity
    levels: tuple[Level, ...]  # from the lowest; the first has threshold 0


@dataclass(frozen=True, slots=True)
class EarnRule:
    """What an order earns: `points` in whole units of `unit`, where `when` holds (None: always)."""

    code: str
    unit: str
    when: Node | None
    points: Node
    line: int  # where the rule stands in the file, from 1
    place: str  # where its points stand, as "line:column"


@dataclass(frozen=True, slots=True)
class Program:
    code: str
    name: str
    currency: str
    currency_digits: int
    time_zone: str
    units: tuple[Unit, ...]
    ladder: Ladder | None
    earn: tuple[EarnRule, ...]
