"""The statements of the orders room, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from shuke.foundation import sql
from shuke.rooms.orders.contracts import NewOrder
from shuke.rooms.orders.models import Line, Order

PACKAGE = "shuke.rooms.orders"

ORDER = (
    *("id", "member_id", "source", "external_id", "occurred_at", "recorded_at", "recorded_seq", "day"),
    *("net_minor", "gross_minor", "currency", "store", "channel", "counted", "generated"),
)


def record_orders(orders: Sequence[NewOrder], member_ids: Sequence[UUID | None], recorded_at: datetime) -> None:
    sql.run(
        sql.load(PACKAGE, "record_orders"),
        {
            "recorded_at": recorded_at,
            "id": [order.id for order in orders],
            "member_id": list(member_ids),
            "source": [order.source for order in orders],
            "external_id": [order.external_id for order in orders],
            "occurred_at": [order.occurred_at for order in orders],
            "day": [order.day for order in orders],
            "net_minor": [order.net_minor for order in orders],
            "gross_minor": [order.gross_minor for order in orders],
            "currency": [order.currency for order in orders],
            "store": [order.store for order in orders],
            "channel": [order.channel for order in orders],
            "counted": [order.counted for order in orders],
            "generated": [order.generated for order in orders],
        },
    )


def record_lines(orders: Sequence[NewOrder]) -> None:
    lines = list(chain.from_iterable(order.lines for order in orders))
    sql.run(
        sql.load(PACKAGE, "record_lines"),
        {
            "order_id": [order.id for order in orders for _ in order.lines],
            "line_number": [number for order in orders for number in range(1, len(order.lines) + 1)],
            "sku": [line.sku for line in lines],
            "category": [line.category for line in lines],
            "quantity": [line.quantity for line in lines],
            "net_minor": [line.net_minor for line in lines],
        },
    )


def orders(ids: Sequence[UUID]) -> Iterable[tuple[Any, ...]]:
    return Order.objects.filter(id__in=ids).values_list(*ORDER)


def lines(order_id: UUID) -> Iterable[tuple[Any, ...]]:
    found = Line.objects.filter(order_id=order_id).order_by("line_number")
    return found.values_list("sku", "category", "quantity", "net_minor")


def orders_of_member(member_id: UUID, limit: int, before: tuple[int, ...] | None) -> Iterable[tuple[Any, ...]]:
    """Return a member's orders, latest first, before the key (day, recorded_seq)."""
    found = Order.objects.filter(member_id=member_id)
    if before is not None:
        found = found.filter(day__lte=before[0]).exclude(day=before[0], recorded_seq__gte=before[1])
    return found.order_by("-day", "-recorded_seq").values_list(*ORDER)[:limit]


def days(spans: Mapping[UUID, tuple[int, int]]) -> list[tuple[UUID, int, int, int]]:
    return sql.fetch(
        sql.load(PACKAGE, "days"),
        {
            "member_id": list(spans),
            "first_day": [first for first, _ in spans.values()],
            "last_day": [last for _, last in spans.values()],
        },
    )


def monthly(time_zone: str) -> list[tuple[int, int, int, int]]:
    return sql.fetch(
        "SELECT extract(year FROM month)::int, extract(month FROM month)::int, orders, net_minor FROM ("
        "SELECT date_trunc('month', occurred_at AT TIME ZONE %(time_zone)s) AS month, count(*) AS orders, "
        "sum(net_minor)::bigint AS net_minor FROM orders_order GROUP BY 1) AS months ORDER BY month",
        {"time_zone": time_zone},
    )


def recorded_from(source: str) -> int:
    return Order.objects.filter(source=source).count()


def active_members(since: datetime, until: datetime, without: Collection[UUID]) -> int:
    ((members,),) = sql.fetch(
        "SELECT count(DISTINCT member_id) FROM orders_order WHERE occurred_at >= %(since)s AND occurred_at < %(until)s "
        "AND NOT member_id = ANY(%(without)s::uuid[])",
        {"since": since, "until": until, "without": list(without)},
    )
    return members


def sales(since: datetime, until: datetime) -> tuple[int, int, int, int]:
    (row,) = sql.fetch(
        "SELECT count(*), coalesce(sum(net_minor), 0)::bigint, count(member_id), "
        "coalesce(sum(net_minor) FILTER (WHERE member_id IS NOT NULL), 0)::bigint "
        "FROM orders_order WHERE occurred_at >= %(since)s AND occurred_at < %(until)s",
        {"since": since, "until": until},
    )
    return row
