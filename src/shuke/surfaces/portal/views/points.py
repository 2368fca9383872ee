"""Points as a member reads them: usable, pending, going and owed, every movement with its why, and the lots."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.rooms.orders import facade as orders
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, EntryKey
from shuke.rooms.programs import facade as programs
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.pages import Guest, page, show
from shuke.surfaces.portal.reasons import parts, reasons
from shuke.surfaces.wording.running import store_called, units
from shuke.surfaces.wording.standing import date_of, waits_for

_ROWS = 40
_LOTS = 100


@page()
def statement(request: HttpRequest, guest: Guest) -> HttpResponse:
    """List what moved points, newest first and by month; each row opens its why."""
    account, unit = account_of(guest), _unit(request)
    found = points.entries_page(guest.member.id, _ROWS, request.GET.get("after") or None, unit)
    acts = _acts(guest, found.entries, request.GET.get("told", ""))
    rows = _rows(acts)
    onward = found.next_cursor is not None and bool(acts)
    months = [(month, list(several)) for month, several in groupby(rows, lambda row: f"{row['day']:%Y-%m}")]
    return show(
        request,
        "points.html",
        tab="home",
        title=account.unit or _("Points"),
        account=account,
        months=months,
        onward=urlencode({"after": found.next_cursor, "told": acts[-1][0].transaction_number}) if onward else "",
        paged="after" in request.GET,
        units=[each for each in units().values() if account.standing],
        chosen=unit,
    )


@page()
def lots(request: HttpRequest, guest: Guest) -> HttpResponse:
    """List the lots with something left in them, the first to go first."""
    account = account_of(guest)
    found = points.lots_page(guest.member.id, _LOTS)
    shown = [
        (lot, units()[lot.unit_id], None if lot.expires_at is None else date_of(lot.expires_day - 1), waits_for(lot))
        for lot in found.lots
        if lot.remaining + lot.waiting + lot.held
    ]
    return show(request, "lots.html", tab="home", title=_("Expiry dates"), account=account, lots=shown)


@page()
def why(request: HttpRequest, guest: Guest, unit: int, number: int) -> HttpResponse:
    """Say why points came or went: of this member only, whatever number is asked for."""
    found = programs.explain_entry(EntryKey(guest.member.id, unit, number))
    if found.entry is None:
        raise Refusal("unknown_entry", "There is no such entry.")
    act = _whole(guest, found.entry)
    context = {"act": _row(act, found.order), "reasons": reasons(found), "parts": parts(found)}
    return show(request, "why.html", tab="home", title=_("Why?"), **context)


def latest(guest: Guest, unit_ids: Sequence[int], most: int) -> list[dict[str, Any]]:
    """Return the last movements of some units as rows, newest first; each whole."""
    entries = [
        entry for unit_id in unit_ids for entry in points.entries_page(guest.member.id, most, None, unit_id).entries
    ]
    entries.sort(key=lambda entry: (entry.transaction_number, entry.key.unit_id), reverse=True)
    return _rows(_acts(guest, entries, "")[:most])


def _rows(acts: Sequence[Sequence[Entry]]) -> list[dict[str, Any]]:
    bought = orders.get_many([act[0].reference for act in acts if act[0].reference])
    return [_row(act, bought.get(act[0].reference)) for act in acts]


def _unit(request: HttpRequest) -> int | None:
    """Return the unit that was asked for by its number, of those that there are; None for all."""
    asked = request.GET.get("unit", "")
    return next((unit.id for unit in units().values() if str(unit.id) == asked), None)


def _acts(guest: Guest, entries: Sequence[Entry], told: str) -> list[list[Entry]]:
    """Gather entries into what people call one movement: a redemption draws from many lots and is one to them.

    The last of a page is read whole, and the page after it, which knows that transaction as `told`, leaves it out.
    """
    new = [entry for entry in entries if str(entry.transaction_number) != told]
    acts = [list(several) for _key, several in groupby(new, _key_of)]
    return [*acts[:-1], _whole(guest, acts[-1][0])] if acts else []


def _whole(guest: Guest, entry: Entry) -> list[Entry]:
    """Return the entries of the movement that an entry is a part of."""
    several = points.entries_of_transaction(guest.member.id, entry.transaction_number)
    return [each for each in several if _key_of(each) == _key_of(entry)]


def _key_of(entry: Entry) -> tuple[int, int, str]:
    return entry.transaction_number, entry.key.unit_id, entry.kind


def _row(act: Sequence[Entry], order: Any) -> dict[str, Any]:
    entry = act[0]
    return {
        "kind": entry.kind,
        "amount": sum(each.amount for each in act),
        "unit": units()[entry.key.unit_id],
        "unit_id": entry.key.unit_id,
        "number": entry.key.number,
        "at": entry.occurred_at,
        "day": date_of(entry.day),
        "order": order,
        "store": store_called(order.store) if order and order.store else "",
    }
