"""Lays a member's state out as the flat integers of the machines, and takes them back. Nothing is decided here."""

from collections import Counter
from collections.abc import Sequence

from shuke.core.program.model import Unit
from shuke.core.state.slots import (
    ACTIVE,
    AT,
    AVAILABLE,
    BIRTH,
    CAP,
    CLAWBACK,
    CLAWBACK_PENDING,
    DAY,
    DAY_ROW,
    DAY_TAIL,
    DAYS,
    DEBT,
    E_AMOUNT,
    E_CAUSE,
    E_FROM,
    E_KIND,
    E_UNIT,
    ENTRIES,
    ENTRY,
    FULL,
    HELD,
    HOLD,
    HOLD_TAIL,
    HOLDS,
    JOINED,
    LADDER,
    LADDER_ROW,
    LOT,
    LOT_TAIL,
    LOTS,
    LUNAR,
    M_SIZE,
    MILESTONE,
    NEXT_LOT,
    ORDERS,
    OWED,
    P_CAPS,
    P_COUNTERS,
    P_MILESTONES,
    P_STREAKS,
    P_UNITS,
    P_WINDOWS,
    PENDING,
    RETURN,
    STAMP_AT,
    STAMP_DAY,
    STREAK,
    TAGS,
    TAKE,
    TAKE_CAUSE,
    TAKE_ENDS,
    TAKE_GIFT,
    TAKE_LOT,
    TAKE_TAIL,
    TAKE_UNIT,
    TAKE_USED,
    TAKES,
    W_BASE,
    W_RESET,
    W_VALUE,
    WAIT,
    WAIT_TAIL,
    WAITS,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.state.windows import find_rows
from shuke.core.values.dates import Ints
from shuke.engine.compile import Compiled
from shuke.engine.states import (
    ClawFact,
    ForfeitFact,
    HoldState,
    LadderState,
    LotState,
    MemberState,
    Slice,
    TakeState,
    WaitState,
)

BY_UNIT = (AVAILABLE, PENDING, HELD, DEBT, NEXT_LOT, ACTIVE)


class Arrays:
    """One member's state as `m`, `R` and `e`, with room for about `room` more rows and entries of each kind."""

    def __init__(self, compiled: Compiled, P: Ints, state: MemberState, room: int) -> None:
        self._compiled = compiled
        self._P = P
        self.m = [0] * M_SIZE
        self.R: list[int] = []
        self._takes = state.takes
        self._region(LOTS, LOT_TAIL, LOT, [_lot(lot) for lot in state.lots or ()], room + len(state.takes))
        self._region(WAITS, WAIT_TAIL, WAIT, [_wait(wait) for wait in state.waits], room)
        self._region(HOLDS, HOLD_TAIL, HOLD, [_hold(hold) for hold in state.holds], 1)
        self._region(TAKES, TAKE_TAIL, TAKE, [_take(take) for take in state.takes], room + len(state.lots or ()))
        self._region(DAYS, DAY_TAIL, DAY_ROW, [_padded(row) for row in state.days or ()], room)
        self.e = [0] * (ENTRY * (8 * room + 4 * (len(state.lots or ()) + len(state.waits) + len(state.takes))))
        self._fill(state)

    @property
    def is_full(self) -> bool:
        """Whether something found no room, so that the result means nothing."""
        return self.m[FULL] == 1 or self.m[ENTRIES] * ENTRY > len(self.e)

    @property
    def units(self) -> Sequence[Unit]:
        """The program's units, by their place in it."""
        return self._compiled.program.units

    def _region(self, base: int, tail: int, stride: int, rows: Sequence[Sequence[int]], room: int) -> None:
        self.m[base], self.m[tail] = len(self.R), len(rows)
        for row in rows:
            self.R += row
        self.R += [0] * (stride * room)

    def _fill(self, state: MemberState) -> None:
        m, P = self.m, self._P
        m[AT], m[DAY], m[JOINED] = state.standing_at, state.standing_day, state.joined_day
        m[STAMP_AT], m[STAMP_DAY] = state.standing_at, state.standing_day
        m[BIRTH], m[LUNAR], m[TAGS], m[ORDERS] = state.birth_md, state.lunar_md, state.tags, state.orders
        units = P[P_UNITS]
        kept = (state.available, state.pending, state.held, state.debt, state.next_lots, state.active_days)
        for base, values in zip(BY_UNIT, kept, strict=True):
            m[base : base + units] = values
        for k, ladder in enumerate(state.ladders):
            row = LADDER + k * LADDER_ROW
            m[row : row + LADDER_ROW] = (
                ladder.rank,
                ladder.until,
                int(ladder.grace),
                ladder.floor,
                ladder.floor_until,
            )
        for w, (value, (reset, base)) in enumerate(zip(state.windows, state.resets, strict=True)):
            s = WINDOW + w * WINDOW_ROW
            m[s + W_VALUE], m[s + W_RESET], m[s + W_BASE] = value, reset, base
        find_rows(m, self.R, P)
        for s, (length, last) in enumerate(state.streaks):
            m[STREAK + s * 2], m[STREAK + s * 2 + 1] = length, last
        m[CAP : CAP + len(state.caps)] = state.caps
        m[MILESTONE : MILESTONE + len(state.milestones)] = state.milestones

    def save(self, state: MemberState) -> None:
        """Take the arrays back into the state."""
        m, P = self.m, self._P
        state.standing_at, state.standing_day, state.orders = m[AT], m[DAY], m[ORDERS]
        units = P[P_UNITS]
        state.available, state.pending, state.held, state.debt, state.next_lots, state.active_days = (
            m[base : base + units] for base in BY_UNIT
        )
        for k in range(len(state.ladders)):
            row = LADDER + k * LADDER_ROW
            rank, until, grace, floor, floor_until = m[row : row + LADDER_ROW]
            state.ladders[k] = LadderState(rank, until, bool(grace), floor, floor_until)
        rows = [WINDOW + w * WINDOW_ROW for w in range(P[P_WINDOWS])]
        state.windows = [m[s + W_VALUE] for s in rows]
        state.resets = [(m[s + W_RESET], m[s + W_BASE]) for s in rows]
        state.streaks = [(m[STREAK + s * 2], m[STREAK + s * 2 + 1]) for s in range(P[P_STREAKS])]
        state.caps = m[CAP : CAP + P[P_CAPS]]
        state.milestones = m[MILESTONE : MILESTONE + P[P_MILESTONES]]
        if state.lots is not None:
            found = self.rows(LOTS, LOT_TAIL, LOT)
            lots = (LotState(number, unit, left, ends, bool(gift)) for number, unit, left, ends, gift, _ in found)
            state.lots = [lot for lot in lots if lot.left > 0]
        if state.days is not None:
            width = 1 + P[P_COUNTERS]
            state.days = [tuple(row[:width]) for row in self.rows(DAYS, DAY_TAIL, DAY_ROW)]
        state.waits = [WaitState(*row) for row in self.rows(WAITS, WAIT_TAIL, WAIT)]
        state.holds = [HoldState(*row) for row in self.rows(HOLDS, HOLD_TAIL, HOLD)]
        takes = (
            TakeState(cause, unit, lot, ends, bool(gift), held, used)
            for cause, unit, lot, ends, gift, held, used in self.rows(TAKES, TAKE_TAIL, TAKE)
        )
        state.takes = list(takes)

    def rows(self, base: int, tail: int, stride: int) -> list[list[int]]:
        """Return the rows of a region."""
        first = self.m[base]
        return [self.R[i : i + stride] for i in range(first, first + self.m[tail] * stride, stride)]

    def slices(self, begin: int) -> tuple[Slice, ...]:
        """Return what was drawn for somebody else, the takes from `begin` on, and forget them: none comes back."""
        takes = self.rows(TAKES, TAKE_TAIL, TAKE)[begin:]
        self.m[TAKE_TAIL] = begin
        return tuple(Slice(take[TAKE_USED], take[TAKE_ENDS], bool(take[TAKE_GIFT])) for take in takes)

    def forfeits(self) -> tuple[ForfeitFact, ...]:
        """Return what was to be given back and didn't come, comparing the takes with the entries."""
        came: Counter[tuple[int, int, int]] = Counter()
        for entry in self.entries():
            if entry[E_KIND] == RETURN:
                came[entry[E_CAUSE], entry[E_UNIT], entry[E_FROM]] += entry[E_AMOUNT]
        lost = []
        for before, row in zip(self._takes, self.rows(TAKES, TAKE_TAIL, TAKE), strict=False):
            key = row[TAKE_CAUSE], row[TAKE_UNIT], row[TAKE_LOT]
            points = before.used - row[TAKE_USED] - came[key] if before.used > row[TAKE_USED] else 0
            if points > 0:
                lost.append(ForfeitFact(*key, points))
        return tuple(lost)

    def clawback(self, begin: int, unit: int, lot: int, points: int) -> ClawFact:
        """Return what the entries from `begin` on took back of a grant of a unit, of `points` in all."""
        taken, owed = self._taken_back(begin, unit)
        return ClawFact(unit, lot, taken, owed, points - taken - owed)

    def milestones_lost(self, begin: int) -> list[ClawFact]:
        """Return by unit what the entries from `begin` on took of milestones; lot 0, for no order opened theirs."""
        units = {entry[E_UNIT] for entry in self.entries()[begin:]}
        lost = ((unit, *self._taken_back(begin, unit)) for unit in sorted(units))
        return [ClawFact(unit, 0, taken, owed, 0) for unit, taken, owed in lost if taken or owed]

    def _taken_back(self, begin: int, unit: int) -> tuple[int, int]:
        found = [entry for entry in self.entries()[begin:] if entry[E_UNIT] == unit]
        taken = sum(entry[E_AMOUNT] for entry in found if entry[E_KIND] in (CLAWBACK, CLAWBACK_PENDING))
        return taken, sum(entry[E_AMOUNT] for entry in found if entry[E_KIND] == OWED)

    def entries(self) -> list[list[int]]:
        """Return the entries."""
        return [self.e[i : i + ENTRY] for i in range(0, self.m[ENTRIES] * ENTRY, ENTRY)]


def _padded(row: Sequence[int]) -> list[int]:
    return [*row, *([0] * (DAY_ROW - len(row)))]


def _lot(lot: LotState) -> list[int]:
    return [lot.number, lot.unit, lot.left, lot.ends, int(lot.gift), 0]


def _wait(wait: WaitState) -> list[int]:
    w = wait
    return [w.number, w.unit, w.points, w.ready, w.cancel, w.cause, w.expiry, w.event]


def _hold(hold: HoldState) -> list[int]:
    return [hold.cause, hold.unit, hold.points, hold.until, hold.until_day, hold.made_day]


def _take(take: TakeState) -> list[int]:
    return [take.cause, take.unit, take.lot, take.ends, int(take.gift), take.held, take.used]
