"""Why an entry stands in the ledger: the rules and their arithmetic for what was earned, the lots for what went."""

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.core.program.explain import Decision, RuleReason, UnitReason
from shuke.core.program.model import Expiry, Period
from shuke.core.program.tracing import written
from shuke.core.program.wording import text_with
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.foundation import ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as orders
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.points.contracts import Entry, EntryKey
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.running import running, units


@page(Right.MEMBERS_READ)
def why(request: HttpRequest, desk: Desk, entry_id: str) -> HttpResponse:
    """Explain one entry, in the drawer of the page that asked or on a page of its own."""
    org.require(desk.principal, Right.POINTS_READ)
    key = EntryKey.of(entry_id)
    found = programs.explain_entry(key)
    _require_store(desk, found.entry)
    program = running()
    member_id = ids.encode(ID_PREFIX, key.holder_id)
    context = {
        "found": found,
        "entry": found.entry,
        "entry_id": entry_id,
        "member_id": member_id,
        "member_name": people.get(key.holder_id).display_name or member_id,
        "units": units(),
        "tier_before": program.tier_name(found.tier_before) if program and found.tier_before else "",
        "tier_after": program.tier_name(found.tier_after) if program and found.tier_after else "",
        "rules": _rules(found.decision, key) if found.decision else [],
        "totals": _totals(found.decision, key) if found.decision else [],
        "ends": _ends(found.expiry),
        "total": sum(story.points for story in found.lots),
        "may_see_program": desk.may(Right.PROGRAMS_READ),
    }
    if request.htmx:
        return render(request, "console/parts/why.html", context | {"desk": desk, "shop": desk.shop})
    trail = ((_("All members"), reverse("members")), (context["member_name"], reverse("member", args=[member_id])))
    return show(request, "why.html", trail=trail, title=_("Why?"), place="members", **context)


def _require_store(desk: Desk, entry: Entry) -> None:
    """Refuse to tell of an order of a store that is not the reader's."""
    if desk.principal.stores is not None and entry.reference is not None:
        for order in orders.get_many([entry.reference]).values():
            org.require_store(desk.principal, order.store)


def _rules(decision: Decision, key: EntryKey) -> list[dict[str, Any]]:
    """Return the rules of the entry's unit: what other units earned is told with their entries."""
    return [_rule(rule) for rule in decision.rules if rule.unit == units()[key.unit_id].code]


def _rule(rule: RuleReason) -> dict[str, Any]:
    english = get_language() == "en"
    labels, language = (EN_LABELS, "en") if english else (ZH_LABELS, "zh")
    return {
        "code": rule.code,
        "line": rule.line,
        "matched": rule.matched,
        "arithmetic": text_with(rule.arithmetic, labels, language),
        "exact": written(rule.exact),
        "conditions": [(text_with(each.text, labels, language), each.holds) for each in rule.conditions],
    }


def _totals(decision: Decision, key: EntryKey) -> list[dict[str, Any]]:
    """Return how the entry's unit was added up and rounded."""
    return [_total(unit) for unit in decision.units if unit.unit == units()[key.unit_id].code]


def _total(unit: UnitReason) -> dict[str, Any]:
    roundings = {
        "floor": _("rounded down once for the whole order"),
        "ceil": _("rounded up once for the whole order"),
        "half_up": _("rounded half up once for the whole order"),
        "half_even": _("rounded half to even once for the whole order"),
    }
    points_given = Fraction(unit.points, 10**unit.scale)
    return {
        "exact": written(unit.exact),
        "rounding": roundings[unit.rounding] if points_given != unit.exact else _("already whole, nothing to round"),
        "points": written(points_given),
    }


def _ends(expiry: Expiry | None) -> str:
    """Say by which rule points of this kind end."""
    if expiry is None:
        return _("Points of this unit never expire.")
    after = (
        _("%(count)d months after they were earned") % {"count": expiry.months}
        if expiry.months
        else _("%(count)d days after they were earned") % {"count": expiry.days}
    )
    until = {
        Period.NONE: "",
        Period.MONTH: _("until the end of that month"),
        Period.QUARTER: _("until the end of that quarter"),
        Period.YEAR: _("until the end of that year"),
    }[expiry.end_of]
    if not until:
        return _("Usable: %(after)s.") % {"after": after}
    return _("Usable: %(after)s, %(until)s.") % {"after": after, "until": until}
