"""Replay a history through a program in columns: the same compiled decision as online, millions of events a second.

Knows columns of integers only; reading files is `engine.history`, members and money belong to the caller. A history is
replayed exactly in the order given: a file's in (occurred_at, id), a live database's in the order of recording.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuke.core.state import machine, replay, slots
from shuke.core.state.slots import ENTRY, LOT, M_SIZE, UNITS_MAX
from shuke.core.values.dates import NEVER, SECONDS_PER_DAY
from shuke.engine import kernel
from shuke.engine.compile import Compiled
from shuke.engine.history import History
from shuke.engine.lowering import MISSING_TEXT
from shuke.engine.zones import zone_table

Column = NDArray[np.int64]
SMALL_HISTORY = 50_000  # events under which CPython is done before numba has compiled


@dataclass(frozen=True)
class BacktestResult:
    """What the replay of a history left, by member in the history's order.

    `states` has a row of core state a member; `points` a row an order and a column a unit; `refused` counts
    redemptions that the balance did not cover. `seconds` are of the whole replay, `loop_seconds` of its loops over the
    events alone, `compile_seconds` of compiling before it.
    """

    compiled: Compiled
    history: History
    states: Column
    points: Column
    refused: int
    seconds: float
    loop_seconds: float
    compile_seconds: float
    engine: str  # "numba" | "cpython"
    _lots: Column
    _entries: Column
    _entries_before: Column

    @property
    def tiers(self) -> Column:
        """Rank of every member."""
        return self.states[:, slots.TIER]

    @property
    def outstanding(self) -> list[int]:
        """Usable points by unit."""
        units = len(self.compiled.program.units)
        return [int(self.states[:, slots.BALANCE + u].sum()) for u in range(units)]

    @property
    def issued(self) -> list[int]:
        """Points issued by unit."""
        return [int(column.sum()) for column in self.points.T]

    def total_of(self, kind: int) -> list[int]:
        """Sum of the entries of one kind by unit; needs kept entries."""
        units = len(self.compiled.program.units)
        rows = self.entries[self.entries[:, slots.E_KIND] == kind]
        return [int(rows[rows[:, slots.E_UNIT] == u, slots.E_AMOUNT].sum()) for u in range(units)]

    @cached_property
    def entries(self) -> Column:
        """Every kept entry, member by member, as rows of (event, day, kind, unit, amount, lot)."""
        counts = self.states[:, slots.ENTRIES]
        table = self._entries.reshape(-1, ENTRY)
        keep = np.zeros(len(table) + 1, np.int64)
        np.add.at(keep, self._entries_before[: len(counts)], 1)
        np.add.at(keep, self._entries_before[: len(counts)] + counts, -1)
        return table[np.cumsum(keep)[:-1] > 0]

    def entries_of(self, member: int) -> list[tuple[int, ...]]:
        """Return the kept entries of one member as tuples (event, day, kind, unit, amount, lot)."""
        first = int(self._entries_before[member]) * ENTRY
        count = int(self.states[member, slots.ENTRIES])
        return [tuple(row) for row in self._entries[first : first + count * ENTRY].reshape(-1, ENTRY).tolist()]

    def lots_of(self, member: int) -> list[tuple[int, ...]]:
        """Return the lots of one member that have something left, as (number, unit, remaining, expires_day)."""
        units = len(self.compiled.program.units)
        first = int(self.history.orders_before[member]) * units * LOT
        count = int(self.states[member, slots.LOT_TAIL])
        rows = self._lots[first : first + count * LOT].reshape(-1, LOT)
        return [tuple(row) for row in rows[rows[:, slots.LOT_REMAINING] > 0].tolist()]


def backtest(
    compiled: Compiled,
    history: History,
    until_at: int,
    *,
    keep_entries: bool = False,
    engine: str = "auto",
    threads: int = 1,
) -> BacktestResult:
    """Replay `history` through a program, then let time pass to the UTC second `until_at`.

    `engine` is "numba", "cpython" or "auto": CPython for a small history whose program numba has not compiled yet.

    Raises:
        ValueError: an unknown engine.
    """
    if engine not in ("auto", "numba", "cpython"):
        raise ValueError(f"Unknown engine {engine!r}.")
    if engine == "auto":
        quick = history.event_count < SMALL_HISTORY and not kernel.is_compiled(compiled.executable)
        engine = "cpython" if quick else "numba"
    started = perf_counter()
    functions = _numba_functions(compiled) if engine == "numba" else _cpython_functions(compiled)
    compile_seconds = perf_counter() - started if engine == "numba" else 0.0
    started = perf_counter()
    arrays = _Arrays(compiled, history, until_at, keep_entries=keep_entries)
    loop_seconds = _run(functions, arrays, threads) if engine == "numba" else _run_lists(functions, arrays)
    return BacktestResult(
        compiled=compiled,
        history=history,
        states=arrays.states,
        points=arrays.points.reshape(history.order_count, len(compiled.program.units)),
        refused=int(arrays.refused.sum()),
        seconds=perf_counter() - started,
        loop_seconds=loop_seconds,
        compile_seconds=compile_seconds,
        engine=engine,
        _lots=arrays.lots,
        _entries=arrays.entries,
        _entries_before=arrays.entries_before,
    )


def _numba_functions(compiled: Compiled) -> tuple[Any, Any, Any, Any]:
    k = kernel.kernel()
    return (*kernel.program_functions(compiled.executable), k.all_facts, k.all_members)


def _cpython_functions(compiled: Compiled) -> tuple[Any, Any, Any, Any]:
    module: dict[str, Any] = {}
    exec(compile(compiled.source, f"<program {compiled.program.code}>", "exec"), module)  # noqa: S102  our own text
    return module["prepare"], module["rules"], replay.all_facts, replay.all_members


class _Arrays:
    """Everything that the loops read and write, laid out for one run."""

    def __init__(self, compiled: Compiled, history: History, until_at: int, *, keep_entries: bool) -> None:
        units = len(compiled.program.units)
        self.history, self.until_at, self.width = history, until_at, compiled.width
        self.keep_entries = keep_entries
        self.P = np.array(compiled.numbers, np.int64)
        zone_at, zone_offset = zone_table(compiled.program.time_zone)
        self.zone_at, self.zone_offset = np.array(zone_at, np.int64), np.array(zone_offset, np.int64)
        self.facts = self._facts(compiled)
        self.lines = self._lines(compiled)
        self.states = self._states(units)
        orders = history.order_count
        self.lots = np.zeros((orders * units + 1) * LOT, np.int64)
        self.days = np.zeros((orders + 1) * slots.DAY_ROW, np.int64)
        self.points = np.zeros(orders * units, np.int64)
        self.refused = np.zeros(history.event_count + 1, np.int64)
        self.out_size = compiled.out_size
        capacity = self._entry_capacity(until_at)
        if keep_entries:
            self.entries_before = np.concatenate([[0], np.cumsum(capacity)]).astype(np.int64)
            self.entries = np.zeros((int(self.entries_before[-1]) + 1) * ENTRY, np.int64)
        else:
            self.entries_before = np.zeros(history.member_count + 1, np.int64)
            self.entries = np.zeros((int(capacity.max(initial=0)) + 1) * ENTRY, np.int64)

    def _facts(self, compiled: Compiled) -> Column:
        """One row of facts an order; the columns that `prepare` does not own are filled here."""
        h = self.history
        o = np.zeros((h.order_count, compiled.width), np.int64)
        o[:, slots.O_AT], o[:, slots.O_NET], o[:, slots.O_GROSS] = h.order_effective_at, h.net_minor, h.gross_minor
        o[:, slots.O_STORE] = _codes(compiled, h.store_names)[h.store]
        o[:, slots.O_CHANNEL] = _codes(compiled, h.channel_names)[h.channel]
        o[:, slots.O_LINES] = np.diff(h.line_of)
        return o.reshape(-1)

    def _lines(self, compiled: Compiled) -> Column:
        """One row a line, where the program asks for any fact of lines."""
        h = self.history
        if compiled.width == slots.O_AGGREGATE:
            return np.zeros(0, np.int64)
        lines = np.zeros((h.line_count, slots.LINE), np.int64)
        lines[:, slots.LINE_NET], lines[:, slots.LINE_QUANTITY] = h.line_net_minor, h.line_quantity
        lines[:, slots.LINE_CATEGORY] = _codes(compiled, h.category_names)[h.line_category]
        lines[:, slots.LINE_SKU] = _codes(compiled, h.sku_names)[h.line_sku]
        return lines.reshape(-1)

    def _states(self, units: int) -> Column:
        h = self.history
        states = np.zeros((h.member_count, M_SIZE), np.int64)
        index = np.searchsorted(self.zone_at, h.joined_at, side="right") - 1
        day = (h.joined_at + self.zone_offset[index]) // SECONDS_PER_DAY
        states[:, slots.AT], states[:, slots.DAY], states[:, slots.JOINED] = h.joined_at, day, day
        states[:, slots.BIRTH], states[:, slots.UNTIL] = h.birth_md, NEVER
        states[:, slots.NEXT_LOT : slots.NEXT_LOT + min(units, UNITS_MAX)] = 1
        return states

    def _entry_capacity(self, until_at: int) -> Column:
        """Most entries of each member: the formula of `machine.most_entries`, over columns."""
        h = self.history
        orders = np.diff(h.orders_before)
        redemptions = np.diff(h.starts) - orders
        last = max(until_at, int(h.event_at.max(initial=0)))
        days = (last - h.joined_at) // SECONDS_PER_DAY + 2
        P = self.P.tolist()
        fixed = machine.most_entries(P, 0, 0, 0, int(days.max(initial=0)))
        each = machine.most_entries(P, 0, 1, 0, 0) - machine.most_entries(P, 0, 0, 0, 0)
        capacity: Column = orders * each + redemptions + fixed
        return capacity


def _codes(compiled: Compiled, names: tuple[str, ...]) -> Column:
    """Return the program's code of every name of a history's dictionary."""
    return np.array([MISSING_TEXT if n == "" else compiled.codes.get(n, 0) for n in names] or [0], np.int64)


def _run(functions: tuple[Any, Any, Any, Any], a: _Arrays, threads: int) -> float:
    """Run the loops under numba, members split between threads; return the seconds of the loops over members."""
    prepare, rules, all_facts, all_members = functions
    h = a.history
    all_facts(prepare, a.facts, a.width, a.lines, h.line_of, a.zone_at, a.zone_offset, a.P)
    cuts = [h.member_count * t // threads for t in range(threads + 1)]
    scratch = [a.entries if a.keep_entries or t == 0 else a.entries.copy() for t in range(threads)]

    def part(t: int) -> None:
        all_members(
            rules, cuts[t], cuts[t + 1], h.starts, h.orders_before, h.events, a.until_at, a.facts, a.width, a.zone_at,
            a.zone_offset, a.P, a.states, a.lots, a.days, scratch[t], a.entries_before,
            np.zeros(a.out_size, np.int64), a.points, a.refused,
        )  # fmt: skip

    with ThreadPoolExecutor(threads) as pool:
        started = perf_counter()
        list(pool.map(part, range(threads)))
        return perf_counter() - started


def _run_lists(functions: tuple[Any, Any, Any, Any], a: _Arrays) -> float:
    """Run the loops in CPython over lists, which are twice as fast there as arrays; return the seconds of the loops."""
    prepare, rules, all_facts, _ = functions
    h = a.history
    facts, P, zone_at, zone_offset = (x.tolist() for x in (a.facts, a.P, a.zone_at, a.zone_offset))
    all_facts(prepare, facts, a.width, a.lines.tolist(), h.line_of.tolist(), zone_at, zone_offset, P)
    events, points, refused = h.events.tolist(), a.points.tolist(), a.refused.tolist()
    starts, before = h.starts.tolist(), h.orders_before.tolist()
    units, out = len(a.points) // max(1, h.order_count), [0] * a.out_size
    looped = 0.0
    for i in range(h.member_count):
        m = a.states[i].tolist()
        orders = before[i + 1] - before[i]
        L, B = [0] * (orders * units * LOT), [0] * (orders * slots.DAY_ROW)
        first = int(a.entries_before[i]) * ENTRY
        room = int(a.entries_before[i + 1]) * ENTRY - first if a.keep_entries else len(a.entries)
        e = [0] * room
        started = perf_counter()
        replay.one_member(
            rules, starts[i], starts[i + 1], events, a.until_at, facts, a.width, zone_at, zone_offset, P, m, L, B, e,
            out, points, refused,
        )  # fmt: skip
        looped += perf_counter() - started
        a.states[i] = m
        a.lots[before[i] * units * LOT : before[i + 1] * units * LOT] = L
        a.entries[first : first + room] = e
    a.points[:], a.refused[:] = points, refused
    return looped
