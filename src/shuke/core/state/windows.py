"""What is counted of a member, by local day, and the windows over it that slide as days pass.

In the part of Python that numba compiles, as all of `core.state`. A window may stand on rows that are not loaded: what
must be loaded before it moves is said by `engine.online.Desk.needs`.
"""

from shuke.core.program.ir import WindowKind
from shuke.core.state.slots import (
    C_KIND,
    C_LENGTH,
    C_OF,
    C_REF,
    C_SCOPE,
    C_SHIFT,
    C_STEP,
    C_TIMES,
    CAP,
    CAP_REDEEMED,
    CAP_ROW,
    COUNTED,
    DAY,
    DAY_ROW,
    DAY_TAIL,
    DAYS,
    E_AMOUNT,
    E_AT,
    E_CAUSE,
    E_DAY,
    E_EVENT,
    E_FROM,
    E_KIND,
    E_LOT,
    E_REF,
    E_UNIT,
    ENTRIES,
    ENTRY,
    EVENT,
    FULL,
    HOLD_CAUSE,
    HOLD_MADE,
    HOLD_POINTS,
    HOLD_UNIT,
    JOINED,
    MILESTONE,
    P_CAP,
    P_CAPS,
    P_MILESTONE,
    P_MILESTONES,
    P_STREAKS,
    P_WINDOW,
    P_WINDOWS,
    PM_KIND,
    PM_LENGTH,
    PM_ROW,
    PM_SHIFT,
    PM_STEP,
    PW_COUNTER,
    PW_KIND,
    PW_LADDER,
    PW_LENGTH,
    PW_MEASURED,
    PW_OFFSET,
    PW_ROW,
    PW_SHIFT,
    PW_STEP,
    SCOPE_WINDOW,
    STAMP_AT,
    STAMP_DAY,
    STREAK,
    TAKE,
    TAKE_CAUSE,
    TAKE_TAIL,
    TAKE_USED,
    TAKES,
    W_BASE,
    W_FIRST,
    W_LAST,
    W_RESET,
    W_VALUE,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values.dates import NEVER, Ints, add_months, anniversary_on_or_before, first_day, month_of, weekday_of

# the enum's values as plain integers: numba freezes module globals
W_DAY = WindowKind.DAY.value
W_WEEK = WindowKind.WEEK.value
W_PERIOD = WindowKind.PERIOD.value
W_MEMBERSHIP_YEAR = WindowKind.MEMBERSHIP_YEAR.value
W_DAYS = WindowKind.DAYS.value
W_MONTHS = WindowKind.MONTHS.value
W_ENDED = WindowKind.ENDED.value
W_TIER = WindowKind.TIER.value
W_RUNNING = WindowKind.RUNNING.value


def post(m: Ints, e: Ints, kind: int, unit: int, amount: int, lot: int, ref: int) -> None:
    """Append one entry, where there is room for it; they are counted in any case."""
    i = m[ENTRIES] * ENTRY
    if i + ENTRY <= len(e):
        e[i + E_EVENT] = m[EVENT]
        e[i + E_AT] = m[STAMP_AT]
        e[i + E_DAY] = m[STAMP_DAY]
        e[i + E_KIND] = kind
        e[i + E_UNIT] = unit
        e[i + E_AMOUNT] = amount
        e[i + E_LOT] = lot
        e[i + E_REF] = ref
        e[i + E_CAUSE] = -1
        e[i + E_FROM] = 0
    m[ENTRIES] += 1


def say_taken(m: Ints, e: Ints, cause: int, lot: int) -> None:
    """Say of the last entry which redemption or hold took the points, and of which lot."""
    i = (m[ENTRIES] - 1) * ENTRY
    if i + ENTRY <= len(e):
        e[i + E_CAUSE] = cause
        e[i + E_FROM] = lot


def period_start(day: int, step: int, shift: int) -> int:
    """Return the month number with which the period of `step` months begins in which a day lies."""
    return (month_of(day) - shift) // step * step + shift


def window_start(kind: int, length: int, step: int, shift: int, offset: int, day: int, joined: int) -> int:
    """Return the first local day of a window as of `day`."""
    start = -NEVER
    if kind == W_DAY:
        start = day
    elif kind == W_WEEK:
        start = day - weekday_of(day) + 1
    elif kind == W_PERIOD:
        start = first_day(period_start(day, step, shift))
    elif kind == W_MEMBERSHIP_YEAR:
        start = anniversary_on_or_before(day, joined)
    elif kind == W_DAYS:
        start = day - length + 1
    elif kind == W_MONTHS:
        start = add_months(day, -length) + 1
    elif kind == W_ENDED:
        start = first_day(period_start(day, step, shift) - (length + offset) * step)
    elif kind == W_RUNNING:
        start = first_day(period_start(day, step, shift) - (length - 1) * step)
    return start


def window_end(kind: int, step: int, shift: int, offset: int, day: int) -> int:
    """Return the first local day after a window as of `day`."""
    if kind == W_ENDED:
        return first_day(period_start(day, step, shift) - offset * step)
    return day + 1


def start_of(m: Ints, P: Ints, w: int, day: int) -> int:
    """Return the first day of the program's window `w` as of `day`."""
    p = P_WINDOW + w * PW_ROW
    return window_start(
        P[p + PW_KIND], P[p + PW_LENGTH], P[p + PW_STEP], P[p + PW_SHIFT], P[p + PW_OFFSET], day, m[JOINED]
    )


def end_of(P: Ints, w: int, day: int) -> int:
    """Return the first day after the program's window `w` as of `day`."""
    p = P_WINDOW + w * PW_ROW
    return window_end(P[p + PW_KIND], P[p + PW_STEP], P[p + PW_SHIFT], P[p + PW_OFFSET], day)


def slide(m: Ints, R: Ints, P: Ints, day: int) -> None:
    """Move everything that counts within a window on to stand as of `day`, never back.

    Days that leave or enter must be loaded; a window left behind whole is emptied.
    """
    if day <= m[DAY]:
        return
    for w in range(P[P_WINDOWS]):
        slide_window(m, R, P, w, day)
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_SCOPE] == SCOPE_WINDOW and m[CAP + c] > 0:
            start = window_start(P[p + C_KIND], P[p + C_LENGTH], P[p + C_STEP], P[p + C_SHIFT], 0, day, m[JOINED])
            if start > m[DAY]:
                m[CAP + c] = 0
    for i in range(P[P_MILESTONES]):
        p = P_MILESTONE + i * PM_ROW
        if m[MILESTONE + i] > 0:
            start = window_start(P[p + PM_KIND], P[p + PM_LENGTH], P[p + PM_STEP], P[p + PM_SHIFT], 0, day, m[JOINED])
            if start > m[DAY]:
                m[MILESTONE + i] = 0
    for i in range(P[P_STREAKS]):
        if m[STREAK + i * 2 + 1] < day - 1:
            m[STREAK + i * 2] = 0
    m[DAY] = day


def give_room_back(m: Ints, R: Ints, P: Ints, row: int) -> None:
    """Take what a hold still sets aside, which was never spent, out of the caps on redeeming that counted it.

    A cap on times forgets it where nothing of it is spent; one whose window began since has forgotten it already.
    """
    spent = 0
    for i in range(m[TAKE_TAIL]):
        take = m[TAKES] + i * TAKE
        if R[take + TAKE_CAUSE] == R[row + HOLD_CAUSE]:
            spent += R[take + TAKE_USED]
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_OF] == CAP_REDEEMED and P[p + C_REF] == R[row + HOLD_UNIT] and P[p + C_SCOPE] == SCOPE_WINDOW:
            kind = P[p + C_KIND]
            start = window_start(kind, P[p + C_LENGTH], P[p + C_STEP], P[p + C_SHIFT], 0, m[DAY], m[JOINED])
            if R[row + HOLD_MADE] >= start:
                back = R[row + HOLD_POINTS]
                if P[p + C_TIMES] == 1:
                    back = 1 if spent == 0 else 0
                m[CAP + c] = max(0, m[CAP + c] - back)


def slide_window(m: Ints, R: Ints, P: Ints, w: int, day: int) -> None:
    """Move one window on."""
    p = P_WINDOW + w * PW_ROW
    s = WINDOW + w * WINDOW_ROW
    kind = P[p + PW_KIND]
    start = start_of(m, P, w, day)
    if start > m[DAY]:
        m[s + W_VALUE] = 0
        m[s + W_FIRST] = m[DAY_TAIL]
        m[s + W_LAST] = m[DAY_TAIL]
        return
    column = 1 + P[p + PW_COUNTER]
    if kind == W_ENDED:
        end = end_of(P, w, day)
        row = m[DAYS] + m[s + W_LAST] * DAY_ROW
        while m[s + W_LAST] < m[DAY_TAIL] and R[row] < end:
            m[s + W_VALUE] += inside(m, R, s, row, column)
            m[s + W_LAST] += 1
            row += DAY_ROW
    row = m[DAYS] + m[s + W_FIRST] * DAY_ROW
    while m[s + W_FIRST] < m[s + W_LAST] and R[row] < start:
        m[s + W_VALUE] -= inside(m, R, s, row, column)
        m[s + W_FIRST] += 1
        row += DAY_ROW


def find_rows(m: Ints, R: Ints, P: Ints) -> None:
    """Say which rows of days every window holds, of a member whose rows were just loaded."""
    for w in range(P[P_WINDOWS]):
        s = WINDOW + w * WINDOW_ROW
        m[s + W_FIRST] = rows_before(m, R, max(start_of(m, P, w, m[DAY]), m[s + W_RESET]))
        m[s + W_LAST] = rows_before(m, R, end_of(P, w, m[DAY]))


def rows_before(m: Ints, R: Ints, day: int) -> int:
    """Return how many rows are of days before one."""
    i = 0
    while i < m[DAY_TAIL] and R[m[DAYS] + i * DAY_ROW] < day:
        i += 1
    return i


def inside(m: Ints, R: Ints, s: int, row: int, column: int) -> int:
    """Return what of a day's sum belongs to the window at m[s:]: what came before its reset doesn't."""
    if R[row] < m[s + W_RESET]:
        return 0
    if R[row] == m[s + W_RESET]:
        return R[row + column] - m[s + W_BASE]
    return R[row + column]


def empty(m: Ints, R: Ints, P: Ints, ladder: int, tier_only: bool) -> None:
    """Let the windows of a ladder begin at 0 again: those since the tier, and the others unless `tier_only`."""
    last = m[DAY_TAIL] - 1
    today = last >= 0 and R[m[DAYS] + last * DAY_ROW] == m[DAY]
    for w in range(P[P_WINDOWS]):
        p = P_WINDOW + w * PW_ROW
        if P[p + PW_LADDER] == ladder and (not tier_only or P[p + PW_KIND] == W_TIER):
            s = WINDOW + w * WINDOW_ROW
            m[s + W_VALUE] = 0
            m[s + W_RESET] = m[DAY]
            m[s + W_BASE] = R[m[DAYS] + last * DAY_ROW + 1 + P[p + PW_COUNTER]] if today else 0
            if P[p + PW_KIND] != W_ENDED:
                m[s + W_FIRST] = last if today else m[DAY_TAIL]
                m[s + W_LAST] = m[DAY_TAIL]


def row_of(m: Ints, R: Ints, P: Ints, day: int) -> int:
    """Return where the row of a day stands among the rows, making it where it is new; -1 where there is no room."""
    i = m[DAY_TAIL]
    while i > 0 and R[m[DAYS] + (i - 1) * DAY_ROW] > day:
        i -= 1
    if i > 0 and R[m[DAYS] + (i - 1) * DAY_ROW] == day:
        return i - 1
    if m[DAYS] + (m[DAY_TAIL] + 1) * DAY_ROW > len(R):
        m[FULL] = 1
        return -1
    for j in range(m[DAYS] + m[DAY_TAIL] * DAY_ROW - 1, m[DAYS] + i * DAY_ROW - 1, -1):
        R[j + DAY_ROW] = R[j]
    for j in range(m[DAYS] + i * DAY_ROW, m[DAYS] + (i + 1) * DAY_ROW):
        R[j] = 0
    R[m[DAYS] + i * DAY_ROW] = day
    m[DAY_TAIL] += 1
    for w in range(P[P_WINDOWS]):
        s = WINDOW + w * WINDOW_ROW
        if P[P_WINDOW + w * PW_ROW + PW_KIND] != W_ENDED or day < end_of(P, w, m[DAY]):
            m[s + W_LAST] += 1
            if day < m[DAY] and (day < start_of(m, P, w, m[DAY]) or day < m[s + W_RESET]):
                m[s + W_FIRST] += 1
    return i


def count(m: Ints, R: Ints, P: Ints, counter: int, day: int, amount: int) -> None:
    """Count an amount, of either sign, on a day that is not after the member's."""
    i = row_of(m, R, P, day)
    if i < 0:
        return
    R[m[DAYS] + i * DAY_ROW + 1 + counter] += amount
    for w in range(P[P_WINDOWS]):
        p = P_WINDOW + w * PW_ROW
        if P[p + PW_COUNTER] == counter:
            s = WINDOW + w * WINDOW_ROW
            before = 0  # of an amount taken off the day of a reset: what came before that
            if amount < 0 and day == m[s + W_RESET]:
                since = R[m[DAYS] + i * DAY_ROW + 1 + counter] - amount - m[s + W_BASE]
                before = -amount - min(-amount, max(0, since))
                m[s + W_BASE] -= before  # of windows of ended periods too, which that day only comes into later
            # Windows of ended periods hold rows from before their reset, which count nothing there.
            if m[s + W_FIRST] <= i < m[s + W_LAST] and day >= m[s + W_RESET]:
                m[s + W_VALUE] += amount + before


def uncount(m: Ints, R: Ints, e: Ints, P: Ints, counter: int, day: int, amount: int) -> None:
    """Take an amount off the day on which it counted, and say so in an entry."""
    if amount > 0:
        count(m, R, P, counter, day, -amount)
        post(m, e, COUNTED, counter, -amount, day, 0)


def uncount_now(m: Ints, R: Ints, e: Ints, P: Ints, counter: int, day: int, amount: int) -> None:
    """Take an amount that counted on `day` off the current period of the ladders, the shortest of their windows: off
    that day as far as the window holds it, the rest off today down to 0 (-NEVER: all of it), and no more.

    Where no ladder asks, all of it comes off its day (-NEVER: today).
    """
    shortest = -1
    first = -NEVER
    for w in range(P[P_WINDOWS]):
        p = P_WINDOW + w * PW_ROW
        if P[p + PW_COUNTER] == counter and P[p + PW_MEASURED] == 1 and end_of(P, w, m[DAY]) > m[DAY]:
            s = WINDOW + w * WINDOW_ROW
            start = max(start_of(m, P, w, m[DAY]), m[s + W_RESET])
            least = shortest < 0 or m[s + W_VALUE] < m[WINDOW + shortest * WINDOW_ROW + W_VALUE]
            if start > first or (start == first and least):
                shortest = w
                first = start
    if shortest < 0:
        uncount(m, R, e, P, counter, day if day > -NEVER else m[DAY], amount)
        return
    s = WINDOW + shortest * WINDOW_ROW
    there = 0
    if day > -NEVER and day >= first:
        there = min(amount, since_reset(m, R, s, day, 1 + counter)) if day == m[s + W_RESET] else amount
    uncount(m, R, e, P, counter, day, there)
    uncount(m, R, e, P, counter, m[DAY], min(amount - there, max(0, m[s + W_VALUE])))


def since_reset(m: Ints, R: Ints, s: int, day: int, column: int) -> int:
    """Return what was counted after the reset of the window at m[s:] on its day."""
    i = rows_before(m, R, day)
    return max(0, inside(m, R, s, m[DAYS] + i * DAY_ROW, column)) if i < m[DAY_TAIL] else 0


FUNCTIONS = (
    post,
    say_taken,
    period_start,
    window_start,
    window_end,
    start_of,
    end_of,
    find_rows,
    rows_before,
    inside,
    give_room_back,
    slide_window,
    slide,
    empty,
    row_of,
    count,
    uncount,
    uncount_now,
    since_reset,
)
