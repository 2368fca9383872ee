"""Which offers of a program bear on a cart, for a member or for somebody whom nobody knows, and which points pay."""

from shuke.core.offers.model import Group
from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import CapOf, Program
from shuke.core.state.windows import period_start
from shuke.core.values.dates import first_day, weekday_of
from shuke.engine.arrays import Arrays
from shuke.engine.compile import Compiled
from shuke.engine.generated import offer_functions_of
from shuke.engine.limits import check_order
from shuke.engine.offering import groups_of
from shuke.engine.rows import Rows
from shuke.engine.states import MemberState, OrderFacts
from shuke.engine.zones import zone_table

BEYOND = 2**31 - 1  # a day after all, as a column of days holds it


class CartDesk:
    """Everything of one published program that an evaluation needs, made once per process."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._zone = zone_table(compiled.program.time_zone)
        self._P = list(compiled.numbers)
        self._rows = Rows(compiled)
        self._prepare, self._offers, self._lines = offer_functions_of(compiled)

    @property
    def program(self) -> Program:
        """The program whose offers these are."""
        return self._compiled.program

    def groups(self, state: MemberState, order: OrderFacts) -> tuple[Group, ...]:
        """Return the offers for an order that would be placed now, by a member who has been advanced to now.

        Raises:
            Refusal: `amount_out_of_range`, `too_many_lines`, `too_many_orders`.
        """
        check_order(order, state.orders)
        compiled, P, count = self._compiled, self._P, len(self._compiled.program.offers)
        o, items = self._rows.order(order, max(order.occurred_at, state.standing_at)), self._rows.lines(order)
        self._prepare(o, 0, items, 0, len(order.lines), *self._zone, P)
        holds = [False] * count
        self._offers(o, 0, Arrays(compiled, P, state, 0).m, P, holds)
        matches = []
        for line in range(len(order.lines)):
            told = [False] * (2 * count)
            self._lines(items, line * compiled.line_width, P, told)
            matches.append(told)
        return groups_of(compiled.program, holds, matches)


def paying_unit(program: Program) -> int | None:
    """Return which unit pays for carts, the first that does; None: none."""
    return next((place for place, unit in enumerate(program.units) if unit.pay is not None), None)


def usable(program: Program, state: MemberState, unit: int) -> int:
    """Return how many points of a unit one redemption may use now: those that are there and that its caps leave."""
    points, code = state.available[unit], program.units[unit].code
    for cap, used in zip(program.caps, state.caps, strict=True):
        if cap.of is CapOf.REDEEMED and cap.unit == code:
            left = cap.limit - used if cap.window is not None else cap.limit
            points = min(points, points * (left > 0) if cap.times else left)
    return max(0, points)


def span_of(window: Window, day: int) -> tuple[int, int]:
    """Return the first day of the period of a cap in which a local day lies, and the first one after it.

    All of time begins with day 0, on which nothing happens.
    """
    match window.kind:
        case WindowKind.DAY:
            return day, day + 1
        case WindowKind.WEEK:
            first = day - weekday_of(day) + 1
            return first, first + 7
        case WindowKind.PERIOD:
            month = period_start(day, window.step, window.shift)
            return first_day(month), first_day(month + window.step)
    return 0, BEYOND
