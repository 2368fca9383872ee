"""Let time pass for thousands of members at once, in columns: the machine's own `advance`, compiled.

Only members with nothing pending and nothing set aside; whose lots find no room here, the desk advances one by one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuke.core.state import slots
from shuke.core.state.slots import DAY_ROW, ENTRY, LOT, TIERS_SIZE
from shuke.engine import kernel
from shuke.engine.compile import Compiled
from shuke.engine.history import Column
from shuke.engine.zones import local_day

SPARE = 2  # entries of a member beside those of its lots; with more, the night means nothing for it


@dataclass(frozen=True)
class Night:
    """What a night did: a row of core state a member, and the next local day on which time does something.

    `entries` are rows of ENTRY, `of` says which member's. Of members whom `whole` doesn't mark it means nothing.
    """

    states: Column
    dues: Column
    whole: NDArray[np.bool_]
    entries: Column
    of: Column


def prepare(compiled: Compiled) -> None:
    """Have what a night of the program needs at hand: half a minute the first time on a machine."""
    kernel.program_functions(compiled.executable)


def pass_night(
    compiled: Compiled, states: Column, lots: tuple[Column, Column], days: tuple[Column, Column], until_at: int
) -> Night:
    """Let time pass up to a UTC second for members who stand before it.

    `lots` are (member, rows of (number, unit, left, ends, gift)) by member, then by (ends, unit, number); `days` are
    (member, rows of (local day, every counter)) by member and day. The states are filled and moved.
    """
    count = len(states)
    lots_of, lot_rows = lots
    days_of, day_rows = days
    lot_counts, day_counts = np.bincount(lots_of, minlength=count), np.bincount(days_of, minlength=count)
    rows_last = np.cumsum(lot_counts * LOT + day_counts * DAY_ROW)
    rows_first = rows_last - lot_counts * LOT - day_counts * DAY_ROW
    rows = np.zeros(rows_last[-1], np.int64)
    _place(rows, rows_first, lots_of, lot_counts, lot_rows, LOT)
    _place(rows, rows_first + lot_counts * LOT, days_of, day_counts, day_rows, DAY_ROW)
    entries_last = np.cumsum((lot_counts + SPARE) * ENTRY)
    entries_first = entries_last - (lot_counts + SPARE) * ENTRY
    entries, dues = np.zeros(entries_last[-1], np.int64), np.zeros(count, np.int64)
    states[:, slots.LOTS], states[:, slots.LOT_TAIL], states[:, slots.DAY_TAIL] = 0, lot_counts, day_counts
    for region in (slots.WAITS, slots.HOLDS, slots.TAKES, slots.DAYS):
        states[:, region] = lot_counts * LOT
    _, _, tiers = kernel.program_functions(compiled.executable)
    kernel.kernel().all_nights(
        tiers, until_at, local_day(until_at, compiled.program.time_zone), np.array(compiled.numbers, np.int64),
        states, rows, rows_first, rows_last, entries, entries_first, entries_last, np.zeros(TIERS_SIZE, np.int64), dues,
    )  # fmt: skip
    written = np.minimum(states[:, slots.ENTRIES], lot_counts + SPARE)
    whole = (states[:, slots.FULL] == 0) & (written == states[:, slots.ENTRIES])
    of = np.repeat(np.arange(count), written)
    first = entries_first[of] // ENTRY + _ranks(written)
    return Night(states, dues, whole, entries.reshape(-1, ENTRY)[first], of)


def _place(rows: Column, first: Column, of: Column, counts: Column, values: Column, stride: int) -> None:
    """Write each member's rows one after the other from its first place on."""
    at = first[of] + _ranks(counts) * stride
    rows[at[:, None] + np.arange(values.shape[1])] = values


def _ranks(counts: Column) -> Column:
    """Return 0, 1, 2 … for each member's rows, of which it has so many."""
    ranks: Column = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return ranks
