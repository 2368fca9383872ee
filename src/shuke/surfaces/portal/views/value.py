"""Stored value on a member's phone: what they have, what moved it, and topping up with the bonus seen before."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import TopUpFact, ValueHeld
from shuke.rooms.value.contracts import ValueTerms
from shuke.surfaces.portal.pages import ACTOR, Guest, page, show
from shuke.surfaces.portal.views.points import latest
from shuke.surfaces.wording import figures, refusals
from shuke.surfaces.wording.running import units

_ROWS = 30


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


def held_by(guest: Guest) -> ValueHeld | None:
    """Return what a member has of stored value, None where the program has none or they are not in it."""
    try:
        return programs.value_of(guest.member.id) if programs.value_terms() else None
    except Refusal:
        return None


def _overview(request: HttpRequest, guest: Guest) -> HttpResponse:
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
        unit_ids=unit_ids,
    )


def _asked(request: HttpRequest, guest: Guest, chosen: Offered) -> HttpResponse:
    key = f"{guest.member.id}:{request.POST.get('key', '')[:64]}"
    done = programs.top_up(TopUpFact("portal", key, MemberRef(id=guest.member.id), chosen.amount), ACTOR)
    assert done.payment is not None, "what is not paid at the desk has its payment"
    payments.start(done.payment.id)
    return redirect("portal-pay", ids.encode(PAYMENT_PREFIX, done.payment.id))


def _bounds(terms: ValueTerms) -> str:
    least, most = (figures.money(each, terms.currency) for each in (terms.least_minor, terms.most_minor))
    return _("One tops up by %(least)s to %(most)s at once.") % {"least": least, "most": most}


def _terms() -> ValueTerms:
    terms = programs.value_terms()
    if terms is None:
        raise Refusal("no_stored_value", "The program has no stored value.")
    return terms
