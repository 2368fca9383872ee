"""Subscriptions: who has which plan, how it came about, and dealing with one; amounts are shown before they move."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org.contracts import Right
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import LIVE, SUBSCRIPTION_PREFIX, Length, Plan, State, Subscription, Switch
from shuke.rooms.payments import facade as payments
from shuke.surfaces.console.acting import require_other
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.plan_forms import ExtensionForm, GiftForm, SwitchForm
from shuke.surfaces.console.views.member import tab
from shuke.surfaces.wording import figures, paid_words, refusals

_ROWS = 50
_LISTED = (*LIVE, State.PENDING, State.LAPSED, State.CANCELLED)


@page(Right.PAID_READ)
def subscriptions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List subscriptions, latest first, in one state or any, of one plan or all."""
    named, of = request.GET.get("state", ""), request.GET.get("plan", "")
    plans = paid.list_plans()
    plan = next((one for one in plans if one.code == of), None)
    state = State(named) if named in set(State) else None
    found = paid.page(_ROWS, request.GET.get("cursor"), state=state, plan_id=plan.id if plan else None)
    language = paid_words.language()
    return show(
        request,
        "subscriptions.html",
        title=_("Subscriptions"),
        place="subscriptions",
        rows=_rows(found.subscriptions, with_members=True),
        next_cursor=found.next_cursor,
        states=[(one.value, paid_words.STATES[one]) for one in _LISTED],
        plans=[(one.code, one.name(language)) for one in plans],
        chosen=named if state else "",
        of=plan.code if plan else "",
    )


@page(Right.PAID_READ)
def member_plans(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show what a member has and had."""
    return _member_tab(request, desk, member_id)


@page(Right.PAID_SELL, "POST")
def gift(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Give a member a period that nobody pays for."""
    form, id = GiftForm(paid.list_plans(), request.POST), ids.decode(ID_PREFIX, member_id)
    require_other(desk, id)
    if form.is_valid():
        said = form.cleaned_data
        try:
            paid.gift(id, said["plan"], Length(said["length"]), said["reason"], desk.actor)
            messages.success(request, _("Given; the member is told."))
            return redirect("member-plans", member_id)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(None, refusals.sentence(refused))
    return _member_tab(request, desk, member_id, form=form, status=422)


@page(Right.PAID_READ)
def subscription(request: HttpRequest, desk: Desk, subscription_id: str) -> HttpResponse:
    """Show a subscription with its periods, charges, changes and notices."""
    return _subscription(request, desk, subscription_id)


@page(Right.PAID_SELL, "POST")
def renewal(request: HttpRequest, desk: Desk, subscription_id: str) -> HttpResponse:
    """Let a subscription go on by itself, or end with its period."""
    on = request.POST.get("on") == "yes"
    paid.set_renewal(_id(subscription_id), desk.actor, on=on)
    messages.success(request, _("It renews by itself.") if on else _("It ends with its period."))
    return redirect("subscription", subscription_id)


@page(Right.PAID_SELL, "POST")
def cancel(request: HttpRequest, desk: Desk, subscription_id: str) -> HttpResponse:
    """End a subscription at once and give back what was shown; if that has changed meanwhile, show it again."""
    shown, found = request.POST.get("refund_minor", ""), _of_other(desk, subscription_id)
    told = paid.quote_leaving(found.id, at_once=True)
    if shown != str(told.refund_minor):
        messages.warning(request, _("The amount has changed meanwhile; look at it again."))
        return redirect("subscription", subscription_id)
    _after, done = paid.cancel(found.id, desk.actor, at_once=True)
    payments.send_refunds(found.member_id)
    back = figures.money(done.refund_minor, desk.shop.currency)
    messages.success(request, _("Cancelled; %(amount)s goes back.") % {"amount": back})
    return redirect("subscription", subscription_id)


@page(Right.PAID_SELL, "GET", "POST")
def change(request: HttpRequest, desk: Desk, subscription_id: str) -> HttpResponse:
    """Show what a change to another plan comes to, and do it if it still comes to what was shown."""
    found, told, told_price = _of_other(desk, subscription_id), None, ""
    others = [plan for plan in paid.list_plans() if plan.id != found.plan.id]
    sent = request.POST if request.method == "POST" else request.GET
    form = SwitchForm(others, payments.methods(), sent or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            told = paid.quote_switch(found.id, said["plan"], Length(said["length"]))
            told_price = f"{told.due_minor}.{told.refund_minor}"
            if sent.get("shown") == told_price and request.method == "POST":
                return _changed(request, desk, found, told, said["method"])
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(None, refusals.sentence(refused))
    return show(
        request,
        "subscription_change.html",
        title=_("Change to another plan"),
        place="subscriptions",
        trail=((_("Subscriptions"), reverse("subscriptions")), (_name(found.plan), _address(subscription_id))),
        subscription_id=subscription_id,
        form=form,
        told=told,
        told_name=_name(told.plan) if told else "",
        told_length=paid_words.LENGTHS[told.length] if told else "",
        shown=told_price,
        changed=request.method == "POST" and told is not None,
        status=422 if form.errors else 200,
    )


def _changed(request: HttpRequest, desk: Desk, found: Subscription, told: Switch, method: str) -> HttpResponse:
    done, _told = paid.switch(found.id, told.plan.code, told.length, desk.actor, method if told.due_minor else "")
    if done.payment_id is not None:
        payments.start(done.payment_id)
    payments.send_refunds(found.member_id)
    after = paid.subscription(done.subscription.id)
    if after.is_live:
        messages.success(request, _("Changed to %(plan)s.") % {"plan": _name(told.plan)})
    else:
        messages.info(request, _("It changes as soon as the member has paid."))
    return redirect("subscription", ids.encode(SUBSCRIPTION_PREFIX, after.id if after.is_live else found.id))


def _name(plan: Plan) -> str:
    return plan.name(paid_words.language())


def _address(subscription_id: str) -> str:
    return reverse("subscription", args=[subscription_id])


@page(Right.PAID_SELL, "POST")
def extend(request: HttpRequest, desk: Desk, subscription_id: str) -> HttpResponse:
    """Let a subscription hold some days longer."""
    form, found = ExtensionForm(request.POST), _of_other(desk, subscription_id)
    if form.is_valid():
        try:
            paid.extend(found.id, form.cleaned_data["days"], form.cleaned_data["reason"], desk.actor)
            messages.success(request, _("Extended."))
            return redirect("subscription", subscription_id)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(None, refusals.sentence(refused))
    return _subscription(request, desk, subscription_id, form=form, status=422)


def _subscription(
    request: HttpRequest, desk: Desk, subscription_id: str, form: ExtensionForm | None = None, status: int = 200
) -> HttpResponse:
    found = paid.subscription(_id(subscription_id))
    told, member = paid.history(found.id), people.get(found.member_id)
    charged = [charge.payment_id for charge in told.charges if charge.payment_id]
    return show(
        request,
        "subscription.html",
        title=found.plan.name(paid_words.language()),
        place="subscriptions",
        trail=((_("Subscriptions"), reverse("subscriptions")),),
        subscription_id=subscription_id,
        found=found,
        state=(paid_words.STATES[found.state], paid_words.TONES.get(found.state, "")),
        length=paid_words.LENGTHS[found.length],
        member=member,
        member_id=ids.encode(ID_PREFIX, member.id),
        leaving=paid.quote_leaving(found.id, at_once=True) if found.is_live else None,
        periods=[(one, paid_words.PERIODS[one.kind], told.savings.by_period[one.number]) for one in told.periods],
        savings=told.savings,
        charges=[(one, paid_words.CHARGES[one.state]) for one in told.charges],
        refunds=[refund for back in payments.refunds_of(charged).values() for refund in back],
        changes=[(one, paid_words.CAUSES[one.cause], paid_words.STATES[one.after]) for one in told.changes],
        notices=[(one, paid_words.NOTICES[one.kind]) for one in told.notices],
        rules={rule.value: words for rule, words in paid_words.RULES.items()},
        form=form or ExtensionForm(),
        may_sell=desk.may(Right.PAID_SELL),
        may_change=found.state in {State.TRIAL, State.ACTIVE},
        status=status,
    )


def _member_tab(
    request: HttpRequest, desk: Desk, member_id: str, form: GiftForm | None = None, status: int = 200
) -> HttpResponse:
    id = ids.decode(ID_PREFIX, member_id)
    plans = paid.list_plans()
    return tab(
        request,
        desk,
        id,
        "plans",
        rows=_rows(paid.page(_ROWS, member_id=id).subscriptions),
        form=form or GiftForm(plans),
        may_give=desk.may(Right.PAID_SELL) and any(plan.on_sale for plan in plans),
        status=status,
    )


def _rows(found: tuple[Subscription, ...], *, with_members: bool = False) -> list[dict[str, object]]:
    language = paid_words.language()
    known = people.get_many({one.member_id for one in found}) if with_members else {}
    return [
        {
            "id": ids.encode(SUBSCRIPTION_PREFIX, one.id),
            "one": one,
            "plan": one.plan.name(language),
            "state": paid_words.STATES[one.state],
            "tone": paid_words.TONES.get(one.state, ""),
            "member": known.get(one.member_id),
            "member_id": ids.encode(ID_PREFIX, one.member_id),
        }
        for one in found
    ]


def _of_other(desk: Desk, subscription_id: str) -> Subscription:
    """Return a subscription that is not of whoever sits here."""
    found = paid.subscription(_id(subscription_id))
    require_other(desk, found.member_id)
    return found


def _id(subscription_id: str) -> object:
    return ids.decode(SUBSCRIPTION_PREFIX, subscription_id)
