"""The limits that keep the machines' integers within 64 bits, checked around each verb, with their refusals."""

from collections.abc import Callable, Sequence

from shuke.core.program.model import Unit
from shuke.core.state.slots import (
    AMOUNT_MAX,
    AVAILABLE,
    DEBT,
    HELD,
    HOLD_POINTS,
    HOLD_UNIT,
    LINES_MAX,
    ORDERS_MAX,
    P_UNITS,
    P_WINDOWS,
    PENDING,
    POINTS_MAX,
    W_VALUE,
    WINDOW,
    WINDOW_ROW,
)
from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.engine.arrays import Arrays
from shuke.engine.facts import EARNED_LIMIT
from shuke.engine.states import OrderFacts


def check_order(order: OrderFacts, orders_so_far: int) -> None:
    """Refuse an order that is too large.

    Raises:
        Refusal: `amount_out_of_range`, `too_many_lines`, `too_many_orders`.
    """
    parts = (order.net_minor, order.gross_minor, order.tax_minor, order.shipping_minor, order.points_paid_minor)
    lines = [line.net_minor for line in order.lines]
    if min((*parts, *lines)) < 0 or max((*parts, sum(lines))) > AMOUNT_MAX:
        raise Refusal(
            "amount_out_of_range", f"Amounts must lie between 0 and {AMOUNT_MAX:,} minor units.", pointer="/net_minor"
        )
    if len(order.lines) > LINES_MAX:
        raise Refusal("too_many_lines", f"An order may have {LINES_MAX:,} lines.", pointer="/lines")
    if orders_so_far >= ORDERS_MAX:
        raise Refusal("too_many_orders", f"A member may have {ORDERS_MAX:,} orders.")


def check_points(points: int) -> None:
    """Refuse points that are none, or too many.

    Raises:
        Refusal: `points_out_of_range`.
    """
    if not 0 < points <= POINTS_MAX:
        raise Refusal(
            "points_out_of_range", f"Points count 1 to {POINTS_MAX:,} of a unit's smallest parts.", pointer="/points"
        )


def check_redemption(unit: Unit, points: int) -> None:
    """Refuse points that the unit does not let a member redeem at once: too few, or no whole number of steps.

    Raises:
        Refusal: `points_out_of_range`, `redeem_bounds`.
    """
    check_points(points)
    least, step = unit.redeem_least, unit.redeem_step
    if points < least or points % step:
        asked, lowest, steps = (written(amount, unit.scale) for amount in (points, least, step))
        detail = f"{asked} asked for; «{unit.code}» is redeemed from {lowest} on, in steps of {steps}."
        params = {"unit": unit.name, "asked": asked, "lowest": lowest, "steps": steps}
        raise Refusal("redeem_bounds", detail, pointer="/points", params=params)


def check_balances(m: Sequence[int], P: Sequence[int]) -> None:
    """Refuse what makes a balance, a debt or a window too large.

    Raises:
        Refusal: `balance_limit`.
    """
    units = range(P[P_UNITS])
    most = max((m[AVAILABLE + u] + m[PENDING + u] + m[HELD + u] for u in units), default=0)
    owed = max((m[DEBT + u] for u in units), default=0)
    counted = max((abs(m[WINDOW + w * WINDOW_ROW + W_VALUE]) for w in range(P[P_WINDOWS])), default=0)
    if max(most, owed) > POINTS_MAX or counted > EARNED_LIMIT:
        raise balance_limit()


def balance_limit(pointer: str | None = None) -> Refusal:
    """Return why a balance can't grow so much."""
    return Refusal(
        "balance_limit", f"A balance holds at most {POINTS_MAX:,} of a unit's smallest parts.", pointer=pointer
    )


def spend(a: Arrays, unit: int, points: int, verb: Callable[[], bool]) -> None:
    """Let a verb take so many usable points, all or none.

    Raises:
        Refusal: as `not_spendable`.
        ArithmeticError: the lots gave other points than were asked for, so they are not what the balance says.
    """
    before = a.m[AVAILABLE + unit]
    if not verb():
        raise not_spendable(a, unit, points)
    drawn = before - a.m[AVAILABLE + unit]
    if drawn != points:
        raise ArithmeticError(f"{points} points were to be drawn of {before}, the lots gave {drawn}.")


def not_spendable(a: Arrays, unit: int, points: int) -> Refusal:
    """Return why points can't be used: there are too few, or a cap is reached."""
    if points <= a.m[AVAILABLE + unit]:
        return Refusal("cap_reached", "This is more than the program's limits leave now.", pointer="/points")
    asked, usable = (written(amount, a.units[unit].scale) for amount in (points, a.m[AVAILABLE + unit]))
    detail = f"{asked} points asked for, {usable} usable."
    return Refusal("insufficient_points", detail, pointer="/points", params={"asked": asked, "usable": usable})


def more_than_held(a: Arrays, hold_row: int, points: int) -> Refusal:
    """Return why points can't be captured of the hold at R[hold_row:]."""
    scale = a.units[a.R[hold_row + HOLD_UNIT]].scale
    asked, held = (written(amount, scale) for amount in (points, a.R[hold_row + HOLD_POINTS]))
    params = {"asked": asked, "held": held}
    return Refusal("more_than_held", f"{asked} asked for, {held} held.", pointer="/points", params=params)
