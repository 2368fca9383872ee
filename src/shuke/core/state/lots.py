"""Lots of points: opened, waited for, drawn, set aside, given back, taken back, ended.

Lots that may have something left stand sorted by (ends, unit, number). Every verb keeps the four sums of a unit equal
to what its rows hold: usable, pending, held, owed. Debt is repaid first of every credit, so who owes has nothing.
"""

from shuke.core.program.model import Refunds
from shuke.core.state.endings import expiry_of, idle_end, lot_end
from shuke.core.state.slots import (
    ACCRUAL_PENDING,
    ACTIVATION,
    ACTIVE,
    AVAILABLE,
    CAPTURE,
    CLAWBACK,
    CLAWBACK_PENDING,
    DAYS,
    DEBT,
    EXPIRY,
    EXPIRY_ROW,
    FULL,
    HELD,
    HOLD,
    HOLD_CAUSE,
    HOLD_TAIL,
    HOLDING,
    HOLDS,
    LAPSE,
    LOT,
    LOT_ENDS,
    LOT_GIFT,
    LOT_GONE,
    LOT_HEAD,
    LOT_LEFT,
    LOT_NUMBER,
    LOT_TAIL,
    LOT_UNIT,
    LOTS,
    NEXT_LOT,
    OWED,
    P_EXPIRY,
    P_UNIT,
    P_UNITS,
    PENDING,
    RELEASE,
    REPAYMENT,
    RETURN,
    STAMP_DAY,
    TAKE,
    TAKE_CAUSE,
    TAKE_ENDS,
    TAKE_GIFT,
    TAKE_HELD,
    TAKE_LOT,
    TAKE_TAIL,
    TAKE_UNIT,
    TAKE_USED,
    TAKES,
    U_COUNTER,
    U_REFUNDS,
    U_REINSTATE,
    UNIT_ROW,
    WAIT,
    WAIT_CANCEL,
    WAIT_CAUSE,
    WAIT_EVENT,
    WAIT_EXPIRY,
    WAIT_NUMBER,
    WAIT_POINTS,
    WAIT_READY,
    WAIT_TAIL,
    WAIT_UNIT,
    WAITS,
)
from shuke.core.state.windows import post, say_taken, uncount_now
from shuke.core.values.dates import NEVER, Ints

# the enums' values as plain integers: numba freezes module globals
REFUNDS_DEBT = Refunds.DEBT.value
REFUNDS_WITHIN = Refunds.WITHIN_BALANCE.value
REFUNDS_PENDING = Refunds.ONLY_PENDING.value
REFUNDS_KEEP = Refunds.KEEP.value


def usable(m: Ints, unit: int, points: int) -> None:
    """Add points to what is usable; where there was nothing, the time without activity begins anew."""
    if m[AVAILABLE + unit] == 0:
        m[ACTIVE + unit] = m[STAMP_DAY]
    m[AVAILABLE + unit] += points


def place(m: Ints, R: Ints, unit: int, number: int, left: int, ends: int, gift: int) -> int:
    """Put a lot in its place among the others; return its row."""
    i = m[LOT_TAIL]
    if m[LOTS] + (i + 1) * LOT > m[WAITS]:
        m[FULL] = 1
        return i - 1
    while i > m[LOT_HEAD]:
        row = m[LOTS] + (i - 1) * LOT
        if R[row + LOT_ENDS] < ends:
            break
        if R[row + LOT_ENDS] == ends:
            if R[row + LOT_UNIT] < unit:
                break
            if R[row + LOT_UNIT] == unit and R[row + LOT_NUMBER] < number:
                break
        for f in range(LOT):
            R[row + LOT + f] = R[row + f]
        i -= 1
    row = m[LOTS] + i * LOT
    R[row + LOT_NUMBER] = number
    R[row + LOT_UNIT] = unit
    R[row + LOT_LEFT] = left
    R[row + LOT_ENDS] = ends
    R[row + LOT_GIFT] = gift
    R[row + LOT_GONE] = 0
    m[LOT_TAIL] += 1
    return i


def find_lot(m: Ints, R: Ints, unit: int, number: int) -> int:
    """Return the row of a lot among those that may have something left, or -1."""
    for i in range(m[LOT_HEAD], m[LOT_TAIL]):
        row = m[LOTS] + i * LOT
        if R[row + LOT_NUMBER] == number and R[row + LOT_UNIT] == unit:
            return i
    return -1


def add_gone(m: Ints, R: Ints, unit: int, number: int, points: int) -> None:
    """Note on a lot, also one with nothing left, what has ended of it."""
    for i in range(m[LOT_TAIL]):
        row = m[LOTS] + i * LOT
        if R[row + LOT_NUMBER] == number and R[row + LOT_UNIT] == unit:
            R[row + LOT_GONE] += points
            break


def gone_of(m: Ints, R: Ints, unit: int, number: int) -> int:
    """Return what has ended of a lot so far; where all its rows are still there."""
    gone = 0
    for i in range(m[LOT_TAIL]):
        row = m[LOTS] + i * LOT
        if R[row + LOT_NUMBER] == number and R[row + LOT_UNIT] == unit:
            gone += R[row + LOT_GONE]
    return gone


def repay(m: Ints, R: Ints, e: Ints, unit: int, i: int) -> None:
    """Repay debt from the lot of a credit."""
    row = m[LOTS] + i * LOT
    repaid = min(m[DEBT + unit], R[row + LOT_LEFT])
    if repaid > 0:
        R[row + LOT_LEFT] -= repaid
        m[AVAILABLE + unit] -= repaid
        m[DEBT + unit] -= repaid
        post(m, e, REPAYMENT, unit, repaid, R[row + LOT_NUMBER], 0)


def credit(m: Ints, R: Ints, e: Ints, kind: int, unit: int, points: int, ends: int, gift: int) -> None:
    """Make points usable as one new lot."""
    number = m[NEXT_LOT + unit]
    m[NEXT_LOT + unit] += 1
    i = place(m, R, unit, number, points, ends, gift)
    usable(m, unit, points)
    post(m, e, kind, unit, points, number, ends)
    repay(m, R, e, unit, i)


def wait_for(
    m: Ints, R: Ints, e: Ints, unit: int, points: int, ready: int, cancel: int, cause: int, expiry: int, event: int
) -> None:
    """Open a lot whose points are not usable yet."""
    if m[WAITS] + (m[WAIT_TAIL] + 1) * WAIT > m[HOLDS]:
        m[FULL] = 1
        return
    row = m[WAITS] + m[WAIT_TAIL] * WAIT
    R[row + WAIT_NUMBER] = m[NEXT_LOT + unit]
    R[row + WAIT_UNIT] = unit
    R[row + WAIT_POINTS] = points
    R[row + WAIT_READY] = ready
    R[row + WAIT_CANCEL] = cancel
    R[row + WAIT_CAUSE] = cause
    R[row + WAIT_EXPIRY] = expiry
    R[row + WAIT_EVENT] = event
    m[WAIT_TAIL] += 1
    m[NEXT_LOT + unit] += 1
    m[PENDING + unit] += points
    post(m, e, ACCRUAL_PENDING, unit, points, R[row + WAIT_NUMBER], ready)


def forget_wait(m: Ints, R: Ints, i: int) -> None:
    """Take a row out of the waiting lots, which stay in the order in which they were earned."""
    for j in range(m[WAITS] + i * WAIT, m[WAITS] + (m[WAIT_TAIL] - 1) * WAIT):
        R[j] = R[j + WAIT]
    m[WAIT_TAIL] -= 1


def activate(m: Ints, R: Ints, e: Ints, P: Ints, i: int) -> None:
    """Make a waiting lot usable from the day of the stamp."""
    row = m[WAITS] + i * WAIT
    unit = R[row + WAIT_UNIT]
    points = R[row + WAIT_POINTS]
    number = R[row + WAIT_NUMBER]
    ends = lot_end(P, expiry_of(m, P, unit, R[row + WAIT_EXPIRY]), m[STAMP_DAY])
    forget_wait(m, R, i)
    m[PENDING + unit] -= points
    usable(m, unit, points)
    at = place(m, R, unit, number, points, ends, 0)
    post(m, e, ACTIVATION, unit, points, number, ends)
    repay(m, R, e, unit, at)


def take(m: Ints, R: Ints, cause: int, unit: int, i: int, points: int, held: int) -> None:
    """Remember what was taken of which lot, so that it can come back."""
    if m[TAKES] + (m[TAKE_TAIL] + 1) * TAKE > m[DAYS]:
        m[FULL] = 1
        return
    lot = m[LOTS] + i * LOT
    row = m[TAKES] + m[TAKE_TAIL] * TAKE
    R[row + TAKE_CAUSE] = cause
    R[row + TAKE_UNIT] = unit
    R[row + TAKE_LOT] = R[lot + LOT_NUMBER]
    R[row + TAKE_ENDS] = R[lot + LOT_ENDS]
    R[row + TAKE_GIFT] = R[lot + LOT_GIFT]
    R[row + TAKE_HELD] = points * held
    R[row + TAKE_USED] = points * (1 - held)
    m[TAKE_TAIL] += 1


def draw(m: Ints, R: Ints, e: Ints, kind: int, unit: int, points: int, cause: int, gifts: int) -> int:
    """Take points from the lots that end soonest, of gifts only where `gifts`; return what they could not give.

    What has a `cause` (not -1) is remembered, of a holding as set aside.
    """
    i = m[LOT_HEAD]
    while points > 0 and i < m[LOT_TAIL]:
        row = m[LOTS] + i * LOT
        if R[row + LOT_UNIT] == unit and R[row + LOT_LEFT] > 0 and (gifts == 1 or R[row + LOT_GIFT] == 0):
            taken = min(points, R[row + LOT_LEFT])
            R[row + LOT_LEFT] -= taken
            m[AVAILABLE + unit] -= taken
            points -= taken
            post(m, e, kind, unit, taken, R[row + LOT_NUMBER], 0)
            if cause >= 0:
                take(m, R, cause, unit, i, taken, 1 if kind == HOLDING else 0)
        i += 1
    return points


def put_back(m: Ints, R: Ints, e: Ints, kind: int, row: int, points: int) -> None:
    """Give points back to the lot that a take names."""
    unit = R[row + TAKE_UNIT]
    i = find_lot(m, R, unit, R[row + TAKE_LOT])
    if i < 0:
        i = place(m, R, unit, R[row + TAKE_LOT], 0, R[row + TAKE_ENDS], R[row + TAKE_GIFT])
    R[m[LOTS] + i * LOT + LOT_LEFT] += points
    usable(m, unit, points)
    post(m, e, kind, unit, points, R[row + TAKE_LOT], R[row + TAKE_ENDS])
    say_taken(m, e, R[row + TAKE_CAUSE], R[row + TAKE_LOT])
    repay(m, R, e, unit, i)


def give_back(m: Ints, R: Ints, e: Ints, P: Ints, cause: int, points: int) -> int:
    """Give spent points back to their lots, the last one taken first; return how many were still to be given back.

    Of a lot that has ended they come back in a new one where the unit reinstates them, otherwise not at all.
    """
    for i in range(m[TAKE_TAIL] - 1, -1, -1):
        row = m[TAKES] + i * TAKE
        if R[row + TAKE_CAUSE] == cause and R[row + TAKE_USED] > 0 and points > 0:
            unit = R[row + TAKE_UNIT]
            back = min(points, R[row + TAKE_USED])
            R[row + TAKE_USED] -= back
            points -= back
            if R[row + TAKE_ENDS] > m[STAMP_DAY]:
                put_back(m, R, e, RETURN, row, back)
            elif P[P_UNIT + unit * UNIT_ROW + U_REINSTATE] >= 0:
                x = P_EXPIRY + P[P_UNIT + unit * UNIT_ROW + U_REINSTATE] * EXPIRY_ROW
                reinstate(m, R, e, unit, back, lot_end(P, x, m[STAMP_DAY]), row)
    return points


def reinstate(m: Ints, R: Ints, e: Ints, unit: int, points: int, ends: int, row: int) -> None:
    """Give points of a lot that has ended back in a new one; `row` is their take's."""
    number = m[NEXT_LOT + unit]
    m[NEXT_LOT + unit] += 1
    usable(m, unit, points)
    i = place(m, R, unit, number, points, ends, R[row + TAKE_GIFT])
    post(m, e, RETURN, unit, points, number, ends)
    say_taken(m, e, R[row + TAKE_CAUSE], R[row + TAKE_LOT])
    repay(m, R, e, unit, i)


def capture(m: Ints, R: Ints, e: Ints, cause: int, points: int) -> int:
    """Spend points that are set aside, as they were taken; return what the hold could not give."""
    for i in range(m[TAKE_TAIL]):
        row = m[TAKES] + i * TAKE
        if R[row + TAKE_CAUSE] == cause and R[row + TAKE_HELD] > 0 and points > 0:
            used = min(points, R[row + TAKE_HELD])
            R[row + TAKE_HELD] -= used
            R[row + TAKE_USED] += used
            m[HELD + R[row + TAKE_UNIT]] -= used
            points -= used
            post(m, e, CAPTURE, R[row + TAKE_UNIT], used, R[row + TAKE_LOT], 0)
            say_taken(m, e, cause, R[row + TAKE_LOT])
    return points


def release(m: Ints, R: Ints, e: Ints, cause: int) -> None:
    """Give everything that a hold still sets aside back to its lots; what has ended since is gone."""
    for i in range(m[TAKE_TAIL]):
        row = m[TAKES] + i * TAKE
        if R[row + TAKE_CAUSE] == cause and R[row + TAKE_HELD] > 0:
            back = R[row + TAKE_HELD]
            R[row + TAKE_HELD] = 0
            m[HELD + R[row + TAKE_UNIT]] -= back
            if R[row + TAKE_ENDS] > m[STAMP_DAY]:
                put_back(m, R, e, RELEASE, row, back)
            else:
                add_gone(m, R, R[row + TAKE_UNIT], R[row + TAKE_LOT], back)
                post(m, e, LAPSE, R[row + TAKE_UNIT], back, R[row + TAKE_LOT], 0)
                say_taken(m, e, cause, R[row + TAKE_LOT])


def forget_hold(m: Ints, R: Ints, cause: int) -> None:
    """Take the row of a hold out."""
    for i in range(m[HOLD_TAIL] - 1, -1, -1):
        if R[m[HOLDS] + i * HOLD + HOLD_CAUSE] == cause:
            for j in range(m[HOLDS] + i * HOLD, m[HOLDS] + (m[HOLD_TAIL] - 1) * HOLD):
                R[j] = R[j + HOLD]
            m[HOLD_TAIL] -= 1


def take_back(m: Ints, R: Ints, e: Ints, P: Ints, unit: int, points: int, number: int, gone: int, day: int) -> None:
    """Take earned points back: of the lot that they are in, pending or usable, then as the unit's policy says.

    What is `gone` of the lot is forgiven first. `day` is the one on which they count as earned (NEVER: not yet).
    """
    policy = P[P_UNIT + unit * UNIT_ROW + U_REFUNDS]
    if policy == REFUNDS_KEEP:
        return
    for i in range(m[WAIT_TAIL] - 1, -1, -1):
        row = m[WAITS] + i * WAIT
        if R[row + WAIT_NUMBER] == number and R[row + WAIT_UNIT] == unit and points > 0:
            taken = min(points, R[row + WAIT_POINTS])
            R[row + WAIT_POINTS] -= taken
            m[PENDING + unit] -= taken
            points -= taken
            post(m, e, CLAWBACK_PENDING, unit, taken, number, 0)
            if R[row + WAIT_POINTS] == 0:
                forget_wait(m, R, i)
    if policy == REFUNDS_PENDING or points == 0:
        return
    counter = P[P_UNIT + unit * UNIT_ROW + U_COUNTER]
    if counter >= 0 and day < NEVER:
        uncount_now(m, R, e, P, counter, day, points)
    points -= min(points, gone)
    i = find_lot(m, R, unit, number)
    if i >= 0:
        row = m[LOTS] + i * LOT
        taken = min(points, R[row + LOT_LEFT])
        if taken > 0:
            R[row + LOT_LEFT] -= taken
            m[AVAILABLE + unit] -= taken
            points -= taken
            post(m, e, CLAWBACK, unit, taken, number, 0)
    points = draw(m, R, e, CLAWBACK, unit, points, -1, 1)
    if points > 0 and policy == REFUNDS_DEBT:
        m[DEBT + unit] += points
        post(m, e, OWED, unit, points, 0, 0)


def expire(m: Ints, R: Ints, e: Ints, P: Ints, day: int) -> bool:
    """End every lot whose first unusable day has come, and every unit left idle too long; return whether any did."""
    ended = False
    while m[LOT_HEAD] < m[LOT_TAIL] and R[m[LOTS] + m[LOT_HEAD] * LOT + LOT_ENDS] <= day:
        ended = end_lot(m, R, e, m[LOT_HEAD]) or ended
        m[LOT_HEAD] += 1
    for unit in range(P[P_UNITS]):
        if idle_end(m, P, unit) <= day:
            for i in range(m[LOT_HEAD], m[LOT_TAIL]):
                if R[m[LOTS] + i * LOT + LOT_UNIT] == unit and end_lot(m, R, e, i):
                    ended = True
                    end_takes(m, R, unit, R[m[LOTS] + i * LOT + LOT_NUMBER], day)
    return ended


def end_takes(m: Ints, R: Ints, unit: int, number: int, day: int) -> None:
    """Note the end of a lot that had no date with what was taken of it: nothing goes back into it."""
    for i in range(m[TAKE_TAIL]):
        row = m[TAKES] + i * TAKE
        if R[row + TAKE_UNIT] == unit and R[row + TAKE_LOT] == number:
            R[row + TAKE_ENDS] = day


def end_lot(m: Ints, R: Ints, e: Ints, i: int) -> bool:
    """End what a lot has left."""
    row = m[LOTS] + i * LOT
    left = R[row + LOT_LEFT]
    if left == 0:
        return False
    R[row + LOT_LEFT] = 0
    R[row + LOT_GONE] += left
    m[AVAILABLE + R[row + LOT_UNIT]] -= left
    post(m, e, EXPIRY, R[row + LOT_UNIT], left, R[row + LOT_NUMBER], 0)
    return True


FUNCTIONS = (
    usable,
    place,
    find_lot,
    add_gone,
    gone_of,
    repay,
    credit,
    wait_for,
    forget_wait,
    activate,
    take,
    draw,
    put_back,
    reinstate,
    give_back,
    capture,
    release,
    forget_hold,
    take_back,
    end_lot,
    end_takes,
    expire,
)
