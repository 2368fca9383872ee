"""The verbs of the orders room. It stores facts as they arrived and adds them up; it decides nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors
from shuke.foundation.columns import Columns
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.orders import queries
from shuke.rooms.orders.contracts import (
    Application,
    Behaviour,
    BehaviourPage,
    DaySum,
    Line,
    LineLeft,
    MonthOfOrders,
    NewBehaviour,
    NewOrder,
    NewRefund,
    Order,
    OrderLeft,
    OrderPage,
    Refund,
    RefundLine,
    RefundState,
    Sales,
    Unfit,
)

REFUNDS_ADD_UP = Invariant("I38", "What orders and lines count as refunded is what their refunds took off, once each.")


def record(orders: Sequence[NewOrder], member_ids: Sequence[UUID | None], recorded_at: datetime) -> None:
    """Store orders with their lines, in the order given; `member_ids` runs beside them, None for an unknown buyer.

    Raises: django.db.IntegrityError where an id is taken, a member does not exist or a counted order has none.
    """
    assert len(orders) == len(member_ids), "every order has its member, or None"
    if not orders:
        return
    with unit_of_work():
        queries.record_orders(orders, member_ids, recorded_at)


def record_refunds(refunds: Sequence[NewRefund], recorded_at: datetime) -> None:
    """Store refunds with their lines, in the order given, parked until `apply_refunds`.

    Raises: django.db.IntegrityError where an id is taken.
    """
    if refunds:
        with unit_of_work():
            queries.record_refunds(refunds, recorded_at)


def apply_refunds(applications: Sequence[Application]) -> None:
    """Take parked refunds off their orders and lines, and out of the day sums. The caller has them from `lock_orders`.

    Raises:
        ValueError: a refund is not parked, or its order has no such line; nothing of the unit of work holds.
        django.db.IntegrityError: more would be taken off an order or line than there was.
    """
    if applications:
        with unit_of_work():
            if not queries.apply_refunds(applications):
                raise ValueError("A refund is not parked, or its order has no such line.")


def refuse_refunds(unfit: Sequence[Unfit]) -> None:
    """Close parked refunds that do not fit their order, with the reason.

    Raises: ValueError where one is not parked; nothing of the unit of work holds.
    """
    with unit_of_work():
        if unfit and queries.refuse_refunds(unfit) != len(unfit):
            raise ValueError("A refund is not parked.")


def record_behaviours(
    behaviours: Sequence[NewBehaviour], member_ids: Sequence[UUID | None], recorded_at: datetime
) -> None:
    """Store behaviours, in the order given; `member_ids` runs beside them, None for somebody unknown.

    Raises: django.db.IntegrityError where an id is taken, a member does not exist or a counted behaviour has none.
    """
    assert len(behaviours) == len(member_ids), "every behaviour has its member, or None"
    if behaviours:
        queries.record_behaviours(behaviours, member_ids, recorded_at)


def lock_orders(ids: Sequence[UUID]) -> dict[UUID, OrderLeft]:
    """Lock orders, in id order, until the transaction ends, and return those that exist with what refunds have left.

    The holders are locked before. Raises: nothing.
    """
    return left(list(queries.lock_orders(ids)))


def left(ids: Sequence[UUID]) -> dict[UUID, OrderLeft]:
    """Return the orders that exist with what refunds have left of them, without a lock. Raises: nothing."""
    found = get_many(ids)
    lines: dict[UUID, list[LineLeft]] = {id: [] for id in found}
    for order_id, number, *row, attributes, quantity, net_minor in queries.lines_left(list(found)):
        lines[order_id].append(LineLeft(number, _line(*row, attributes), quantity, net_minor))
    return {id: OrderLeft(order, tuple(lines[id])) for id, order in found.items()}


def refund(id: UUID) -> Refund:
    """Return a refund.

    Raises: Refusal `unknown_refund`.
    """
    for found in _refunds(queries.refunds(id=id)):
        return found
    raise Refusal("unknown_refund", "There is no such refund.")


def refunds(ids: Sequence[UUID]) -> dict[UUID, Refund]:
    """Return the refunds that exist, by id. Raises: nothing."""
    return {refund.id: refund for refund in _refunds(queries.refunds(id__in=list(ids)))}


def refunds_of(order_id: UUID) -> tuple[Refund, ...]:
    """Return the refunds of an order, as recorded. Raises: nothing."""
    return tuple(_refunds(queries.refunds(order_id=order_id)))


def refunds_of_orders(order_ids: Sequence[UUID]) -> tuple[Refund, ...]:
    """Return the refunds of several orders, as recorded. Raises: nothing."""
    return tuple(_refunds(queries.refunds(order_id__in=list(order_ids)))) if order_ids else ()


def refund_money(refund: Refund, paid_otherwise_minor: int) -> int | None:
    """Return what of a refund is to be given back in money, in minor units; None where it is not taken off its order.

    `paid_otherwise_minor` of the order was paid with neither money nor points. Raises: nothing.
    """
    if refund.state is not RefundState.APPLIED or refund.order_id is None or refund.net_minor is None:
        return None
    order, before = get(refund.order_id), 0
    for each in refunds_of(order.id):
        if each.state is RefundState.APPLIED and each.recorded_seq < refund.recorded_seq:
            before += each.net_minor or 0

    def in_money(taken_minor: int) -> int:
        left = order.net_minor - taken_minor
        paid = order.points_paid_minor, paid_otherwise_minor
        return left - sum(part * left // order.net_minor for part in paid if order.net_minor)

    return in_money(before) - in_money(before + refund.net_minor)


def parked_refunds(orders: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Refund]]:
    """Lock and return the refunds that wait for orders, by (source, external id), as recorded. Raises: nothing."""
    parked: dict[tuple[str, str], list[Refund]] = {order: [] for order in orders}
    for found in _refunds(queries.parked_refunds(orders)) if orders else ():
        parked[found.order_source, found.order_external_id].append(found)
    return parked


def behaviour(id: UUID) -> Behaviour:
    """Return a behaviour.

    Raises: Refusal `unknown_behaviour`.
    """
    for row in queries.behaviours([id]):
        return _behaviour(row)
    raise Refusal("unknown_behaviour", "There is no such behaviour.")


def behaviours(ids: Sequence[UUID]) -> dict[UUID, Behaviour]:
    """Return the behaviours that exist, by id. Raises: nothing."""
    return {found.id: found for found in map(_behaviour, queries.behaviours(ids))}


def behaviours_of_member(
    member_id: UUID, limit: int, cursor: str | None = None, stores: Collection[str] | None = None
) -> BehaviourPage:
    """Return up to `limit` behaviours of a member, latest day first, of these stores alone, None for every store.

    Raises: Refusal `invalid_cursor`.
    """
    before = None if cursor is None else cursors.decode(cursor, 2)
    found = tuple(_behaviour(row) for row in queries.behaviours_of_member(member_id, limit + 1, before, stores))
    if len(found) <= limit:
        return BehaviourPage(found, None)
    last = found[limit - 1]
    return BehaviourPage(found[:limit], cursors.encode(last.day, last.recorded_seq))


def event_days(spans: Sequence[tuple[UUID, str, int, int]]) -> dict[tuple[UUID, str], list[tuple[int, int]]]:
    """Return by (member, kind) the (day, times) of counted behaviours, ascending, over spans of (member, kind, first,
    last day), inclusive. Raises: nothing.
    """
    days: dict[tuple[UUID, str], list[tuple[int, int]]] = {(member_id, kind): [] for member_id, kind, *_ in spans}
    for member_id, kind, day, times in queries.event_days(spans) if spans else ():
        days[member_id, kind].append((day, times))
    return days


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
    found = (_order(row) for row in queries.orders(ids))
    return {order.id: order for order in found}


def lines(order_id: UUID) -> tuple[Line, ...]:
    """Return an order's lines as they arrived; none where there is no such order. Raises: nothing."""
    return tuple(_line(*row) for row in queries.lines(order_id))


def page_of_member(
    member_id: UUID, limit: int, cursor: str | None = None, stores: Collection[str] | None = None
) -> OrderPage:
    """Return up to `limit` orders of a member, latest day first, of these stores alone, None for every store.

    Raises: Refusal `invalid_cursor`.
    """
    before = None if cursor is None else cursors.decode(cursor, 2)
    found = tuple(_order(row) for row in queries.orders_of_member(member_id, limit + 1, before, stores))
    if len(found) <= limit:
        return OrderPage(found, None)
    last = found[limit - 1]
    return OrderPage(found[:limit], cursors.encode(last.day, last.recorded_seq))


def days(spans: Mapping[UUID, tuple[int, int]]) -> dict[UUID, list[DaySum]]:
    """Return the day sums of members' counted orders, ascending, each over a (first, last) day of its own, inclusive.

    What refunds took off an order is missing on the day of that order. Raises: nothing.
    """
    sums: dict[UUID, list[DaySum]] = {member_id: [] for member_id in spans}
    for member_id, day, spend_minor, orders in queries.days(spans):
        sums[member_id].append(DaySum(day, spend_minor, orders))
    return sums


def days_in_columns(spans: Columns) -> Columns:
    """Do as `days`, for spans of (member_id, first_day, last_day), in columns: member_id, day, spend_minor, orders.

    Raises: nothing.
    """
    return queries.days_in_columns(spans)


def event_days_in_columns(spans: Columns, kind: str) -> Columns:
    """Do as `event_days` for one kind of behaviour, in columns: member_id, day, events. Raises: nothing."""
    return queries.event_days_in_columns(spans, kind)


def monthly(time_zone: str) -> tuple[MonthOfOrders, ...]:
    """Return orders and net sales by the local month in which they occurred, ascending. Raises: nothing."""
    return tuple(MonthOfOrders(*row) for row in queries.monthly(time_zone))


def recorded_from(source: str) -> int:
    """Return how many orders a source has reported. Raises: nothing."""
    return queries.recorded_from(source)


def active_members(spans: Sequence[tuple[datetime, datetime]], without: Collection[UUID] = ()) -> list[int]:
    """Return for each span how many members bought from its first to before its second instant, those in `without`
    left out; one statement. Raises: nothing.
    """
    return queries.active_members(spans, without)


def sales(since: datetime, until: datetime) -> Sales:
    """Return orders and net sales from `since` to before `until`, and the members' share of both, refunds of these
    orders taken off whenever they came. Raises: nothing.
    """
    return Sales(*queries.sales(since, until))


def verify() -> Verification:
    """Check what refunds have taken off orders and lines against the refunds. Raises: nothing."""
    found = tuple(Violation(REFUNDS_ADD_UP.id, member_id, detail) for member_id, detail in queries.violations())
    return Verification((REFUNDS_ADD_UP,), found)


def _order(row: Sequence[Any]) -> Order:
    *head, attributes, refunded_minor = row
    return Order(*(*head, attributes or {}, refunded_minor))


def _line(*row: Any) -> Line:
    *head, attributes = row
    return Line(*(*head, attributes or {}))


def _behaviour(row: Sequence[Any]) -> Behaviour:
    *head, attributes, counted = row
    return Behaviour(*(*head, attributes or {}, counted))


def _refunds(rows: Sequence[tuple[Any, ...]]) -> list[Refund]:
    lines: dict[UUID, list[RefundLine]] = {row[0]: [] for row in rows}
    for refund_id, *line in queries.refund_lines(list(lines)) if lines else ():
        lines[refund_id].append(RefundLine(*line))
    return [Refund(*(*head, RefundState(state), tuple(lines[head[0]]), because)) for *head, because, state in rows]
