"""The typed expression tree that everything of a rule is made from: compiled text, explanations, later SQL.

A tree is already type-checked: a number is exact and rational, a condition is a condition, a text only meets text.
Numbers carry no scale of their own; `Kind` says what they count, so that money never meets points.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import Enum
from fractions import Fraction


class Kind(Enum):
    """What a value counts."""

    MONEY = "money"  # major units of the program's currency; the fact behind it is in minor units
    NUMBER = "number"  # a count, a rate, an hour …
    TEXT = "text"
    CONDITION = "condition"


class WindowKind(Enum):
    """The shapes of a window of local days. The value is the number that the machines see."""

    LIFETIME = 0
    DAY = 1  # today
    WEEK = 2  # this ISO week
    PERIOD = 3  # this period of `step` months
    MEMBERSHIP_YEAR = 4
    DAYS = 5  # the last n local days, today included
    MONTHS = 6  # the last n months, today included
    ENDED = 7  # n whole periods of `step` months, ended `offset` periods before the present one begins
    TIER = 8  # since the tier of a ladder was last set
    RUNNING = 9  # n periods of `step` months, the present one included


@dataclass(frozen=True, slots=True)
class Window:
    """A window as of the decision; `length` is n for DAYS, MONTHS, ENDED and RUNNING, otherwise 0.

    The last two and PERIOD count periods of `step` months; `shift` moves them: 12 and 3 are years from April.
    """

    kind: WindowKind
    length: int = 0
    step: int = 0
    shift: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree. `kind` is what its value counts; `source` the text that it was written as."""

    kind: Kind
    source: str


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """An exact number of the program."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Fact(Node):
    """A fact of the catalogue by name, such as `order.net`."""

    name: str


@dataclass(frozen=True, slots=True)
class Has(Node):
    """Whether a fact is present, `HAS(member.birthday)`."""

    name: str


@dataclass(frozen=True, slots=True)
class Windowed(Node):
    """`SPEND(window)`, `ORDERS(window)`, `EARNED('unit', window)` or `EVENTS('behaviour', window)`, as of the decision.

    `of` is the unit or behaviour of the last two, otherwise "".
    """

    measure: str  # "SPEND" | "ORDERS" | "EARNED" | "EVENTS"
    window: Window
    of: str = ""


@dataclass(frozen=True, slots=True)
class Balance(Node):
    """`BALANCE('unit')`: what the member can use now, in whole units."""

    of: str


@dataclass(frozen=True, slots=True)
class Streak(Node):
    """`STREAK('behaviour')`: on how many days in a row it was done, up to the day of the decision."""

    of: str


@dataclass(frozen=True, slots=True)
class Tagged(Node):
    """`TAGGED('vip')`: whether the member has a tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`SUM(argument)` or `COUNT(*)` over the lines of the order that meet `where`."""

    function: str  # "SUM" | "COUNT"
    argument: Node | None
    where: Node | None


@dataclass(frozen=True, slots=True)
class Negate(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Absolute(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Add(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Subtract(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Multiply(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Divide(Node):
    """Division by a constant other than zero, kept exact."""

    left: Node
    right: Constant


@dataclass(frozen=True, slots=True)
class Modulo(Node):
    """`MOD(x, n)`: what is left of a whole number x divided by a positive whole constant; never negative."""

    operand: Node
    by: int


@dataclass(frozen=True, slots=True)
class Round(Node):
    mode: str  # "floor" | "ceil" | "half_up" | "half_even"
    operand: Node


@dataclass(frozen=True, slots=True)
class Least(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Greatest(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`CASE WHEN … THEN … ELSE … END`; every branch is (condition, value)."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison of two numbers of one kind: `operator` is one of = <> < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    """Whether a text fact is (or, `negated`, is not) one of the listed texts."""

    fact: Fact
    texts: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class And(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Or(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


def walk(parts: Iterable[Node | None]) -> Iterator[Node]:
    """Yield every node of some trees, from left to right, each before its parts; None is no tree."""
    waiting: list[object] = []
    waiting.extend([*parts][::-1])
    while waiting:
        part = waiting.pop()
        if isinstance(part, Node):
            yield part
            waiting.extend([getattr(part, field.name) for field in fields(part)][::-1])
        elif isinstance(part, tuple):
            waiting.extend(part[::-1])
