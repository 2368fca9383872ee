"""The verbs of the orders room. It stores facts as they arrived and adds them up; it decides nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.orders import queries
from shuke.rooms.orders.contracts import DaySum, Line, MonthOfOrders, NewOrder, Order, OrderPage, Sales


def record(orders: Sequence[NewOrder], member_ids: Sequence[UUID | None], recorded_at: datetime) -> None:
    """Store orders with their lines, in the order given; `member_ids` runs beside them, None for an unknown buyer.

    Raises: django.db.IntegrityError where an id is taken, a member does not exist or a counted order has none.
    """
    assert len(orders) == len(member_ids), "every order has its member, or None"
    if not orders:
        return
    with unit_of_work():
        queries.record_orders(orders, member_ids, recorded_at)
        if any(order.lines for order in orders):
            queries.record_lines(orders)


def get(id: UUID) -> Order:
    """Return an order.

    Raises: Refusal `unknown_order`.
    """
    found = get_many([id])
    if id not in found:
        raise Refusal("unknown_order", "There is no such order.")
    return found[id]


def get_many(ids: Sequence[UUID]) -> dict[UUID, Order]:
    """Return the orders that exist, by id. Raises: nothing."""
    found = (Order(*row) for row in queries.orders(ids))
    return {order.id: order for order in found}


def lines(order_id: UUID) -> tuple[Line, ...]:
    """Return an order's lines as they arrived; none where there is no such order. Raises: nothing."""
    return tuple(Line(*row) for row in queries.lines(order_id))


def page_of_member(member_id: UUID, limit: int, cursor: str | None = None) -> OrderPage:
    """Return up to `limit` orders of a member, latest day first.

    Raises: Refusal `invalid_cursor`.
    """
    before = None if cursor is None else cursors.decode(cursor, 2)
    found = tuple(Order(*row) for row in queries.orders_of_member(member_id, limit + 1, before))
    if len(found) <= limit:
        return OrderPage(found, None)
    last = found[limit - 1]
    return OrderPage(found[:limit], cursors.encode(last.day, last.recorded_seq))


def days(spans: Mapping[UUID, tuple[int, int]]) -> dict[UUID, list[DaySum]]:
    """Return the day sums of members' counted orders, ascending, each over a (first, last) day of its own, inclusive.

    Raises: nothing.
    """
    sums: dict[UUID, list[DaySum]] = {member_id: [] for member_id in spans}
    for member_id, day, spend_minor, orders in queries.days(spans):
        sums[member_id].append(DaySum(day, spend_minor, orders))
    return sums


def monthly(time_zone: str) -> tuple[MonthOfOrders, ...]:
    """Return orders and net sales by the local month in which they occurred, ascending. Raises: nothing."""
    return tuple(MonthOfOrders(*row) for row in queries.monthly(time_zone))


def recorded_from(source: str) -> int:
    """Return how many orders a source has reported. Raises: nothing."""
    return queries.recorded_from(source)


def active_members(since: datetime, until: datetime, without: Collection[UUID] = ()) -> int:
    """Return how many members bought from `since` to before `until`, those in `without` left out. Raises: nothing."""
    return queries.active_members(since, until, without)


def sales(since: datetime, until: datetime) -> Sales:
    """Return orders and net sales from `since` to before `until`, and the members' share of both. Raises: nothing."""
    return Sales(*queries.sales(since, until))
