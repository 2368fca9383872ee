"""Compile a program: generated text of integers only (`prepare` and `rules`) and the array of numbers that it reads.

The text is the audit record of the decision; equal programs but for their numbers have equal text, so numba compiles
a shape once. Nothing here knows how the text is run.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from shuke.core.program.ir import Node, Window
from shuke.core.program.model import Expiry, Program
from shuke.core.state.slots import (
    AVAILABLE,
    BIRTH,
    CAP,
    DAY,
    JOINED,
    LADDER,
    LADDER_ROW,
    LUNAR,
    O_AT,
    O_DAY,
    O_HOUR,
    O_MONTH,
    O_MONTH_DAY,
    O_WEEKDAY,
    ORDERS,
    PENDING,
    STREAK,
    T_RANK,
    TAGS,
    W_VALUE,
    WINDOW,
    WINDOW_ROW,
)
from shuke.engine.deciding import rules_text
from shuke.engine.grants import Grant, grants_of
from shuke.engine.lowering import Lowering
from shuke.engine.offering import offers_text
from shuke.engine.settings import settings_of
from shuke.engine.standing import tiers_text

HEADER = '"""The decision of a published program, generated from its file."""\n'
DATES = (
    "date_number",
    "days_from",
    "days_from_anniversary",
    "days_to",
    "days_to_anniversary",
    "first_day",
    "is_lunar_birthday",
    "local_seconds",
    "month_of",
    "weekday_of",
    "whole_months",
)
IMPORTS = (
    f"from shuke.core.values.dates import {', '.join(DATES)}\n"
    "from shuke.core.values.rounding import ceil_of, floor_of, half_even_of, half_up_of\n"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program ready to run.

    `source` is Python text of `prepare(o, k, it, a, b, zone_at, zone_offset, P)`, `rules(o, k, it, a, b, m, P, out)`
    and `tiers(m, P, out)`; `numbers` is P. `rules` fills out[rule] with the rule's exact value over
    `denominators[rule]`, and out[len(rules) + grant] with the grant's points. `width` is the length of one row of
    facts, `line_width` of one line.
    """

    program: Program
    source: str
    numbers: tuple[int, ...]
    codes: Mapping[str, int]  # texts that the program names
    windows: tuple[tuple[Window, int, int], ...]  # (window, counter, ladder that empties it or -1)
    counters: tuple[tuple[int, int], ...]  # (kind, unit or code of the behaviour)
    streaks: tuple[int, ...]  # codes of behaviours
    behaviours: Mapping[str, int]  # numbers of kinds, from 1
    expiries: tuple[Expiry, ...]  # as P has them
    grants: tuple[Grant, ...]
    denominators: tuple[int, ...]
    attributes: tuple[str, ...]  # facts in the columns from O_ATTRIBUTE on
    workdays: tuple[int, ...]  # in the columns after them: the day so many working days on
    line_attributes: tuple[str, ...]  # facts of a line from LINE_ATTRIBUTE on
    aggregates: tuple[tuple[Node | None, Node | None], ...]  # (argument, condition), as they stand in a row
    aggregate_denominators: tuple[int, ...]
    width: int
    line_width: int

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
        """Values of the rules, points that every grant should get, points that it gets."""
        return len(self.program.earn) + 2 * len(self.grants)

    def listing(self) -> str:
        """Return the generated text with every number written out, for people."""
        text = re.sub(r"P\[(\d+) \+ m\[(\d+)\]\]", self._table, self.source)
        return re.sub(r"P\[(\d+)\]", lambda m: f"{self.numbers[int(m[1])]:_}", text)

    def _table(self, match: re.Match[str]) -> str:
        start, ladder = int(match[1]), (int(match[2]) - LADDER) // LADDER_ROW
        levels = self.program.ladders[ladder].levels
        values = ", ".join(f"{n:_}" for n in self.numbers[start : start + len(levels)])
        return f"({values},)[m[{match[2]}]]"


def seen_slots(compiled: Compiled) -> tuple[int, ...]:
    """Return the slots of the member that a decision sees, in the order in which its vector keeps them."""
    program = compiled.program
    ranks = (LADDER + i * LADDER_ROW + T_RANK for i in range(len(program.ladders)))
    windows = (WINDOW + i * WINDOW_ROW + W_VALUE for i in range(len(compiled.windows)))
    streaks = (STREAK + i * 2 for i in range(len(compiled.streaks)))
    caps = (CAP + i for i in range(len(program.caps)))
    units = range(len(program.units))
    balances = (start + unit for start in (AVAILABLE, PENDING) for unit in units)
    return (DAY, JOINED, BIRTH, LUNAR, TAGS, ORDERS, *ranks, *windows, *streaks, *caps, *balances)


def compile_program(program: Program) -> Compiled:
    """Compile a checked program.

    Raises:
        Refusal: `may_overflow`, `too_many_points`, `not_by_line`, `no_tiers`, and `too_many_windows`, `…_counters`,
            `…_streaks`, `…_grants`, `…_expiries`, `…_tags`.
    """
    lowering, grants = Lowering(program), grants_of(program)
    tiers = tiers_text(lowering, program.ladders, program.milestones)
    rules, denominators = rules_text(lowering, program, grants)
    offers = offers_text(lowering, program)
    texts = [_prepare(lowering), rules, tiers, *([offers] if offers else [])]
    source = "\n".join([HEADER, IMPORTS, "", "\n\n\n".join("\n".join(text) for text in texts), ""])
    measures, places = lowering.measures, lowering.places
    settings, expiries = settings_of(program, grants, measures, places)
    return Compiled(
        program=program,
        source=source,
        numbers=tuple(settings + lowering.numbers),
        codes=dict(lowering.codes),
        windows=tuple(measures.windows),
        counters=tuple(measures.counters),
        streaks=tuple(measures.streaks),
        behaviours={behaviour.code: number for number, behaviour in enumerate(program.behaviours, 1)},
        expiries=expiries,
        grants=grants.all,
        denominators=tuple(denominators),
        attributes=places.attributes,
        workdays=places.workdays,
        line_attributes=places.line_attributes,
        aggregates=tuple(lowering.aggregates),
        aggregate_denominators=tuple(lowering.aggregate_denominators),
        width=places.aggregates + len(lowering.aggregates),
        line_width=places.line_width,
    )


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
    width = lowering.places.line_width
    lines.append(f"    for j in range(a * {width}, b * {width}, {width}):")
    for i, (condition, addend) in enumerate(lowering.aggregate_lines):
        if condition:
            lines += [f"        if {condition}:", f"            sum_{i} += {addend}"]
        else:
            lines.append(f"        sum_{i} += {addend}")
    lines += [f"    o[k + {lowering.places.aggregates + i}] = sum_{i}" for i in range(len(lowering.aggregate_lines))]
    return lines
