"""Evaluates the expressions of a program on what was seen, exactly, and writes each with the values in their places.

Works with fractions, apart from the compiled text, so that the two can be compared. Must not know where the values
come from, nor what a decision is made of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Node
from shuke.core.values.rounding import ceil_of, floor_of, half_even_of, half_up_of

Value = Fraction | str | bool
ROUNDINGS = {"floor": floor_of, "ceil": ceil_of, "half_up": half_up_of, "half_even": half_even_of}
SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
YES, NO = "✓", "✗"

SUM, PRODUCT, SIGNED, WHOLE = range(4)  # how tightly a text binds

Observed = ir.Fact | ir.Has | ir.Windowed | ir.Aggregate | ir.Balance | ir.Streak | ir.Tagged


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact, window or aggregate inside a text, and what it was when the order was decided."""

    name: str
    value: str


Text = tuple[str | Seen, ...]  # a text whose facts can still be named in the reader's language


def name_of(node: Observed) -> str:
    """Return the name under which the value of what a node observes is found."""
    match node:
        case ir.Fact(name=name):
            return name
        case ir.Windowed(measure=measure, window=window, of=of):
            shape = (window.kind.name, window.length, window.step, window.shift, window.offset)
            return ":".join(map(str, (measure, of, *shape)))
        case ir.Balance(of=of):
            return f"BALANCE:{of}"
        case ir.Streak(of=of):
            return f"STREAK:{of}"
        case ir.Tagged(tag=tag):
            return f"TAGGED:{tag}"
    return node.source


class Words:
    """Evaluates nodes on the values seen, and writes each with the values in their places."""

    def __init__(self, currency_digits: int, values: Mapping[str, Value]) -> None:
        self._digits = currency_digits
        self._values = values

    def holds(self, node: Node) -> bool:
        """Tell whether a condition holds."""
        return self.condition(node)[0]

    def value(self, node: Node) -> Fraction:
        """Return the value of a number."""
        return self.number(node)[0]

    def condition(self, node: Node) -> tuple[bool, Text]:
        """Return whether a condition holds, and its text."""
        match node:
            case ir.Truth(value=value):
                return value, ("TRUE" if value else "FALSE",)
            case ir.Not(operand=operand):
                holds, text = self.condition(operand)
                return not holds, ("NOT ", *_inside(text, not isinstance(operand, ir.And | ir.Or)))
            case ir.And(left=left, right=right) | ir.Or(left=left, right=right):
                (first, before), (second, after) = self.condition(left), self.condition(right)
                if isinstance(node, ir.And):
                    return first and second, ("(", *before, " AND ", *after, ")")
                return first or second, ("(", *before, " OR ", *after, ")")
            case ir.Compare(operator=operator, left=left, right=right):
                (low, before, _), (high, after, _) = self.number(left), self.number(right)
                return _compare(operator, low, high), (*before, f" {SIGNS[operator]} ", *after)
            case ir.OneOf(fact=fact, texts=texts, negated=negated):
                seen = str(self._values[name_of(fact)])
                listed = ", ".join(f"«{text}»" for text in texts)
                return (seen in texts) is not negated, (
                    Seen(fact.name, f"«{seen}»"),
                    f" {'∉' if negated else '∈'} {{{listed}}}",
                )
            case ir.Has(name=name) | ir.Fact(name=name) | ir.Tagged(source=name):
                present = bool(self._values[name_of(node)])
                return present, (Seen(name, YES if present else NO),)
        raise AssertionError(node)

    def number(self, node: Node) -> tuple[Fraction, Text, int]:
        """Return the value of a number, its text, and how tightly the text binds."""
        match node:
            case ir.Constant(value=value):
                return value, (self._written(value, node.kind),), WHOLE if value >= 0 else SIGNED
            case ir.Fact() | ir.Windowed() | ir.Aggregate() | ir.Balance() | ir.Streak():
                seen = self._values[name_of(node)]
                if not isinstance(seen, Fraction):
                    raise TypeError(node.source)
                name = node.name if isinstance(node, ir.Fact) else node.source
                return seen, (Seen(name, self._written(seen, node.kind)),), WHOLE
            case ir.Add(left=left, right=right):
                return self._joined(left, " + ", right, SUM)
            case ir.Subtract(left=left, right=right):
                return self._joined(left, " − ", right, SUM)
            case ir.Multiply(left=left, right=right):
                return self._joined(left, " × ", right, PRODUCT)
            case ir.Divide(left=left, right=right):
                return self._joined(left, " ÷ ", right, PRODUCT)
        return self._function(node)

    def _joined(self, left: Node, sign: str, right: Node, binds: int) -> tuple[Fraction, Text, int]:
        first, before, before_binds = self.number(left)
        second, after, after_binds = self.number(right)
        value = {
            " + ": lambda: first + second,
            " − ": lambda: first - second,
            " × ": lambda: first * second,
            " ÷ ": lambda: first / second,
        }[sign]()
        text = (*_inside(before, before_binds < binds), sign, *_inside(after, after_binds <= binds))
        return value, text, binds

    def _function(self, node: Node) -> tuple[Fraction, Text, int]:
        match node:
            case ir.Negate(operand=operand):
                value, text, binds = self.number(operand)
                return -value, ("−", *_inside(text, binds < WHOLE)), SIGNED
            case ir.Absolute(operand=operand):
                value, text, _ = self.number(operand)
                return abs(value), ("ABS(", *text, ")"), WHOLE
            case ir.Modulo(operand=operand, by=by):
                value, text, _ = self.number(operand)
                return value % by, ("MOD(", *text, f", {by})"), WHOLE
            case ir.Round(mode=mode, operand=operand):
                value, text, _ = self.number(operand)
                rounded = Fraction(ROUNDINGS[mode](value.numerator, value.denominator))
                name = {"half_up": "ROUND_HALF_UP", "half_even": "ROUND_HALF_EVEN"}.get(mode, mode.upper())
                return rounded, (f"{name}(", *text, ")"), WHOLE
            case ir.Least(operands=operands) | ir.Greatest(operands=operands):
                read = [self.number(operand) for operand in operands]
                least = isinstance(node, ir.Least)
                listed = [part for _, each, _ in read for part in (", ", *each)]
                value = (min if least else max)(value for value, _, _ in read)
                return value, ("LEAST(" if least else "GREATEST(", *listed[1:], ")"), WHOLE
            case ir.Case(branches=branches, otherwise=otherwise):
                chosen = next((value for condition, value in branches if self.holds(condition)), otherwise)
                return self.number(chosen)
        raise AssertionError(node)

    def _written(self, value: Fraction, kind: Kind) -> str:
        return written(value, self._digits if kind is Kind.MONEY else 0)


def _compare(operator: str, left: Fraction, right: Fraction) -> bool:
    return {
        "=": left == right,
        "<>": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]


def _inside(text: Text, loose: bool) -> Text:  # noqa: FBT001 - reads as a sentence where it is called
    return ("(", *text, ")") if loose else text


def written(value: Fraction, digits: int = 0) -> str:
    """Write a number exactly, with at least `digits` digits after the point; as a fraction where decimals never end."""
    rest = value.denominator
    places = 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(places, digits)
    whole, after = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    sign = "−" if value < 0 else ""
    return f"{sign}{whole}.{after:0{places}d}" if places else f"{sign}{whole}"
