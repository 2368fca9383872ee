"""A refund: the sale found by its receipt, what it would give back seen first, then done once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Order, OrderLeft, RefundLine
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ShiftLine, Work
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, Kind
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import RefundFact
from shuke.surfaces.cashier import cart, doing, receipts, ruling, telling
from shuke.surfaces.cashier.counter import Counter, Told, call
from shuke.surfaces.wording import figures

_ORDER_PREFIX = "ord"
_TAKEN = {Kind.CLAWBACK, Kind.CLAWBACK_PENDING}


@dataclass(frozen=True, slots=True)
class Undone:
    """What a refund does: money to hand out and stored value given back, both in minor units; points taken back, given
    back and owed after it.

    `whole` says that all of the sale came back at once.
    """

    cash_minor: int
    value_minor: int
    whole: bool
    taken: int
    given: int
    owed: int
    before: int
    after: int


def read(counter: Counter, text: str) -> dict[str, Any] | None:
    """Return the sale whose receipt has this number, None where there is none.

    Raises: Refusal `store_forbidden` where it is another store's.
    """
    found = _found(text)
    if found is None:
        return None
    org.require_store(counter.principal, found.order.store)
    order, currency = found.order, found.order.currency
    left = order.net_minor - order.refunded_minor
    member = members.get(order.member_id) if order.member_id else None
    return {
        "kind": "order",
        "id": ids.encode(_ORDER_PREFIX, order.id),
        "number": order.external_id,
        "at": receipts.head(counter, "", order.occurred_at, "")["at"],
        "member": member.display_name if member else "",
        "total": figures.money(order.net_minor, currency),
        "left": figures.money(left, currency),
        "left_minor": left,
        "lines": [
            {
                "number": line.number,
                "name": line.line.sku or line.line.category or _("Item %(number)d") % {"number": line.number},
                "quantity": line.line.quantity - line.refunded_quantity,
                "minor": line.line.net_minor - line.refunded_minor,
                "left": figures.money(line.line.net_minor - line.refunded_minor, currency),
            }
            for line in found.lines
        ],
    }


@call("POST")
def preview(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Say what a refund would give back and take back, by doing it and rolling back."""
    with unit_of_work(dry_run=True):
        left = _order(counter, told)
        undone = _done(counter, told, left, "preview", clock.business_now())
    return _said(undone, left.order)


@call("POST")
def refund(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Take something off a sale, and say what to hand out."""
    return doing.once(counter, told, lambda: _refunded(counter, told))


def _refunded(counter: Counter, told: Told) -> ShiftLine:
    left, at = _order(counter, told), told.moment()
    undone = _done(counter, told, left, told.key(), at)
    answer = {"kind": "refund", "key": told.key(), "whole": undone.whole} | _said(undone, left.order)
    answer["receipt"] = receipts.head(counter, told.key(), at, pgettext("till", "Refund")) | {
        "rows": [[_("Of receipt"), left.order.external_id], *_value_row(answer)],
        "total": answer["cash"],
        "points": [
            [_("Taken back"), answer["taken"]],
            [_("Given back"), answer["given"]],
            [_("Balance"), answer["after"]],
        ]
        if left.order.member_id
        else [],
    }
    return ShiftLine(
        told.key(),
        told.digest,
        Work.VOID if undone.whole else Work.REFUND,
        at,
        answer,
        money_minor=-undone.cash_minor,
        points_in=undone.given,
        points_out=undone.taken,
    )


def _value_row(answer: Mapping[str, Any]) -> list[list[str]]:
    return [[_("Back as stored value"), answer["value"]]] if answer["value"] else []


def _found(text: str) -> OrderLeft | None:
    try:
        order_id: UUID | None = ids.decode(_ORDER_PREFIX, text)
    except Refusal:
        order_id = business_keys.find(cart.SOURCE, "order", text.upper())
    return orders.left([order_id]).get(order_id) if order_id else None


def _order(counter: Counter, told: Told) -> OrderLeft:
    found = _found(told.text("order"))
    if found is None:
        raise Refusal("unknown_order", "There is no such order.")
    org.require_store(counter.principal, found.order.store)
    if found.order.member_id is not None:
        programs.require_other(counter.principal, MemberRef(id=found.order.member_id))
    return found


def _done(counter: Counter, told: Told, left: OrderLeft, key: str, at: datetime) -> Undone:
    """Record the refund in the open transaction, and say what it did."""
    order = left.order
    lines = tuple(
        RefundLine(*(line.number(name) for name in ("number", "quantity", "minor"))) for line in told.parts("lines")
    )
    amount = None if lines or told.yes("all") else told.number("amount")
    before = _available(order)
    fact = RefundFact(cart.SOURCE, key, (order.source, order.external_id), at, lines, amount)
    (result,) = programs.record([fact], counter.actor)
    if result.refusal is not None:
        raise result.refusal
    assert result.reference is not None
    entries = []
    if order.member_id:
        entries = points.entries_of([(order.member_id, result.reference)])[result.reference]
    unit = ruling.spent().unit
    mine = [entry for entry in entries if entry.key.unit_id == unit.id]
    value_minor = _by_value(entries)
    return Undone(
        cash_minor=programs.refund_money(result) or 0,
        value_minor=value_minor,
        whole=orders.refund(result.reference).net_minor == order.net_minor,
        taken=sum(abs(entry.amount) for entry in mine if entry.kind in _TAKEN),
        given=sum(entry.amount for entry in mine if entry.kind is Kind.RETURN),
        owed=(result.owed or {}).get(unit.code, 0),
        before=before,
        after=_available(order),
    )


def _by_value(entries: Sequence[Entry]) -> int:
    """Return what entries gave back of stored value, whose points are minor units of money."""
    terms = programs.value_terms()
    codes = {terms.principal, terms.bonus} if terms else set()
    stored = {unit.id for unit in points.all_units() if unit.code in codes}
    return sum(entry.amount for entry in entries if entry.kind is Kind.RETURN and entry.key.unit_id in stored)


def _available(order: Order) -> int:
    if order.member_id is None:
        return 0
    standing = programs.standings([order.member_id]).get(order.member_id)
    balance = telling.spent(standing) if standing else None
    return balance.available if balance else 0


def _said(undone: Undone, order: Order) -> dict[str, Any]:
    scale = ruling.spent().unit.scale
    return {
        "cash": figures.money(undone.cash_minor, order.currency),
        "value": figures.money(undone.value_minor, order.currency) if undone.value_minor else "",
        "taken": figures.signed_points(-undone.taken, scale),
        "given": figures.signed_points(undone.given, scale),
        "owed": figures.points(undone.owed, scale) if undone.owed else "",
        "has_member": order.member_id is not None,
        "before": figures.points(undone.before, scale),
        "after": figures.points(undone.after, scale),
    }
