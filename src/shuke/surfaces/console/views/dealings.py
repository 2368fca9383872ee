"""A member's orders with what was refunded of them, and what else the member did."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as order_room
from shuke.rooms.orders.contracts import Order, Refund
from shuke.rooms.org.contracts import Right
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, Kind
from shuke.surfaces.console.acting import ORDER_PREFIX
from shuke.surfaces.console.pages import Desk, page
from shuke.surfaces.console.views.member import tab
from shuke.surfaces.wording.running import running

_ROWS = 30
_EARNED = frozenset({Kind.ACCRUAL, Kind.ACCRUAL_PENDING})


@page(Right.ORDERS_READ)
def orders(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show the member's orders, latest first, each with its refunds and what is left to refund."""
    id = ids.decode(ID_PREFIX, member_id)
    found = order_room.page_of_member(id, _ROWS, request.GET.get("cursor") or None, desk.principal.store_codes)
    earned = points.entries_of([(id, order.id) for order in found.orders])
    refunds: dict[Any, list[Refund]] = {}
    for refund in order_room.refunds_of_orders([order.id for order in found.orders]):
        refunds.setdefault(refund.order_id, []).append(refund)
    rows = [_row(order, earned[order.id], refunds.get(order.id, [])) for order in found.orders]
    may_refund = desk.may(Right.ORDERS_WRITE)
    return tab(request, desk, id, "orders", rows=rows, next_cursor=found.next_cursor, may_refund=may_refund)


def _row(order: Order, entries: list[Entry], refunds: list[Refund]) -> dict[str, Any]:
    sums: dict[int, int] = {}
    for entry in entries:
        if entry.kind in _EARNED:
            sums[entry.key.unit_id] = sums.get(entry.key.unit_id, 0) + entry.amount
    return {
        "order": order,
        "id": ids.encode(ORDER_PREFIX, order.id),
        "left": order.net_minor - order.refunded_minor,
        "earned": sorted(sums.items()),
        "refunds": refunds,
    }


@page(Right.ORDERS_READ)
def behaviours(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show what the member did that is not an order, with what it gave."""
    id, program = ids.decode(ID_PREFIX, member_id), running()
    found = order_room.behaviours_of_member(id, _ROWS, request.GET.get("cursor") or None, desk.principal.store_codes)
    earned = points.entries_of([(id, each.id) for each in found.behaviours])
    rows = [
        (
            each,
            program.behaviour_name(each.kind) if program else each.kind,
            [(entry.key.unit_id, entry.amount) for entry in earned[each.id] if entry.kind in _EARNED],
        )
        for each in found.behaviours
    ]
    return tab(request, desk, id, "behaviours", rows=rows, next_cursor=found.next_cursor)
