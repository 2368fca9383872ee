"""Points that a member uses, sets aside or gives away, and those that are given and taken by hand."""

from shuke.core.state import lots
from shuke.core.state.earning import active
from shuke.core.state.ladders import Tiers, qualify_all
from shuke.core.state.lots import credit, draw, forget_hold, release
from shuke.core.state.slots import (
    ACTIVITY_REDEEM,
    AVAILABLE,
    C_LIMIT,
    C_OF,
    C_REF,
    C_SCOPE,
    C_TIMES,
    CAP,
    CAP_REDEEMED,
    CAP_ROW,
    CAP_TRANSFERRED,
    DAY,
    E_FROM,
    ENTRIES,
    ENTRY,
    FULL,
    HELD,
    HOLD,
    HOLD_CAUSE,
    HOLD_DAY,
    HOLD_MADE,
    HOLD_POINTS,
    HOLD_TAIL,
    HOLD_UNIT,
    HOLD_UNTIL,
    HOLDING,
    HOLDS,
    LOT,
    LOT_GIFT,
    LOT_HEAD,
    LOT_LEFT,
    LOT_TAIL,
    LOT_UNIT,
    LOTS,
    OPENING,
    P_CAP,
    P_CAPS,
    P_UNIT,
    REDEMPTION,
    SCOPE_WINDOW,
    TAKES,
    TRANSFER_OUT,
    U_COUNTER,
    UNIT_ROW,
)
from shuke.core.state.windows import count, give_room_back
from shuke.core.values.dates import Ints


def within_caps(m: Ints, P: Ints, of: int, unit: int, points: int) -> bool:
    """Tell whether a redemption or transfer stays within the caps on it."""
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_OF] == of and P[p + C_REF] == unit:
            used = m[CAP + c] + 1 if P[p + C_TIMES] == 1 else m[CAP + c] + points
            if used > P[p + C_LIMIT]:
                return False
    return True


def use_spend_caps(m: Ints, P: Ints, of: int, unit: int, points: int) -> None:
    """Count a redemption or transfer against the caps on it."""
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_OF] == of and P[p + C_REF] == unit and P[p + C_SCOPE] == SCOPE_WINDOW:
            m[CAP + c] += 1 if P[p + C_TIMES] == 1 else points


def redeemable(m: Ints, P: Ints, unit: int) -> int:
    """Return how many points one redemption may take: what is usable, as far as the caps leave it."""
    most = m[AVAILABLE + unit]
    for c in range(P[P_CAPS]):
        p = P_CAP + c * CAP_ROW
        if P[p + C_OF] == CAP_REDEEMED and P[p + C_REF] == unit:
            left = P[p + C_LIMIT] - m[CAP + c]
            if P[p + C_TIMES] == 1:
                left = most if left > 0 else 0
            most = min(most, max(0, left))
    return most


def redeem_share(m: Ints, R: Ints, e: Ints, P: Ints, unit: int, share: int, of: int, step: int, least: int) -> None:
    """Redeem `share` parts of `of` of what is usable, in whole steps and as far as the caps leave it; less than `least`
    is left alone. It never comes back, so it has no cause.
    """
    points = min(m[AVAILABLE + unit] * share // of, redeemable(m, P, unit)) // step * step
    if points >= max(1, least):
        redeem(m, R, e, P, unit, points, -1)


def redeem(m: Ints, R: Ints, e: Ints, P: Ints, unit: int, points: int, cause: int) -> bool:
    """Redeem points where the usable balance and the caps allow; otherwise do nothing and return False."""
    if points > m[AVAILABLE + unit] or not within_caps(m, P, CAP_REDEEMED, unit, points):
        return False
    draw(m, R, e, REDEMPTION, unit, points, cause, 1)
    use_spend_caps(m, P, CAP_REDEEMED, unit, points)
    active(m, P, ACTIVITY_REDEEM)
    return True


def hold(m: Ints, R: Ints, e: Ints, P: Ints, unit: int, points: int, cause: int, until: int, until_day: int) -> bool:
    """Set points aside until an instant on a local day, where the balance and the caps allow."""
    if points > m[AVAILABLE + unit] or not within_caps(m, P, CAP_REDEEMED, unit, points):
        return False
    if m[HOLDS] + (m[HOLD_TAIL] + 1) * HOLD > m[TAKES]:
        m[FULL] = 1
        return False
    row = m[HOLDS] + m[HOLD_TAIL] * HOLD
    R[row + HOLD_CAUSE] = cause
    R[row + HOLD_UNIT] = unit
    R[row + HOLD_POINTS] = points
    R[row + HOLD_UNTIL] = until
    R[row + HOLD_DAY] = until_day
    R[row + HOLD_MADE] = m[DAY]
    m[HOLD_TAIL] += 1
    m[HELD + unit] += points
    draw(m, R, e, HOLDING, unit, points, cause, 1)
    use_spend_caps(m, P, CAP_REDEEMED, unit, points)
    active(m, P, ACTIVITY_REDEEM)
    return True


def find_hold(m: Ints, R: Ints, cause: int) -> int:
    """Return the row of an open hold in R, or -1."""
    for i in range(m[HOLD_TAIL]):
        row = m[HOLDS] + i * HOLD
        if R[row + HOLD_CAUSE] == cause:
            return row
    return -1


def capture(m: Ints, R: Ints, e: Ints, cause: int, points: int) -> bool:
    """Spend points of a hold, where it is open and still has them; at its last point it is closed."""
    row = find_hold(m, R, cause)
    if row < 0 or points > R[row + HOLD_POINTS]:
        return False
    lots.capture(m, R, e, cause, points)
    R[row + HOLD_POINTS] -= points
    if R[row + HOLD_POINTS] == 0:
        forget_hold(m, R, cause)
    return True


def let_go(m: Ints, R: Ints, e: Ints, P: Ints, cause: int) -> bool:
    """Release what a hold still sets aside, where it is open."""
    row = find_hold(m, R, cause)
    if row < 0:
        return False
    give_room_back(m, R, P, row)
    forget_hold(m, R, cause)
    release(m, R, e, cause)
    return True


def debit(m: Ints, R: Ints, e: Ints, kind: int, unit: int, points: int) -> bool:
    """Take points that nobody uses, where the usable balance covers them."""
    if points > m[AVAILABLE + unit]:
        return False
    draw(m, R, e, kind, unit, points, -1, 1)
    return True


def open_lot(
    tiers: Tiers,
    t: Ints,
    m: Ints,
    R: Ints,
    e: Ints,
    P: Ints,
    unit: int,
    points: int,
    ends: int,
    earned: int,
) -> None:
    """Open a lot of an opening balance with its own dates; it counts as earned on its day."""
    if P[P_UNIT + unit * UNIT_ROW + U_COUNTER] >= 0:
        count(m, R, P, P[P_UNIT + unit * UNIT_ROW + U_COUNTER], earned, points)
    i = m[ENTRIES] * ENTRY
    credit(m, R, e, OPENING, unit, points, ends, 0)
    if i + ENTRY <= len(e):
        e[i + E_FROM] = earned
    qualify_all(tiers, t, m, R, e, P)


def transferable(m: Ints, R: Ints, unit: int) -> int:
    """Return the usable points that are no gift."""
    total = 0
    for i in range(m[LOT_HEAD], m[LOT_TAIL]):
        row = m[LOTS] + i * LOT
        if R[row + LOT_UNIT] == unit and R[row + LOT_GIFT] == 0:
            total += R[row + LOT_LEFT]
    return total


def give(m: Ints, R: Ints, e: Ints, P: Ints, unit: int, points: int, cause: int, gifts: int) -> bool:
    """Give points to somebody else, where the caps and what may be given allow; what was taken says of which lots."""
    most = m[AVAILABLE + unit] if gifts == 1 else transferable(m, R, unit)
    if points > most or not within_caps(m, P, CAP_TRANSFERRED, unit, points):
        return False
    draw(m, R, e, TRANSFER_OUT, unit, points, cause, gifts)
    use_spend_caps(m, P, CAP_TRANSFERRED, unit, points)
    return True


FUNCTIONS = (
    within_caps,
    use_spend_caps,
    redeem,
    redeemable,
    redeem_share,
    hold,
    find_hold,
    capture,
    let_go,
    debit,
    open_lot,
    transferable,
    give,
)
