"""When points end: after a time, on dates of the year, or left idle; by the rule's, the tier's or the unit's expiry."""

from shuke.core.program.model import ExpiryKind
from shuke.core.state.slots import (
    ACTIVE,
    AVAILABLE,
    EXPIRY_ROW,
    LADDER,
    P_EXPIRY,
    P_LADDERS,
    P_TIER_EXPIRY,
    P_UNIT,
    T_RANK,
    U_EXPIRY,
    UNIT_ROW,
    UNITS_MAX,
    X_DATES,
    X_DAYS,
    X_KIND,
    X_MONTHS,
    X_SHIFT,
    X_STEP,
)
from shuke.core.values.dates import NEVER, Ints, add_months, day_of, first_day, month_of

# the enum's values as plain integers: numba freezes module globals
X_AFTER = ExpiryKind.AFTER.value
X_ON_DATES = ExpiryKind.DATES.value
X_IDLE = ExpiryKind.IDLE.value


def duration_end(day: int, months: int, days: int, step: int, shift: int) -> int:
    """Return the day that lies a duration after `day`, or the first one after the period in which that lies."""
    if step == 0:
        return add_months(day, months) + days
    month = month_of(day) + months if days == 0 else month_of(add_months(day, months) + days)
    return first_day((month - shift) // step * step + shift + step)


def next_date(P: Ints, x: int, day: int) -> int:
    """Return the first of an expiry's dates of the year (MMDD) that is not before `day`."""
    best = NEVER
    year = month_of(day) // 12
    for i in range(P[x + X_DATES]):
        date = P[x + X_DATES + 1 + i]
        for y in range(year, year + 2):
            month = y * 12 + date // 100 - 1
            end = min(day_of(y, date // 100, 1) + date % 100, first_day(month + 1)) - 1
            if day <= end < best:
                best = end
    return best


def expiry_of(m: Ints, P: Ints, unit: int, rule: int) -> int:
    """Return where in P the expiry of points stands: the rule's own, or that of the tier held, or the unit's."""
    x = rule
    if x < 0 and P[P_LADDERS] > 0:
        x = P[P_TIER_EXPIRY + m[LADDER + T_RANK] * UNITS_MAX + unit]
    if x < 0:
        x = P[P_UNIT + unit * UNIT_ROW + U_EXPIRY]
    return P_EXPIRY + x * EXPIRY_ROW


def lot_end(P: Ints, x: int, day: int) -> int:
    """Return the first local day on which points usable from `day` are no longer so, by the expiry at P[x:]."""
    if P[x + X_KIND] != X_AFTER and P[x + X_KIND] != X_ON_DATES:
        return NEVER
    end = duration_end(day, P[x + X_MONTHS], P[x + X_DAYS], P[x + X_STEP], P[x + X_SHIFT])
    return end if P[x + X_KIND] == X_AFTER else next_date(P, x, end) + 1


def idle_end(m: Ints, P: Ints, unit: int) -> int:
    """Return the day on which all of a unit ends because nothing was done, as it stands now."""
    if m[AVAILABLE + unit] == 0:
        return NEVER
    x = expiry_of(m, P, unit, -1)
    if P[x + X_KIND] != X_IDLE:
        return NEVER
    return duration_end(m[ACTIVE + unit], P[x + X_MONTHS], P[x + X_DAYS], P[x + X_STEP], P[x + X_SHIFT])


FUNCTIONS = (duration_end, next_date, expiry_of, lot_end, idle_end)
