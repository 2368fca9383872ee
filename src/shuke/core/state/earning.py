"""Orders and behaviours: what they earn under the rules and caps, what they count, and what a refund takes back."""

from collections.abc import Callable

from shuke.core.program.model import PendingKind
from shuke.core.state.endings import duration_end, expiry_of, lot_end, next_date
from shuke.core.state.ladders import Tiers, fall, follows_measure, qualify, qualify_all
from shuke.core.state.lots import REFUNDS_KEEP, REFUNDS_PENDING, credit, take_back, wait_for
from shuke.core.state.passing import ready_now
from shuke.core.state.slots import (
    ACCRUAL,
    ACTIVE,
    ACTIVITY_BEHAVIOUR,
    ACTIVITY_EARN,
    AVAILABLE,
    C_LIMIT,
    C_OF,
    C_REF,
    C_SCOPE,
    C_TIMES,
    CAP,
    CAP_EARNED,
    CAP_ROW,
    CAP_RULE,
    COUNT_EVENTS,
    COUNT_ORDERS,
    COUNT_SPEND,
    DAY,
    EXPIRY_ROW,
    G_CANCEL_DAYS,
    G_CANCEL_MONTHS,
    G_DATE,
    G_DAYS,
    G_EVENT,
    G_EXPIRY,
    G_MONTHS,
    G_ON_DATES,
    G_PENDING,
    G_SHIFT,
    G_STEP,
    G_UNIT,
    G_WORKDAYS,
    GRANT_ROW,
    KIND_ORDER,
    MILESTONE,
    NEXT_LOT,
    O_KIND,
    O_NET,
    ORDERS,
    OUT_KEPT,
    OUT_MILESTONE,
    P_CAP,
    P_CAPS,
    P_COUNTER,
    P_COUNTERS,
    P_EXPIRY,
    P_GRANT,
    P_GRANTS,
    P_LADDER,
    P_LADDERS,
    P_MILESTONE,
    P_MILESTONES,
    P_RULES,
    P_STREAK,
    P_STREAKS,
    P_UNIT,
    P_UNITS,
    PENDING,
    PL_FALLS,
    PL_ROW,
    PM_GRANT,
    PM_POINTS,
    PM_ROW,
    SCOPE_BALANCE,
    SCOPE_TRANSACTION,
    SCOPE_WINDOW,
    STREAK,
    U_ACTIVITY,
    U_COUNTER,
    U_REFUNDS,
    UNIT_ROW,
    WAIT,
    WAIT_CAUSE,
    WAIT_EVENT,
    WAIT_TAIL,
    WAITS,
)
from shuke.core.state.windows import count, uncount, uncount_now
from shuke.core.values.dates import NEVER, Ints, Table, add_months

Rules = Callable[[Ints, int, Table, int, int, Ints, Ints, Ints], None]

PENDING_PERIOD = PendingKind.PERIOD.value
PENDING_DATE = PendingKind.DATE.value
PENDING_EVENT = PendingKind.EVENT.value


def streak(m: Ints, P: Ints, kind: int) -> None:
    """Lengthen or begin the streak of a behaviour; comes before its decision."""
    for s in range(P[P_STREAKS]):
        row = STREAK + s * 2
        if P[P_STREAK + s] == kind:
            if m[row] == 0 or m[row + 1] != m[DAY]:
                m[row] += 1
            m[row + 1] = m[DAY]


def award(rules: Rules, o: Ints, k: int, it: Table, a: int, b: int, m: Ints, P: Ints, out: Ints) -> None:
    """Work out what an order or behaviour gets: the rules, then the caps. Changes nothing but `out`.

    `out` holds every rule's value, then what each grant should get, then what it gets.
    """
    rules(o, k, it, a, b, m, P, out)
    wanted = P[P_RULES]
    given = wanted + P[P_GRANTS]
    for g in range(P[P_GRANTS]):
        out[given + g] = out[wanted + g]
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_OF] == CAP_RULE or P[p + C_OF] == CAP_EARNED:
            cap_grants(m, P, out, given, c)


def cap_grants(m: Ints, P: Ints, out: Ints, given: int, c: int) -> None:
    """Reduce what the grants under one cap get to what it leaves."""
    p = P_CAP + c * CAP_ROW
    left = P[p + C_LIMIT] - m[CAP + c]
    unit = P[p + C_REF]
    if P[p + C_SCOPE] == SCOPE_BALANCE:
        left = P[p + C_LIMIT] - m[AVAILABLE + unit] - m[PENDING + unit]
    total = 0
    for g in range(P[P_GRANTS]):
        if under(P, c, g):
            total += out[given + g]
    if P[p + C_TIMES] == 1:
        left = total if left > 0 else 0
    elif P[p + C_SCOPE] == SCOPE_TRANSACTION:
        left = total if total <= P[p + C_LIMIT] else 0
    for g in range(P[P_GRANTS]):
        if under(P, c, g):
            out[given + g] = min(out[given + g], max(0, left))
            left -= out[given + g]


def under(P: Ints, c: int, g: int) -> bool:
    """Tell whether a cap on earning counts a grant."""
    p = P_CAP + c * CAP_ROW
    if P[p + C_OF] == CAP_RULE:
        return P[p + C_REF] == g
    return P[p + C_OF] == CAP_EARNED and P[p + C_REF] == P[P_GRANT + g * GRANT_ROW + G_UNIT]


def use_caps(m: Ints, P: Ints, out: Ints, given: int) -> None:
    """Count what was given against the caps."""
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_SCOPE] == SCOPE_WINDOW:
            total = 0
            for g in range(P[P_GRANTS]):
                if under(P, c, g):
                    total += out[given + g]
            if total > 0:
                m[CAP + c] += 1 if P[p + C_TIMES] == 1 else total


def ready_day(o: Ints, k: int, P: Ints, g: int, day: int) -> int:
    """Return the day from which points of a grant are usable that wait for a period, earned on `day` by facts o[k:]."""
    p = P_GRANT + g * GRANT_ROW
    if P[p + G_WORKDAYS] >= 0:
        ready = o[k + P[p + G_WORKDAYS]]
    else:
        ready = duration_end(day, P[p + G_MONTHS], P[p + G_DAYS], P[p + G_STEP], P[p + G_SHIFT])
    if P[p + G_ON_DATES] >= 0:
        ready = next_date(P, P_EXPIRY + P[p + G_ON_DATES] * EXPIRY_ROW, max(ready, day + 1))
    return ready


def grant(o: Ints, k: int, m: Ints, R: Ints, e: Ints, P: Ints, g: int, points: int, cause: int) -> int:
    """Give points of one grant, usable at once or pending as it says; return the day on which they count as earned."""
    p = P_GRANT + g * GRANT_ROW
    unit = P[p + G_UNIT]
    pending = P[p + G_PENDING]
    day = m[DAY]
    if pending == PENDING_PERIOD:
        ready = ready_day(o, k, P, g, day)
        wait_for(m, R, e, unit, points, ready, NEVER, cause, P[p + G_EXPIRY], 0)
        return ready - 1
    if pending == PENDING_DATE and P[p + G_DATE] > day:
        wait_for(m, R, e, unit, points, P[p + G_DATE], NEVER, cause, P[p + G_EXPIRY], 0)
        return P[p + G_DATE] - 1
    if pending == PENDING_EVENT:
        cancel = NEVER
        if P[p + G_CANCEL_MONTHS] >= 0:
            cancel = add_months(day, P[p + G_CANCEL_MONTHS]) + P[p + G_CANCEL_DAYS]
        wait_for(m, R, e, unit, points, NEVER, cancel, cause, P[p + G_EXPIRY], P[p + G_EVENT])
        return NEVER
    if P[P_UNIT + unit * UNIT_ROW + U_COUNTER] >= 0:
        count(m, R, P, P[P_UNIT + unit * UNIT_ROW + U_COUNTER], day, points)
    ends = lot_end(P, expiry_of(m, P, unit, P[p + G_EXPIRY]), day)
    credit(m, R, e, ACCRUAL, unit, points, ends, 0)
    return day


def decide(
    rules: Rules,
    tiers: Tiers,
    t: Ints,
    o: Ints,
    k: int,
    it: Table,
    a: int,
    b: int,
    m: Ints,
    R: Ints,
    e: Ints,
    P: Ints,
    out: Ints,
    cause: int,
) -> None:
    """Apply an order or behaviour whose facts stand in o[k:] and whose lines are a..b of `it`.

    `advance` to its instant and `streak` come first. Points by the rules and caps, then what counts, then milestones,
    then the tiers. `out` is filled as by `award`, and then with each grant's lot (0: none) and the day on which that
    counts as earned.
    """
    award(rules, o, k, it, a, b, m, P, out)
    grants = P[P_GRANTS]
    given = P[P_RULES] + grants
    use_caps(m, P, out, given)
    for g in range(grants):
        out[given + grants + g] = 0
        if out[given + g] > 0:
            out[given + grants + g] = m[NEXT_LOT + P[P_GRANT + g * GRANT_ROW + G_UNIT]]
            out[given + 2 * grants + g] = grant(o, k, m, R, e, P, g, out[given + g], cause)
    kind = o[k + O_KIND]
    for c in range(P[P_COUNTERS]):
        counts = P[P_COUNTER + c * 2]
        if kind == KIND_ORDER and counts == COUNT_SPEND:
            count(m, R, P, c, m[DAY], o[k + O_NET])
        elif (kind == KIND_ORDER and counts == COUNT_ORDERS) or (
            kind != KIND_ORDER and counts == COUNT_EVENTS and P[P_COUNTER + c * 2 + 1] == kind
        ):
            count(m, R, P, c, m[DAY], 1)
    if kind == KIND_ORDER:
        m[ORDERS] += 1
    active(m, P, ACTIVITY_EARN if kind == KIND_ORDER else ACTIVITY_BEHAVIOUR << (kind - 1))
    milestones(tiers, t, o, k, m, R, e, P, cause)
    qualify_all(tiers, t, m, R, e, P)


def active(m: Ints, P: Ints, bit: int) -> None:
    """Note an activity for the units that end without one."""
    for unit in range(P[P_UNITS]):
        if P[P_UNIT + unit * UNIT_ROW + U_ACTIVITY] & bit != 0:
            m[ACTIVE + unit] = m[DAY]


def milestones(tiers: Tiers, t: Ints, o: Ints, k: int, m: Ints, R: Ints, e: Ints, P: Ints, cause: int) -> None:
    """Give the points of milestones that are now reached more often than before."""
    if P[P_MILESTONES] > 0:
        tiers(m, P, t)
    for i in range(P[P_MILESTONES]):
        p = P_MILESTONE + i * PM_ROW
        more = t[OUT_MILESTONE + i] - m[MILESTONE + i]
        if more > 0:
            m[MILESTONE + i] += more
            grant(o, k, m, R, e, P, P[p + PM_GRANT], more * P[p + PM_POINTS], cause)


def confirm(tiers: Tiers, t: Ints, m: Ints, R: Ints, e: Ints, P: Ints, cause: int, kind: int) -> bool:
    """Make what an order earned usable that waits for a behaviour of this kind; return whether there was any."""
    found = False
    i = 0
    while i < m[WAIT_TAIL]:
        row = m[WAITS] + i * WAIT
        if R[row + WAIT_CAUSE] == cause and R[row + WAIT_EVENT] == kind:
            ready_now(m, R, e, P, i, m[DAY])
            found = True
        else:
            i += 1
    if found:
        qualify_all(tiers, t, m, R, e, P)
    return found


def refund_grant(
    m: Ints,
    R: Ints,
    e: Ints,
    P: Ints,
    unit: int,
    given: int,
    back: int,
    target: int,
    number: int,
    gone: int,
    day: int,
) -> int:
    """Take back what a grant of an order gave too much; return how much of it is taken back by now, owed included.

    `given` less `target` is what should be back in all, `back` what is already; `number` is its lot, of which `gone`
    has ended and is not forgiven yet, `day` the one on which it counts.
    """
    more = given - target - back
    if more <= 0 or number == 0:
        return back
    take_back(m, R, e, P, unit, more, number, gone, day)
    return back + more


def refund_order(
    tiers: Tiers, t: Ints, t_before: Ints, m: Ints, R: Ints, e: Ints, P: Ints, net: int, whole: int, day: int
) -> None:
    """Count an order back by the net amount taken off it, and whole where nothing is left; milestones and tiers follow.

    `day` is the one on which the order counted; `t_before` what `tiers` said before the refund.
    """
    for c in range(P[P_COUNTERS]):
        if P[P_COUNTER + c * 2] == COUNT_SPEND:
            uncount(m, R, e, P, c, day, net)
        elif P[P_COUNTER + c * 2] == COUNT_ORDERS and whole == 1:
            uncount(m, R, e, P, c, day, 1)
    m[ORDERS] -= whole
    if P[P_MILESTONES] > 0:
        tiers(m, P, t)
    for i in range(P[P_MILESTONES]):
        lose_milestone(m, R, e, P, i, t_before[OUT_MILESTONE + i], t[OUT_MILESTONE + i])
    for k in range(P[P_LADDERS]):
        tiers(m, P, t)
        if follows_measure(P, k):
            qualify(m, R, e, P, t, k)
        elif P[P_LADDER + k * PL_ROW + PL_FALLS] == 1:
            fall(t_before[OUT_KEPT + 2 * k], t, m, R, e, P, k)


def lose_milestone(m: Ints, R: Ints, e: Ints, P: Ints, i: int, before: int, after: int) -> None:
    """Take back the points of a milestone that a refund took below what was reached before it."""
    p = P_MILESTONE + i * PM_ROW
    unit = P[P_GRANT + P[p + PM_GRANT] * GRANT_ROW + G_UNIT]
    policy = P[P_UNIT + unit * UNIT_ROW + U_REFUNDS]
    fewer = min(m[MILESTONE + i], before) - after
    if fewer <= 0 or policy in (REFUNDS_PENDING, REFUNDS_KEEP):
        return
    m[MILESTONE + i] -= fewer
    counter = P[P_UNIT + unit * UNIT_ROW + U_COUNTER]
    if counter >= 0:
        uncount_now(m, R, e, P, counter, -NEVER, fewer * P[p + PM_POINTS])
    take_back(m, R, e, P, unit, fewer * P[p + PM_POINTS], 0, 0, NEVER)


FUNCTIONS = (
    streak,
    award,
    cap_grants,
    under,
    use_caps,
    ready_day,
    grant,
    decide,
    active,
    milestones,
    confirm,
    refund_grant,
    refund_order,
    lose_milestone,
)
