"""Lower a typed expression to integer Python text with proven bounds.

A number is an integer expression over a denominator known now; scale never exists at run time. Every constant of the
program is read from the array of numbers P, so that the text depends on the program's shape and not on its numbers.
A sub-expression that could leave int64 is refused here, because numba would wrap where CPython would not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from shuke.core.program import ir
from shuke.core.program.model import Program
from shuke.core.state.slots import (
    AMOUNT_MAX,
    AVAILABLE,
    BIRTH,
    LADDER,
    LADDER_ROW,
    LINES_MAX,
    ORDERS_MAX,
    P_NUMBER,
    POINTS_MAX,
    STREAK,
    T_RANK,
    TAGS,
    W_VALUE,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values.errors import Refusal
from shuke.engine.facts import DAYS_LIMIT, EARNED_LIMIT, FactSpec, Vocabulary, facts_of
from shuke.engine.measures import NO_LADDER, Measures, limit
from shuke.engine.places import OCCASIONS_TEXT, Places

INT64_MAX = 2**63 - 1
MISSING_TEXT = -1  # code of an absent text; a text that the program does not name is 0
BASE = "order.base"  # the source of the tree that stands for it
TAGS_MAX = 62  # bits of one integer

ROUNDINGS = {"floor": "floor_of", "ceil": "ceil_of", "half_up": "half_up_of", "half_even": "half_even_of"}
PYTHON_OPERATORS = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Number:
    """The value `text` / `den`, where `lo` ≤ text ≤ `hi`. A constant has no text until it meets something else."""

    text: str
    den: int
    lo: int
    hi: int


def constant(value: Fraction) -> Number:
    """Return a constant."""
    return Number("", value.denominator, value.numerator, value.numerator)


class Lowering:
    """Lower the expressions of one program; collects its numbers, text codes, windows and aggregates on the way."""

    def __init__(self, program: Program) -> None:
        self.money = 10**program.currency_digits
        self.scales = {unit.code: 10**unit.scale for unit in program.units}
        self.measures = Measures(program)
        self.places = Places(program)
        self.numbers: list[int] = []
        self.codes: dict[str, int] = {}
        self.aggregates: dict[tuple[ir.Node | None, ir.Node | None], int] = {}
        self.aggregate_lines: list[tuple[str, str]] = []  # (condition or "", addend) of each aggregate
        self.aggregate_denominators: list[int] = []
        self.used: dict[str, str] = {}  # name of the local → text that loads it, of the function being made
        self.place: str | None = None  # "line:column" of the rule being lowered, for refusals
        self.ladder = NO_LADDER  # whose text is being lowered
        self._program = program
        self._vocabulary = Vocabulary.of(program)
        self._facts: dict[str, FactSpec] = {}
        self._items = False
        self._multipliers: dict[int, Number] = {}
        self._base: Number | None = None
        self.about()

    def about(self, on: tuple[str, ...] = (), place: str | None = None) -> None:
        """Say what the next expressions are about, as a rule's `on`, and where they stand."""
        self._facts = facts_of(self._vocabulary, on)
        self.place = place

    # ---- the texts that everything else is made from

    def number(self, value: int) -> str:
        """Give a constant of the program its place in P and return the text that reads it.

        The helpers that round double a denominator, so half of 64 bits is what every number may use.
        """
        self.bounded("", 1, 2 * min(value, 0), 2 * max(value, 0))
        self.numbers.append(value)
        return f"P[{P_NUMBER + len(self.numbers) - 1}]"

    def local(self, name: str, load: str) -> str:
        if self._items:
            return f"({load})"
        self.used[name] = load
        return name

    def bounded(self, text: str, den: int, lo: int, hi: int) -> Number:
        if lo < -INT64_MAX or hi > INT64_MAX:
            raise Refusal(
                "may_overflow",
                f"This rule can reach {max(-lo, hi):.1e} on the way, more than 64 bits hold; use smaller factors.",
                pointer=self.place,
            )
        return Number(text, den, lo, hi)

    def code(self, text: str) -> int:
        return MISSING_TEXT if text == "" else self.codes.setdefault(text, len(self.codes) + 1)

    def text_of(self, value: Number) -> str:
        """Return the integer text of a value, giving a constant its number."""
        return value.text or self.number(value.lo)

    def scaled(self, value: Number, den: int) -> str:
        """Return the text of value × den, where den is a multiple of the value's own denominator."""
        factor = den // value.den
        if not value.text:
            self.bounded("", 1, value.lo * factor, value.hi * factor)
            return self.number(value.lo * factor)
        if factor == 1:
            return value.text
        self.bounded("", 1, value.lo * factor, value.hi * factor)
        return f"({value.text} * {self.number(factor)})"

    # ---- conditions

    def condition(self, node: ir.Node) -> str:
        """Lower a condition to Python text."""
        match node:
            case ir.Truth(value=value):
                return str(value)
            case ir.And(left=left, right=right):
                return f"({self.condition(left)} and {self.condition(right)})"
            case ir.Or(left=left, right=right):
                return f"({self.condition(left)} or {self.condition(right)})"
            case ir.Not(operand=operand):
                return f"(not {self.condition(operand)})"
            case ir.Compare(operator=operator, left=left, right=right):
                a, b = self.value(left), self.value(right)
                den = lcm(a.den, b.den)
                return f"({self.scaled(a, den)} {PYTHON_OPERATORS[operator]} {self.scaled(b, den)})"
        return self.flag(node)

    def flag(self, node: ir.Node) -> str:
        """Lower a condition that is asked as it is."""
        match node:
            case ir.Has():
                return f"(m[{BIRTH}] != 0)"
            case ir.Tagged(tag=tag):
                return self.tagged(tag)
            case ir.Fact(name=name):
                return f"({OCCASIONS_TEXT[name]})" if name in OCCASIONS_TEXT else f"({self.fact_text(name)} != 0)"
            case ir.OneOf():
                return self.membership(node)
        raise AssertionError(node)

    def tagged(self, tag: str) -> str:
        bit = self._program.tags.index(tag)
        if bit >= TAGS_MAX:
            raise limit("too_many_tags", "tags", TAGS_MAX, self.place)
        return f"({self.local('member_tags', f'm[{TAGS}]')} >> {bit} & 1 != 0)"

    def membership(self, node: ir.OneOf) -> str:
        text, ladder = self.fact_text(node.fact.name), self.places.ladder_of(node.fact.name, ".tier")
        ranks = [level.code for level in self._program.ladders[ladder].levels] if ladder is not None else []
        codes = [self.code(t) if ladder is None else ranks.index(t) for t in node.texts]
        joined = f" {'and' if node.negated else 'or'} ".join(
            f"{text} {'!=' if node.negated else '=='} {c}" for c in codes
        )
        return f"({joined})"

    # ---- numbers

    def value(self, node: ir.Node) -> Number:
        """Lower a number; refuses what could leave int64."""
        if node.source == BASE and not isinstance(node, ir.Fact | ir.Constant):
            return self.base(node)
        return self.plain(node)

    def base(self, node: ir.Node) -> Number:
        """What `order.base` stands for is worked out once, however often the rules ask for it."""
        value = self._base = self._base or self.plain(node)
        return Number(self.local("order_base", self.text_of(value)), value.den, value.lo, value.hi)

    def plain(self, node: ir.Node) -> Number:
        match node:
            case ir.Constant(value=value):
                return constant(value)
            case ir.Fact(name=name):
                return self.fact(name)
            case ir.Windowed() | ir.Aggregate() | ir.Balance() | ir.Streak():
                return self.observed(node)
            case ir.Add(left=left, right=right):
                return self.sum(left, right, 1)
            case ir.Subtract(left=left, right=right):
                return self.sum(left, right, -1)
            case ir.Multiply(left=left, right=right):
                return self.product(self.value(left), self.value(right))
            case ir.Divide(left=left, right=right):
                return self.product(self.value(left), constant(1 / right.value))
        return self.function(node)

    def fact(self, name: str) -> Number:
        ladder = self.places.ladder_of(name, ".multiplier")
        if ladder is not None:
            return self.multiplier(ladder)
        fact = self._facts[name]
        return Number(self.fact_text(name), self.money if fact.kind is ir.Kind.MONEY else 1, fact.lo, fact.hi)

    def observed(self, node: ir.Windowed | ir.Aggregate | ir.Balance | ir.Streak) -> Number:
        match node:
            case ir.Aggregate():
                return self.aggregate(node)
            case ir.Balance(of=unit):
                index = self.measures.unit(unit)
                return Number(
                    self.local(f"balance_{index}", f"m[{AVAILABLE + index}]"), self.scales[unit], 0, POINTS_MAX
                )
            case ir.Streak(of=behaviour):
                index = self.measures.streak(behaviour, self.place)
                return Number(self.local(f"streak_{index}", f"m[{STREAK + 2 * index}]"), 1, 0, DAYS_LIMIT)
            case ir.Windowed(measure=measure, of=of):
                index = self.measures.window(node, self.ladder, self.place)
                text = self.local(f"{measure.lower()}_{index}", f"m[{WINDOW + index * WINDOW_ROW + W_VALUE}]")
                den, most = {
                    "SPEND": (self.money, AMOUNT_MAX * ORDERS_MAX),
                    "EARNED": (self.scales.get(of, 1), EARNED_LIMIT),
                }.get(measure, (1, ORDERS_MAX))
                return Number(text, den, 0, most)

    def function(self, node: ir.Node) -> Number:
        match node:
            case ir.Negate(operand=operand):
                a = self.value(operand)
                return Number(f"(-{a.text})" if a.text else "", a.den, -a.hi, -a.lo)
            case ir.Absolute(operand=operand):
                a = self.value(operand)
                top = max(abs(a.lo), abs(a.hi))
                return Number(f"abs({a.text})", a.den, 0, top) if a.text else Number("", a.den, top, top)
            case ir.Modulo(operand=operand, by=by):
                a = self.value(operand)
                return Number(f"({self.text_of(a)} % {self.number(by)})", 1, 0, by - 1)
            case ir.Round(mode=mode, operand=operand):
                return self.rounded(mode, self.value(operand))
            case ir.Least(operands=operands):
                return self.extreme("min", min, operands)
            case ir.Greatest(operands=operands):
                return self.extreme("max", max, operands)
            case ir.Case(branches=branches, otherwise=otherwise):
                return self.case(branches, otherwise)
        raise AssertionError(node)

    def fact_text(self, name: str) -> str:
        load = self.places.text(name)
        return load if name.startswith("item.") else self.local(self.places.local(name), load)

    def multiplier(self, ladder: int) -> Number:
        """The multiplier of the tier held: a table in P, one row a rank, over one denominator."""
        levels = self._program.ladders[ladder].levels
        if ladder not in self._multipliers:
            den = lcm(*(level.multiplier.denominator for level in levels))
            values = [int(level.multiplier * den) for level in levels]
            start = P_NUMBER + len(self.numbers)
            self.numbers.extend(values)
            text = f"P[{start} + m[{LADDER + ladder * LADDER_ROW + T_RANK}]]"
            self._multipliers[ladder] = Number(text, den, min(values), max(values))
        table = self._multipliers[ladder]
        name = "tier_multiplier" if ladder == 0 else f"tier_multiplier_{ladder}"
        return Number(self.local(name, table.text), table.den, table.lo, table.hi)

    def sum(self, left: ir.Node, right: ir.Node, sign: int) -> Number:
        a, b = self.value(left), self.value(right)
        den = lcm(a.den, b.den)
        x, y = den // a.den, den // b.den * sign
        low, high = sorted((b.lo * y, b.hi * y))
        lo, hi = a.lo * x + low, a.hi * x + high
        if not a.text and not b.text:
            return self.bounded("", den, lo, hi)
        return self.bounded(f"({self.scaled(a, den)} {'+' if sign > 0 else '-'} {self.scaled(b, den)})", den, lo, hi)

    def product(self, a: Number, b: Number) -> Number:
        if not a.text:
            a, b = b, a
        if not b.text:  # cancel a constant against the denominator: only its number changes, not the text
            common = gcd(b.lo, a.den) or 1
            a = Number(a.text, a.den // common, a.lo, a.hi)
            b = Number("", b.den, b.lo // common, b.lo // common)
        corners = [p * q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
        if not a.text:
            return self.bounded("", a.den * b.den, min(corners), max(corners))
        return self.bounded(f"({a.text} * {self.text_of(b)})", a.den * b.den, min(corners), max(corners))

    def rounded(self, mode: str, a: Number) -> Number:
        if mode in ("half_up", "half_even"):
            self.bounded("", 1, 2 * a.lo - a.den, 2 * a.hi + a.den)  # the helper doubles
        lo, hi = a.lo // a.den, -(-a.hi // a.den)
        return Number(f"{ROUNDINGS[mode]}({self.text_of(a)}, {self.number(a.den)})", 1, lo, hi)

    def extreme(self, name: str, choose: Callable[..., int], operands: tuple[ir.Node, ...]) -> Number:
        values = [self.value(n) for n in operands]
        den = lcm(*(v.den for v in values))
        lo = choose(v.lo * (den // v.den) for v in values)
        hi = choose(v.hi * (den // v.den) for v in values)
        text = self.scaled(values[0], den)
        for v in values[1:]:
            text = f"{name}({text}, {self.scaled(v, den)})"
        return self.bounded(text, den, lo, hi)

    def case(self, branches: tuple[tuple[ir.Node, ir.Node], ...], otherwise: ir.Node) -> Number:
        values = [self.value(v) for _, v in branches] + [self.value(otherwise)]
        den = lcm(*(v.den for v in values))
        lo, hi = min(v.lo * (den // v.den) for v in values), max(v.hi * (den // v.den) for v in values)
        text = self.scaled(values[-1], den)
        for (condition, _), v in zip(reversed(branches), reversed(values[:-1]), strict=True):
            text = f"({self.scaled(v, den)} if {self.condition(condition)} else {text})"
        return self.bounded(text, den, lo, hi)

    def aggregate(self, node: ir.Aggregate) -> Number:
        """An aggregate over the lines is counted once in `prepare`, however often the rules ask for it."""
        key = (node.argument, node.where)
        known = key in self.aggregates
        index = self.aggregates.setdefault(key, len(self.aggregates))
        condition, argument = self.line(*key)
        if not known:
            self.aggregate_lines.append((condition, self.text_of(argument)))
            self.aggregate_denominators.append(argument.den)
        text = self.local(f"sum_{index}", f"o[k + {self.places.aggregates + index}]")
        most = lines_of(node.argument)
        return self.bounded(text, argument.den, min(0, argument.lo * most), max(0, argument.hi * most))

    def line(self, argument: ir.Node | None, where: ir.Node | None) -> tuple[str, Number]:
        """Lower what an aggregate asks of one line: its condition ("" where there is none) and what it adds up."""
        self._items = True
        try:
            addend = self.value(argument) if argument is not None else Number("1", 1, 1, 1)
            return self.condition(where) if where is not None else "", addend
        finally:
            self._items = False


def lines_of(argument: ir.Node | None) -> int:
    """Return how many times the most that one line adds may come together in an order.

    Once where it is a share of the line's amount: the amounts of all lines together have the bound of one.
    """
    match argument:
        case ir.Fact(name="item.net"):
            return 1
        case ir.Multiply(left=part, right=ir.Constant()) | ir.Multiply(left=ir.Constant(), right=part):
            return lines_of(part)
        case ir.Divide(left=part):
            return lines_of(part)
    return LINES_MAX
