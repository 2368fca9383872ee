"""All that time does to a member: `advance`, midnight by midnight, in the order of docs/reference/semantics.md."""

from shuke.core.state.conversions import conversion_day, convert
from shuke.core.state.endings import idle_end
from shuke.core.state.ladders import (
    Tiers,
    at_facts,
    evaluates,
    follows_measure,
    measures_new_day,
    next_evaluation,
    qualify,
    qualify_all,
    review,
)
from shuke.core.state.lots import activate, expire, forget_hold, forget_wait, place, release
from shuke.core.state.slots import (
    AT,
    CANCELLATION,
    DAY,
    HOLD,
    HOLD_CAUSE,
    HOLD_DAY,
    HOLD_TAIL,
    HOLD_UNTIL,
    HOLDS,
    LADDER,
    LADDER_ROW,
    LOT,
    LOT_ENDS,
    LOT_GONE,
    LOT_HEAD,
    LOT_LEFT,
    LOT_TAIL,
    LOTS,
    P_LADDERS,
    P_UNIT,
    P_UNITS,
    PENDING,
    STAMP_AT,
    STAMP_DAY,
    T_FLOOR,
    T_FLOOR_UNTIL,
    T_UNTIL,
    U_COUNTER,
    UNIT_ROW,
    WAIT,
    WAIT_CANCEL,
    WAIT_NUMBER,
    WAIT_POINTS,
    WAIT_READY,
    WAIT_TAIL,
    WAIT_UNIT,
    WAITS,
)
from shuke.core.state.windows import count, give_room_back, post, slide
from shuke.core.values.dates import NEVER, Ints


def next_due(m: Ints, R: Ints, P: Ints) -> int:
    """Return the next local day at whose midnight time does something; skips lots with nothing left."""
    due = NEVER
    for i in range(m[WAIT_TAIL]):
        row = m[WAITS] + i * WAIT
        due = min(due, R[row + WAIT_READY], R[row + WAIT_CANCEL])
    for k in range(P[P_LADDERS]):
        row = LADDER + k * LADDER_ROW
        due = min(due, m[row + T_UNTIL], next_evaluation(P, k, m[DAY]))
        if m[row + T_FLOOR_UNTIL] > 0:
            due = min(due, m[row + T_FLOOR_UNTIL])
    while m[LOT_HEAD] < m[LOT_TAIL] and R[m[LOTS] + m[LOT_HEAD] * LOT + LOT_LEFT] == 0:
        m[LOT_HEAD] += 1
    if m[LOT_HEAD] < m[LOT_TAIL]:
        due = min(due, R[m[LOTS] + m[LOT_HEAD] * LOT + LOT_ENDS])
    for unit in range(P[P_UNITS]):
        due = min(due, max(idle_end(m, P, unit), m[DAY] + 1), conversion_day(m, P, unit, m[DAY]))
    return due


def next_lapse(m: Ints, R: Ints) -> int:
    """Return the row of the hold that ends first, or -1."""
    first = -1
    for i in range(m[HOLD_TAIL]):
        row = m[HOLDS] + i * HOLD
        if first < 0 or R[row + HOLD_UNTIL] < R[first + HOLD_UNTIL]:
            first = row
    return first


def stamp(m: Ints, at: int, day: int) -> None:
    """Set what the next entries say of their time."""
    m[STAMP_AT] = at
    m[STAMP_DAY] = day


def lapse(m: Ints, R: Ints, e: Ints, P: Ints, row: int) -> None:
    """End a hold at its own instant; the member stands on that day then, so that nothing falls due before it."""
    slide(m, R, P, R[row + HOLD_DAY])
    stamp(m, R[row + HOLD_UNTIL], R[row + HOLD_DAY])
    cause = R[row + HOLD_CAUSE]
    give_room_back(m, R, P, row)
    forget_hold(m, R, cause)
    release(m, R, e, cause)


def advance(tiers: Tiers, t: Ints, m: Ints, R: Ints, e: Ints, P: Ints, at: int, day: int) -> None:
    """Do everything that time does up to the instant `at` on local `day`."""
    due = next_due(m, R, P)
    hold = next_lapse(m, R)
    while due <= day or (hold >= 0 and R[hold + HOLD_UNTIL] <= at):
        if hold >= 0 and R[hold + HOLD_UNTIL] <= at and R[hold + HOLD_DAY] < due:
            lapse(m, R, e, P, hold)
        else:
            midnight(tiers, t, m, R, e, P, due)
        due = next_due(m, R, P)
        hold = next_lapse(m, R)
    slide(m, R, P, day)
    m[AT] = at
    stamp(m, at, day)


def midnight(tiers: Tiers, t: Ints, m: Ints, R: Ints, e: Ints, P: Ints, day: int) -> None:
    """Do what is due as `day` begins: pending points, conversions, tiers as of the day before and this one, expiry."""
    stamp(m, 0, day)
    slide(m, R, P, day - 1)
    if pending_is_over(m, R, e, P, day):
        qualify_all(tiers, t, m, R, e, P)
    converted = convert(m, R, e, P, day)
    for k in range(P[P_LADDERS]):
        if m[LADDER + k * LADDER_ROW + T_UNTIL] <= day and not measures_new_day(P, k):
            review(tiers, t, m, R, e, P, k)
    slide(m, R, P, day)
    for k in range(P[P_LADDERS]):
        row = LADDER + k * LADDER_ROW
        floor_ends = 0 < m[row + T_FLOOR_UNTIL] <= day
        if m[row + T_UNTIL] <= day:
            review(tiers, t, m, R, e, P, k)
        if floor_ends:
            m[row + T_FLOOR] = 0
            m[row + T_FLOOR_UNTIL] = 0
        if evaluates(P, k, day) or (floor_ends and at_facts(P, k)):
            tiers(m, P, t)
            qualify(m, R, e, P, t, k)
    if expire(m, R, e, P, day) or converted:
        for k in range(P[P_LADDERS]):
            if follows_measure(P, k):
                tiers(m, P, t)
                qualify(m, R, e, P, t, k)


def pending_is_over(m: Ints, R: Ints, e: Ints, P: Ints, day: int) -> bool:
    """Make pending points usable that wait no longer than `day`, cancel those whose wait was in vain.

    They count on the day that has ended. Returns whether any became usable.
    """
    any_ready = False
    while True:
        first = -1
        for i in range(m[WAIT_TAIL]):
            ready = R[m[WAITS] + i * WAIT + WAIT_READY]
            if ready <= day and (first < 0 or ready < R[m[WAITS] + first * WAIT + WAIT_READY]):
                first = i
        if first < 0:
            break
        ready_now(m, R, e, P, first, m[DAY])
        any_ready = True
    i = 0
    while i < m[WAIT_TAIL]:
        row = m[WAITS] + i * WAIT
        if R[row + WAIT_CANCEL] <= day:
            cancel(m, R, e, i)
        else:
            i += 1
    return any_ready


def cancel(m: Ints, R: Ints, e: Ints, i: int) -> None:
    """Cancel a waiting lot; its row among the lots says what is gone."""
    row = m[WAITS] + i * WAIT
    unit = R[row + WAIT_UNIT]
    points = R[row + WAIT_POINTS]
    number = R[row + WAIT_NUMBER]
    m[PENDING + unit] -= points
    forget_wait(m, R, i)
    at = place(m, R, unit, number, 0, m[STAMP_DAY], 0)
    R[m[LOTS] + at * LOT + LOT_GONE] = points
    post(m, e, CANCELLATION, unit, points, number, 0)


def ready_now(m: Ints, R: Ints, e: Ints, P: Ints, i: int, day: int) -> None:
    """Make one waiting lot usable, and count it on `day`."""
    row = m[WAITS] + i * WAIT
    unit = R[row + WAIT_UNIT]
    points = R[row + WAIT_POINTS]
    activate(m, R, e, P, i)
    if P[P_UNIT + unit * UNIT_ROW + U_COUNTER] >= 0:
        count(m, R, P, P[P_UNIT + unit * UNIT_ROW + U_COUNTER], day, points)


FUNCTIONS = (
    next_due,
    next_lapse,
    stamp,
    lapse,
    advance,
    midnight,
    pending_is_over,
    cancel,
    ready_now,
)
