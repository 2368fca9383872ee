"""Runs the loops over events: under numba over arrays, in CPython over lists; the same functions, the same result."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from shuke.core.state import replay, slots
from shuke.core.state.replay import D_ROW
from shuke.core.state.slots import ENTRY, LOT, TIERS_SIZE, UNITS_MAX, WAIT
from shuke.engine import kernel
from shuke.engine.columns import Columns, Room, room_for
from shuke.engine.compile import Compiled
from shuke.engine.generated import functions_of
from shuke.engine.history import Column
from shuke.engine.tallies import Counting, Tally
from shuke.engine.zones import local_day

SMALL_HISTORY = 50_000  # events under which CPython is done before numba has compiled a program,
FIRST_HISTORY = 500_000  # and under which it is before the kernel is compiled for the first time on a machine
KINDS = slots.TIER_QUALIFIED  # kinds of point entries are numbers below
NOTHING = np.zeros(0, np.int64)


class Run:
    """What the loops write in one run: of a study (`counting`) what is tallied, else the points of every fact."""

    def __init__(self, columns: Columns, until_at: int, room: Room, counting: Counting | None) -> None:
        compiled, history = columns.compiled, columns.history
        self.columns, self.room, self.loop_seconds = columns, room, 0.0
        self.until_at, self.until_day = until_at, local_day(until_at, compiled.program.time_zone)
        self.states = columns.states(room.regions)
        self.rows = np.zeros(room.rows, np.int64)
        self.entries = np.zeros(room.entries, np.int64)
        self.points = np.zeros(0 if counting else len(history.facts) * len(compiled.grants), np.int64)
        self.refused = np.zeros(history.event_count, np.int64)
        self.totals = np.zeros(KINDS * UNITS_MAX, np.int64)
        self.counting = counting
        lots = _most_lots(room) if counting else 0
        self.S = counting.header(lots) if counting else NOTHING
        self.T = np.zeros(counting.size if counting else 0, np.int64)
        self.whos = counting.whos() if counting else np.zeros((history.member_count, 0), np.int64)
        # scratch: kept decisions; what rules and grants say; what tiers say; months of lots
        self.scratch = (
            history.slots * D_ROW,
            len(compiled.program.earn) + 4 * len(compiled.grants) + TIERS_SIZE,
            TIERS_SIZE,
            lots * len(compiled.program.units),
        )

    def entries_of(self, member: int) -> Column:
        """Return the kept entries of one member, in rows of ENTRY."""
        first, count = self.room.entries_first[member], self.states[member, slots.ENTRIES]
        return self.entries[first : first + count * ENTRY].reshape(-1, ENTRY)

    @property
    def tally(self) -> Tally:
        """What was counted, of a study."""
        if self.counting is None:
            raise ValueError("Nothing was counted.")
        return Tally.read(self.counting, self.T, self.whos, self.states)


def _most_lots(room: Room) -> int:
    """Return a number that no lot of a unit reaches as long as its row finds room."""
    lots, waits = room.regions[:, 1] - room.regions[:, 0], room.regions[:, 2] - room.regions[:, 1]
    return int((lots // LOT + waits // WAIT).max(initial=0)) + 2


class Loops(Protocol):
    """The loops of one program."""

    def over(self, c: Columns) -> Callable[[Run], None]:
        """Fill the facts that the generated text owns; return what runs all members."""


def engine_for(compiled: Compiled, events: int, engine: str = "auto") -> str:
    """Return the engine of a replay: CPython for few events of a program that numba has not compiled yet.

    Raises:
        ValueError: an unknown engine.
    """
    if engine not in ("auto", "numba", "cpython"):
        raise ValueError(f"Unknown engine {engine!r}.")
    if engine != "auto":
        return engine
    small = events < (SMALL_HISTORY if kernel.is_ready() else FIRST_HISTORY)
    return "cpython" if small and not kernel.is_compiled(compiled.executable) else "numba"


def loops_of(compiled: Compiled, engine: str, threads: int = 1) -> Loops:
    """Return the loops of a program, compiled where that is needed."""
    return _InColumns(compiled, threads) if engine == "numba" else InLists(functions_of(compiled))


def run_through(
    loops: Loops,
    columns: Columns,
    until_at: int,
    *,
    keep: bool = False,
    counting: Counting | None = None,
) -> Run:
    """Run all members, again with more room where there was too little; `keep` their entries and rows."""
    members = loops.over(columns)
    times, entries = 1, None
    while True:
        room = room_for(columns, until_at, keep=keep, times=times, entries=entries)
        run = Run(columns, until_at, room, counting)
        members(run)
        wanted = run.states[:, slots.ENTRIES]
        if run.states[:, slots.FULL].any():
            times *= 4
        elif (wanted * ENTRY > room.entries_last - room.entries_first).any():
            entries = wanted
        else:
            return run


class _InColumns:
    """Runs the loops under numba."""

    def __init__(self, compiled: Compiled, threads: int) -> None:
        self._kernel, self._threads = kernel.kernel(), threads
        self._prepare, self._rules, self._tiers = kernel.program_functions(compiled.executable)

    def over(self, c: Columns) -> Callable[[Run], None]:
        self._kernel.all_facts(
            self._prepare, c.facts, c.compiled.width, c.lines, c.line_of, c.zone_at, c.zone_offset, c.P
        )
        return self._run

    def _run(self, run: Run) -> None:
        """Run the members, split between threads by their events."""
        c, room, threads = run.columns, run.room, self._threads
        h = c.history
        events = c.events.reshape(-1)
        shares = [h.event_count * t // threads for t in range(1, threads)]
        cuts = [0, *np.searchsorted(h.starts, shares).tolist(), h.member_count]
        own = [not room.kept and t > 0 for t in range(threads)]
        rows = [run.rows.copy() if apart else run.rows for apart in own]
        entries = [run.entries.copy() if apart else run.entries for apart in own]
        scratch = [[np.zeros(size, np.int64) for size in run.scratch] for _ in range(threads)]
        sums = [(np.zeros_like(run.totals), np.zeros_like(run.T)) for _ in range(threads)]

        def part(t: int) -> None:
            D, out, tiers, born = scratch[t]
            totals, T = sums[t]
            self._kernel.all_members(
                self._rules, self._tiers, cuts[t], cuts[t + 1], h.starts, events, run.until_at, run.until_day,
                c.facts, c.compiled.width, c.copies, c.lines, c.line_of, c.P,
                run.states, rows[t], room.rows_first, room.rows_last,
                entries[t], room.entries_first, room.entries_last,
                D, out, tiers, run.points, run.refused, totals, run.S, T, run.whos, born,
            )  # fmt: skip

        with ThreadPoolExecutor(threads) as pool:
            started = perf_counter()
            list(pool.map(part, range(threads)))
            run.loop_seconds = perf_counter() - started
        for totals, T in sums:
            run.totals += totals
            run.T += T


class InLists:
    """Runs the loops in CPython over lists, which are twice as fast there as arrays."""

    def __init__(self, functions: tuple[Any, Any, Any]) -> None:
        """Take (prepare, rules, tiers)."""
        self._prepare, self._rules, self._tiers = functions

    def over(self, c: Columns) -> Callable[[Run], None]:
        P, facts, lines, line_of = c.P.tolist(), c.facts.tolist(), c.lines.tolist(), c.line_of.tolist()
        events, starts, copies = c.events.reshape(-1).tolist(), c.history.starts.tolist(), c.copies.tolist()
        width, zone_at, zone_offset = c.compiled.width, c.zone_at.tolist(), c.zone_offset.tolist()
        replay.all_facts(self._prepare, facts, width, lines, line_of, zone_at, zone_offset, P)

        def members(run: Run) -> None:
            """Run the members one after the other."""
            room = run.room
            points, refused, totals = run.points.tolist(), run.refused.tolist(), run.totals.tolist()
            D, out, t, born = ([0] * size for size in run.scratch)
            S, T = run.S.tolist(), run.T.tolist()
            for i in range(len(run.states)):
                m, who = run.states[i].tolist(), run.whos[i].tolist()
                R = [0] * int(room.rows_last[i] - room.rows_first[i])
                e = [0] * int(room.entries_last[i] - room.entries_first[i])
                started = perf_counter()
                replay.one_member(
                    self._rules, self._tiers, starts[i], starts[i + 1], events, run.until_at, run.until_day,
                    facts, width, copies, lines, line_of, P, m, R, e, D, out, t, points, refused, S, T, who, born,
                )  # fmt: skip
                replay.add_totals(m, e, totals)
                run.loop_seconds += perf_counter() - started
                run.states[i], run.whos[i] = m, who
                run.rows[room.rows_first[i] : room.rows_last[i]] = R
                run.entries[room.entries_first[i] : room.entries_last[i]] = e
            run.points[:], run.refused[:], run.totals[:], run.T[:] = points, refused, totals, T

        return members
