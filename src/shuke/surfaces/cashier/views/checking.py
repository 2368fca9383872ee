"""Coupons and pickups: a code is read and shown in green or red, and taken with Enter."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import HeldCoupon, Use
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Order
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org.contracts import ShiftLine, Work
from shuke.rooms.programs import facade as programs
from shuke.surfaces.cashier import cart, doing, telling
from shuke.surfaces.cashier.counter import Counter, Told, call
from shuke.surfaces.wording import offers
from shuke.surfaces.wording.running import store_called

_NOT_PICKUPS = {"pickup_code_wrong", "pickup_code_unknown"}


def read(counter: Counter, text: str) -> dict[str, Any] | None:
    """Return what a code is good for, None where it is neither a coupon's nor a pickup's."""
    coupon = _coupon(text)
    if coupon is not None:
        told = _told("coupon", coupon.code, coupon.name, _holder(coupon), offers.why_not_held(coupon))
        return told | {"for_sale": coupon.kind not in telling.WITHOUT_SALE}
    order = _pickup(text)
    if order is None:
        return None
    store = counter.till.store.code
    elsewhere = order.store not in {"", store}
    why = _("It waits in another store: %(store)s.") % {"store": store_called(order.store)} if elsewhere else ""
    return _told("pickup", text, f"{order.item_name} × {order.quantity}", order.number, why)


@call("POST")
def use(request: HttpRequest, counter: Counter, told: Told) -> dict[str, Any]:
    """Take a coupon, or hand out what waits."""
    with guesses.limited([guesses.staff(counter.actor.id)], {"pickup_code_unknown"}):
        return doing.once(counter, told, lambda: _used(counter, told))


def _used(counter: Counter, told: Told) -> ShiftLine:
    code, now = told.text("code"), clock.business_now()
    coupon = _coupon(code)
    if coupon is None:
        order = mall.hand_out(code, counter.till.store.code, counter.actor)
        programs.require_other(counter.principal, MemberRef(id=order.member_id))
        answer = _told("pickup", code, f"{order.item_name} × {order.quantity}", order.number, "")
        return ShiftLine(told.key(), told.digest, Work.PICKUP, now, answer)
    if coupon.kind not in telling.WITHOUT_SALE:
        raise Refusal("coupon_needs_sale", "This coupon takes something off a sale.")
    if coupon.member_id is not None:
        programs.require_other(counter.principal, MemberRef(id=coupon.member_id))
    (refused,) = coupons.redeem([Use(coupon.id, coupon.member_id, cart.SOURCE, told.key(), 0, now)])
    if refused is not None:
        raise Refusal("coupon_not_usable", "The coupon can't be used now.")
    answer = _told("coupon", code, coupon.name, _holder(coupon), "")
    return ShiftLine(told.key(), told.digest, Work.COUPON, now, answer)


def _coupon(text: str) -> HeldCoupon | None:
    return next(iter(coupons.by_codes([text], clock.business_now())), None)


def _pickup(text: str) -> Order | None:
    try:
        return mall.find_pickup(text)
    except Refusal as refused:
        if refused.code not in _NOT_PICKUPS:
            raise
        return None


def _holder(coupon: HeldCoupon) -> str:
    return members.get(coupon.member_id).display_name if coupon.member_id else ""


def _told(kind: str, code: str, title: str, more: str, why: str) -> dict[str, Any]:
    return {"kind": kind, "code": code, "title": title, "more": more, "good": not why, "why": why}
