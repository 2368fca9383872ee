"""The statements of the orders room, one function each. They decide nothing and open no transaction."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shuke.foundation import columns, sql
from shuke.foundation.columns import Columns
from shuke.rooms.orders.contracts import Application, Attributes, NewBehaviour, NewOrder, NewRefund, Unfit
from shuke.rooms.orders.models import Behaviour, Line, Order, Refund, RefundLine

PACKAGE = "shuke.rooms.orders"

ORDER = (
    *("id", "member_id", "source", "external_id", "occurred_at", "recorded_at", "recorded_seq", "day"),
    *("net_minor", "gross_minor", "currency", "store", "channel", "counted", "generated"),
    *("tax_minor", "shipping_minor", "points_paid_minor", "brand", "attributes", "refunded_minor"),
)

LINE = ("sku", "category", "quantity", "net_minor", "gross_minor", "gift_card", "attributes")

REFUND = (
    *("id", "member_id", "order_id", "source", "external_id", "order_source", "order_external_id", "occurred_at"),
    *("recorded_at", "recorded_seq", "day", "order_day", "empties", "net_minor", "refused_because", "state"),
)

BEHAVIOUR = (
    *("id", "member_id", "source", "external_id", "kind", "occurred_at", "recorded_at", "recorded_seq", "day"),
    *("store", "channel", "order_id", "attributes", "counted"),
)


def record_orders(orders: Sequence[NewOrder], member_ids: Sequence[UUID | None], recorded_at: datetime) -> None:
    lines = list(chain.from_iterable(order.lines for order in orders))
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
            "tax_minor": [order.tax_minor for order in orders],
            "shipping_minor": [order.shipping_minor for order in orders],
            "points_paid_minor": [order.points_paid_minor for order in orders],
            "brand": [order.brand for order in orders],
            "attributes": [_json(order.attributes) for order in orders],
            "gift_minor": [order.gift_minor for order in orders],
            "line_order_id": [order.id for order in orders for _ in order.lines],
            "line_number": [number for order in orders for number in range(1, len(order.lines) + 1)],
            "line_sku": [line.sku for line in lines],
            "line_category": [line.category for line in lines],
            "line_quantity": [line.quantity for line in lines],
            "line_net_minor": [line.net_minor for line in lines],
            "line_gross_minor": [line.gross_minor for line in lines],
            "line_gift_card": [line.gift_card for line in lines],
            "line_attributes": [_json(line.attributes) for line in lines],
        },
    )


def record_refunds(refunds: Sequence[NewRefund], recorded_at: datetime) -> None:
    names = "id source external_id order_source order_external_id occurred_at net_minor"
    rows = [tuple(getattr(refund, name) for name in names.split()) for refund in refunds]
    sql.run(sql.load(PACKAGE, "record_refunds"), sql.columns(names, rows) | {"recorded_at": recorded_at})
    lines = [
        (refund.id, line.line_number, line.quantity, line.net_minor) for refund in refunds for line in refund.lines
    ]
    if lines:
        sql.run(
            "INSERT INTO orders_refund_line (refund_id, line_number, quantity, net_minor) SELECT * FROM unnest("
            "%(refund_id)b::uuid[], %(line_number)b::smallint[], %(quantity)b::int[], %(net_minor)b::bigint[])",
            sql.columns("refund_id line_number quantity net_minor", lines),
        )


def apply_refunds(applications: Sequence[Application]) -> bool:
    """Apply parked refunds and return whether all were parked and take off lines that exist."""
    names = "refund_id order_id member_id day order_day empties net_minor gift_minor"
    ((applied,),) = sql.fetch(sql.load(PACKAGE, "apply_refunds"), sql.columns(names, map(astuple, applications)))
    if applied != len(applications):
        return False
    ids = [application.refund_id for application in applications]
    ((lines, known),) = sql.fetch(sql.load(PACKAGE, "apply_refund_lines"), {"ids": ids})
    return bool(lines == known)


def refuse_refunds(unfit: Sequence[Unfit]) -> int:
    return sql.run(
        "UPDATE orders_refund AS refund SET state = 'refused', order_id = unfit.order_id, member_id = unfit.member_id,"
        " refused_because = unfit.because FROM unnest("
        "%(refund_id)b::uuid[], %(order_id)b::uuid[], %(member_id)b::uuid[], %(because)b::text[]) AS unfit"
        " (refund_id, order_id, member_id, because) WHERE refund.id = unfit.refund_id AND refund.state = 'parked'",
        sql.columns("refund_id order_id member_id because", map(astuple, unfit)),
    )


def record_behaviours(
    behaviours: Sequence[NewBehaviour], member_ids: Sequence[UUID | None], recorded_at: datetime
) -> None:
    names = "id source external_id kind occurred_at day store channel order_id counted"
    rows = [
        (*(getattr(each, name) for name in names.split()), _json(each.attributes), member_id)
        for each, member_id in zip(behaviours, member_ids, strict=True)
    ]
    columns = sql.columns(f"{names} attributes member_id", rows)
    sql.run(sql.load(PACKAGE, "record_behaviours"), columns | {"recorded_at": recorded_at})


def lock_orders(ids: Sequence[UUID]) -> set[UUID]:
    """Lock orders in id order and return those that exist."""
    rows = sql.fetch(
        "SELECT id FROM orders_order WHERE id = ANY(%(ids)b::uuid[]) ORDER BY id FOR NO KEY UPDATE", {"ids": list(ids)}
    )
    return {id for (id,) in rows}


def lines_left(order_ids: Sequence[UUID]) -> Iterable[tuple[Any, ...]]:
    found = Line.objects.filter(order_id__in=order_ids).order_by("order_id", "line_number")
    return found.values_list("order_id", "line_number", *LINE, "refunded_quantity", "refunded_minor")


def refunds(**where: Any) -> list[tuple[Any, ...]]:
    return list(Refund.objects.filter(**where).order_by("recorded_seq").values_list(*REFUND))


def parked_refunds(orders: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """Lock and return the parked refunds of orders by (source, external id), as recorded."""
    return sql.fetch(
        f"SELECT {', '.join(REFUND)} FROM orders_refund"  # noqa: S608  # names of our own list
        " WHERE (order_source, order_external_id) IN"
        " (SELECT * FROM unnest(%(order_source)b::text[], %(order_external_id)b::text[]))"
        " AND state = 'parked' ORDER BY recorded_seq FOR NO KEY UPDATE",
        sql.columns("order_source order_external_id", dict.fromkeys(orders)),
    )


def refund_lines(refund_ids: Sequence[UUID]) -> Iterable[tuple[Any, ...]]:
    found = RefundLine.objects.filter(refund_id__in=refund_ids).order_by("refund_id", "line_number")
    return found.values_list("refund_id", "line_number", "quantity", "net_minor")


def behaviours(ids: Sequence[UUID]) -> Iterable[tuple[Any, ...]]:
    return Behaviour.objects.filter(id__in=ids).values_list(*BEHAVIOUR)


def behaviours_of_member(
    member_id: UUID, limit: int, before: tuple[int, ...] | None, stores: Collection[str] | None
) -> Iterable[tuple[Any, ...]]:
    """Return a member's behaviours of stores, latest first, before the key (day, recorded_seq)."""
    return _latest(Behaviour.objects.filter(member_id=member_id), before, stores).values_list(*BEHAVIOUR)[:limit]


def event_days(spans: Sequence[tuple[UUID, str, int, int]]) -> list[tuple[UUID, str, int, int]]:
    return sql.fetch(sql.load(PACKAGE, "event_days"), sql.columns("member_id kind first_day last_day", spans))


def orders(ids: Sequence[UUID]) -> Iterable[tuple[Any, ...]]:
    return Order.objects.filter(id__in=ids).values_list(*ORDER)


def lines(order_id: UUID) -> Iterable[tuple[Any, ...]]:
    found = Line.objects.filter(order_id=order_id).order_by("line_number")
    return found.values_list(*LINE)


def orders_of_member(
    member_id: UUID, limit: int, before: tuple[int, ...] | None, stores: Collection[str] | None
) -> Iterable[tuple[Any, ...]]:
    """Return a member's orders of stores, latest first, before the key (day, recorded_seq)."""
    return _latest(Order.objects.filter(member_id=member_id), before, stores).values_list(*ORDER)[:limit]


def days(spans: Mapping[UUID, tuple[int, int]]) -> list[tuple[UUID, int, int, int]]:
    return sql.fetch(
        sql.load(PACKAGE, "days"),
        {
            "member_id": list(spans),
            "first_day": [first for first, _ in spans.values()],
            "last_day": [last for _, last in spans.values()],
        },
    )


def days_in_columns(spans: Columns) -> Columns:
    return columns.fetch(sql.load(PACKAGE, "days"), spans, "member_id day spend_minor orders")


def event_days_in_columns(spans: Columns, kind: str) -> Columns:
    asked = {**spans, "kind": [kind] * len(spans["member_id"])}
    return columns.fetch(sql.load(PACKAGE, "event_days"), asked, "member_id kind day events")


def violations() -> list[tuple[UUID | None, str]]:
    return sql.fetch(sql.load(PACKAGE, "verify_refunds"), {})


def monthly(time_zone: str) -> list[tuple[int, int, int, int]]:
    return sql.fetch(
        "SELECT extract(year FROM month)::int, extract(month FROM month)::int, orders, net_minor FROM ("
        "SELECT date_trunc('month', occurred_at AT TIME ZONE %(time_zone)s) AS month, count(*) AS orders, "
        "sum(net_minor)::bigint AS net_minor FROM orders_order GROUP BY 1) AS months ORDER BY month",
        {"time_zone": time_zone},
    )


def recorded_from(source: str) -> int:
    return Order.objects.filter(source=source).count()


def active_members(spans: Sequence[tuple[datetime, datetime]], without: Collection[UUID]) -> list[int]:
    found = sql.fetch(
        "SELECT (SELECT count(DISTINCT member_id) FROM orders_order WHERE occurred_at >= span.since "
        "AND occurred_at < span.until AND NOT member_id = ANY(%(without)s::uuid[])) "
        "FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) WITH ORDINALITY AS span (since, until, place) "
        "ORDER BY span.place",
        {"since": [since for since, _ in spans], "until": [until for _, until in spans], "without": list(without)},
    )
    return [members for (members,) in found]


def sales(since: datetime, until: datetime) -> tuple[int, int, int, int, int]:
    (row,) = sql.fetch(
        "SELECT count(*), coalesce(sum(net_minor - refunded_minor), 0)::bigint, count(member_id), "
        "coalesce(sum(net_minor - refunded_minor) FILTER (WHERE member_id IS NOT NULL), 0)::bigint, "
        "coalesce(sum(refunded_minor) FILTER (WHERE member_id IS NOT NULL), 0)::bigint "
        "FROM orders_order WHERE occurred_at >= %(since)s AND occurred_at < %(until)s",
        {"since": since, "until": until},
    )
    return row


def _latest(found: QuerySet[Any], before: tuple[int, ...] | None, stores: Collection[str] | None) -> QuerySet[Any]:
    if stores is not None:
        found = found.filter(store__in=stores)
    if before is not None:
        found = found.filter(day__lte=before[0]).exclude(day=before[0], recorded_seq__gte=before[1])
    return found.order_by("-day", "-recorded_seq")


def _json(attributes: Attributes) -> str | None:
    return json.dumps(dict(attributes), ensure_ascii=False) if attributes else None
