"""Says what of a member must be loaded before it moves, and where its windows lie; the desk's questions about time."""

from collections.abc import Sequence

from shuke.core.program.ir import WindowKind
from shuke.core.program.model import ExpiryKind
from shuke.core.state import endings, windows
from shuke.core.state.slots import (
    C_KIND,
    C_LENGTH,
    C_OF,
    C_REF,
    C_SCOPE,
    C_SHIFT,
    C_STEP,
    C_TIMES,
    CAP_REDEEMED,
    CAP_ROW,
    EXPIRIES_MAX,
    EXPIRY_ROW,
    P_CAP,
    P_CAPS,
    P_EXPIRY,
    P_WINDOW,
    PW_KIND,
    PW_ROW,
    SCOPE_WINDOW,
    X_KIND,
)
from shuke.core.values.dates import NEVER, Ints
from shuke.engine.compile import Compiled
from shuke.engine.states import MemberState

_MOVING = (WindowKind.DAYS, WindowKind.MONTHS, WindowKind.ENDED, WindowKind.RUNNING)  # windows that days leave in parts
MOVING = tuple(kind.value for kind in _MOVING)
IDLE = ExpiryKind.IDLE.value
NEVER_ENDS = ExpiryKind.NEVER.value


def expiries(P: Sequence[int]) -> list[int]:
    """Return where in P the rules stand by which points end."""
    rows = range(P_EXPIRY, P_EXPIRY + EXPIRIES_MAX * EXPIRY_ROW, EXPIRY_ROW)
    return [x for x in rows if P[x + X_KIND] != NEVER_ENDS]


def may_end(P: Ints, rows: Sequence[int], day: int, until: int) -> bool:
    """Tell whether points credited from `day` on can end by `until`, or a unit by inactivity then."""
    return any(endings.lot_end(P, x, day) <= until or (P[x + X_KIND] == IDLE and until > day) for x in rows)


def days_from(compiled: Compiled, P: Ints, standing_day: int, day: int, counts_from: int) -> int | None:
    """Return the first day with something counted that must be loaded of who stands on a day, or None."""
    first = None
    for w, (_, _, ladder) in enumerate(compiled.windows):
        wanted = None
        if P[P_WINDOW + w * PW_ROW + PW_KIND] in MOVING:
            before = window_start(P, w, standing_day, NEVER)  # no moving window asks for the day of joining
            wanted = before if before < window_start(P, w, day, NEVER) else None
        if ladder >= 0:  # at a reset the sum of the day so far must be known, and at a refund that of the counted day
            wanted = min(standing_day, counts_from) if wanted is None else min(wanted, counts_from)
        if wanted is not None:
            first = wanted if first is None else min(first, wanted)
    return first


def window_start(P: Ints, w: int, day: int, joined_day: int) -> int:
    """Return the first local day of window `w` as of a day, its resets apart."""
    kind, length, step, shift, offset = P[P_WINDOW + w * PW_ROW : P_WINDOW + w * PW_ROW + 5]
    return windows.window_start(kind, length, step, shift, offset, day, joined_day)


def window_bounds(compiled: Compiled, P: Ints, day: int, joined_day: int) -> list[tuple[int, int]]:
    """Return each window's first local day and the first one after it, as of local `day`, resets apart."""
    return [(window_start(P, w, day, joined_day), windows.end_of(P, w, day)) for w in range(len(compiled.windows))]


def windows_from(compiled: Compiled, P: Ints, days: Sequence[tuple[int, ...]], state: MemberState) -> list[int]:
    """Return what the windows hold as of where the member stands, from days with every counter."""
    values = []
    bounds = window_bounds(compiled, P, state.standing_day, state.joined_day)
    for (start, end), (reset, base), (_, counter, _) in zip(bounds, state.resets, compiled.windows, strict=True):
        inside = [row for row in days if max(start, reset) <= row[0] < end]
        before = base if start <= reset < end and any(row[0] == reset for row in inside) else 0
        values.append(sum(row[1 + counter] for row in inside) - before)
    return values


def set_aside(P: Ints, state: MemberState) -> list[int]:
    """Return by cap what open holds that a cap on redeeming counts set aside in its window, or how many they are."""
    return [_set_aside(P, P_CAP + c * CAP_ROW, state) for c in range(P[P_CAPS])]


def _set_aside(P: Ints, p: int, state: MemberState) -> int:
    if P[p + C_OF] != CAP_REDEEMED or P[p + C_SCOPE] != SCOPE_WINDOW:
        return 0
    kind, length, step, shift = P[p + C_KIND], P[p + C_LENGTH], P[p + C_STEP], P[p + C_SHIFT]
    start = windows.window_start(kind, length, step, shift, 0, state.standing_day, state.joined_day)
    held = [hold.points for hold in state.holds if hold.unit == P[p + C_REF] and hold.made_day >= start]
    return len(held) if P[p + C_TIMES] == 1 else sum(held)
