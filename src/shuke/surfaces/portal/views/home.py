"""The first page: the card with its code, the points, and the way to the next tier."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import CODE_MINUTES, CODE_SECONDS
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.pages import Guest, page, show
from shuke.surfaces.portal.views.coupons import usable_count
from shuke.surfaces.portal.views.value import held_by
from shuke.surfaces.portal.views.wallet import offered

_AHEAD = CODE_MINUTES * 60 // CODE_SECONDS  # as many as a till would take


@page()
def home(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show the card, and what a member has."""
    context = {"account": account_of(guest), "coupons": usable_count(guest.member.id), "held": held_by(guest)} | _codes(
        guest
    )
    return show(request, "home.html", tab="home", title=guest.shop.name, **context)


@page()
def card(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show the code alone, as large as the screen lets it be."""
    context = {"account": account_of(guest), "wallets": offered(request)} | _codes(guest)
    return show(request, "card.html", tab="card", title=_("Member code"), **context)


@page()
def codes(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Answer with the codes of the next ten minutes, which the page turns one by one, also without a network."""
    return render(request, "portal/parts/codes.html", _codes(guest))


def _codes(guest: Guest) -> dict[str, object]:
    now = clock.machine_now()
    shown = members.show_codes(guest.member.id, now, _AHEAD)
    until = [int(code.until.timestamp()) for code in shown]
    return {
        "codes": [(code.text, end - CODE_SECONDS, end) for code, end in zip(shown, until, strict=True)],
        "machine_now": int(now.timestamp()),
        "code_seconds": CODE_SECONDS,
    }
