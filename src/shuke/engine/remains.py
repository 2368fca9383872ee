"""What refunds leave of an order: its amounts and lines, however the refunds were split.

By lines, net and quantity are taken off the named lines; by amount alone, off the order, and in proportion off every
line. Must not know what was given for the order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shuke.core.values.errors import Refusal
from shuke.engine.states import LineFacts, OrderFacts

Taken = Mapping[int, tuple[int, int]]  # by the line's place: net in minor units, and quantity
NO_LINES: Taken = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What the refunds of one order took off it so far: of lines, by amount alone, and whether nothing is left."""

    lines: Taken = field(default_factory=dict)
    amount: int = 0
    whole: bool = False

    @property
    def net(self) -> int:
        return self.amount + sum(net for net, _ in self.lines.values())


NOTHING_OFF = TakenOff()


def take_off(order: OrderFacts, before: TakenOff, lines: Taken, amount: int = 0) -> TakenOff:
    """Return what is taken off an order once a refund of lines, or without any of an amount, is added.

    Raises:
        Refusal: `already_refunded`, `more_than_left`, `unknown_line`.
    """
    if before.whole:
        raise Refusal("already_refunded", "Nothing of this order is left to refund.", pointer="/order")
    together = dict(before.lines)
    for place, (net, quantity) in lines.items():
        if not 0 <= place < len(order.lines):
            raise Refusal("unknown_line", f"The order has no line {place + 1}.", pointer="/lines")
        was_net, was_quantity = together.get(place, (0, 0))
        together[place] = (was_net + net, was_quantity + quantity)
    taken = TakenOff(together, before.amount + amount)
    if taken.net > order.net_minor or _exceeds(order, together):
        left = order.net_minor - before.net
        raise Refusal("more_than_left", f"Only {left} is left to refund.", pointer="/net_minor", params={"left": left})
    whole = taken.net == order.net_minor
    if order.net_minor == 0 and lines:
        whole = all(_is_gone(line, together.get(place)) for place, line in enumerate(order.lines))
    return replace(taken, whole=whole)


def remaining(order: OrderFacts, taken: TakenOff) -> OrderFacts:
    """Return what is left of an order."""
    net, left = order.net_minor, order.net_minor - taken.net
    by_lines = sum(off for off, _ in taken.lines.values())
    lines = [
        _less(line, taken.lines.get(place, (0, 0)), left, net - by_lines)
        for place, line in enumerate(order.lines)
        if not _is_gone(line, taken.lines.get(place))
    ]
    return replace(
        order,
        net_minor=left,
        gross_minor=_share(order.gross_minor, left, net),
        tax_minor=_share(order.tax_minor, left, net),
        shipping_minor=_share(order.shipping_minor, left, net),
        points_paid_minor=_share(order.points_paid_minor, left, net),
        lines=lines,
    )


def points_back(points: int, order: OrderFacts, taken: TakenOff) -> int:
    """Return how many of the points that paid for an order are to be back by now."""
    return points if taken.whole else points * taken.net // order.net_minor if order.net_minor else 0


def _exceeds(order: OrderFacts, lines: Taken) -> bool:
    return any(
        net > order.lines[place].net_minor or quantity > order.lines[place].quantity
        for place, (net, quantity) in lines.items()
    )


def _is_gone(line: LineFacts, off: tuple[int, int] | None) -> bool:
    return off is not None and off == (line.net_minor, line.quantity)


def _less(line: LineFacts, off: tuple[int, int], left: int, after_lines: int) -> LineFacts:
    net = line.net_minor - off[0]
    return replace(line, net_minor=_share(net, left, after_lines), quantity=line.quantity - off[1])


def _share(amount: int, left: int, of: int) -> int:
    """Return the part of an amount that is left, rounded down; an order of nothing keeps its amounts."""
    return amount * left // of if of else amount
