"""Stored value: what is outstanding, how it came and went, and what waits for a yes."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.foundation import ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX, Member
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import APPROVAL_PREFIX, ApprovalState, Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import TopUp, TopUpState, ValueRefund
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import figures, payment_words, value_words

_ROWS = 50
_WAITING = 100
REFUND = "value.refund"  # as its approvals are called
_TONES = {
    TopUpState.PAID: "good",
    TopUpState.ASKED: "warn",
    TopUpState.FAILED: "bad",
    TopUpState.REFUNDED_PART: "warn",
}


@page(Right.VALUE_REFUND)
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what stored value amounts to, and what the program says of it."""
    terms = programs.value_terms()
    told = programs.value_figures() if terms else None
    return show_tab(request, "value", _("Stored value"), terms=terms, told=told)


@page(Right.VALUE_REFUND)
def top_ups(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List top-ups, last asked first."""
    found = programs.top_ups(_ROWS, request.GET.get("cursor") or None)
    rows = top_up_rows(found.top_ups)
    return show_tab(request, "value_top_ups", _("Top-ups"), rows=rows, of_members=True, next_cursor=found.next_cursor)


@page(Right.VALUE_REFUND)
def refunds(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List refunds of stored value: those that wait for a yes, and those that took place."""
    found = value.refunds(_ROWS, request.GET.get("cursor") or None)
    pending = org.approvals_page(ApprovalState.PENDING, _WAITING).approvals
    asked = [one for one in pending if one.kind == REFUND]
    known = people.get_many([ids.decode(ID_PREFIX, one.subject) for one in asked])
    waiting = [
        {
            "id": ids.encode(APPROVAL_PREFIX, one.id),
            "one": one,
            "member": known.get(ids.decode(ID_PREFIX, one.subject)),
            **{name: figures.minor_of(str(one.summary[name]), desk.shop.currency) for name in ("money", "fee")},
        }
        for one in asked
    ]
    rows = refund_rows(found.refunds)
    return show_tab(
        request,
        "value_refunds",
        _("Refunds of stored value"),
        rows=rows,
        of_members=True,
        waiting=waiting,
        next_cursor=found.next_cursor,
    )


def show_tab(request: HttpRequest, name: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Answer with one of the pages of stored value."""
    tabs = [
        ("value", _("Overview")),
        ("value-top-ups", _("Top-ups")),
        ("value-refunds", pgettext("stored value", "Refunds")),
        ("gift-cards", _("Gift cards")),
    ]
    tab = name.replace("_", "-")
    return show(request, f"{name}.html", title=title, place="value", tabs=tabs, tab=tab, status=status, **context)


def top_up_rows(found: Iterable[TopUp]) -> list[dict[str, Any]]:
    """Return top-ups as tables show them."""
    known = _members(one.member_id for one in found)
    return [
        {
            "one": one,
            "member": known.get(one.member_id),
            "member_id": ids.encode(ID_PREFIX, one.member_id),
            "method": method(one.method),
            "state": value_words.TOP_UPS[one.state],
            "tone": _TONES.get(one.state, ""),
        }
        for one in found
    ]


def refund_rows(found: Iterable[ValueRefund]) -> list[dict[str, Any]]:
    """Return refunds as tables show them, each with where its money goes."""
    known = _members(one.member_id for one in found)
    return [
        {
            "one": one,
            "member": known.get(one.member_id),
            "member_id": ids.encode(ID_PREFIX, one.member_id),
            "money": one.principal_minor - one.fee_minor,
            "parts": [(part, method(part.method)) for part in one.parts],
        }
        for one in found
    ]


def method(code: str) -> str:
    """Return what a way of paying is called; what no payment covers goes back by hand."""
    return str(value_words.METHODS[code]) if code in value_words.METHODS else payment_words.method(code) or _("by hand")


def _members(member_ids: Iterable[UUID]) -> Mapping[UUID, Member]:
    return people.get_many(set(member_ids))
