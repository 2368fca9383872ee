"""What is sold at the till as the programs room knows it: a cart is priced, and becomes an order with what pays it.

What the customer pays was told before it is recorded: where it would be another amount by now, nothing is done.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import CartCommitted, CartPriced, Choice, OrderFact, Result
from shuke.surfaces.cashier.counter import Counter

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


def commit(counter: Counter, key: str, wish: Wish, at: datetime, expected_minor: int) -> CartCommitted:
    """Place the order of what was priced.

    Raises: Refusal `price_changed` where it costs another amount than the customer was told, and as
        `programs.commit_cart`.
    """
    return programs.commit_cart(
        _order(counter, key, wish, at), counter.actor, Choice(wish.points or None), expected_minor=expected_minor
    )


def record_offline(counter: Counter, key: str, wish: Wish, at: datetime) -> Result:
    """Record what was sold while nobody could be asked: it was paid in full, and earns.

    Raises: Refusal as `record`.
    """
    (result,) = programs.record([_order(counter, key, wish, at)], counter.actor)
    if result.refusal is not None:
        raise result.refusal
    return result


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
