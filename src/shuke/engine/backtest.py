"""Replay a history through a program in columns: the same compiled decision as online, millions of events a second.

Knows columns of integers only; histories are written elsewhere. One is replayed exactly in the order given: a file's in
(occurred_at, id), a live database's in the order of recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from shuke.core.state import slots
from shuke.core.state.slots import ENTRY, LOT, LOT_GONE, UNITS_MAX
from shuke.engine.columns import Columns, Room
from shuke.engine.compile import Compiled
from shuke.engine.history import Column, History
from shuke.engine.loops import engine_for, loops_of, run_through


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
    growth: Sequence[Fraction] = (),
) -> BacktestResult:
    """Replay `history` through a program, then let time pass to the UTC second `until_at`.

    `engine` is "numba", "cpython" or "auto": CPython for a small history whose program numba has not compiled yet.
    `keep_entries` keeps every entry and the members' rows, lots among them. `growth` is by what amounts of orders are
    multiplied on each rank of the first ladder.

    Raises:
        ValueError: an unknown engine.
    """
    engine = engine_for(compiled, history.event_count, engine)
    started = perf_counter()
    loops = loops_of(compiled, engine, threads)
    compile_seconds = perf_counter() - started if engine == "numba" else 0.0
    started = perf_counter()
    columns = Columns(compiled, history, growth=growth)
    run = run_through(loops, columns, until_at, keep=keep_entries)
    return BacktestResult(
        compiled=compiled,
        history=history,
        states=run.states,
        points=run.points.reshape(len(history.facts), len(compiled.grants)),
        refused=run.refused > 0,
        totals=run.totals.reshape(-1, UNITS_MAX),
        seconds=perf_counter() - started,
        loop_seconds=run.loop_seconds,
        compile_seconds=compile_seconds,
        engine=engine,
        _rows=run.rows,
        _entries=run.entries,
        _room=run.room,
    )
