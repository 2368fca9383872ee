"""Stored value on a member's phone: what they have and what moved it, topping up, gift cards, and asking for it back.

What an act comes to is seen before it is done.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import guesses, ids, logs
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import TopUpFact, ValueHeld
from shuke.rooms.value.contracts import RefundPreview, ValueTerms
from shuke.surfaces.portal.pages import ACTOR, Guest, guessers, page, show
from shuke.surfaces.portal.views.points import latest
from shuke.surfaces.wording import figures, refusals
from shuke.surfaces.wording.running import units

_ROWS = 30
_REFUND = "value.refund"  # as its approvals are called
_LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Offered:
    """An amount to top up by, in minor units, with what comes on top."""

    amount: int
    bonus: int

    @property
    def total(self) -> int:
        return self.amount + self.bonus


@page()
def value(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what the member has of stored value, and what moved it."""
    return _overview(request, guest)


@page("GET", "POST", frozen=False)
def top_up(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Let the member choose an amount, show what it brings, and lead to where it is paid."""
    terms, failure = _terms(), ""
    typed = request.POST.get("amount", request.GET.get("amount", ""))[:20]
    amount = figures.minor_of(typed, terms.currency)
    chosen = Offered(amount, terms.bonus_of(amount)) if amount else None
    if typed and not amount:
        failure = _("Type an amount, such as 200 or 88.50.")
    elif chosen and not terms.least_minor <= chosen.amount <= terms.most_minor:
        failure, chosen = _bounds(terms), None
    if request.method == "POST" and chosen and request.POST.get("shown") == str(chosen.bonus):
        try:
            return _asked(request, guest, chosen)
        except Refusal as refused:
            logs.refusal(refused, request_id=request.request_id)
            failure = refusals.sentence(refused)
    return show(
        request,
        "value_top_up.html",
        tab="me",
        title=_("Top up"),
        terms=terms,
        steps=[(figures.typed_money(step.from_minor, terms.currency), step) for step in terms.steps],
        typed=typed,
        chosen=chosen,
        online=bool(terms.methods),
        key=request.POST.get("key", "")[:64] or ids.encode("req", ids.new_id()),
        failure=failure,
        status=422 if failure else 200,
    )


@page("POST", frozen=False)
def load_card(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Load a gift card into the member's stored value."""
    code = request.POST.get("code", "").strip()[:_LONGEST_CODE]
    try:
        with guesses.limited(guessers(request, guest), {"unknown_gift_card"}):
            loaded = programs.load_gift_card(code, MemberRef(id=guest.member.id), ACTOR)
    except Refusal as refused:
        logs.refusal(refused, request_id=request.request_id)
        return _overview(request, guest, failure=refusals.sentence(refused), code=code, status=422)
    return _overview(request, guest, loaded=figures.money(loaded.amount_minor, loaded.currency))


@page("GET", "POST")
def refund(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what a refund comes to, and ask for it if it still comes to what was shown; staff decide."""
    terms, failure = _terms(), ""
    held = programs.value_of(guest.member.id)
    typed = request.POST.get("amount", request.GET.get("amount", ""))[:20]
    typed = typed or figures.typed_money(held.principal_minor, terms.currency)
    seen = None
    try:
        seen = programs.preview_value_refund(
            MemberRef(id=guest.member.id), figures.minor_of(typed, terms.currency) or 0
        )
        if request.method == "POST" and request.POST.get("shown") == _shown(seen):
            programs.ask_own_value_refund(guest.member.id, seen.principal_minor, _("asked for by the member"), ACTOR)
            return _overview(request, guest)
    except Refusal as refused:
        logs.refusal(refused, request_id=request.request_id)
        failure = refusals.sentence(refused) if held.principal_minor else ""
    return show(
        request,
        "value_refund.html",
        tab="me",
        title=_("Refund of stored value"),
        held=held,
        seen=seen,
        shown=_shown(seen) if seen else "",
        typed=typed,
        fee_percent=_percent(terms),
        changed=request.method == "POST" and not failure,
        failure=failure,
        status=422 if failure else 200,
    )


def held_by(guest: Guest) -> ValueHeld | None:
    """Return what a member has of stored value, None where the program has none or they are not in it."""
    try:
        return programs.value_of(guest.member.id) if programs.value_terms() else None
    except Refusal:
        return None


def _overview(request: HttpRequest, guest: Guest, **said: Any) -> HttpResponse:
    terms = _terms()
    unit_ids = [unit.id for unit in units().values() if unit.code in {terms.principal, terms.bonus}]
    return show(
        request,
        "value.html",
        tab="me",
        title=_("Stored value"),
        terms=terms,
        held=programs.value_of(guest.member.id),
        rows=latest(guest, unit_ids, _ROWS),
        waiting=_waiting(guest, terms.currency),
        **said,
    )


def _waiting(guest: Guest, currency: str) -> list[str]:
    """Return what goes back by each refund that waits for staff."""
    waiting = org.approvals_about(_REFUND, ids.encode(ID_PREFIX, guest.member.id))
    return [figures.money(figures.minor_of(str(one.summary["money"]), currency) or 0, currency) for one in waiting]


def _asked(request: HttpRequest, guest: Guest, chosen: Offered) -> HttpResponse:
    key = f"{guest.member.id}:{request.POST.get('key', '')[:64]}"
    done = programs.top_up(TopUpFact("portal", key, MemberRef(id=guest.member.id), chosen.amount), ACTOR)
    assert done.payment is not None, "what is not paid at the desk has its payment"
    payments.start(done.payment.id)
    return redirect("portal-pay", ids.encode(PAYMENT_PREFIX, done.payment.id))


def _bounds(terms: ValueTerms) -> str:
    least, most = (figures.money(each, terms.currency) for each in (terms.least_minor, terms.most_minor))
    return _("A top-up must be between %(least)s and %(most)s.") % {"least": least, "most": most}


def _shown(seen: RefundPreview) -> str:
    return f"{seen.principal_minor}.{seen.bonus_minor}.{seen.fee_minor}"


def _percent(terms: ValueTerms) -> str:
    return f"{float(terms.fee_percent):g}"


def _terms() -> ValueTerms:
    terms = programs.value_terms()
    if terms is None:
        raise Refusal("no_stored_value", "The program has no stored value.")
    return terms
