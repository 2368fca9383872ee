"""What comes back once nothing of an order is left: its offers to their caps, and its coupons."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import OrderRef
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import OrderLeft
from shuke.rooms.programs import cart_queries


def give_back(emptied: Mapping[UUID, tuple[str, str]]) -> None:
    """Give back what orders of which nothing is left took, by their ids with their keys; a second time does nothing."""
    cart_queries.give_back(list(emptied))
    coupons.give_back([OrderRef(*key) for key in emptied.values()])


def give_back_coupons(asked: Sequence[OrderRef]) -> list[UUID]:
    """Make the coupons of refunded orders usable again where their template says so, and return them.

    Orders that were reported here give back what they used when they are refunded; of others the caller knows.

    Raises:
        Refusal: `order_not_refunded` where something is left of an order that was reported.
    """
    with unit_of_work():
        found = [business_keys.find(ref.source, "order", ref.external_id) for ref in asked]
        there = orders.lock_orders([id for id in found if id is not None])
        for place, id in enumerate(found):
            if id is not None and _stands(there[id]):
                raise Refusal("order_not_refunded", "This order was not refunded in full.", pointer=f"/orders/{place}")
        return coupons.give_back(asked)


def _stands(left: OrderLeft) -> bool:
    if left.order.net_minor:
        return left.order.refunded_minor < left.order.net_minor
    return any(line.refunded_quantity < line.line.quantity for line in left.lines)
