"""What is sold at the till as the programs room knows it: a cart is priced, and becomes an order with what pays it.

Nobody sells to themselves.

What the customer pays was told before it is recorded: where it would be another amount by now, nothing is done.
"""

from dataclasses import dataclass, replace
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
    """What somebody wants to buy and how to pay it: with `points` at most, the codes of `coupons` (None: those that
    save most), and so much of the rest with stored value.
    """

    member_id: UUID | None
    lines: tuple[Line, ...]
    points: int
    coupons: tuple[str, ...] | None
    value_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @property
    def choice(self) -> Choice:
        return Choice(self.points or None, self.coupons, self.value_minor or None)


def price(counter: Counter, wish: Wish, at: datetime) -> CartPriced:
    """Price a cart as it would be paid now.

    Raises: Refusal as `programs.evaluate_cart`.
    """
    return programs.evaluate_cart(_order(counter, "cart", wish, at), wish.choice)


def commit(counter: Counter, key: str, wish: Wish, at: datetime, expected_minor: int) -> CartCommitted:
    """Place the order of what was priced.

    Raises: Refusal `price_changed` where it costs another amount than the customer was told, and as
        `programs.commit_cart`.
    """
    return programs.commit_cart(
        _order(counter, key, wish, at), counter.actor, wish.choice, expected_minor=expected_minor
    )


def left_out(counter: Counter, wish: Wish, at: datetime) -> set[str]:
    """Return the codes of the coupons that would save most and are not wished for."""
    if wish.coupons is None:
        return set()
    best = price(counter, replace(wish, coupons=None), at)
    return {each.code for each in best.applied if each.coupon_id is not None} - set(wish.coupons)


def record_offline(counter: Counter, key: str, wish: Wish, at: datetime) -> Result:
    """Record what was sold while nobody could be asked: it was paid in full, and earns.

    Raises: Refusal as `record`.
    """
    (result,) = programs.record([_order(counter, key, wish, at)], counter.actor)
    if result.refusal is not None:
        raise result.refusal
    return result


def _order(counter: Counter, key: str, wish: Wish, at: datetime) -> OrderFact:
    if wish.member_id is not None:
        programs.require_other(counter.principal, MemberRef(id=wish.member_id))
    return OrderFact(
        SOURCE,
        key,
        MemberRef(id=wish.member_id) if wish.member_id else None,
        at,
        net_minor=wish.total_minor,
        gross_minor=wish.total_minor,
        currency=counter.shop.currency,
        store=counter.till.store.code,
        channel=_CHANNEL,
        lines=wish.lines,
    )
