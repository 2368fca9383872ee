"""Turns what a stored decision saw, a vector of integers, back into values, and explains the decision from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from types import MappingProxyType

from shuke.core.program import ir
from shuke.core.program.explain import Decision, Value, explain, name_of
from shuke.core.program.model import Program
from shuke.core.state.slots import (
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
)
from shuke.engine.compile import Compiled
from shuke.engine.facts import FACTS
from shuke.engine.lowering import MISSING_TEXT
from shuke.engine.online import MEMBER_FACTS

OTHER_TEXT = "…"  # a text that the program does not name: its code does not say which
_NUMBERS = {
    "order.lines": O_LINES,
    "order.month": O_MONTH,
    "order.day": O_MONTH_DAY,
    "order.weekday": O_WEEKDAY,
    "order.hour": O_HOUR,
}
_AMOUNTS = {"order.net": O_NET, "order.gross": O_GROSS}
_TEXTS = {"order.store": O_STORE, "order.channel": O_CHANNEL}
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})

ZH_LABELS: Mapping[str, str] = MappingProxyType(
    {name: fact.zh for name, fact in FACTS.items()} | {"member.birthday": "生日"}
)
EN_LABELS: Mapping[str, str] = MappingProxyType(
    {name: fact.en for name, fact in FACTS.items()} | {"member.birthday": "birthday"}
)


def explain_vector(compiled: Compiled, vector: Sequence[int], texts: Mapping[str, str] = _NO_TEXTS) -> Decision:
    """Explain a decision from its stored vector.

    `texts` gives text facts (order.store, order.channel) as the order has them; without it a text that the program
    does not name is shown as «…».
    """
    return explain(compiled.program, values_of(compiled, vector, texts))


def values_of(compiled: Compiled, vector: Sequence[int], texts: Mapping[str, str] = _NO_TEXTS) -> dict[str, Value]:
    """Return by name what a decision saw; amounts of money in major units."""
    program, money = compiled.program, 10**compiled.program.currency_digits
    row, rest = vector[: compiled.width], vector[compiled.width :]
    windows = rest[len(MEMBER_FACTS) :]
    values: dict[str, Value] = {name: Fraction(row[slot]) for name, slot in _NUMBERS.items()}
    values |= {name: Fraction(row[slot], money) for name, slot in _AMOUNTS.items()}
    named = {code: text for text, code in compiled.codes.items()} | {MISSING_TEXT: ""}
    values |= {name: texts.get(name, named.get(row[slot], OTHER_TEXT)) for name, slot in _TEXTS.items()}
    values |= _member(program, rest)
    for node in _observed(program):
        if isinstance(node, ir.Windowed):
            spend, orders = windows[2 * compiled.windows.index(node.window) :][:2]
            values[name_of(node)] = Fraction(spend, money) if node.measure == "SPEND" else Fraction(orders)
        elif isinstance(node, ir.Aggregate):
            index = compiled.aggregates.index((node.argument, node.where))
            values[name_of(node)] = Fraction(row[O_AGGREGATE + index], compiled.aggregate_denominators[index])
    return values


def _member(program: Program, rest: Sequence[int]) -> dict[str, Value]:
    day, joined, birth, rank, orders = rest[: len(MEMBER_FACTS)]
    values: dict[str, Value] = {
        "member.orders": Fraction(orders),
        "member.days": Fraction(day - joined),
        "member.birth_month": Fraction(birth // 100),
        "member.birth_day": Fraction(birth % 100),
        "HAS(member.birthday)": birth != 0,
    }
    if program.ladder is not None:
        level = program.ladder.levels[rank]
        values |= {"member.tier": level.code, "tier.multiplier": level.multiplier}
    return values


def _observed(program: Program) -> Iterator[ir.Windowed | ir.Aggregate]:
    """Yield every window and aggregate that the rules ask for."""
    waiting: list[object] = [part for rule in program.earn for part in (rule.when, rule.points)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Windowed | ir.Aggregate):
            yield part
        elif isinstance(part, ir.Node):
            waiting.extend(getattr(part, field.name) for field in fields(part))
        elif isinstance(part, tuple):
            waiting.extend(part)
