"""Paid plans: what is sold, on which terms, and the activation codes for it."""

import csv
import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids, logs
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import BATCH_PREFIX, LIVE, Plan
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.plan_forms import BatchForm, PlanForm, TermsForm
from shuke.surfaces.wording import paid_words, refusals


@page(Right.PAID_READ)
def plans(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what is sold, and how many have it."""
    counts = paid.counts()
    rows = [(plan, _live(counts.get(plan.id)), paid_words.prices(plan.version.terms)) for plan in paid.list_plans()]
    return show(
        request, "plans.html", title=_("Paid plans"), place="plans", rows=rows, may_write=desk.may(Right.PAID_WRITE)
    )


@page(Right.PAID_WRITE, "GET", "POST")
def new_plan(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Write a plan."""
    form = PlanForm(desk.shop.currency, request.POST or None)
    if form.is_valid():
        try:
            plan = paid.create_plan(form.draft(), desk.actor)
            return redirect("plan", plan.code)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.tell(refused)
    status = 422 if form.errors else 200
    trail = ((_("Paid plans"), reverse("plans")),)
    return show(request, "plan_new.html", title=_("New plan"), place="plans", trail=trail, form=form, status=status)


@page(Right.PAID_READ, "GET", "POST")
def plan(request: HttpRequest, desk: Desk, plan: str) -> HttpResponse:
    """Show a plan, and change its terms from a day on."""
    if request.method == "POST":
        org.require(desk.principal, Right.PAID_WRITE)
    found = paid.plan(plan)
    if request.method == "GET":
        return _plan(request, desk, found, TermsForm(desk.shop.currency, terms=found.version.terms))
    form = TermsForm(desk.shop.currency, request.POST, terms=found.version.terms)
    if form.is_valid():
        try:
            paid.change_plan(plan, form.terms(), form.starts_at(desk.zone) or clock.business_now(), desk.actor)
            messages.success(request, _("Saved. Who has the plan keeps their terms until their period ends."))
            return redirect("plan", plan)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.tell(refused)
    return _plan(request, desk, found, form, status=422)


@page(Right.PAID_WRITE, "POST")
def sale(request: HttpRequest, desk: Desk, plan: str) -> HttpResponse:
    """Offer a plan to new members, or to no more of them."""
    paid.set_on_sale(plan, desk.actor, on_sale=request.POST.get("on_sale") == "yes")
    return redirect("plan", plan)


@page(Right.PAID_READ, "GET", "POST")
def codes(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the batches of activation codes, and make another."""
    may_write, known = desk.may(Right.PAID_WRITE), paid.list_plans()
    form = BatchForm(known, request.POST or None)
    if request.method == "POST":
        org.require(desk.principal, Right.PAID_WRITE)
    if form.is_valid():
        try:
            paid.make_codes(*form.wanted(desk.zone), desk.actor)
            messages.success(request, _("The codes are made; take them as a file."))
            return redirect("activation-codes")
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(None, refusals.sentence(refused))
    rows = [
        (ids.encode(BATCH_PREFIX, one.id), one, one.plan.name(desk_language()), paid_words.LENGTHS[one.length])
        for one in paid.batches()
    ]
    return show(
        request,
        "activation_codes.html",
        title=_("Activation codes"),
        place="activation-codes",
        rows=rows,
        form=form,
        may_write=may_write,
        can_make=may_write and any(one.on_sale for one in known),
        status=422 if form.errors else 200,
    )


@page(Right.PAID_WRITE, "POST")
def codes_csv(request: HttpRequest, desk: Desk, activation_id: str) -> HttpResponse:
    """Give the codes of a batch as a file; the audit log keeps who took them."""
    found = paid.codes_of(ids.decode(BATCH_PREFIX, activation_id), desk.actor)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "used_at"])
    writer.writerows((code, used_at.astimezone(desk.zone).isoformat() if used_at else "") for code, used_at in found)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{activation_id}.csv"'
    return response


def desk_language() -> str:
    """Return the language of the page."""
    return paid_words.language()


def _plan(request: HttpRequest, desk: Desk, plan: Plan, form: TermsForm, status: int = 200) -> HttpResponse:
    counts = paid.counts().get(plan.id)
    states = [(state.value, paid_words.STATES[state], counts.states.get(state, 0) if counts else 0) for state in LIVE]
    terms = plan.version.terms
    worth = sum(given.value_minor for given in terms.gives)
    return show(
        request,
        "plan.html",
        title=plan.name(desk_language()),
        place="plans",
        trail=((_("Paid plans"), reverse("plans")),),
        plan=plan,
        terms=terms,
        kind=paid_words.KINDS[plan.kind],
        gives=[
            (given.name_zh if desk_language() == "zh" else given.name_en, given.value_minor) for given in terms.gives
        ],
        prices=paid_words.prices(terms),
        coming=None if plan.coming is None else paid_words.prices(plan.coming.terms),
        refund=paid_words.AFTER[terms.refund],
        worth=worth,
        states=states,
        form=form,
        may_write=desk.may(Right.PAID_WRITE),
        status=status,
    )


def _live(count: object) -> int:
    return 0 if count is None else sum(count.states.get(state, 0) for state in LIVE)
