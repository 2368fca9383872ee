"""Paid plans on a member's phone: compare, buy, renew, leave with the amounts first, and use an activation code."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids, logs
from shuke.rooms.org.contracts import Organisation
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import SUBSCRIPTION_PREFIX, Length, Order, Plan, Subscription
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX, State
from shuke.surfaces.portal.pages import ACTOR, Guest, open_page, page, show
from shuke.surfaces.wording import paid_words, refusals

_COUNTER = "counter"
_MOST = 20


@page()
def plans(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what the member has, and every plan on sale with what it gives."""
    return _plans(request, guest)


@page("POST", frozen=False)
def buy(request: HttpRequest, guest: Guest, plan: str) -> HttpResponse:
    """Ask for a period of a plan, and lead to where it is paid."""
    length, renews = request.POST.get("length", ""), request.POST.get("renews") == "yes"
    if length not in set(Length):
        raise Refusal("length_not_sold", "This plan is not sold by this length.", params={"known": ""})
    bought = paid.buy(Order(guest.member.id, plan, Length(length), _method(), renews), ACTOR)
    payments.start(bought.payment_id)
    return redirect("portal-pay", ids.encode(PAYMENT_PREFIX, bought.payment_id))


@page("GET", "POST")
def pay(request: HttpRequest, guest: Guest, payment_id: str) -> HttpResponse:
    """Show where a payment of the member's stands, and where it is paid; a form asks the provider again."""
    payment = payments.find(ids.decode(PAYMENT_PREFIX, payment_id))
    if payment.member_id != guest.member.id:
        raise Refusal("unknown_payment", "There is no such payment.")
    if request.method == "POST":
        payments.start(payment.id)
        return redirect("portal-pay", payment_id)
    return show(
        request,
        "pay.html",
        tab="me",
        title=_("Payment"),
        payment=payment,
        is_open=payment.state is State.PENDING,
        is_address=payment.pay_url.startswith(("https://", "/")),
    )


@page("POST", frozen=False)
def activate(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Use an activation code."""
    try:
        paid.use_code(guest.member.id, request.POST.get("code", "")[:40], ACTOR)
    except Refusal as refused:
        logs.refusal(refused, request_id=request.request_id)
        return _plans(request, guest, failure=refusals.sentence(refused), status=422)
    return redirect("portal-plans")


@page("POST", frozen=False)
def try_out(request: HttpRequest, guest: Guest, plan: str) -> HttpResponse:
    """Begin the trial of a plan."""
    version = paid.plan(plan).version
    paid.try_out(guest.member.id, plan, next(iter(version.terms.prices)), ACTOR)
    return redirect("portal-plans")


@page("GET", "POST")
def leave(request: HttpRequest, guest: Guest, subscription_id: str) -> HttpResponse:
    """Show what leaving comes to, now and at the end, and do as the member says if it still comes to that."""
    found = _own(guest, subscription_id)
    now = paid.quote_leaving(found.id, at_once=True)
    if request.method == "POST":
        at_once = request.POST.get("at_once") == "yes"
        if not at_once or request.POST.get("refund_minor") == str(now.refund_minor):
            paid.cancel(found.id, ACTOR, at_once=at_once)
            payments.reconcile()
            return redirect("portal-plans")
    return show(
        request,
        "plan_leave.html",
        tab="me",
        title=found.plan.name(paid_words.language()),
        found=found,
        quote=now,
        rule=next(words for rule, words in paid_words.RULES.items() if rule == now.rule),
    )


@page("POST")
def renewal(request: HttpRequest, guest: Guest, subscription_id: str) -> HttpResponse:
    """Let the member's plan go on by itself, or end with its period."""
    paid.set_renewal(_own(guest, subscription_id).id, ACTOR, on=request.POST.get("on") == "yes")
    return redirect("portal-plans")


@open_page("GET", "POST")
def sandbox_pay(request: HttpRequest, shop: Organisation, payment_id: str) -> HttpResponse:
    """Be the provider of a sandbox: let whoever tries it choose what becomes of a payment, and of later charges."""
    payment = payments.find(ids.decode(PAYMENT_PREFIX, payment_id))
    row = sandbox.pretended(payment.id) if clock.is_tested() else None
    if row is None:
        raise Refusal("unknown_payment", "There is no such payment.")
    if request.method == "POST":
        said = [request.POST.get(name, "") for name in ("behaviour", "later")]
        if payment.state is State.PENDING and all(word in set(Behaviour) for word in said):
            sandbox.settle(payment.id, Behaviour(said[0]), Behaviour(said[1]))
        return redirect("portal-pay", payment_id)
    return show(
        request,
        "sandbox_pay.html",
        title=_("Sandbox payment"),
        payment=payment,
        is_open=payment.state is State.PENDING,
        nows=[(word.value, _NOW[word]()) for word in _NOW],
        laters=[(word.value, _LATER[word]()) for word in _LATER],
    )


_NOW = {
    Behaviour.PAYS: lambda: _("Pay"),
    Behaviour.TWICE: lambda: _("Pay, and tell it twice"),
    Behaviour.LATE: lambda: _("Pay, and tell it three days later"),
    Behaviour.DECLINES: lambda: _("Decline"),
}
_LATER = {
    Behaviour.PAYS: lambda: _("are paid"),
    Behaviour.DECLINES: lambda: _("are declined"),
    Behaviour.LATE: lambda: _("are paid and told late"),
    Behaviour.SILENT: lambda: _("get no answer at first"),
}


def _plans(request: HttpRequest, guest: Guest, failure: str = "", status: int = 200) -> HttpResponse:
    mine = paid.page(_MOST, member_id=guest.member.id).subscriptions
    live = [one for one in mine if one.is_live]
    had = {one.plan.id for one in mine if one.started_at is not None}
    language = paid_words.language()
    return show(
        request,
        "plans.html",
        tab="me",
        title=_("Paid membership"),
        mine=[_mine(one, language) for one in live],
        offered=[_offered(plan, language, plan.id in had) for plan in paid.list_plans() if plan.on_sale],
        online=any(method != _COUNTER for method in payments.methods()),
        failure=failure,
        status=status,
    )


def _mine(one: Subscription, language: str) -> dict[str, object]:
    return {
        "one": one,
        "id": ids.encode(SUBSCRIPTION_PREFIX, one.id),
        "name": one.plan.name(language),
        "state": paid_words.STATES[one.state],
    }


def _offered(plan: Plan, language: str, had: bool) -> dict[str, object]:  # noqa: FBT001  # said by name of its meaning
    terms = plan.version.terms
    return {
        "plan": plan,
        "name": plan.name(language),
        "gives": [(one.name_zh if language == "zh" else one.name_en, one.value_minor) for one in terms.gives],
        "prices": [(length.value, paid_words.LENGTHS[length], price) for length, price in sorted_prices(terms.prices)],
        "trial": 0 if had else terms.trial_days,
        "cooling_off": terms.cooling_off_days,
    }


def sorted_prices(prices: dict[Length, int]) -> list[tuple[Length, int]]:
    """Return prices, the shortest length first."""
    return [(length, prices[length]) for length in Length if length in prices]


def _method() -> str:
    """Return the method by which one pays on the phone: the first that is not the counter."""
    method = next((one for one in payments.methods() if one != _COUNTER), None)
    if method is None:
        raise Refusal("unknown_payment_method", "One pays at the counter here.", params={"known": _COUNTER})
    return method


def _own(guest: Guest, subscription_id: str) -> Subscription:
    found = paid.subscription(_id(subscription_id))
    if found.member_id != guest.member.id:
        raise Refusal("unknown_subscription", "There is no such subscription.")
    return found


def _id(subscription_id: str) -> UUID:
    return ids.decode(SUBSCRIPTION_PREFIX, subscription_id)
