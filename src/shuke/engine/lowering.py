"""Lower a typed expression to integer Python text with proven bounds.

A number is an integer expression over a denominator known now; scale never exists at run time. Every constant of the
program is read from the array of numbers P, so that the text depends on the program's shape and not on its numbers.
A sub-expression that could leave int64 is refused here, because numba would wrap where CPython would not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from shuke.core.program import ir
from shuke.core.state.slots import (
    AMOUNT_MAX,
    BIRTH,
    DAY,
    JOINED,
    LINE_CATEGORY,
    LINE_NET,
    LINE_QUANTITY,
    LINE_SKU,
    LINES_MAX,
    O_AGGREGATE,
    O_CHANNEL,
    O_GROSS,
    O_HOUR,
    O_LINES,
    O_MONTH,
    O_MONTH_DAY,
    O_NET,
    O_STORE,
    O_WEEKDAY,
    ORDERS,
    ORDERS_MAX,
    P_NUMBER,
    TIER,
    W_ORDERS,
    W_SPEND,
    WINDOW,
    WINDOW_ROW,
    WINDOWS_MAX,
)
from shuke.core.values.errors import Refusal
from shuke.engine.facts import FACTS, PRESENCE

INT64_MAX = 2**63 - 1
MISSING_TEXT = -1  # code of an absent text; a text that the program does not name is 0

# where a fact stands when the rules run, as text
ORDER_FACTS = {
    "order.net": f"o[k + {O_NET}]",
    "order.gross": f"o[k + {O_GROSS}]",
    "order.store": f"o[k + {O_STORE}]",
    "order.channel": f"o[k + {O_CHANNEL}]",
    "order.lines": f"o[k + {O_LINES}]",
    "order.month": f"o[k + {O_MONTH}]",
    "order.day": f"o[k + {O_MONTH_DAY}]",
    "order.weekday": f"o[k + {O_WEEKDAY}]",
    "order.hour": f"o[k + {O_HOUR}]",
    "member.tier": f"m[{TIER}]",
    "member.orders": f"m[{ORDERS}]",
    "member.days": f"m[{DAY}] - m[{JOINED}]",
    "member.birth_month": f"m[{BIRTH}] // 100",
    "member.birth_day": f"m[{BIRTH}] % 100",
}
LINE_FACTS = {
    "item.net": f"it[j + {LINE_NET}]",
    "item.quantity": f"it[j + {LINE_QUANTITY}]",
    "item.category": f"it[j + {LINE_CATEGORY}]",
    "item.sku": f"it[j + {LINE_SKU}]",
}
ROUNDINGS = {"floor": "floor_of", "ceil": "ceil_of", "half_up": "half_up_of", "half_even": "half_even_of"}
PYTHON_OPERATORS = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Number:
    """The value `text` / `den`, where `lo` ≤ text ≤ `hi`. A constant has no text until it meets something else."""

    text: str
    den: int
    lo: int
    hi: int


class Lowering:
    """Lower the expressions of one program; collects its numbers, text codes, windows and aggregates on the way."""

    def __init__(self, currency_digits: int, tiers: Mapping[str, int], multipliers: tuple[Fraction, ...]) -> None:
        self.money = 10**currency_digits
        self.tiers = tiers
        self.multipliers = multipliers
        self.numbers: list[int] = []
        self.codes: dict[str, int] = {}
        self.windows: dict[ir.Window, int] = {}
        self.aggregates: dict[tuple[ir.Node | None, ir.Node | None], int] = {}
        self.aggregate_lines: list[tuple[str, str]] = []  # (condition or "", addend) of each aggregate
        self.aggregate_denominators: list[int] = []
        self.used: dict[str, str] = {}  # name of the local → text that loads it, of the rule texts
        self.place = ""  # "line:column" of the rule being lowered, for refusals
        self._items = False
        self._multiplier: Number | None = None

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

    def window(self, window: ir.Window) -> int:
        index = self.windows.setdefault(window, len(self.windows))
        if index >= WINDOWS_MAX:
            raise Refusal("too_many_windows", f"A program may use {WINDOWS_MAX} windows.", pointer=self.place)
        return index

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
            case ir.Has(name=name):
                return self.presence(name)
            case ir.OneOf():
                return self.membership(node)
            case ir.Compare(operator=operator, left=left, right=right):
                a, b = self.value(left), self.value(right)
                den = lcm(a.den, b.den)
                return f"({self.scaled(a, den)} {PYTHON_OPERATORS[operator]} {self.scaled(b, den)})"
        raise AssertionError(node)

    def presence(self, name: str) -> str:
        fact = FACTS[PRESENCE[name]]
        text = self.fact_text(fact.name)
        return f"({text} != {MISSING_TEXT if fact.kind is ir.Kind.TEXT else fact.missing})"

    def membership(self, node: ir.OneOf) -> str:
        text = self.fact_text(node.fact.name)
        codes = [self.tiers[t] if node.fact.name == "member.tier" else self.code(t) for t in node.texts]
        joined = f" {'and' if node.negated else 'or'} ".join(
            f"{text} {'!=' if node.negated else '=='} {c}" for c in codes
        )
        return f"({joined})"

    # ---- numbers

    def value(self, node: ir.Node) -> Number:
        """Lower a number; refuses what could leave int64."""
        match node:
            case ir.Constant(value=value):
                return Number("", value.denominator, value.numerator, value.numerator)
            case ir.Fact() | ir.Windowed() | ir.Aggregate():
                return self.observed(node)
            case ir.Add(left=left, right=right):
                return self.sum(left, right, 1)
            case ir.Subtract(left=left, right=right):
                return self.sum(left, right, -1)
            case ir.Multiply(left=left, right=right):
                return self.product(self.value(left), self.value(right))
            case ir.Divide(left=left, right=right):
                factor = 1 / right.value
                return self.product(
                    self.value(left), Number("", factor.denominator, factor.numerator, factor.numerator)
                )
        return self.function(node)

    def observed(self, node: ir.Fact | ir.Windowed | ir.Aggregate) -> Number:
        match node:
            case ir.Aggregate():
                return self.aggregate(node)
            case ir.Windowed(measure=measure, window=window):
                index = self.window(window)
                slot = WINDOW + index * WINDOW_ROW
                if measure == "ORDERS":
                    return Number(self.local(f"orders_{index}", f"m[{slot + W_ORDERS}]"), 1, 0, ORDERS_MAX)
                text = self.local(f"spend_{index}", f"m[{slot + W_SPEND}]")
                return Number(text, self.money, 0, AMOUNT_MAX * ORDERS_MAX)
            case ir.Fact(name="tier.multiplier"):
                return self.multiplier()
        fact = FACTS[node.name]
        return Number(self.fact_text(fact.name), self.den_of(fact.kind), fact.lo, fact.hi)

    def function(self, node: ir.Node) -> Number:
        match node:
            case ir.Negate(operand=operand):
                a = self.value(operand)
                return Number(f"(-{a.text})" if a.text else "", a.den, -a.hi, -a.lo)
            case ir.Absolute(operand=operand):
                a = self.value(operand)
                top = max(abs(a.lo), abs(a.hi))
                return Number(f"abs({a.text})", a.den, 0, top) if a.text else Number("", a.den, top, top)
            case ir.Round(mode=mode, operand=operand):
                return self.rounded(mode, self.value(operand))
            case ir.Least(operands=operands):
                return self.extreme("min", min, operands)
            case ir.Greatest(operands=operands):
                return self.extreme("max", max, operands)
            case ir.Case(branches=branches, otherwise=otherwise):
                return self.case(branches, otherwise)
        raise AssertionError(node)

    def den_of(self, kind: ir.Kind) -> int:
        return self.money if kind is ir.Kind.MONEY else 1

    def fact_text(self, name: str) -> str:
        if name.startswith("item."):
            return LINE_FACTS[name]
        return self.local(name.replace(".", "_"), ORDER_FACTS[name])

    def multiplier(self) -> Number:
        """The multiplier of the tier held: a table in P, one row a rank, over one denominator."""
        if self._multiplier is None:
            den = lcm(*(m.denominator for m in self.multipliers))
            values = [int(m * den) for m in self.multipliers]
            start = P_NUMBER + len(self.numbers)
            self.numbers.extend(values)
            text = self.local("tier_multiplier", f"P[{start} + m[{TIER}]]")
            self._multiplier = Number(text, den, min(values), max(values))
        return self._multiplier

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
        self._items = True
        try:
            key = (node.argument, node.where)
            known = key in self.aggregates
            index = self.aggregates.setdefault(key, len(self.aggregates))
            argument = self.value(node.argument) if node.argument is not None else Number("1", 1, 1, 1)
            if not known:
                condition = self.condition(node.where) if node.where is not None else ""
                self.aggregate_lines.append((condition, self.text_of(argument)))
                self.aggregate_denominators.append(argument.den)
        finally:
            self._items = False
        text = self.local(f"sum_{index}", f"o[k + {O_AGGREGATE + index}]")
        return self.bounded(text, argument.den, min(0, argument.lo * LINES_MAX), max(0, argument.hi * LINES_MAX))
