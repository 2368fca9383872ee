"""Lays a history out as the loops read it under one program, and the room that its members' rows and entries need.

Nothing is decided here, and nothing is read but the history and the program.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from shuke.core.state import replay, slots
from shuke.core.state.replay import V_AMOUNT, V_AT, V_DAY, V_KIND, V_REF, V_UNIT, V_UNTIL
from shuke.core.state.slots import AMOUNT_MAX, DAY_ROW, ENTRY, HOLD, LOT, O_ATTRIBUTE, TAKE, WAIT
from shuke.core.values.dates import LUNAR_ENDS, NEVER, SECONDS_PER_DAY
from shuke.core.values.errors import Refusal
from shuke.engine.arrays import Arrays
from shuke.engine.calendar import day_facts, workdays_on
from shuke.engine.compile import Compiled
from shuke.engine.history import KINDS_MAX, Column, History, Texts, among, in_scope
from shuke.engine.lowering import MISSING_TEXT
from shuke.engine.online import Desk
from shuke.engine.zones import zone_table

REGIONS = (slots.LOTS, slots.WAITS, slots.HOLDS, slots.TAKES, slots.DAYS)
STRIDES = (LOT, WAIT, HOLD, TAKE, DAY_ROW)
DAYS_A_YEAR = 365
BLOCK = 4_096
BY_UNIT = (replay.REDEEM, replay.ADJUST, replay.SET_ASIDE, replay.OPEN_LOT)


class Columns:
    """What the loops read of a history under a program: numbers of the program, facts, lines, events."""

    def __init__(
        self, compiled: Compiled, history: History, until_at: int = NEVER, growth: Sequence[Fraction] = ()
    ) -> None:
        """Lay it out; what is applied after the UTC second `until_at` is left out.

        `growth` is by what amounts are multiplied on each rank of the first ladder: facts and lines stand there once as
        written and once more for every other factor, and `copies` says which of them holds (core.state.replay).

        Raises:
            Refusal: `bad_assumption`, where an amount would grow too large.
        """
        program = compiled.program
        self.compiled, self.history = compiled, history
        self.P = np.array(compiled.numbers, np.int64)
        zone_at, zone_offset = zone_table(program.time_zone)
        self.zone_at, self.zone_offset = np.array(zone_at, np.int64), np.array(zone_offset, np.int64)
        inside = in_scope(history, program.brands, program.stores, compiled.behaviours.keys())
        self.kind_of, at = history.effective(inside)
        self.kind_of[(at > until_at) | self._unknown()] = replay.NOTHING
        days = self.local_days(at)
        self.events = self._events(at, days)
        factors = tuple(dict.fromkeys((Fraction(1), *growth)))
        self.copies = np.zeros(1 + slots.LEVELS_MAX, np.int64)
        self.copies[0] = len(history.facts)
        self.copies[1 : 1 + len(growth)] = [factors.index(factor) for factor in growth]
        self.facts = self._grown(
            self._facts(at, days), compiled.width, range(slots.O_NET, slots.O_POINTS_PAID + 1), factors
        )
        self.lines = self._grown(self._lines(), compiled.line_width, (slots.LINE_NET,), factors)
        first, count = history.facts.line_of[:-1], int(history.facts.line_of[-1])
        firsts = [first + number * count for number in range(len(factors))]
        self.line_of = np.append(np.concatenate(firsts), len(factors) * count)

    def _events(self, at: Column, days: Column) -> Column:
        """Return the events as the loops read them, each in one piece."""
        told, holds = self.history.events, self.kind_of == replay.SET_ASIDE
        refers = told[:, V_REF]
        if holds.any():
            refers = np.where(holds, self.local_days(told[:, V_UNTIL]), refers)
        changed = {V_KIND: self.kind_of, V_REF: refers, V_AT: at, V_DAY: days}
        events = np.empty((len(told), replay.EVENT_ROW), np.int64)
        _fill(events, {column: changed.get(column, told[:, column]) for column in range(replay.EVENT_ROW)})
        return events

    def _unknown(self) -> NDArray[np.bool_]:
        """Tell of each event whether it is about a unit, ladder or level that the program doesn't have."""
        program, kind_of, told = self.compiled.program, self.kind_of, self.history.events
        number, rank = told[:, V_UNIT], told[:, V_AMOUNT]
        levels = np.array([len(ladder.levels) for ladder in program.ladders], np.int64)
        unknown = among(kind_of, BY_UNIT) & (number >= len(program.units))
        given = kind_of == replay.ASSIGN
        unknown[given] = number[given] >= len(levels)
        known = given & ~unknown
        unknown[known] = rank[known] >= levels[number[known]]
        return unknown

    def local_days(self, at: Column) -> Column:
        """Return the local day of each UTC second."""
        index = np.searchsorted(self.zone_at, at, side="right") - 1
        days: Column = (at + self.zone_offset[index]) // SECONDS_PER_DAY
        return days

    def states(self, regions: Column) -> Column:
        """Return the state of every member who has just joined, with where the regions of the rows begin."""
        h = self.history
        fresh = Arrays(self.compiled, list(self.compiled.numbers), Desk(self.compiled).fresh(0), 0).m
        states = np.tile(np.array(fresh, np.int64), (h.member_count, 1))
        day = self.local_days(h.joined_at)
        for slot, column in (
            *((slots.AT, h.joined_at), (slots.STAMP_AT, h.joined_at), (slots.DAY, day), (slots.STAMP_DAY, day)),
            *((slots.JOINED, day), (slots.BIRTH, h.birth_md), (slots.LUNAR, h.lunar_md), (slots.TAGS, self._tags())),
        ):
            states[:, slot] = column
        states[:, REGIONS] = regions
        return states

    def _tags(self) -> Column:
        h, tags = self.history, self.compiled.program.tags
        bits = np.zeros(h.member_count, np.int64)
        for i, name in enumerate(h.tag_names):
            if name in tags:
                bits |= (h.tags >> i & 1) << tags.index(name)
        return bits

    @staticmethod
    def _grown(rows: Column, width: int, amounts: Iterable[int], factors: Sequence[Fraction]) -> Column:
        """Return rows as they are and again for every other factor, with their amounts multiplied and rounded down."""
        copies = [rows]
        for factor in factors[1:]:
            copy = rows.copy().reshape(-1, width)
            for column in amounts:
                copy[:, column] = copy[:, column] * factor.numerator // factor.denominator
                if copy[:, column].max(initial=0) > AMOUNT_MAX:
                    detail = f"With these assumptions an order would be larger than {AMOUNT_MAX:,} minor units."
                    raise Refusal("bad_assumption", detail, pointer="/uplift")
            copies.append(copy.reshape(-1))
        return np.concatenate(copies) if len(copies) > 1 else rows

    def _facts(self, event_at: Column, event_days: Column) -> Column:
        """One row for each of the facts; the columns that `prepare` does not own are filled here."""
        f, compiled = self.history.facts, self.compiled
        at, days = self.history.deciding(event_at), self.history.deciding(event_days)
        kinds = np.array([compiled.behaviours.get(name, slots.KIND_ORDER) for name in f.kind.names], np.int64)
        amounts = (f.net_minor, f.gross_minor, f.tax_minor, f.shipping_minor, f.points_paid_minor)
        columns = {
            slots.O_AT: at,
            slots.O_KIND: coded(kinds, f.kind),
            slots.O_LINES: np.diff(f.line_of),
            **dict(zip(range(slots.O_NET, slots.O_POINTS_PAID + 1), amounts, strict=True)),
            slots.O_STORE: self._codes(f.store),
            slots.O_BRAND: self._codes(f.brand),
            slots.O_CHANNEL: self._codes(f.channel),
            **self._calendar(days),
        }
        o = np.zeros((len(f), compiled.width), np.int64)
        _fill(o, {column: values for column, values in columns.items() if values.any()})
        for i, name in enumerate(compiled.attributes):
            self._fill_attribute(o[:, O_ATTRIBUTE + i], name)
        self._fill_workdays(o, days)
        return o.reshape(-1)

    def _calendar(self, days: Column) -> dict[int, Column]:
        """Return what a calendar says of the local days, by column."""
        if len(days) == 0:
            return {}
        first = int(days.min())
        found = np.zeros(int(days.max()) - first + 1, bool)
        found[days - first] = True
        table = np.zeros((3, len(found)), np.int64)
        said = [day_facts(self.compiled.program.country, first + day) for day in np.flatnonzero(found).tolist()]
        table[0, found] = [self._code(each.holiday) for each in said]
        table[1, found] = [each.workday for each in said]
        table[2, found] = [each.lunar + LUNAR_ENDS * each.lunar_ends for each in said]
        columns = (slots.O_HOLIDAY, slots.O_WORKDAY, slots.O_LUNAR)
        return {column: row[days - first] for column, row in zip(columns, table, strict=True) if row.any()}

    def _fill_workdays(self, o: Column, days: Column) -> None:
        """Fill the days on which points come that wait for working days."""
        compiled = self.compiled
        for i, count in enumerate(compiled.workdays, O_ATTRIBUTE + len(compiled.attributes)):
            found, where = np.unique(days, return_inverse=True)
            ready = [workdays_on(compiled.program.country, day, count) for day in found.tolist()]
            o[:, i] = np.array(ready, np.int64)[where]

    def _fill_attribute(self, column: Column, name: str) -> None:
        """Fill an attribute of orders ("order.x") or of the behaviours that have it ("event.x")."""
        program, f = self.compiled.program, self.history.facts
        scope, _, code = name.partition(".")
        owners = {"order": program.order_attributes} if scope == "order" else {
            behaviour.code: behaviour.attributes for behaviour in program.behaviours
        }  # fmt: skip
        for owner, attributes in owners.items():
            kind = "" if scope == "order" else owner
            types = [attribute.type for attribute in attributes if attribute.code == code]
            if types and kind in f.kind.names:
                rows = f.kind.codes == f.kind.names.index(kind)
                column[rows] = self._attribute(f.attributes, f"{owner}.{code}", types[0], len(f))[rows]

    def _attribute(self, columns: Mapping[str, Column | Texts], name: str, kind: str, count: int) -> Column:
        found = columns.get(name)
        if found is None:
            return np.full(count, MISSING_TEXT if kind == "text" else 0, np.int64)
        return self._codes(found) if isinstance(found, Texts) else found

    def _lines(self) -> Column:
        """One row a line, where the program asks for any fact of lines."""
        rows, compiled = self.history.facts.lines, self.compiled
        if not asks_for_lines(compiled):
            return np.zeros(0, np.int64)
        count = len(rows.net_minor)
        lines = np.zeros((count, compiled.line_width), np.int64)
        lines[:, slots.LINE_NET], lines[:, slots.LINE_QUANTITY] = rows.net_minor, rows.quantity
        lines[:, slots.LINE_CATEGORY], lines[:, slots.LINE_SKU] = self._codes(rows.category), self._codes(rows.sku)
        types = {attribute.code: attribute.type for attribute in compiled.program.line_attributes}
        for i, name in enumerate(compiled.line_attributes):
            code = name.partition(".")[2]
            lines[:, slots.LINE_ATTRIBUTE + i] = self._attribute(rows.attributes, code, types[code], count)
        return lines.reshape(-1)

    def _codes(self, texts: Texts) -> Column:
        """Return the program's code of every text."""
        return coded(np.array([self._code(name) for name in texts.names] or [0], np.int64), texts)

    def _code(self, text: str) -> int:
        return MISSING_TEXT if text == "" else self.compiled.codes.get(text, 0)


def _fill(rows: Column, columns: Mapping[int, Column]) -> None:
    """Fill columns of rows."""
    for first in range(0, len(rows), BLOCK):  # so many stay in the processor's cache meanwhile
        last = first + BLOCK
        for column, values in columns.items():
            rows[first:last, column] = values[first:last]


def coded(numbers: Column, texts: Texts) -> Column:
    """Return for each text the number of its name; where there is but one name, without reading the texts."""
    found: Column = np.broadcast_to(numbers, len(texts.codes)) if len(numbers) == 1 else numbers[texts.codes]
    return found


def asks_for_lines(compiled: Compiled) -> bool:
    """Tell whether a program asks for any fact of the lines of orders."""
    return bool(compiled.aggregates) or any(unit.at_line for unit in compiled.program.units)


@dataclass(frozen=True)
class Room:
    """Where each member's rows and entries stand: apart where they are kept, else all in the same place.

    `regions` says where the five regions of a member's rows begin within them.
    """

    kept: bool
    regions: Column
    rows_first: Column
    rows_last: Column
    entries_first: Column
    entries_last: Column

    @property
    def rows(self) -> int:
        """Integers that all rows need."""
        return int(self.rows_last.max(initial=0))

    @property
    def entries(self) -> int:
        """Integers that all entries need."""
        return int(self.entries_last.max(initial=0))


def room_for(columns: Columns, until_at: int, *, keep: bool, times: int, entries: Column | None) -> Room:
    """Return room for what the events of each member usually need, `times` as much rows; for `entries` where known."""
    h, P = columns.history, columns.P
    kind_of = columns.kind_of

    there = np.bincount(kind_of - replay.NOTHING, minlength=KINDS_MAX)  # NOTHING is the least

    def count(*kinds: int) -> Column:
        some = sum(int(there[kind - replay.NOTHING]) for kind in kinds)
        if some == 0:
            return np.zeros(h.member_count, np.int64)
        if some == len(kind_of):
            return np.diff(h.starts)
        found: Column = np.bincount(h.member_of[among(kind_of, kinds)], minlength=h.member_count).astype(np.int64)
        return found

    facts, returns = count(replay.FACT), count(replay.GIVE_BACK, replay.REFUND)
    draws, holds = count(replay.REDEEM), count(replay.SET_ASIDE)
    credits = count(replay.ADJUST, replay.OPEN_LOT)
    pending = int(any(P[slots.P_GRANT + g * slots.GRANT_ROW + slots.G_PENDING] for g in range(P[slots.P_GRANTS])))
    each = min(3, int(P[slots.P_GRANTS] + P[slots.P_MILESTONES]))
    lots = facts * each + credits + returns + 1
    counted = min(1, int(P[slots.P_COUNTERS]))
    needs = (
        lots,
        facts * each * pending,
        holds,
        2 * (draws + holds) + np.where(draws + holds > 0, lots // 2, 0),
        counted * (facts * (1 + pending) + credits + returns),
    )
    sizes = np.stack([need * times * stride for need, stride in zip(needs, STRIDES, strict=True)], axis=1)
    ends = np.cumsum(sizes, axis=1)
    regions = np.concatenate([np.zeros((h.member_count, 1), np.int64), ends[:, :-1]], axis=1)
    if entries is None:
        years = (
            (max(until_at, int(columns.events[:, V_AT].max(initial=0))) - h.joined_at) // SECONDS_PER_DAY // DAYS_A_YEAR
        )
        entries = 3 * lots + facts + 3 * (draws + holds + returns) + 2 * (years + 2) * int(P[slots.P_LADDERS])
    rows_first, rows_last = _pieces(ends[:, -1], keep=keep)
    entries_first, entries_last = _pieces(entries * ENTRY, keep=keep)
    return Room(keep, regions, rows_first, rows_last, entries_first, entries_last)


def _pieces(sizes: Column, *, keep: bool) -> tuple[Column, Column]:
    """Return where each piece begins and ends: one after the other, or all at 0."""
    ends = np.cumsum(sizes) if keep else sizes
    return (ends - sizes).astype(np.int64), ends.astype(np.int64)
