"""What is sold at the till as the programs room knows it: a cart is priced, and becomes an order with what pays it.

What the customer pays was told before it is recorded: where it would be another amount by now, nothing is done.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import CartPriced, Choice, OrderFact, RedeemFact, Result
from shuke.surfaces.cashier.counter import Counter
from shuke.surfaces.wording import figures

SOURCE = "till"
_CHANNEL = "store"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to buy and how to pay it: `lines` in minor units, `points` at most."""

    member_id: UUID | None
    lines: tuple[int, ...]
    points: int


def price(counter: Counter, wish: Wish, at: datetime) -> CartPriced:
    """Price a cart as it would be paid now.

    Raises: Refusal as `programs.evaluate_cart`.
    """
    return programs.evaluate_cart(_order(counter, "cart", wish, at), Choice(points=wish.points or None))


def commit(counter: Counter, key: str, wish: Wish, at: datetime, expected_minor: int) -> tuple[CartPriced, Result]:
    """Record what was priced: the order, and the points that pay for it.

    Raises: Refusal `price_changed` where it would cost another amount than the customer was told, and as `record`.
    """
    with unit_of_work():
        cart = _order(counter, key, wish, at)
        priced = programs.evaluate_cart(cart, Choice(points=wish.points or None))
        if priced.pay_minor != expected_minor:
            now = figures.money(priced.pay_minor, priced.currency)
            raise Refusal("price_changed", f"It costs {now} by now.", params={"pay": now})
        used = priced.points.used if priced.points else 0
        order = replace(
            cart,
            net_minor=priced.total_minor,
            points_paid_minor=priced.points.used_minor if priced.points else 0,
            lines=tuple(
                replace(line, net_minor=minor) for line, minor in zip(cart.lines, priced.lines_minor, strict=True)
            ),
        )
        if not used:
            return priced, _record(counter, [order])[-1]
        paying = RedeemFact(SOURCE, key, order.member, used, priced.points.unit, at, order=(SOURCE, key))
        return priced, _record(counter, [paying, order])[-1]


def record_offline(counter: Counter, key: str, wish: Wish, at: datetime) -> Result:
    """Record what was sold while nobody could be asked: it was paid in full, and earns.

    Raises: Refusal as `record`.
    """
    return _record(counter, [_order(counter, key, wish, at)])[0]


def _order(counter: Counter, key: str, wish: Wish, at: datetime) -> OrderFact:
    total = sum(wish.lines)
    return OrderFact(
        SOURCE,
        key,
        MemberRef(id=wish.member_id) if wish.member_id else None,
        at,
        net_minor=total,
        gross_minor=total,
        currency=counter.shop.currency,
        store=counter.till.store.code,
        channel=_CHANNEL,
        lines=tuple(Line("", "", 1, minor) for minor in wish.lines),
    )


def _record(counter: Counter, facts: list[OrderFact | RedeemFact]) -> list[Result]:
    results = programs.record(facts, counter.actor)
    for result in results:
        if result.refusal is not None:
            raise result.refusal
    return results
