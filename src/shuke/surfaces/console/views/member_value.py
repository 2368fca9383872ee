"""A member's stored value at a desk: what they have, money taken ahead, and asking for a refund; each seen before."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org.contracts import Approval, Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import TopUpFact
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import DESK, RefundPreview, TopUp
from shuke.surfaces.console.acting import SOURCE, new_key, require_other
from shuke.surfaces.console.pages import Desk, page
from shuke.surfaces.console.value_forms import AmountForm, RefundForm
from shuke.surfaces.console.views.member import tab
from shuke.surfaces.console.views.value import method, refund_rows, top_up_rows
from shuke.surfaces.wording import figures, refusals, value_words

_ROWS = 20
_REFUND_IDS = "refund_%s"  # both forms of the page ask for an amount


@dataclass(slots=True)
class Sight:
    """What is looked at before it is done: the form of an act with what it would come to, None where nothing is."""

    top_up_form: AmountForm
    refund_form: RefundForm
    top_up: TopUp | None = None
    refund: RefundPreview | None = None
    key: str = ""
    status: int = 200


@page(Right.MEMBERS_READ)
def member_value(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show what a member has of stored value, and how it came and went."""
    return _tab(request, desk, member_id, _unseen(desk))


@page(Right.VALUE_REFUND, "POST")
def top_up(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show the bonus of a top-up, and once that was seen take the money."""
    id, seen = ids.decode(ID_PREFIX, member_id), _unseen(desk)
    seen.top_up_form = form = AmountForm(desk.shop.currency, request.POST)
    seen.key = request.POST.get("key", "")[:64] or new_key()
    if not form.is_valid():
        seen.status = 422
        return _tab(request, desk, member_id, seen)
    fact = TopUpFact(SOURCE, seen.key, MemberRef(id=id), form.cleaned_data["amount"], DESK)
    try:
        require_other(desk, id)
        if request.POST.get("shown"):
            done = programs.top_up(fact, desk.actor)
            amount = figures.money(done.amount_minor, done.currency)
            messages.success(request, _("%(amount)s was topped up.") % {"amount": amount})
            return redirect("member-value", member_id)
        seen.top_up = programs.top_up(fact, desk.actor, dry_run=True)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        form.add_error("amount", refusals.sentence(refused))
        seen.status = 422
    return _tab(request, desk, member_id, seen)


@page(Right.VALUE_REFUND, "POST")
def refund(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show what a refund comes to, and once that was seen ask a colleague for it."""
    seen = _unseen(desk)
    seen.refund_form = form = RefundForm(desk.shop.currency, request.POST, auto_id=_REFUND_IDS)
    member = MemberRef(id=ids.decode(ID_PREFIX, member_id))
    if not form.is_valid():
        seen.status = 422
        return _tab(request, desk, member_id, seen)
    said = form.cleaned_data
    try:
        seen.refund = programs.preview_value_refund(member, said["amount"])
        if request.POST.get("shown") == shown(seen.refund):
            done = programs.ask_value_refund(member, said["amount"], said["reason"], desk.actor, desk.principal)
            assert isinstance(done, Approval), "a second person agrees"
            messages.success(request, _("Asked for; a colleague has to agree."))
            return redirect("member-value", member_id)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        form.add_error("amount", refusals.sentence(refused))
        seen.refund, seen.status = None, 422
    return _tab(request, desk, member_id, seen)


def shown(seen: RefundPreview) -> str:
    """Return what a refund comes to as a form carries it, so that nobody asks for another one than they saw."""
    return f"{seen.principal_minor}.{seen.bonus_minor}.{seen.fee_minor}"


def _unseen(desk: Desk) -> Sight:
    return Sight(AmountForm(desk.shop.currency), RefundForm(desk.shop.currency, auto_id=_REFUND_IDS))


def _tab(request: HttpRequest, desk: Desk, member_id: str, seen: Sight) -> HttpResponse:
    id = ids.decode(ID_PREFIX, member_id)
    terms = programs.value_terms()
    return tab(
        request,
        desk,
        id,
        "value",
        terms=terms,
        held=_held(id),
        seen=seen,
        refund_shown=shown(seen.refund) if seen.refund else "",
        refund_parts=[(part, method(part.method)) for part in seen.refund.parts] if seen.refund else [],
        warnings=[value_words.WARNINGS[each] for each in seen.top_up.warnings] if seen.top_up else [],
        rows=top_up_rows(programs.top_ups(_ROWS, None, [id]).top_ups),
        refunds=refund_rows(value.refunds(_ROWS, None, [id]).refunds),
        may_top_up=desk.may(Right.VALUE_REFUND),
        may_refund=desk.may(Right.VALUE_REFUND),
        status=seen.status,
    )


def _held(member_id: UUID) -> object:
    """Return what a member has, None where the program has no stored value or they are not in it."""
    try:
        return programs.value_of(member_id)
    except Refusal:
        return None
