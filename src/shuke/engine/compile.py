"""Compile a program: generated text of integers only (`prepare` and `rules`) and the array of numbers that it reads.

The text is the audit record of the decision; equal programs but for their numbers have equal text, so numba compiles
a shape once. Nothing here knows how the text is run.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from shuke.core.program.ir import Node, Window
from shuke.core.program.model import Expiry, Ladder, Program
from shuke.core.state.slots import (
    LINE,
    MEASURE_ORDERS,
    MEASURE_SPEND,
    O_AGGREGATE,
    O_AT,
    O_DAY,
    O_HOUR,
    O_MONTH,
    O_MONTH_DAY,
    O_WEEKDAY,
    P_LEVEL,
    P_LEVELS,
    P_MEASURE,
    P_MEASURE_OF,
    P_NUMBER,
    P_RULES,
    P_UNIT,
    P_UNITS,
    P_VALIDITY,
    P_VALIDITY_LENGTH,
    P_WINDOW,
    P_WINDOWS,
    POINTS_MAX,
    UNIT_ROW,
)
from shuke.core.values.errors import Refusal
from shuke.engine.lowering import ROUNDINGS, Lowering, Number

HEADER = '"""The decision of a published program, generated from its file."""\n'
IMPORTS = (
    "from shuke.core.values.dates import first_day, local_seconds, month_of, weekday_of\n"
    "from shuke.core.values.rounding import ceil_of, floor_of, half_even_of, half_up_of\n"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program ready to run.

    `source` is Python text of `prepare(o, k, it, a, b, zone_at, zone_offset, P)` and `rules(o, k, m, P, out)`;
    `numbers` is P. `rules` fills out[rule] with the rule's exact value over `denominators[rule]`, and
    out[len(rules) + unit] with the unit's points. `width` is the length of one row of order facts.
    """

    program: Program
    source: str
    numbers: tuple[int, ...]
    codes: Mapping[str, int]
    windows: tuple[Window, ...]
    denominators: tuple[int, ...]
    aggregates: tuple[tuple[Node | None, Node | None], ...]  # (argument, condition), as they stand in a row
    aggregate_denominators: tuple[int, ...]
    width: int

    @property
    def shape(self) -> str:
        """Hash of what runs: programs that differ only in numbers share it."""
        return hashlib.sha256(self.executable.encode()).hexdigest()

    @property
    def executable(self) -> str:
        """The source without its comments, which quote the program's numbers."""
        return "\n".join(line for line in self.source.splitlines() if not line.lstrip().startswith("#")) + "\n"

    @property
    def out_size(self) -> int:
        return len(self.program.earn) + len(self.program.units)

    def listing(self) -> str:
        """Return the generated text with every number written out, for people."""
        text = re.sub(r"P\[(\d+) \+ m\[(\d+)\]\]", self._table, self.source)
        return re.sub(r"P\[(\d+)\]", lambda m: f"{self.numbers[int(m[1])]:_}", text)

    def _table(self, match: re.Match[str]) -> str:
        start = int(match[1])
        levels = self.program.ladder.levels if self.program.ladder else ()
        values = ", ".join(f"{n:_}" for n in self.numbers[start : start + max(1, len(levels))])
        return f"({values},)[m[{match[2]}]]"


def compile_program(program: Program) -> Compiled:
    """Compile a checked program.

    Raises:
        Refusal: `may_overflow`, `too_many_points`, `too_many_windows`.
    """
    levels = program.ladder.levels if program.ladder else ()
    lowering = Lowering(
        program.currency_digits,
        {level.code: rank for rank, level in enumerate(levels)},
        tuple(level.multiplier for level in levels) or (Fraction(1),),
    )
    if program.ladder:
        lowering.window(program.ladder.measure.window)
    body, denominators = _rules(program, lowering)
    loads = [f"    {name} = {load}" for name, load in lowering.used.items()]
    rules = ["def rules(o, k, m, P, out):", *loads, *body]
    source = "\n".join([HEADER, IMPORTS, "", *_prepare(lowering), "", "", *rules, ""])
    return Compiled(
        program=program,
        source=source,
        numbers=tuple(_settings(program, tuple(lowering.windows)) + lowering.numbers),
        codes=dict(lowering.codes),
        windows=tuple(lowering.windows),
        denominators=tuple(denominators),
        aggregates=tuple(lowering.aggregates),
        aggregate_denominators=tuple(lowering.aggregate_denominators),
        width=O_AGGREGATE + len(lowering.aggregates),
    )


def _rules(program: Program, lowering: Lowering) -> tuple[list[str], list[int]]:
    """Return the lines of `rules` and each rule's denominator."""
    lines: list[str] = []
    values: dict[str, list[tuple[int, Number]]] = {unit.code: [] for unit in program.units}
    denominators = []
    for index, rule in enumerate(program.earn):
        lowering.place = rule.place
        value = lowering.value(rule.points)
        text = lowering.text_of(value)
        lines.append(f"    # {rule.code}: {_one_line(rule.points.source)}")
        if rule.when is not None:
            lines.append(f"    # when {_one_line(rule.when.source)}")
            text = f"{text} if {lowering.condition(rule.when)} else 0"
        lines += [f"    p{index} = {text}", f"    out[{index}] = p{index}"]
        bound = Number(f"p{index}", value.den, min(0, value.lo), max(0, value.hi))
        values[rule.unit].append((index, bound))
        denominators.append(value.den)
    for number, unit in enumerate(program.units):
        lowering.place = next((rule.place for rule in program.earn if rule.unit == unit.code), "")
        lines.append(f"    # {unit.code}: rounded once per order ({unit.rounding})")
        total = _unit_total(lowering, [v for _, v in values[unit.code]], 10**unit.scale, unit.rounding)
        lines.append(f"    out[{len(program.earn) + number}] = {total}")
    return lines, denominators


def _one_line(source: str) -> str:
    return " ".join(source.split())


def _unit_total(lowering: Lowering, values: list[Number], scale: int, rounding: str) -> str:
    """Return the text of a unit's points: the exact sum of its rules in fractions of the scale, rounded once."""
    if not values:
        return "0"
    den = lcm(*(v.den for v in values))
    lo = sum(v.lo * (den // v.den) for v in values)
    hi = sum(v.hi * (den // v.den) for v in values)
    exact = lowering.bounded(" + ".join(lowering.scaled(v, den) for v in values), den, lo, hi)
    if scale > 1:
        exact = lowering.product(Number(f"({exact.text})", den, lo, hi), Number("", 1, scale, scale))
    if -(-exact.hi // exact.den) > POINTS_MAX:
        raise Refusal(
            "too_many_points",
            f"One order could earn more than {POINTS_MAX:,} points; lower the rate or cap it with LEAST.",
            pointer=lowering.place,
            params={"limit": POINTS_MAX},
        )
    if rounding in ("half_up", "half_even"):
        lowering.bounded("", 1, 2 * exact.lo - exact.den, 2 * exact.hi + exact.den)
    return f"max(0, {ROUNDINGS[rounding]}({exact.text}, {lowering.number(exact.den)}))"


def _prepare(lowering: Lowering) -> list[str]:
    """Return the lines of `prepare`: local time of the order and the aggregates over its lines."""
    lines = [
        "def prepare(o, k, it, a, b, zone_at, zone_offset, P):",
        f"    seconds = local_seconds(o[k + {O_AT}], zone_at, zone_offset)",
        "    day = seconds // 86_400",
        "    month = month_of(day)",
        f"    o[k + {O_DAY}] = day",
        f"    o[k + {O_MONTH}] = month % 12 + 1",
        f"    o[k + {O_MONTH_DAY}] = day - first_day(month) + 1",
        f"    o[k + {O_WEEKDAY}] = weekday_of(day)",
        f"    o[k + {O_HOUR}] = seconds % 86_400 // 3_600",
    ]
    if not lowering.aggregate_lines:
        return lines
    lines += [f"    sum_{i} = 0" for i in range(len(lowering.aggregate_lines))]
    lines.append(f"    for j in range(a * {LINE}, b * {LINE}, {LINE}):")
    for i, (condition, addend) in enumerate(lowering.aggregate_lines):
        if condition:
            lines += [f"        if {condition}:", f"            sum_{i} += {addend}"]
        else:
            lines.append(f"        sum_{i} += {addend}")
    lines += [f"    o[k + {O_AGGREGATE + i}] = sum_{i}" for i in range(len(lowering.aggregate_lines))]
    return lines


def _settings(program: Program, windows: tuple[Window, ...]) -> list[int]:
    """Return the head of P: what the machines read."""
    P = [0] * P_NUMBER
    P[P_UNITS], P[P_RULES], P[P_WINDOWS] = len(program.units), len(program.earn), len(windows)
    for i, window in enumerate(windows):
        P[P_WINDOW + i * 2], P[P_WINDOW + i * 2 + 1] = window.kind.value, window.length
    for i, unit in enumerate(program.units):
        start = P_UNIT + i * UNIT_ROW
        P[start : start + UNIT_ROW] = _expiry(unit.expiry)
    if program.ladder:
        _ladder(P, program.ladder, windows, 10**program.currency_digits)
    return P


def _expiry(expiry: Expiry | None) -> list[int]:
    return [-1, 0, 0] if expiry is None else [expiry.months, expiry.days, expiry.end_of.value]


def _ladder(P: list[int], ladder: Ladder, windows: tuple[Window, ...], money: int) -> None:
    spend = ladder.measure.measure == "SPEND"
    P[P_LEVELS] = len(ladder.levels)
    P[P_MEASURE] = windows.index(ladder.measure.window)
    P[P_MEASURE_OF] = MEASURE_SPEND if spend else MEASURE_ORDERS
    P[P_VALIDITY], P[P_VALIDITY_LENGTH] = ladder.validity.kind.value, ladder.validity.length
    for rank, level in enumerate(ladder.levels):
        threshold = level.threshold * (money if spend else 1)
        P[P_LEVEL + rank] = -(-threshold.numerator // threshold.denominator)
