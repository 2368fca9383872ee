"""Replay a history through a program in columns: the same compiled decision as online, millions of events a second.

Knows columns of integers only; histories are written elsewhere. One is replayed exactly in the order given: a file's in
(occurred_at, id), a live database's in the order of recording.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from shuke.core.state import replay, slots
from shuke.core.state.replay import D_ROW
from shuke.core.state.slots import ENTRY, LOT, LOT_GONE, TIERS_SIZE, UNITS_MAX
from shuke.engine import kernel
from shuke.engine.columns import Columns, Room, room_for
from shuke.engine.compile import Compiled
from shuke.engine.generated import functions_of
from shuke.engine.history import Column, History
from shuke.engine.zones import local_day

SMALL_HISTORY = 50_000  # events under which CPython is done before numba has compiled a program,
FIRST_HISTORY = 500_000  # and under which it is before the kernel is compiled for the first time on a machine
KINDS = slots.TIER_QUALIFIED  # kinds of point entries are numbers below


@dataclass(frozen=True)
class BacktestResult:
    """What the replay of a history left, by member in the history's order.

    `states` has a row of core state a member; `points` a row for each of the facts and a column for each grant (0 where
    it gave nothing); `refused` marks the events that could not be; `totals` has the sum of points by kind of entry and
    unit. `seconds` are of the whole replay, `loop_seconds` of its loops over the events alone, `compile_seconds` of
    compiling before it. Entries and lots are there where they were kept.
    """

    compiled: Compiled
    history: History
    states: Column
    points: Column
    refused: NDArray[np.bool_]
    totals: Column
    seconds: float
    loop_seconds: float
    compile_seconds: float
    engine: str  # "numba" | "cpython"
    _rows: Column
    _entries: Column
    _room: Room

    def tiers(self, ladder: int = 0) -> Column:
        """Return the rank of every member on a ladder."""
        ranks: Column = self.states[:, slots.LADDER + ladder * slots.LADDER_ROW + slots.T_RANK]
        return ranks

    def total_of(self, *kinds: int) -> list[int]:
        """Return the sum of the entries of some kinds by unit."""
        units = len(self.compiled.program.units)
        return [int(self.totals[list(kinds), unit].sum()) for unit in range(units)]

    @property
    def issued(self) -> list[int]:
        """Points earned by unit, pending or not, whatever became of them."""
        return self.total_of(slots.ACCRUAL, slots.ACCRUAL_PENDING)

    @property
    def outstanding(self) -> list[int]:
        """Points that members have, by unit: usable, pending and set aside, less what they owe."""
        m = self.states
        parts = ((slots.AVAILABLE, 1), (slots.PENDING, 1), (slots.HELD, 1), (slots.DEBT, -1))
        units = range(len(self.compiled.program.units))
        return [sum(sign * int(m[:, base + unit].sum()) for base, sign in parts) for unit in units]

    def points_of(self, unit: int) -> Column:
        """Return the points of a unit that each of the facts gave."""
        grants = [number for number, grant in enumerate(self.compiled.grants) if grant.unit == unit]
        total: Column = self.points[:, grants].sum(axis=1)
        return total

    @cached_property
    def entries(self) -> Column:
        """Every kept entry, member by member, in rows of ENTRY."""
        parts = [self._entries_of(member) for member in range(self.history.member_count)]
        return np.concatenate(parts) if parts else np.zeros((0, ENTRY), np.int64)

    def entries_of(self, member: int) -> list[tuple[int, ...]]:
        """Return the kept entries of one member, tuples of ENTRY as slots has them; tier entries among them."""
        return [tuple(row) for row in self._entries_of(member).tolist()]

    def lots_of(self, member: int) -> list[tuple[int, ...]]:
        """Return the kept lots of one member that have something left, as (number, unit, left, ends, gift)."""
        m, R = self.states[member].tolist(), self.rows_of(member)
        starts = range(m[slots.LOTS], m[slots.LOTS] + m[slots.LOT_TAIL] * LOT, LOT)
        return [tuple(R[i : i + LOT_GONE]) for i in starts if R[i + slots.LOT_LEFT] > 0]

    def rows_of(self, member: int) -> list[int]:
        """Return the kept rows of one member, R of core.state.slots."""
        self._check_kept()
        rows: list[int] = self._rows[self._room.rows_first[member] : self._room.rows_last[member]].tolist()
        return rows

    def _check_kept(self) -> None:
        if not self._room.kept:
            raise ValueError("The entries were not kept.")

    def _entries_of(self, member: int) -> Column:
        self._check_kept()
        first, count = self._room.entries_first[member], self.states[member, slots.ENTRIES]
        return self._entries[first : first + count * ENTRY].reshape(-1, ENTRY)


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
    `keep_entries` keeps every entry and the members' rows, lots among them.

    Raises:
        ValueError: an unknown engine.
    """
    if engine not in ("auto", "numba", "cpython"):
        raise ValueError(f"Unknown engine {engine!r}.")
    if engine == "auto":
        small = history.event_count < (SMALL_HISTORY if kernel.is_ready() else FIRST_HISTORY)
        quick = small and not kernel.is_compiled(compiled.executable)
        engine = "cpython" if quick else "numba"
    started = perf_counter()
    loops = _InColumns(compiled, threads) if engine == "numba" else _InLists(compiled)
    compile_seconds = perf_counter() - started if engine == "numba" else 0.0
    started = perf_counter()
    columns = Columns(compiled, history)
    loops.prepare(columns)
    times, entries = 1, None
    while True:
        run = _Run(columns, until_at, room_for(columns, until_at, keep=keep_entries, times=times, entries=entries))
        loop_seconds = loops.run(run)
        wanted = run.states[:, slots.ENTRIES]
        if run.states[:, slots.FULL].any():
            times *= 4
        elif (wanted * ENTRY > run.room.entries_last - run.room.entries_first).any():
            entries = wanted
        else:
            break
    return BacktestResult(
        compiled=compiled,
        history=history,
        states=run.states,
        points=run.points.reshape(len(history.facts), len(compiled.grants)),
        refused=run.refused > 0,
        totals=run.totals.reshape(-1, UNITS_MAX),
        seconds=perf_counter() - started,
        loop_seconds=loop_seconds,
        compile_seconds=compile_seconds,
        engine=engine,
        _rows=run.rows,
        _entries=run.entries,
        _room=run.room,
    )


class _Run:
    """What the loops write in one run."""

    def __init__(self, columns: Columns, until_at: int, room: Room) -> None:
        compiled, history = columns.compiled, columns.history
        self.columns, self.room = columns, room
        self.until_at, self.until_day = until_at, local_day(until_at, compiled.program.time_zone)
        self.states = columns.states(room.regions)
        self.rows = np.zeros(room.rows, np.int64)
        self.entries = np.zeros(room.entries, np.int64)
        self.points = np.zeros(len(history.facts) * len(compiled.grants), np.int64)
        self.refused = np.zeros(history.event_count, np.int64)
        self.totals = np.zeros(KINDS * UNITS_MAX, np.int64)
        # scratch: kept decisions, what rules and grants say, what tiers say
        self.scratch = (
            history.slots * D_ROW,
            len(compiled.program.earn) + 4 * len(compiled.grants) + TIERS_SIZE,
            TIERS_SIZE,
        )


class _InColumns:
    """Runs the loops under numba."""

    def __init__(self, compiled: Compiled, threads: int) -> None:
        self._kernel, self._threads = kernel.kernel(), threads
        self._prepare, self._rules, self._tiers = kernel.program_functions(compiled.executable)

    def prepare(self, c: Columns) -> None:
        """Fill the facts that the generated text owns."""
        line_of = c.history.facts.line_of
        self._kernel.all_facts(
            self._prepare, c.facts, c.compiled.width, c.lines, line_of, c.zone_at, c.zone_offset, c.P
        )

    def run(self, run: _Run) -> float:
        """Run the members, split between threads; return the seconds of the loops."""
        c, room, threads = run.columns, run.room, self._threads
        h = c.history
        events = c.events.reshape(-1)
        cuts = [h.member_count * t // threads for t in range(threads + 1)]
        own = [not room.kept and t > 0 for t in range(threads)]
        rows = [run.rows.copy() if apart else run.rows for apart in own]
        entries = [run.entries.copy() if apart else run.entries for apart in own]
        scratch = [[np.zeros(size, np.int64) for size in run.scratch] for _ in range(threads)]
        totals = [np.zeros_like(run.totals) for _ in range(threads)]

        def part(t: int) -> None:
            self._kernel.all_members(
                self._rules, self._tiers, cuts[t], cuts[t + 1], h.starts, events, run.until_at, run.until_day,
                c.facts, c.compiled.width, c.lines, h.facts.line_of, c.P,
                run.states, rows[t], room.rows_first, room.rows_last,
                entries[t], room.entries_first, room.entries_last,
                *scratch[t], run.points, run.refused, totals[t],
            )  # fmt: skip

        with ThreadPoolExecutor(threads) as pool:
            started = perf_counter()
            list(pool.map(part, range(threads)))
            took = perf_counter() - started
        run.totals += sum(totals)
        return took


class _InLists:
    """Runs the loops in CPython over lists, which are twice as fast there as arrays."""

    def __init__(self, compiled: Compiled) -> None:
        self._prepare, self._rules, self._tiers = functions_of(compiled)

    def prepare(self, c: Columns) -> None:
        """Fill the facts that the generated text owns, and keep everything that is read as lists."""
        self._P = c.P.tolist()
        self._facts, self._lines, self._line_of = c.facts.tolist(), c.lines.tolist(), c.history.facts.line_of.tolist()
        self._events, self._starts = c.events.reshape(-1).tolist(), c.history.starts.tolist()
        replay.all_facts(
            self._prepare, self._facts, c.compiled.width, self._lines, self._line_of, c.zone_at.tolist(),
            c.zone_offset.tolist(), self._P,
        )  # fmt: skip

    def run(self, run: _Run) -> float:
        """Run the members one after the other; return the seconds of the loops."""
        room, width = run.room, run.columns.compiled.width
        points, refused, totals = run.points.tolist(), run.refused.tolist(), run.totals.tolist()
        D, out, t = ([0] * size for size in run.scratch)
        took = 0.0
        for i in range(len(run.states)):
            m = run.states[i].tolist()
            R = [0] * int(room.rows_last[i] - room.rows_first[i])
            e = [0] * int(room.entries_last[i] - room.entries_first[i])
            started = perf_counter()
            replay.one_member(
                self._rules, self._tiers, self._starts[i], self._starts[i + 1], self._events, run.until_at,
                run.until_day, self._facts, width, self._lines, self._line_of, self._P,
                m, R, e, D, out, t, points, refused,
            )  # fmt: skip
            replay.add_totals(m, e, totals)
            took += perf_counter() - started
            run.states[i] = m
            run.rows[room.rows_first[i] : room.rows_last[i]] = R
            run.entries[room.entries_first[i] : room.entries_last[i]] = e
        run.points[:], run.refused[:], run.totals[:] = points, refused, totals
        return took
