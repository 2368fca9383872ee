"""Tiers: how a member moves on each ladder, at a fact, at a midnight, by hand and by a refund.

The generated `tiers` says which levels' conditions hold now; everything that follows from that is here.
"""

from collections.abc import Callable

from shuke.core.program.model import Downgrade, Evaluation, ValidityKind
from shuke.core.state.endings import duration_end
from shuke.core.state.slots import (
    DAY,
    JOINED,
    LADDER,
    LADDER_ROW,
    OUT_KEPT,
    OUT_REACHED,
    P_LADDER,
    P_LADDERS,
    PL_DOWNGRADE,
    PL_EVALUATION,
    PL_GRACE_DAYS,
    PL_GRACE_MONTHS,
    PL_GRACE_SHIFT,
    PL_GRACE_STEP,
    PL_HOLDS,
    PL_LENGTH,
    PL_LEVELS,
    PL_MORE,
    PL_ONE_STEP,
    PL_RESETS,
    PL_ROW,
    PL_SHIFT,
    PL_STEP,
    PL_VALIDITY,
    STAMP_DAY,
    T_FLOOR,
    T_FLOOR_UNTIL,
    T_GRACE,
    T_RANK,
    T_UNTIL,
    TIER_ASSIGNED,
    TIER_GRACE,
    TIER_QUALIFIED,
    TIER_REFUNDED,
    TIER_RENEWED,
    TIER_REVIEWED,
)
from shuke.core.state.windows import empty, period_start, post
from shuke.core.values.dates import NEVER, Ints, add_months, anniversary_on_or_before, first_day, month_of

Tiers = Callable[[Ints, Ints, Ints], None]

# the enums' values as plain integers: numba freezes module globals
FOREVER = ValidityKind.FOREVER.value
END_OF = ValidityKind.END_OF.value
FOR_MONTHS = ValidityKind.MONTHS.value
FOR_DAYS = ValidityKind.DAYS.value
ANNIVERSARY = ValidityKind.ANNIVERSARY.value
MEASURED = ValidityKind.MEASURED.value
EVERY_FACT = Evaluation.FACT.value
EVERY_DAY = Evaluation.DAY.value
EVERY_MONTH = Evaluation.MONTH.value
EVERY_QUARTER = Evaluation.QUARTER.value
STAYS = Downgrade.NONE.value
ONE_DOWN = Downgrade.ONE.value


def validity_end(m: Ints, P: Ints, k: int, day: int) -> int:
    """Return the first local day on which a tier that is valid from `day` no longer holds."""
    p = P_LADDER + k * PL_ROW
    kind = P[p + PL_VALIDITY]
    length = P[p + PL_LENGTH]
    if kind == END_OF:
        step = P[p + PL_STEP]
        return first_day(period_start(day, step, P[p + PL_SHIFT]) + step * (length + 1) + P[p + PL_MORE])
    if kind == FOR_MONTHS:
        return add_months(day, length)
    if kind == FOR_DAYS:
        return day + length
    if kind == ANNIVERSARY:
        begun = anniversary_on_or_before(day, m[JOINED])
        return add_months(m[JOINED], month_of(begun) - month_of(m[JOINED]) + 12 * (length + 1) + P[p + PL_MORE])
    return NEVER


def highest(bits: int, most: int) -> int:
    """Return the highest level up to `most` whose bit is set."""
    rank = most
    while rank > 0 and bits >> rank & 1 == 0:
        rank -= 1
    return rank


def floor_of_tier(m: Ints, k: int, day: int) -> int:
    """Return the level below which a gift or match keeps a member on `day`."""
    t = LADDER + k * LADDER_ROW
    return m[t + T_FLOOR] if day < m[t + T_FLOOR_UNTIL] else 0


def set_tier(m: Ints, R: Ints, e: Ints, P: Ints, k: int, kind: int, rank: int, until: int) -> None:
    """Put a member on a level until a day, and say so in an entry; windows since the tier begin anew."""
    t = LADDER + k * LADDER_ROW
    climbs = rank > m[t + T_RANK]
    post(m, e, kind, m[t + T_RANK], rank, until, k)
    m[t + T_RANK] = rank
    m[t + T_UNTIL] = until
    m[t + T_GRACE] = 1 if kind == TIER_GRACE else 0
    if kind != TIER_GRACE:
        empty(m, R, P, k, not (climbs and P[P_LADDER + k * PL_ROW + PL_RESETS] == 1))


def qualify(m: Ints, R: Ints, e: Ints, P: Ints, t: Ints, k: int) -> None:
    """Move up a ladder where its conditions allow, and renew what a calendar or a grace lets renew at once."""
    p = P_LADDER + k * PL_ROW
    row = LADDER + k * LADDER_ROW
    rank = m[row + T_RANK]
    levels = P[p + PL_LEVELS]
    reached = t[OUT_REACHED + 2 * k]
    target = highest(reached, levels - 1)
    if P[p + PL_VALIDITY] == MEASURED:
        target = max(target, floor_of_tier(m, k, m[DAY]))
        if target != rank:
            set_tier(m, R, e, P, k, TIER_QUALIFIED if target > rank else TIER_REVIEWED, target, NEVER)
        return
    if P[p + PL_ONE_STEP] == 1 and target > rank:
        target = rank + (1 if reached >> (rank + 1) & 1 == 1 else 0)
    day = m[STAMP_DAY]
    if target > rank:
        set_tier(m, R, e, P, k, TIER_QUALIFIED, target, validity_end(m, P, k, day))
    elif rank > 0 and reached >> rank & 1 == 1:
        until = validity_end(m, P, k, day)
        by_calendar = P[p + PL_VALIDITY] == END_OF or P[p + PL_VALIDITY] == ANNIVERSARY
        if m[row + T_GRACE] == 1 or (by_calendar and until > m[row + T_UNTIL]):
            set_tier(m, R, e, P, k, TIER_RENEWED, rank, until)


def evaluates(P: Ints, k: int, day: int) -> bool:
    """Tell whether the midnight that begins `day` is one at which a ladder lets members move up."""
    evaluation = P[P_LADDER + k * PL_ROW + PL_EVALUATION]
    if evaluation == EVERY_FACT:
        return False
    if evaluation == EVERY_DAY:
        return True
    step = 1 if evaluation == EVERY_MONTH else 3 if evaluation == EVERY_QUARTER else 12
    return first_day(period_start(day, step, 0)) == day


def next_evaluation(P: Ints, k: int, day: int) -> int:
    """Return the next day after `day` on which `evaluates`."""
    evaluation = P[P_LADDER + k * PL_ROW + PL_EVALUATION]
    if evaluation == EVERY_FACT:
        return NEVER
    if evaluation == EVERY_DAY:
        return day + 1
    step = 1 if evaluation == EVERY_MONTH else 3 if evaluation == EVERY_QUARTER else 12
    return first_day(period_start(day, step, 0) + step)


def at_facts(P: Ints, k: int) -> bool:
    """Tell whether a ladder looks at every fact."""
    evaluation = P[P_LADDER + k * PL_ROW + PL_EVALUATION]
    return evaluation in (EVERY_FACT, EVERY_DAY)


def follows_measure(P: Ints, k: int) -> bool:
    """Tell whether a ladder's tier goes up and down with its measure at every look."""
    return at_facts(P, k) and P[P_LADDER + k * PL_ROW + PL_VALIDITY] == MEASURED


def qualify_all(tiers: Tiers, t: Ints, m: Ints, R: Ints, e: Ints, P: Ints) -> None:
    """Look at every ladder that looks at facts, in the order of the file."""
    for k in range(P[P_LADDERS]):
        if at_facts(P, k):
            tiers(m, P, t)  # anew for each: a step up may have emptied windows
            qualify(m, R, e, P, t, k)


def measures_new_day(P: Ints, k: int) -> bool:
    """Tell whether a review counts the day that begins, not only the days that have ended."""
    p = P_LADDER + k * PL_ROW
    if P[p + PL_EVALUATION] != EVERY_FACT:
        return True
    return P[p + PL_VALIDITY] == END_OF and P[p + PL_LENGTH] == 0


def lowest(m: Ints, P: Ints, k: int) -> int:
    """Return the level below which a member can't fall because it holds."""
    return highest(P[P_LADDER + k * PL_ROW + PL_HOLDS] | 1, m[LADDER + k * LADDER_ROW + T_RANK])


def review(tiers: Tiers, t: Ints, m: Ints, R: Ints, e: Ints, P: Ints, k: int) -> None:
    """At the midnight that ends a tier's validity, the day of the stamp: keep it, wait a grace, or fall."""
    p = P_LADDER + k * PL_ROW
    row = LADDER + k * LADDER_ROW
    day = m[STAMP_DAY]
    rank = m[row + T_RANK]
    tiers(m, P, t)
    alone = highest(t[OUT_KEPT + 2 * k], rank)  # the level without a gift
    if P[p + PL_DOWNGRADE] == STAYS:
        alone = rank
    elif P[p + PL_DOWNGRADE] == ONE_DOWN and alone < rank:
        alone = rank - 1
    alone = max(alone, lowest(m, P, k))
    target = max(alone, min(rank, floor_of_tier(m, k, day)))
    if target < rank and m[row + T_GRACE] == 0 and P[p + PL_GRACE_MONTHS] + P[p + PL_GRACE_DAYS] > 0:
        set_tier(m, R, e, P, k, TIER_GRACE, rank, grace_end(P, p, day))
        return
    until = NEVER
    if target > alone:
        until = m[row + T_FLOOR_UNTIL]
    elif target > 0:
        until = validity_end(m, P, k, add_months(day, -P[p + PL_MORE]) - 1 if renews_from_last_day(P, p) else day)
    set_tier(m, R, e, P, k, TIER_REVIEWED, target, until)


def renews_from_last_day(P: Ints, p: int) -> bool:
    """Tell whether a new validity runs from the last day of the period that ended: one by calendar that lasts over the
    next period too.
    """
    kind = P[p + PL_VALIDITY]
    return kind in (END_OF, ANNIVERSARY) and P[p + PL_LENGTH] > 0 and P[p + PL_EVALUATION] == EVERY_FACT


def grace_end(P: Ints, p: int, day: int) -> int:
    """Return the first day after the grace that begins on `day`, of the ladder at P[p:]."""
    step = P[p + PL_GRACE_STEP]
    end = add_months(day, P[p + PL_GRACE_MONTHS]) + P[p + PL_GRACE_DAYS]
    return end if step == 0 else duration_end(end - 1, 0, 0, step, P[p + PL_GRACE_SHIFT])


def fall(before: int, t: Ints, m: Ints, R: Ints, e: Ints, P: Ints, k: int) -> None:
    """After a refund: go down a ladder that falls at once, where it took what kept the tier (bits `before` it)."""
    row = LADDER + k * LADDER_ROW
    rank = m[row + T_RANK]
    kept = t[OUT_KEPT + 2 * k]
    if rank == 0 or before >> rank & 1 == 0 or kept >> rank & 1 == 1:
        return
    alone = max(highest(kept, rank), lowest(m, P, k))
    target = max(alone, min(rank, floor_of_tier(m, k, m[DAY])))
    if target < rank:
        until = NEVER
        if target > alone:
            until = m[row + T_FLOOR_UNTIL]
        elif target > 0:
            until = validity_end(m, P, k, m[DAY])
        set_tier(m, R, e, P, k, TIER_REFUNDED, target, until)


def assign(m: Ints, R: Ints, e: Ints, P: Ints, k: int, rank: int, until: int, exactly: int) -> None:
    """Give a level by hand until a day, as a floor under what is earned; `exactly` also takes a higher one away."""
    row = LADDER + k * LADDER_ROW
    m[row + T_FLOOR] = rank
    m[row + T_FLOOR_UNTIL] = until
    if rank > m[row + T_RANK] or (exactly == 1 and rank != m[row + T_RANK]):
        set_tier(m, R, e, P, k, TIER_ASSIGNED, rank, until if rank > 0 else NEVER)


FUNCTIONS = (
    validity_end,
    highest,
    floor_of_tier,
    set_tier,
    qualify,
    evaluates,
    next_evaluation,
    at_facts,
    follows_measure,
    measures_new_day,
    lowest,
    renews_from_last_day,
    grace_end,
    qualify_all,
    review,
    fall,
    assign,
)
