"""Paid plans on a member's phone: compare, buy, renew, leave with the amounts first, and use an activation code."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, ids, logs
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import SUBSCRIPTION_PREFIX, Length, Order, Plan, Savings, State, Subscription, Switch
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX, Purpose, Refund, RefundState
from shuke.surfaces.portal.pages import ACTOR, Guest, guessers, page, show
from shuke.surfaces.portal.views.paying import phone_method, require_phone_method
from shuke.surfaces.wording import paid_words, refusals

_MOST = 20
_LATELY = timedelta(days=14)


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
    bought = paid.buy(Order(guest.member.id, plan, Length(length), require_phone_method(), renews), ACTOR)
    payments.start(bought.payment_id)
    return redirect("portal-pay", ids.encode(PAYMENT_PREFIX, bought.payment_id))


@page("POST", frozen=False)
def activate(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Use an activation code."""
    try:
        with guesses.limited(guessers(request, guest), {"unknown_activation_code"}):
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
            payments.send_refunds(guest.member.id)
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


@page("GET", "POST", frozen=False)
def change(request: HttpRequest, guest: Guest, subscription_id: str) -> HttpResponse:
    """Show what a change to another plan comes to, and do it if it still comes to what was shown."""
    found, choices = _own(guest, subscription_id), _choices(guest)
    asked = request.POST.get("to", request.GET.get("to", ""))
    chosen = next((one for one in choices if one[0] == asked), None)
    told = paid.quote_switch(found.id, chosen[1].code, chosen[2]) if chosen else None
    if request.method == "POST" and told and request.POST.get("shown") == _shown(told):
        done, _told = paid.switch(
            found.id, told.plan.code, told.length, ACTOR, require_phone_method() if told.due_minor else ""
        )
        if done.payment_id is not None:
            payments.start(done.payment_id)
            return redirect("portal-pay", ids.encode(PAYMENT_PREFIX, done.payment_id))
        payments.send_refunds(guest.member.id)
        return redirect("portal-plans")
    language = paid_words.language()
    return show(
        request,
        "plan_change.html",
        tab="me",
        title=_("Change to another plan"),
        name=found.plan.name(language),
        choices=[(key, plan.name(language), paid_words.LENGTHS[length], price) for key, plan, length, price in choices],
        asked=asked,
        told=told,
        told_name=told.plan.name(language) if told else "",
        told_length=paid_words.LENGTHS[told.length] if told else "",
        shown=_shown(told) if told else "",
        payable=told is not None and (not told.due_minor or phone_method() is not None),
        changed=request.method == "POST",
    )


@page("POST")
def renewal(request: HttpRequest, guest: Guest, subscription_id: str) -> HttpResponse:
    """Let the member's plan go on by itself, or end with its period."""
    paid.set_renewal(_own(guest, subscription_id).id, ACTOR, on=request.POST.get("on") == "yes")
    return redirect("portal-plans")


def _plans(request: HttpRequest, guest: Guest, failure: str = "", status: int = 200) -> HttpResponse:
    mine = paid.page(_MOST, member_id=guest.member.id).subscriptions
    live = [one for one in mine if one.is_live]
    had = {one.plan.id for one in mine if one.started_at is not None}
    held = {one.plan.id for one in live}
    paid_for = {one.plan.id for one in live if one.state is not State.TRIAL}
    language, savings = paid_words.language(), paid.savings([one.id for one in live])
    return show(
        request,
        "plans.html",
        tab="me",
        title=_("Paid membership"),
        mine=[_mine(one, language, savings[one.id]) for one in live],
        changeable=bool(_choices(guest)),
        offered=[
            _offered(plan, language, had=plan.id in had, held=plan.id in held, paid_for=plan.id in paid_for)
            for plan in paid.list_plans()
            if plan.on_sale
        ],
        online=phone_method() is not None,
        refunds=_refunds(guest.member.id),
        failure=failure,
        status=status,
    )


def _refunds(member_id: UUID) -> list[Refund]:
    """Return what is on its way back of the member's plans, what could not go back yet, and what came back lately."""
    paid_for = payments.page(_MOST, member_id=member_id, purpose=Purpose.PLAN).payments
    left = {one.id: one.amount_minor - one.refunded_minor for one in paid_for}
    since = clock.business_now() - _LATELY
    found = [refund for refunds in payments.refunds_of(list(left)).values() for refund in refunds]
    return [
        refund
        for refund in found
        if refund.state is RefundState.PENDING
        or (refund.done_at is not None and refund.done_at >= since)
        or (refund.state is RefundState.FAILED and refund.amount_minor <= left[refund.payment_id])
    ]


def _mine(one: Subscription, language: str, savings: Savings) -> dict[str, object]:
    return {
        "one": one,
        "savings": savings,
        "id": ids.encode(SUBSCRIPTION_PREFIX, one.id),
        "name": one.plan.name(language),
        "state": paid_words.STATES[one.state],
        "changes": one.state in {State.TRIAL, State.ACTIVE},
    }


def _offered(plan: Plan, language: str, *, had: bool, held: bool, paid_for: bool) -> dict[str, object]:
    terms = plan.version.terms
    return {
        "plan": plan,
        "name": plan.name(language),
        "gives": [(one.name_zh if language == "zh" else one.name_en, one.value_minor) for one in terms.gives],
        "prices": [(length.value, paid_words.LENGTHS[length], price) for length, price in sorted_prices(terms.prices)],
        "held": held,
        "trial": 0 if had else terms.trial_days,
        "cooling_off": 0 if paid_for else terms.cooling_off_days,
    }


def sorted_prices(prices: dict[Length, int]) -> list[tuple[Length, int]]:
    """Return prices, the shortest length first."""
    return [(length, prices[length]) for length in Length if length in prices]


def _choices(guest: Guest) -> list[tuple[str, Plan, Length, int]]:
    """Return (key, plan, length, price) of what the member may change to: plans on sale that they do not have."""
    had = {one.plan.id for one in paid.page(_MOST, member_id=guest.member.id).subscriptions if one.is_live}
    return [
        (f"{plan.code}:{length.value}", plan, length, price)
        for plan in paid.list_plans()
        if plan.on_sale and plan.id not in had
        for length, price in sorted_prices(plan.version.terms.prices)
    ]


def _shown(told: Switch) -> str:
    return f"{told.due_minor}.{told.refund_minor}"


def _own(guest: Guest, subscription_id: str) -> Subscription:
    found = paid.subscription(_id(subscription_id))
    if found.member_id != guest.member.id:
        raise Refusal("unknown_subscription", "There is no such subscription.")
    return found


def _id(subscription_id: str) -> UUID:
    return ids.decode(SUBSCRIPTION_PREFIX, subscription_id)
