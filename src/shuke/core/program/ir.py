"""The typed expression tree that everything of a rule is made from: compiled text, explanations, later SQL.

A tree is already type-checked: a number is exact and rational, a condition is a condition, a text only meets text.
Numbers carry no scale of their own; `Kind` says what they count, so that money never meets points.
"""

from dataclasses import dataclass
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
    THIS_DAY = 1
    THIS_WEEK = 2
    THIS_MONTH = 3
    THIS_QUARTER = 4
    THIS_YEAR = 5
    MEMBERSHIP_YEAR = 6
    DAYS = 7  # the last n local days, today included
    MONTHS = 8  # the last n months, today included
    LAST_MONTHS = 9  # n whole months, ended


@dataclass(frozen=True, slots=True)
class Window:
    """A window as of the decision; `length` is n for the last three kinds, otherwise 0."""

    kind: WindowKind
    length: int = 0


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
    """`SPEND(window)` or `ORDERS(window)`, as of the decision."""

    measure: str  # "SPEND" | "ORDERS"
    window: Window


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
