"""Coupons that members took of the mall: issued in the transaction of the order, frozen when it is taken back."""

from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, HeldCoupon, IssueFact
from shuke.rooms.mall import queries
from shuke.rooms.mall.contracts import Order
from shuke.rooms.org.contracts import Actor

_SOURCE = "mall"


def issue(order: Order) -> list[HeldCoupon]:
    """Issue a coupon for each piece of an order, the same again where that was done.

    Raises:
        Refusal: as `coupons.issue` tells it.
    """
    item = queries.item(pk=order.item_id)
    assert item is not None
    facts = [
        IssueFact(_SOURCE, f"{order.number}-{piece}", item.coupon, order.member_id, Cause.MALL, order.placed_at)
        for piece in range(1, order.quantity + 1)
    ]
    held = []
    for answer in coupons.issue(facts):
        if answer.refusal is not None:
            raise answer.refusal
        assert answer.coupon is not None
        held.append(answer.coupon)
    return held


def take_back(order: Order, reason: str, actor: Actor) -> None:
    """Freeze the coupons that an order gave.

    Raises:
        Refusal: as `coupons.freeze`.
    """
    coupons.freeze([coupon.id for coupon in issue(order)], reason or order.number, actor)
