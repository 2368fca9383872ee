"""What staff do to a member by hand: a form, then what it would do, then doing it; each by its right, and once."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as orders
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import APPROVAL_PREFIX, Approval, Right
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import ReleaseFact, Result, Status
from shuke.surfaces.console.acting import (
    HOLD_PREFIX,
    ORDER_PREFIX,
    REDEMPTION_PREFIX,
    SOURCE,
    TITLES,
    Foreseen,
    do,
    foresee,
    require_other,
)
from shuke.surfaces.console.forms import (
    ActForm,
    AdjustForm,
    BehaviourForm,
    CaptureForm,
    HoldForm,
    RedeemForm,
    RefundForm,
    ReturnForm,
    TierForm,
    TransferForm,
)
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals
from shuke.surfaces.wording.running import Running, running, units
from shuke.surfaces.wording.standing import ladders, spread


@page(Right.POINTS_ADJUST, "GET", "POST")
def adjust(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Give or take points; above the personal limit it is asked for."""
    return _act(request, desk, ids.decode(ID_PREFIX, member_id), "adjust", AdjustForm(_program(), request.POST or None))


@page(Right.POINTS_TRANSFER, "GET", "POST")
def transfer(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Give points of the member to another one."""
    form = TransferForm(_program(), request.POST or None)
    return _act(request, desk, ids.decode(ID_PREFIX, member_id), "transfer", form)


@page(Right.POINTS_WRITE, "GET", "POST")
def redeem(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Use points of the member."""
    return _act(request, desk, ids.decode(ID_PREFIX, member_id), "redeem", RedeemForm(_program(), request.POST or None))


@page(Right.POINTS_WRITE, "GET", "POST")
def give_back(request: HttpRequest, desk: Desk, redemption_id: str) -> HttpResponse:
    """Give points of a redemption back to their lots."""
    id = ids.decode(REDEMPTION_PREFIX, redemption_id)
    name = business_keys.names([id]).get(id)
    if name is None or name.member_id is None or name.kind != "redemption":
        raise Refusal("unknown_redemption", "There is no such redemption.")
    if request.method == "GET" and not any(take.returnable for take in points.takes_of([(name.member_id, id)])[id]):
        raise Refusal("already_returned", "All points of this redemption are back.")
    unit = units()[points.entries_of([(name.member_id, id)])[id][0].key.unit_id]
    form = ReturnForm(_program(), (name.source, name.external_id), unit, request.POST or None)
    return _act(request, desk, name.member_id, "return", form)


@page(Right.POINTS_HOLD, "GET", "POST")
def hold(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Set points of the member aside."""
    return _act(request, desk, ids.decode(ID_PREFIX, member_id), "hold", HoldForm(_program(), request.POST or None))


@page(Right.POINTS_HOLD, "GET", "POST")
def capture(request: HttpRequest, desk: Desk, member_id: str, hold_id: str) -> HttpResponse:
    """Spend points of a hold."""
    id, name = _held(member_id, hold_id)
    found = next(
        (each for each in points.open_holds([id]).get(id, ()) if ids.encode(HOLD_PREFIX, each.id) == hold_id), None
    )
    if found is None:
        raise Refusal("hold_closed", "The hold is over.")
    form = CaptureForm(_program(), name, units()[found.unit_id], request.POST or None)
    return _act(request, desk, id, "capture", form, held=found)


@page(Right.TIERS_WRITE, "GET", "POST")
def tier(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Give a tier."""
    return _act(request, desk, ids.decode(ID_PREFIX, member_id), "tier", TierForm(_program(), request.POST or None))


@page(Right.ORDERS_WRITE, "GET", "POST")
def behaviour(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Record something that the member did."""
    id, program = ids.decode(ID_PREFIX, member_id), _program()
    known = program.program.behaviours
    asked = request.GET.get("kind", "")
    chosen = next((each for each in known if each.code == asked), known[0] if known else None)
    if chosen is None:
        return _act(request, desk, id, "behaviour", None)
    form = BehaviourForm(program, chosen, _stores(desk), request.POST or None)
    kinds = [(each.code, each.name) for each in known]
    return _act(request, desk, id, "behaviour", form, kinds=kinds, chosen=chosen.code)


@page(Right.ORDERS_WRITE, "GET", "POST")
def refund(request: HttpRequest, desk: Desk, order_id: str) -> HttpResponse:
    """Take something off an order, and back what it earned too much."""
    id = ids.decode(ORDER_PREFIX, order_id)
    found = orders.left([id]).get(id)
    if found is None or found.order.member_id is None:
        raise Refusal("unknown_order", "There is no such order of a member.")
    org.require_store(desk.principal, found.order.store)
    form = RefundForm(_program(), found, request.POST or None)
    return _act(request, desk, found.order.member_id, "refund", form, order=found, refunds=orders.refunds_of(id))


@page(Right.POINTS_HOLD, "POST")
def release(request: HttpRequest, desk: Desk, member_id: str, hold_id: str) -> HttpResponse:
    """Give back what a hold still has set aside; sent twice, the second one changes nothing."""
    id, name = _held(member_id, hold_id)
    require_other(desk, id)
    result = do(ReleaseFact(SOURCE, hold_id, name), desk)
    messages.success(request, _said(result), extra_tags="good")
    return redirect("member-lots", member_id)


def _held(member_id: str, hold_id: str) -> tuple[UUID, tuple[str, str]]:
    """Return the member of a hold, and what it is known by."""
    id, hold = ids.decode(ID_PREFIX, member_id), ids.decode(HOLD_PREFIX, hold_id)
    name = business_keys.names([hold]).get(hold)
    if name is None or name.member_id != id:
        raise Refusal("unknown_hold", "There is no such hold.")
    return id, (name.source, name.external_id)


def _program() -> Running:
    program = running()
    if program is None:
        raise Refusal("no_program", "No program is published yet.")
    return program


def _stores(desk: Desk) -> list[tuple[str, str]]:
    """Return the stores that somebody may name; who is for every store may name none."""
    stores = [(store.code, store.name) for store in org.list_stores() if org.sees_store(desk.principal, store.code)]
    return stores if desk.principal.stores is not None else [("", "—"), *stores]


def _act(
    request: HttpRequest, desk: Desk, member_id: UUID, act: str, form: ActForm | None, **context: Any
) -> HttpResponse:
    """Take a form through its three steps: filled in, read before it is confirmed, done."""
    require_other(desk, member_id)
    foreseen, failure = None, ""
    if form is not None and not form.possible:
        form = None
    if form is not None and form.is_bound and form.is_valid() and "edit" not in request.POST:
        try:
            fact = form.fact(member_id)
            if "confirm" in request.POST:
                return _done(request, member_id, do(fact, desk))
            foreseen = foresee(member_id, fact, desk)
        except Refusal as refused:
            if refused.code in refusals.NOT_YOURS or refused.code == "forbidden":
                raise
            logs.refusal(refused, request_id=desk.actor.request_id)
            failure = _place(form, refused)
    with unit_of_work():
        return _page(request, desk, member_id, act, form, foreseen, failure, context)


def _page(
    request: HttpRequest,
    desk: Desk,
    member_id: UUID,
    act: str,
    form: ActForm | None,
    foreseen: Foreseen | None,
    failure: str,
    context: dict[str, Any],
) -> HttpResponse:
    member, program = people.get(member_id), running()
    standing = programs.standings([member_id]).get(member_id)
    outside = ids.encode(ID_PREFIX, member_id)
    main, others = spread(standing.balances) if standing else (None, ())
    said = form.said if foreseen is not None and form is not None else []
    if foreseen is not None and form is not None:
        for field in form.fields.values():
            field.widget = forms.HiddenInput()
    name = member.display_name or outside
    wrong = failure or (form is not None and form.errors)
    return show(
        request,
        f"act_{act}.html",
        trail=((_("All members"), reverse("members")), (name, reverse("member", args=[outside]))),
        title=str(TITLES[act]),
        place="members",
        member=member,
        member_id=outside,
        name=name,
        standing=standing,
        main=main,
        others=others,
        ladders=ladders(standing, program, {}) if standing and program else [],
        program=program,
        units=units(),
        several_units=len(units()) > 1,
        form=form,
        said=said,
        foreseen=foreseen,
        failure=failure,
        limit=desk.principal.adjust_limit,
        status=422 if wrong else 200,
        **context,
    )


def _place(form: ActForm, refused: Refusal) -> str:
    """Show a refusal beside the field that it is about; return it where there is none."""
    sentence = refusals.sentence(refused)
    field = {"/points": "points", "/to": "to", "/until": "until", "/expires_on": "expires_on", "/net_minor": "amount"}
    named = field.get(refused.pointer or "", "")
    if named in form.fields and not form.fields[named].widget.is_hidden:
        form.add_error(named, sentence)
        return ""
    return sentence


def _done(request: HttpRequest, member_id: UUID, done: Result | Approval) -> HttpResponse:
    outside = ids.encode(ID_PREFIX, member_id)
    if isinstance(done, Approval):
        address = reverse("approval", args=[ids.encode(APPROVAL_PREFIX, done.id)])
        asked = _("Asked for: nothing has changed yet, and a colleague has to agree.")
        messages.success(request, format_html('{} <a href="{}">{}</a>', asked, address, _("To the request")))
    else:
        messages.success(request, _said(done), extra_tags="good")
    return redirect("member", outside)


def _said(done: Result | Approval) -> str:
    repeated = isinstance(done, Result) and done.status is Status.REPEATED
    return _("This was done before; nothing was done twice.") if repeated else _("Done.")
