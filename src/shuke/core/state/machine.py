"""The two things that can happen to a member: `advance`, all that time does, and a fact (`decide`, `redeem`).

Written once, in the part of Python that numba compiles: integers and flat integer sequences, no allocation, no text.
CPython runs these very functions online; the backtest hands the same function objects to numba. What a state must have
loaded (lots, days) for a step is said by `engine.online.Desk.needs`.
"""

from collections.abc import Callable

from shuke.core.program.ir import WindowKind
from shuke.core.program.model import Period, ValidityKind
from shuke.core.state.slots import (
    ACCRUAL,
    AT,
    BALANCE,
    DAY,
    DAY_ROW,
    DAY_TAIL,
    ENTRIES,
    ENTRY,
    EVENT,
    EXPIRY,
    JOINED,
    LOT,
    LOT_EXPIRES,
    LOT_HEAD,
    LOT_NUMBER,
    LOT_REMAINING,
    LOT_TAIL,
    LOT_UNIT,
    MEASURE_SPEND,
    NEXT_LOT,
    O_NET,
    ORDERS,
    P_LEVEL,
    P_LEVELS,
    P_MEASURE,
    P_MEASURE_OF,
    P_RULES,
    P_UNIT,
    P_UNITS,
    P_VALIDITY,
    P_VALIDITY_LENGTH,
    P_WINDOW,
    P_WINDOWS,
    REDEMPTION,
    TIER,
    TIER_QUALIFIED,
    TIER_RENEWED,
    TIER_REVIEWED,
    UNIT_ROW,
    UNTIL,
    W_FIRST,
    W_LAST,
    W_ORDERS,
    W_SPEND,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values.dates import NEVER, Ints, add_months, anniversary_on_or_before, first_day, month_of, weekday_of

Rules = Callable[[Ints, int, Ints, Ints, Ints], None]

# the enums' values as plain integers: numba freezes module globals
LIFETIME = WindowKind.LIFETIME.value
THIS_DAY = WindowKind.THIS_DAY.value
THIS_WEEK = WindowKind.THIS_WEEK.value
THIS_MONTH = WindowKind.THIS_MONTH.value
THIS_QUARTER = WindowKind.THIS_QUARTER.value
THIS_YEAR = WindowKind.THIS_YEAR.value
MEMBERSHIP_YEAR = WindowKind.MEMBERSHIP_YEAR.value
DAYS = WindowKind.DAYS.value
MONTHS = WindowKind.MONTHS.value
LAST_MONTHS = WindowKind.LAST_MONTHS.value
NO_ROUNDING = Period.NONE.value
END_OF_MONTH = Period.MONTH.value
END_OF_QUARTER = Period.QUARTER.value
TIER_FOREVER = ValidityKind.FOREVER.value
TIER_END_OF_YEAR = ValidityKind.END_OF_YEAR.value
TIER_MONTHS = ValidityKind.MONTHS.value


def post(m: Ints, e: Ints, day: int, kind: int, unit: int, amount: int, lot: int) -> None:
    """Append one entry."""
    i = m[ENTRIES] * ENTRY
    e[i] = m[EVENT]
    e[i + 1] = day
    e[i + 2] = kind
    e[i + 3] = unit
    e[i + 4] = amount
    e[i + 5] = lot
    m[ENTRIES] += 1


def window_start(kind: int, length: int, day: int, joined: int) -> int:
    """Return the first local day of a window as of `day`."""
    start = -NEVER
    if kind == THIS_DAY:
        start = day
    elif kind == THIS_WEEK:
        start = day - weekday_of(day) + 1
    elif kind == THIS_MONTH:
        start = first_day(month_of(day))
    elif kind == THIS_QUARTER:
        start = first_day(month_of(day) // 3 * 3)
    elif kind == THIS_YEAR:
        start = first_day(month_of(day) // 12 * 12)
    elif kind == MEMBERSHIP_YEAR:
        start = anniversary_on_or_before(day, joined)
    elif kind == DAYS:
        start = day - length + 1
    elif kind == MONTHS:
        start = add_months(day, -length) + 1
    elif kind == LAST_MONTHS:
        start = first_day(month_of(day) - length)
    return start


def window_end(kind: int, day: int) -> int:
    """Return the first local day after a window as of `day`."""
    return first_day(month_of(day)) if kind == LAST_MONTHS else day + 1


def slide(m: Ints, B: Ints, P: Ints, day: int) -> None:
    """Move every window on to stand as of `day`, never back.

    Days that leave must be loaded; a window left behind whole is emptied.
    """
    if day <= m[DAY]:
        return
    for w in range(P[P_WINDOWS]):
        kind = P[P_WINDOW + w * 2]
        s = WINDOW + w * WINDOW_ROW
        start = window_start(kind, P[P_WINDOW + w * 2 + 1], day, m[JOINED])
        if start > m[DAY]:
            m[s + W_SPEND] = 0
            m[s + W_ORDERS] = 0
            m[s + W_FIRST] = m[DAY_TAIL]
            m[s + W_LAST] = m[DAY_TAIL]
            continue
        if kind == LAST_MONTHS:
            end = window_end(kind, day)
            while m[s + W_LAST] < m[DAY_TAIL] and B[m[s + W_LAST] * DAY_ROW] < end:
                m[s + W_SPEND] += B[m[s + W_LAST] * DAY_ROW + 1]
                m[s + W_ORDERS] += B[m[s + W_LAST] * DAY_ROW + 2]
                m[s + W_LAST] += 1
        while m[s + W_FIRST] < m[s + W_LAST] and B[m[s + W_FIRST] * DAY_ROW] < start:
            m[s + W_SPEND] -= B[m[s + W_FIRST] * DAY_ROW + 1]
            m[s + W_ORDERS] -= B[m[s + W_FIRST] * DAY_ROW + 2]
            m[s + W_FIRST] += 1
    m[DAY] = day


def count_order(m: Ints, B: Ints, P: Ints, net: int) -> None:
    """Enter an order into the windows on the day where the member stands."""
    tail = m[DAY_TAIL]
    if tail > 0 and B[tail * DAY_ROW - DAY_ROW] == m[DAY]:
        B[tail * DAY_ROW - 2] += net
        B[tail * DAY_ROW - 1] += 1
    else:
        B[tail * DAY_ROW] = m[DAY]
        B[tail * DAY_ROW + 1] = net
        B[tail * DAY_ROW + 2] = 1
        m[DAY_TAIL] += 1
    for w in range(P[P_WINDOWS]):
        if P[P_WINDOW + w * 2] != LAST_MONTHS:
            s = WINDOW + w * WINDOW_ROW
            m[s + W_SPEND] += net
            m[s + W_ORDERS] += 1
            m[s + W_LAST] = m[DAY_TAIL]
    m[ORDERS] += 1


def rank_of(m: Ints, P: Ints) -> int:
    """Return the highest rank whose threshold the measure meets, as of where the windows stand."""
    s = WINDOW + P[P_MEASURE] * WINDOW_ROW
    value = m[s + W_SPEND] if P[P_MEASURE_OF] == MEASURE_SPEND else m[s + W_ORDERS]
    rank = P[P_LEVELS] - 1
    while rank > 0 and value < P[P_LEVEL + rank]:
        rank -= 1
    return rank


def validity_end(P: Ints, day: int) -> int:
    """Return the first local day on which a tier reached on `day` no longer holds."""
    kind = P[P_VALIDITY]
    length = P[P_VALIDITY_LENGTH]
    if kind == TIER_FOREVER:
        return NEVER
    if kind == TIER_END_OF_YEAR:
        return first_day((month_of(day) // 12 + length + 1) * 12)
    if kind == TIER_MONTHS:
        return add_months(day, length)
    return day + length


def set_tier(m: Ints, e: Ints, day: int, kind: int, rank: int, until: int) -> None:
    """Put the member on a rank until a day, and say so in an entry."""
    post(m, e, day, kind, m[TIER], rank, until)
    m[TIER] = rank
    m[UNTIL] = until


def qualify(m: Ints, e: Ints, P: Ints) -> None:
    """Move up at once when the measure allows; a calendar validity is renewed at once too, a duration at its review."""
    if P[P_LEVELS] < 2:
        return
    rank = rank_of(m, P)
    if rank > m[TIER]:
        set_tier(m, e, m[DAY], TIER_QUALIFIED, rank, validity_end(P, m[DAY]))
    elif rank == m[TIER] and rank > 0 and P[P_VALIDITY] == TIER_END_OF_YEAR:
        until = validity_end(P, m[DAY])
        if until > m[UNTIL]:
            set_tier(m, e, m[DAY], TIER_RENEWED, rank, until)


def review(m: Ints, B: Ints, e: Ints, P: Ints, day: int) -> None:
    """At the local midnight that ends a tier's validity: keep it, or fall to what was qualified for.

    What counts is the measure on the last day of validity; only «end of this calendar year» starts from the new year.
    """
    new_year = P[P_VALIDITY] == TIER_END_OF_YEAR and P[P_VALIDITY_LENGTH] == 0
    slide(m, B, P, day if new_year else day - 1)
    rank = min(rank_of(m, P), m[TIER])
    until = NEVER
    if rank > 0:
        from_last_day = P[P_VALIDITY] == TIER_END_OF_YEAR and not new_year
        until = validity_end(P, day - 1 if from_last_day else day)
    set_tier(m, e, day, TIER_REVIEWED, rank, until)


def lot_end(P: Ints, unit: int, day: int) -> int:
    """Return the first local day on which points credited on `day` are no longer usable."""
    months = P[P_UNIT + unit * UNIT_ROW]
    days = P[P_UNIT + unit * UNIT_ROW + 1]
    end_of = P[P_UNIT + unit * UNIT_ROW + 2]
    if months < 0:
        return NEVER
    if end_of == NO_ROUNDING:
        return add_months(day, months) + days
    month = month_of(day) + months if days == 0 else month_of(day + days)  # the loader allows months or days
    period = 1 if end_of == END_OF_MONTH else 3 if end_of == END_OF_QUARTER else 12
    return first_day(month // period * period + period)


def accrue(m: Ints, L: Ints, e: Ints, P: Ints, unit: int, points: int) -> None:
    """Credit points as one new lot, kept in order of (expires, unit, number)."""
    number = m[NEXT_LOT + unit]
    expires = lot_end(P, unit, m[DAY])
    i = m[LOT_TAIL]
    while i > m[LOT_HEAD]:
        before = (i - 1) * LOT
        earlier = L[before + LOT_EXPIRES]
        if earlier < expires or (earlier == expires and L[before + LOT_UNIT] <= unit):
            break
        for f in range(LOT):
            L[before + LOT + f] = L[before + f]
        i -= 1
    L[i * LOT + LOT_NUMBER] = number
    L[i * LOT + LOT_UNIT] = unit
    L[i * LOT + LOT_REMAINING] = points
    L[i * LOT + LOT_EXPIRES] = expires
    m[LOT_TAIL] += 1
    m[NEXT_LOT + unit] += 1
    m[BALANCE + unit] += points
    post(m, e, m[DAY], ACCRUAL, unit, points, number)


def draw(m: Ints, L: Ints, e: Ints, unit: int, points: int, kind: int) -> int:
    """Take points from the lots that end soonest; return what they could not give."""
    i = m[LOT_HEAD]
    while points > 0 and i < m[LOT_TAIL]:
        if L[i * LOT + LOT_UNIT] == unit and L[i * LOT + LOT_REMAINING] > 0:
            taken = min(points, L[i * LOT + LOT_REMAINING])
            L[i * LOT + LOT_REMAINING] -= taken
            m[BALANCE + unit] -= taken
            points -= taken
            post(m, e, m[DAY], kind, unit, taken, L[i * LOT + LOT_NUMBER])
        i += 1
    return points


def next_due(m: Ints, L: Ints) -> int:
    """Return the next local day at whose midnight time does something to the member; skips lots with nothing left."""
    while m[LOT_HEAD] < m[LOT_TAIL] and L[m[LOT_HEAD] * LOT + LOT_REMAINING] == 0:
        m[LOT_HEAD] += 1
    due = m[UNTIL]
    if m[LOT_HEAD] < m[LOT_TAIL]:
        due = min(due, L[m[LOT_HEAD] * LOT + LOT_EXPIRES])
    return due


def most_entries(P: Ints, lots: int, orders: int, redemptions: int, days: int) -> int:
    """Return how many entries a member can get at most, over `days` days with so many facts and `lots` at the start.

    A lot has one accrual and one entry that empties it; a redemption adds at most one partial draw; an order at most
    one tier entry; the rest are reviews, at most one a validity.
    """
    kind = P[P_VALIDITY]
    reviews = 0
    if kind == TIER_END_OF_YEAR:
        reviews = days // 365 + 2
    elif kind == TIER_MONTHS:
        reviews = days // (28 * P[P_VALIDITY_LENGTH]) + 2
    elif kind != TIER_FOREVER:
        reviews = days // P[P_VALIDITY_LENGTH] + 2
    return lots + orders * (2 * P[P_UNITS] + 1) + redemptions + reviews


def advance(m: Ints, L: Ints, B: Ints, e: Ints, P: Ints, at: int, day: int) -> None:
    """Do everything that time does up to the instant `at` on local `day`: at each midnight tiers first, then expiry."""
    due = next_due(m, L)
    while due <= day:
        if m[UNTIL] <= due:
            review(m, B, e, P, due)
        slide(m, B, P, due)
        while m[LOT_HEAD] < m[LOT_TAIL] and L[m[LOT_HEAD] * LOT + LOT_EXPIRES] <= due:
            i = m[LOT_HEAD] * LOT
            if L[i + LOT_REMAINING] > 0:
                m[BALANCE + L[i + LOT_UNIT]] -= L[i + LOT_REMAINING]
                post(m, e, due, EXPIRY, L[i + LOT_UNIT], L[i + LOT_REMAINING], L[i + LOT_NUMBER])
                L[i + LOT_REMAINING] = 0
            m[LOT_HEAD] += 1
        due = next_due(m, L)
    slide(m, B, P, day)
    m[AT] = at


def decide(rules: Rules, o: Ints, k: int, m: Ints, L: Ints, B: Ints, e: Ints, P: Ints, out: Ints) -> None:
    """Apply an order whose facts stand in o[k:]: points by the rules, then the windows, then the tier.

    `advance` to the order's instant comes first. `out` is filled with every rule's value and every unit's points.
    """
    rules(o, k, m, P, out)
    for unit in range(P[P_UNITS]):
        points = out[P[P_RULES] + unit]
        if points > 0:
            accrue(m, L, e, P, unit, points)
    count_order(m, B, P, o[k + O_NET])
    qualify(m, e, P)


def redeem(m: Ints, L: Ints, e: Ints, unit: int, points: int) -> bool:
    """Redeem points where the usable balance covers them; otherwise do nothing and return False."""
    if points > m[BALANCE + unit]:
        return False
    draw(m, L, e, unit, points, REDEMPTION)
    return True


FUNCTIONS = (
    post,
    window_start,
    window_end,
    slide,
    count_order,
    rank_of,
    validity_end,
    set_tier,
    qualify,
    review,
    lot_end,
    accrue,
    draw,
    next_due,
    most_entries,
    advance,
    decide,
    redeem,
)
