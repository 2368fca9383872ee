"""Conversions: on some days a balance becomes another unit, before tiers are reviewed and points end."""

from shuke.core.state.endings import expiry_of, lot_end
from shuke.core.state.lots import credit, draw
from shuke.core.state.slots import (
    AVAILABLE,
    CONVERSION_IN,
    CONVERSION_OUT,
    EXPIRY_ROW,
    P_EXPIRY,
    P_UNIT,
    P_UNITS,
    U_CONVERT,
    U_GIVES,
    U_INTO,
    U_LEAST,
    U_STEP,
    UNIT_ROW,
)
from shuke.core.values.dates import NEVER, Ints


def conversion_day(m: Ints, P: Ints, unit: int, day: int) -> int:
    """Return the first day after `day` on which what is usable now becomes another unit."""
    p = P_UNIT + unit * UNIT_ROW
    if P[p + U_CONVERT] < 0 or m[AVAILABLE + unit] < P[p + U_LEAST]:
        return NEVER
    return lot_end(P, P_EXPIRY + P[p + U_CONVERT] * EXPIRY_ROW, day)


def convert(m: Ints, R: Ints, e: Ints, P: Ints, day: int) -> bool:
    """Turn what becomes another unit on `day` into it; return whether any did."""
    converted = False
    for unit in range(P[P_UNITS]):
        p = P_UNIT + unit * UNIT_ROW
        if conversion_day(m, P, unit, day - 1) == day:
            steps = m[AVAILABLE + unit] // P[p + U_STEP]
            into = P[p + U_INTO]
            draw(m, R, e, CONVERSION_OUT, unit, steps * P[p + U_STEP], -1, 1)
            ends = lot_end(P, expiry_of(m, P, into, -1), day)
            credit(m, R, e, CONVERSION_IN, into, steps * P[p + U_GIVES], ends, 0)
            converted = True
    return converted


FUNCTIONS = (conversion_day, convert)
