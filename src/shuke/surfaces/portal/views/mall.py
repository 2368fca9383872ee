"""The rewards mall as a member shops in it: items at their price, an order in four taps, and what became of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ORDER_PREFIX, Address, Kind, Order, OrderSearch, State, Way
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.payments.contracts import PAYMENT_PREFIX
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import ExchangeFact, MallOffer
from shuke.surfaces.portal.pages import ACTOR, Guest, page, show
from shuke.surfaces.portal.views.paying import phone_method, require_phone_method
from shuke.surfaces.wording import mall_words, refusals
from shuke.surfaces.wording.running import store_called, units

_ORDERS = 50
_CANCELLABLE = {State.PLACED, State.PAYING, State.TO_SHIP, State.READY_FOR_PICKUP}
_PICTURE_SECONDS = 86_400
_LINES = ("name", "phone", "region", "street")
_LONGEST = 200


@page()
def shelf(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what the member can have, by category."""
    seen = _offers(guest)
    groups: dict[str, list[Any]] = {}
    for offer in seen:
        groups.setdefault(offer.item.draft.category, []).append(_told(offer))
    return show(request, "mall.html", tab="mall", title=_("Rewards mall"), groups=groups.items(), purse=_purse(seen))


@page()
def item(request: HttpRequest, guest: Guest, item: str) -> HttpResponse:
    """Show one item."""
    offer = _offer(guest, item)
    return show(request, "item.html", tab="mall", title=offer.item.name, offer=_told(offer), ways=_ways(offer))


@page("GET", "POST", frozen=False)
def redeem(request: HttpRequest, guest: Guest, item: str) -> HttpResponse:
    """Say once more what is given for what, and do it: the second time it is sent is answered with the first order."""
    offer, failure = _offer(guest, item), ""
    ways = _ways(offer)
    way = next((each for each, _words in ways if each == request.POST.get("way")), ways[0][0])
    if request.method == "POST" and "key" in request.POST:
        try:
            done = programs.exchange(_fact(request, guest, offer, Way(way)), ACTOR)
            if done.payment is not None and done.order.state is State.PAYING:
                return redirect("portal-pay", ids.encode(PAYMENT_PREFIX, done.payment.id))
            return redirect("portal-mall-order", ids.encode(ORDER_PREFIX, done.order.id))
        except Refusal as refused:
            logs.refusal(refused, request_id=request.request_id)
            failure = _("Sold out") if refused.code.startswith("sold_out") else refusals.sentence(refused)
    return show(
        request,
        "redeem.html",
        tab="mall",
        title=_("Redeem"),
        offer=_told(offer),
        ways=ways,
        way=way,
        stores=org.list_stores(),
        given={line: request.POST.get(line, "")[:_LONGEST] for line in (*_LINES, "store")},
        key=request.POST.get("key", "")[:64] or ids.encode("req", ids.new_id()),
        failure=failure,
        status=422 if failure else 200,
    )


@page()
def orders(request: HttpRequest, guest: Guest) -> HttpResponse:
    """List what the member redeemed, the latest first."""
    found = mall.orders_page(OrderSearch(member_id=guest.member.id), _ORDERS, request.GET.get("after") or None)
    shown = [(ids.encode(ORDER_PREFIX, each.id), each, _state(each), units_of(each.unit)) for each in found.orders]
    title = _("My orders")
    return show(request, "mall_orders.html", tab="mall", title=title, orders=shown, onward=found.next_cursor)


@page("GET", "POST")
def order(request: HttpRequest, guest: Guest, order_id: str) -> HttpResponse:
    """Show an order of the member's own: how it stands, its pickup code, its codes; cancel it while that can be."""
    found, failure = _own(guest, ids.decode(ORDER_PREFIX, order_id)), ""
    if request.method == "POST":
        try:
            programs.cancel_exchange(found.id, ACTOR, _("by the member"))
            return redirect("portal-mall-order", order_id)
        except Refusal as refused:
            logs.refusal(refused, request_id=request.request_id)
            failure = refusals.sentence(refused)
    return show(
        request,
        "mall_order.html",
        tab="mall",
        title=_("Order"),
        order=found,
        state=_state(found),
        unit=units_of(found.unit),
        way=mall_words.of(mall_words.WAYS, found.way),
        store=store_called(found.store) if found.store else "",
        codes=mall.codes_for(found.id, guest.member.id) if found.kind is Kind.VIRTUAL else (),
        steps=[(mall_words.of(mall_words.STATES, step.state), step.at) for step in mall.steps(found.id)],
        payment=_payment(found),
        over=found.state in {State.CANCELLED, State.REFUNDED},
        can_cancel=found.state in _CANCELLABLE,
        failure=failure,
        status=422 if failure else 200,
    )


@page()
def picture(request: HttpRequest, guest: Guest, picture_id: UUID) -> HttpResponse:
    """Answer with the picture of an item."""
    found = mall.picture(picture_id)
    response = HttpResponse(found.content, content_type=found.kind)
    response["Cache-Control"] = f"private, max-age={_PICTURE_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def units_of(code: str) -> Any:
    """Return the unit of the ledger that a code names."""
    return next(unit for unit in units().values() if unit.code == code)


def _offers(guest: Guest) -> tuple[MallOffer, ...]:
    try:
        return programs.mall_of(MemberRef(id=guest.member.id)).offers
    except Refusal as refused:
        if refused.code in {"no_program", "not_enrolled"}:
            return ()
        raise


def _offer(guest: Guest, code: str) -> MallOffer:
    found = next((each for each in _offers(guest) if each.item.code == code), None)
    if found is None:
        raise Refusal("unknown_item", "There is no such item.")
    return found


def _told(offer: MallOffer) -> dict[str, Any]:
    """Return an item as pages show it; one that is paid in money too is had in a store where no phone pays."""
    gone = offer.allowance == 0
    in_store = offer.price.cash_minor > 0 and phone_method() is None
    return {
        "item": offer.item,
        "price": offer.price,
        "unit": units_of(offer.unit),
        "usable": offer.usable,
        "missing": offer.missing,
        "after": offer.usable - offer.price.points,
        "gone": gone and offer.item.left == 0,
        "enough": gone and offer.item.left != 0,
        "in_store": in_store,
        "can": offer.affordable and not in_store,
    }


def _purse(seen: tuple[MallOffer, ...]) -> list[tuple[int, Any]]:
    """Return what the member has of each unit that something costs."""
    return [(usable, units_of(unit)) for unit, usable in {each.unit: each.usable for each in seen}.items()]


def _ways(offer: MallOffer) -> list[tuple[str, str]]:
    return [(way.value, mall_words.of(mall_words.WAYS, way)) for way in offer.item.draft.ways]


def _fact(request: HttpRequest, guest: Guest, offer: MallOffer, way: Way) -> ExchangeFact:
    lines = [request.POST.get(line, "").strip()[:_LONGEST] for line in _LINES]
    return ExchangeFact(
        "portal",
        f"{guest.member.id}:{request.POST['key'][:64]}",
        MemberRef(id=guest.member.id),
        offer.item.code,
        way=way,
        store=request.POST.get("store", "")[:_LONGEST] if way is Way.PICKUP else "",
        address=Address(*lines) if way is Way.SHIP and all(lines) else None,
        method=require_phone_method() if offer.price.cash_minor else "",
    )


def _payment(order: Order) -> str:
    """Return the payment that an order waits for, empty where it waits for none."""
    payment = programs.mall_payment_of(order.id) if order.state is State.PAYING else None
    return ids.encode(PAYMENT_PREFIX, payment.id) if payment else ""


def _state(order: Order) -> str:
    return mall_words.of(mall_words.STATES, order.state)


def _own(guest: Guest, order_id: UUID) -> Order:
    found = mall.order(order_id)
    if found.member_id != guest.member.id:
        raise Refusal("unknown_mall_order", "There is no such order of the mall.")
    return found
