"""Why an order earned what it earned: every rule, every condition, the arithmetic with its values, the rounding.

Evaluates the tree with exact fractions, apart from the compiled text, so that the two can be compared. Owns data and
plain values; the sentences are in `core.program.wording`. Must not know where the values come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shuke.core.program import ir
from shuke.core.program.ir import Kind, Node
from shuke.core.program.model import EarnRule, Program, Unit
from shuke.core.values.rounding import ceil_of, floor_of, half_even_of, half_up_of

Value = Fraction | str | bool
ROUNDINGS = {"floor": floor_of, "ceil": ceil_of, "half_up": half_up_of, "half_even": half_even_of}
SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}

SUM, PRODUCT, SIGNED, WHOLE = range(4)  # how tightly a text binds


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact, window or aggregate inside a text, and what it was when the order was decided."""

    name: str
    value: str


Text = tuple[str | Seen, ...]  # a text whose facts can still be named in the reader's language


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: as written, with what was seen, and whether it holds."""

    source: str
    text: Text
    holds: bool


@dataclass(frozen=True, slots=True)
class RuleReason:
    """What one rule gave: nothing where a condition did not hold, else `exact` whole units by `arithmetic`."""

    code: str
    unit: str
    line: int
    matched: bool
    conditions: tuple[Condition, ...]
    arithmetic: Text  # empty where the rule did not match
    exact: Fraction


@dataclass(frozen=True, slots=True)
class UnitReason:
    """What a unit got: the exact sum of its rules, rounded once to `points`, in 10**-scale of the unit."""

    unit: str
    scale: int
    rounding: str
    exact: Fraction
    points: int


@dataclass(frozen=True, slots=True)
class Decision:
    """An order's decision with its reasons. `tier` is the name of the tier held before the order."""

    tier: str | None
    rules: tuple[RuleReason, ...]
    units: tuple[UnitReason, ...]


def explain(program: Program, values: Mapping[str, Value]) -> Decision:
    """Explain one decision. `values` maps `name_of(node)` of everything that the rules observe to what was seen.

    Amounts of money are in major units. Names that no rule asks for may be missing; so may «member.tier».
    """
    words = _Words(program.currency_digits, values)
    rules = tuple(_explain_rule(rule, words) for rule in program.earn)
    units = tuple(_explain_unit(unit, rules) for unit in program.units)
    held = values.get("member.tier")
    levels = program.ladder.levels if program.ladder else ()
    tier = next((level.name for level in levels if level.code == held), None)
    return Decision(tier, rules, units)


def name_of(node: ir.Fact | ir.Has | ir.Windowed | ir.Aggregate) -> str:
    """Return the name under which `explain` finds the value of what a node observes."""
    match node:
        case ir.Fact(name=name):
            return name
        case ir.Windowed(measure=measure, window=window):
            return f"{measure}:{window.kind.name}:{window.length}"
    return node.source


def _explain_rule(rule: EarnRule, words: "_Words") -> RuleReason:
    parts = _parts_of(rule.when) if rule.when is not None else []
    conditions = tuple(Condition(part.source, words.condition(part)[1], words.holds(part)) for part in parts)
    if not all(condition.holds for condition in conditions):
        return RuleReason(rule.code, rule.unit, rule.line, False, conditions, (), Fraction(0))
    exact, text, _ = words.number(rule.points)
    return RuleReason(rule.code, rule.unit, rule.line, True, conditions, text, exact)


def _explain_unit(unit: Unit, rules: tuple[RuleReason, ...]) -> UnitReason:
    exact = sum((rule.exact for rule in rules if rule.unit == unit.code), Fraction(0))
    scaled = exact * 10**unit.scale
    points = max(0, ROUNDINGS[unit.rounding](scaled.numerator, scaled.denominator))
    return UnitReason(unit.code, unit.scale, unit.rounding, exact, points)


def _parts_of(condition: Node) -> list[Node]:
    """Return the conditions that all have to hold."""
    if isinstance(condition, ir.And):
        return _parts_of(condition.left) + _parts_of(condition.right)
    return [condition]


class _Words:
    """Evaluates nodes on the values seen, and writes each with the values in their places."""

    def __init__(self, currency_digits: int, values: Mapping[str, Value]) -> None:
        self._digits = currency_digits
        self._values = values

    def holds(self, node: Node) -> bool:
        return self.condition(node)[0]

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
            case ir.Has():
                present = bool(self._values[name_of(node)])
                return present, (Seen(node.name, "✓" if present else "—"),)
        raise AssertionError(node)

    def number(self, node: Node) -> tuple[Fraction, Text, int]:
        """Return the value of a number, its text, and how tightly the text binds."""
        match node:
            case ir.Constant(value=value):
                return value, (self._written(value, node.kind),), WHOLE if value >= 0 else SIGNED
            case ir.Fact() | ir.Windowed() | ir.Aggregate():
                seen = self._values[name_of(node)]
                if not isinstance(seen, Fraction):
                    raise TypeError(node.source)
                return seen, (Seen(node.source, self._written(seen, node.kind)),), WHOLE
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
