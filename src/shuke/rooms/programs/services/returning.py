"""What comes back once nothing of an order is left: its offers to their caps, and its coupons."""

from collections.abc import Mapping
from uuid import UUID

from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import OrderRef
from shuke.rooms.programs import cart_queries


def give_back(emptied: Mapping[UUID, tuple[str, str]]) -> None:
    """Give back what orders of which nothing is left took, by their ids with their keys; a second time does nothing."""
    cart_queries.give_back(list(emptied))
    coupons.give_back([OrderRef(*key) for key in emptied.values()])
