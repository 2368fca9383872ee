"""Whether a refund fits its order as it came, gift cards and all, and what it takes off it.

Pure. What then remains of the order for the rules, engine/remains.py says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.remains import TakenOff
from shuke.rooms.orders.contracts import Line, RefundLine


@dataclass(frozen=True, slots=True)
class Sold:
    """An order as it came, gift cards left out, and what earlier refunds took off it.

    `lines` are (number in the order, line), from 1, `gift_cards` the numbers of those that are left out. `line_net` and
    `line_quantity` are off by line number, `by_amount` off by amounts alone; `whole` says that nothing is left.
    """

    order_id: UUID
    member_id: UUID
    net_minor: int
    lines: tuple[tuple[int, Line], ...]
    line_net: dict[int, int]
    line_quantity: dict[int, int]
    by_amount: int
    whole: bool = False
    gift_cards: frozenset[int] = frozenset()

    @property
    def net_left(self) -> int:
        return self.net_minor - sum(self.line_net.values()) - self.by_amount


@dataclass(frozen=True, slots=True)
class Refunding:
    """A refund worked out: the order `after` it, the net that it takes off, and whether nothing is left.

    `money` is the net with what it takes off gift cards.
    """

    refund_id: UUID
    occurred_at: datetime
    after: Sold
    net_off: int
    whole: bool
    money: int


def work_out(
    refund_id: UUID, occurred_at: datetime, sold: Sold, lines: Sequence[RefundLine], net_minor: int | None
) -> Refunding:
    """Work out a refund of lines, of an amount, or (neither) of all that is left.

    Raises:
        Refusal: `already_refunded`, `more_than_left`, `unknown_line`.
    """
    if sold.whole:
        raise Refusal("already_refunded", "Nothing of this order is left to refund.", pointer="/order")
    if lines:
        after = _without_lines(sold, lines)
    else:
        amount = sold.net_left if net_minor is None else net_minor
        if amount > sold.net_left:
            raise _more_than_left("/net_minor", sold.net_left)
        after = replace(sold, by_amount=sold.by_amount + amount)
    nothing = not lines or all(after.line_quantity.get(number, 0) == line.quantity for number, line in after.lines)
    after = replace(after, whole=after.net_left == 0 and (after.net_minor > 0 or nothing))
    net_off = sold.net_left - after.net_left
    cards = sum(line.net_minor for line in lines if line.line_number in sold.gift_cards)
    return Refunding(refund_id, occurred_at, after, net_off, after.whole, net_off + cards)


def taken_off(sold: Sold) -> TakenOff:
    """Return what is off an order, by the places of its lines among those that the rules see."""
    lines = {
        place: (sold.line_net.get(number, 0), sold.line_quantity.get(number, 0))
        for place, (number, _) in enumerate(sold.lines)
        if number in sold.line_net or number in sold.line_quantity
    }
    return TakenOff(lines, sold.by_amount, sold.whole)


def _without_lines(sold: Sold, lines: Sequence[RefundLine]) -> Sold:
    known = dict(sold.lines)
    net, quantity = dict(sold.line_net), dict(sold.line_quantity)
    for place, line in enumerate(lines):
        if line.line_number in sold.gift_cards:
            continue
        if line.line_number not in known:
            raise Refusal(
                "unknown_line", f"The order has no line {line.line_number}.", pointer=f"/lines/{place}/line_number"
            )
        net[line.line_number] = net.get(line.line_number, 0) + line.net_minor
        quantity[line.line_number] = quantity.get(line.line_number, 0) + line.quantity
        sold_line = known[line.line_number]
        if net[line.line_number] > sold_line.net_minor:
            left = sold_line.net_minor - sold.line_net.get(line.line_number, 0)
            raise _more_than_left(f"/lines/{place}/net_minor", left)
        if quantity[line.line_number] > sold_line.quantity:
            left = sold_line.quantity - sold.line_quantity.get(line.line_number, 0)
            raise _more_than_left(f"/lines/{place}/quantity", left)
    after = replace(sold, line_net=net, line_quantity=quantity)
    if after.net_left < 0:
        raise _more_than_left("/lines", sold.net_left)
    return after


def _more_than_left(pointer: str, left: int) -> Refusal:
    return Refusal("more_than_left", f"Only {left} is left to refund.", pointer=pointer, params={"left": left})
