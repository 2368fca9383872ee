"""Orders of the mall: found by state, number or pickup code; sent, handed out, cancelled, taken back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import guesses, ids, logs
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import NEXT, ORDER_PREFIX, Order, OrderSearch, State, Way
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.acting import require_other
from shuke.surfaces.console.pages import Desk, page, printable, show
from shuke.surfaces.wording import figures, mall_words, payment_words, refusals
from shuke.surfaces.wording.running import running, unit_called

_PAGE = 50
_LONGEST = 40
_STYLES = {
    State.PLACED: "info",
    State.PAYING: "info",
    State.DELIVERING: "info",
    State.TO_SHIP: "warn",
    State.READY_FOR_PICKUP: "warn",
    State.DONE: "good",
    State.PICKED_UP: "good",
    State.DELIVERED: "good",
}


@page(Right.MALL_READ)
def orders(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List orders, last placed first, of one state or with one number or pickup code."""
    number = printable(request.GET.get("number", ""), _LONGEST).replace(" ", "")
    chosen = request.GET.get("state", "")
    states = (State(chosen),) if chosen in set(State) else ()
    found = mall.orders_page(OrderSearch(states, number=number), _PAGE, request.GET.get("cursor") or None)
    counts = mall.order_counts()
    return show(
        request,
        "mall_orders.html",
        title=_("Orders of the mall"),
        place="mall-orders",
        rows=_rows(found.orders, desk),
        next_cursor=found.next_cursor,
        states=[(each.value, mall_words.of(mall_words.STATES, each), counts.get(each, 0)) for each in State],
        chosen=chosen if states else "",
        number=number,
        stores=org.list_stores(),
        may_fulfil=desk.may(Right.MALL_FULFIL),
    )


def _rows(found: tuple[Order, ...], desk: Desk) -> list[dict[str, object]]:
    people = members.get_many({order.member_id for order in found}) if desk.may(Right.MEMBERS_READ) else {}
    return [_told(order) | {"member": people.get(order.member_id)} for order in found]


def _told(order: Order) -> dict[str, object]:
    program = running()
    units = program.program.units if program else ()
    scale = next((unit.scale for unit in units if unit.code == order.unit), 0)
    cash = f" + {figures.money(order.cash_minor, order.currency)}" if order.cash_minor else ""
    return {
        "order": order,
        "id": ids.encode(ORDER_PREFIX, order.id),
        "member_id": ids.encode(ID_PREFIX, order.member_id),
        "paid": f"{figures.points(order.points, scale)} {unit_called(order.unit)}{cash}",
        "state": mall_words.of(mall_words.STATES, order.state),
        "style": _STYLES.get(order.state, ""),
        "way": mall_words.of(mall_words.WAYS, order.way),
    }


@page(Right.MALL_READ)
def order(request: HttpRequest, desk: Desk, mall_order_id: str) -> HttpResponse:
    """Show an order with its steps, and what can be done with it now."""
    return _order_page(request, desk, mall.order(_id(mall_order_id)))


def _order_page(request: HttpRequest, desk: Desk, found: Order, **more: object) -> HttpResponse:
    following = NEXT[found.state]
    delivery = mall.deliveries([found.id]).get(found.id)
    payment = programs.mall_payment_of(found.id)
    person = members.get(found.member_id) if desk.may(Right.MEMBERS_READ) else None
    return show(
        request,
        "mall_order.html",
        trail=((_("Orders of the mall"), reverse("mall-orders")),),
        title=found.number,
        place="mall-orders",
        **_told(found),
        member=person,
        steps=[(each, mall_words.of(mall_words.STATES, each.state)) for each in mall.steps(found.id)],
        delivery=delivery,
        delivery_state=delivery and mall_words.of(mall_words.DELIVERIES, delivery.state),
        payment=payment,
        payment_state=payment and payment_words.STATES[payment.state],
        may_fulfil=desk.may(Right.MALL_FULFIL),
        may_refund=desk.may(Right.MALL_REFUND),
        may_reveal=desk.may(Right.MEMBERS_REVEAL),
        can_ship=State.SHIPPED in following,
        can_complete=State.DONE in following,
        can_cancel=State.CANCELLED in following and found.state is not State.DELIVERING,
        can_refund=State.REFUNDED in following,
        restocks=found.way is not Way.DELIVER,
        **more,
    )


@page(Right.MALL_FULFIL, "POST")
def act(request: HttpRequest, desk: Desk, mall_order_id: str) -> HttpResponse:
    """Do to an order what a button says: ship or complete."""
    order_id, given = _id(mall_order_id), request.POST

    def work() -> None:
        match given.get("act"):
            case "ship":
                mall.ship(order_id, given.get("carrier", "").strip(), given.get("tracking", "").strip(), desk.actor)
            case "complete":
                mall.complete(order_id, desk.actor)
            case _:
                raise Refusal("order_in_other_state", "Nothing was chosen.")

    return _changed(request, desk, mall_order_id, work)


@page(Right.MALL_REFUND, "POST")
def undo(request: HttpRequest, desk: Desk, mall_order_id: str) -> HttpResponse:
    """Give back what an order of one's stores took: cancelled before it is fulfilled, or taken back after."""
    found, given = mall.order(_id(mall_order_id)), request.POST
    org.require_store(desk.principal, found.store)
    require_other(desk, found.member_id)
    note = given.get("note", "").strip()

    def work() -> None:
        match given.get("act"):
            case "cancel":
                programs.cancel_exchange(found.id, desk.actor, note)
            case "refund":
                programs.refund_exchange(found.id, desk.actor, note, restock=given.get("restock") == "yes")
            case _:
                raise Refusal("order_in_other_state", "Nothing was chosen.")

    return _changed(request, desk, mall_order_id, work)


def _changed(request: HttpRequest, desk: Desk, mall_order_id: str, work: Callable[[], None]) -> HttpResponse:
    """Do something to an order, and show it with what came of that."""
    try:
        work()
    except Refusal as refused:
        _say_refused(request, desk, refused)
    else:
        messages.success(request, _("The order is changed."), extra_tags="good")
    return redirect("mall-order", mall_order_id)


@page(Right.MALL_FULFIL, "POST")
def pickup(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Hand out what waits under a code, in one of the stores of whoever sits here."""
    store = request.POST.get("store", "")
    try:
        org.require_store(desk.principal, store)
        with guesses.limited([guesses.staff(desk.actor.id)], {"pickup_code_unknown"}):
            found = mall.hand_out(request.POST.get("code", ""), store, desk.actor)
    except Refusal as refused:
        _say_refused(request, desk, refused)
        return redirect("mall-orders")
    told = _("Hand out: %(name)s × %(pieces)s.") % {"name": found.item_name, "pieces": found.quantity}
    messages.success(request, told, extra_tags="good")
    return redirect("mall-order", ids.encode(ORDER_PREFIX, found.id))


@page(Right.MEMBERS_REVEAL, "POST")
def reveal(request: HttpRequest, desk: Desk, mall_order_id: str) -> HttpResponse:
    """Show the address or the codes of an order, with a reason, to be seen in the audit log."""
    found = mall.order(_id(mall_order_id))
    reason = request.POST.get("reason", "").strip()
    try:
        if request.POST.get("what") == "codes":
            return _order_page(request, desk, found, codes=mall.reveal_codes(found.id, reason, desk.actor))
        return _order_page(request, desk, found, address=mall.reveal_address(found.id, reason, desk.actor))
    except Refusal as refused:
        _say_refused(request, desk, refused)
        return redirect("mall-order", mall_order_id)


def _say_refused(request: HttpRequest, desk: Desk, refused: Refusal) -> None:
    logs.refusal(refused, request_id=desk.actor.request_id)
    messages.error(request, refusals.sentence(refused), extra_tags="bad")


def _id(text: str) -> UUID:
    return ids.decode(ORDER_PREFIX, text)
