"""Why an entry stands in the ledger: the rules and their arithmetic for what was earned, the lots for what went."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from shuke.core.program import wording
from shuke.core.program.explain import Decision, RuleReason, UnitReason
from shuke.core.program.model import Duration, Expiry, ExpiryKind
from shuke.core.program.tracing import written
from shuke.core.program.wording import text_with
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.foundation import ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as orders
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, EntryKey, Kind
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Explanation
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording.running import running, units
from shuke.surfaces.wording.standing import waits_for

_TAKEN_BACK = frozenset({Kind.CLAWBACK, Kind.CLAWBACK_PENDING, Kind.OWED})


@page(Right.MEMBERS_READ)
def why(request: HttpRequest, desk: Desk, entry_id: str) -> HttpResponse:
    """Explain one entry, in the drawer of the page that asked or on a page of its own."""
    org.require(desk.principal, Right.POINTS_READ)
    key = EntryKey.of(entry_id)
    found = programs.explain_entry(key).seen_by(partial(org.sees_store, desk.principal))
    program, total = running(), sum(story.points for story in found.lots)
    member_id = ids.encode(ID_PREFIX, key.holder_id)
    context = {
        "found": found,
        "entry": found.entry,
        "entry_id": entry_id,
        "member_id": member_id,
        "member_name": people.get(key.holder_id).display_name or member_id,
        "units": units(),
        "program": program,
        "tier_before": program.tier_name(found.tier_before) if program and found.tier_before else "",
        "tier_after": program.tier_name(found.tier_after) if program and found.tier_after else "",
        "rules": _rules(found.decision, key) if found.decision else [],
        "totals": _totals(found.decision, key) if found.decision else [],
        "extras": _extras(found.decision, key) if found.decision else [],
        "taken_back": _taken_back(found, key),
        "paid_back": found.paid_back,
        "back_before": found.paid_back.due - total if found.paid_back else 0,
        "lots_title": _lots_title(found.entry),
        "question": _question(found.entry),
        "behaviour_name": program.behaviour_name(found.behaviour.kind) if program and found.behaviour else "",
        "waits": _waits(found),
        "ends": _ends(found.expiry),
        "total": total,
        "may_see_program": desk.may(Right.PROGRAMS_READ),
    }
    if request.htmx:
        return render(request, "console/parts/why.html", context | {"desk": desk, "shop": desk.shop})
    trail = ((_("All members"), reverse("members")), (context["member_name"], reverse("member", args=[member_id])))
    return show(request, "why.html", trail=trail, title=_("Why?"), place="members", **context)


def _question(entry: Entry | None) -> str:
    kind = entry.kind if entry else Kind.ACCRUAL
    return {
        Kind.ACCRUAL: _("Why were these points earned?"),
        Kind.ACCRUAL_PENDING: _("Why were these points earned?"),
        Kind.REDEMPTION: _("Where did the redeemed points come from?"),
        Kind.EXPIRY: _("Why did these points expire?"),
        Kind.CLAWBACK: _("Why were these points taken back?"),
        Kind.CLAWBACK_PENDING: _("Why were these points taken back?"),
        Kind.OWED: _("Why is this owed?"),
        Kind.RETURN: _("Why did these points come back?"),
        Kind.CREDIT: _("Who gave these points, and why?"),
        Kind.DEBIT: _("Who took these points, and why?"),
    }.get(kind, _("What moved these points?"))


def _lots_title(entry: Entry | None) -> str:
    """Say what an entry did to the lots below it."""
    kind = entry.kind if entry else Kind.ACCRUAL
    if kind in (Kind.CLAWBACK, Kind.CLAWBACK_PENDING):
        return _("Taken from these lots")
    if kind is Kind.RETURN:
        return _("The lots that they came back to")
    if kind.sign > 0:
        return _("The lot that was opened")
    return _("Drawn from these lots, the first to expire first")


def _waits(found: Explanation) -> str:
    """Say what points that are not usable yet wait for."""
    entry = found.entry
    if entry is None or entry.kind is not Kind.ACCRUAL_PENDING or not found.lots:
        return ""
    return waits_for(found.lots[0].lot)


def _rules(decision: Decision, key: EntryKey) -> list[dict[str, Any]]:
    """Return the rules of the entry's unit: what other units earned is told with their entries."""
    unit = units()[key.unit_id].code
    return [_rule(rule, decision.names) for rule in decision.rules if rule.unit == unit]


def _rule(rule: RuleReason, names: Mapping[str, str]) -> dict[str, Any]:
    labels, language = _speech()
    labels = {**labels, **names}
    return {
        "code": rule.code,
        "line": rule.line,
        "matched": rule.matched,
        "left_out": rule.left_out,
        "group": rule.group,
        "arithmetic": text_with(rule.arithmetic, labels, language),
        "exact": f"× {written(rule.exact)}" if rule.multiplies else written(rule.exact),
        "conditions": [(text_with(each.text, labels, language), each.holds) for each in rule.conditions],
        "times": [(code, written(factor)) for code, factor in rule.times],
    }


def _speech() -> tuple[Mapping[str, str], str]:
    return (EN_LABELS, "en") if get_language() == "en" else (ZH_LABELS, "zh")


def _totals(decision: Decision, key: EntryKey) -> list[dict[str, Any]]:
    """Return how the entry's unit was added up and rounded, what caps left of it, and its milestones."""
    return [_total(unit) for unit in decision.units if unit.unit == units()[key.unit_id].code]


def _total(unit: UnitReason) -> dict[str, Any]:
    whole = {
        "floor": _("rounded down once for the whole order"),
        "ceil": _("rounded up once for the whole order"),
        "half_up": _("rounded half up once for the whole order"),
        "half_even": _("rounded half to even once for the whole order"),
    }
    points_given = Fraction(unit.points, 10**unit.scale)
    rounding = _("every line rounded on its own") if unit.at_line else whole[unit.rounding]
    return {
        "exact": written(unit.exact),
        "rounding": rounding if points_given != unit.exact else _("nothing to round"),
        "points": written(points_given),
        "granted": written(Fraction(unit.granted, 10**unit.scale)) if unit.granted != unit.points else "",
    }


def _extras(decision: Decision, key: EntryKey) -> list[str]:
    """Return the sentences about caps and milestones of the entry's unit."""
    labels, language = _speech()
    code = units()[key.unit_id].code
    caps = tuple(each for each in decision.caps if each.cap.unit == code)
    milestones = tuple(each for each in decision.milestones if each.unit == code)
    told = Decision(None, (), (), caps=caps, milestones=milestones, names=decision.names)
    return wording.render(told, language, labels)


def _taken_back(found: Explanation, key: EntryKey) -> list[dict[str, int]]:
    """Return of each lot that the refunded order opened: what it gave, what the rest earns, what was taken and how."""
    entry = found.entry
    if entry is None or entry.kind not in _TAKEN_BACK or found.order is None or found.cause is None:
        return []
    lots = [
        lot for lot in points.lots_of([(key.holder_id, found.order.id)])[found.order.id] if lot.unit_id == key.unit_id
    ]
    rows = points.clawbacks(key.holder_id, [lot.number for lot in lots], key.unit_id)
    refunds = [refund.id for refund in orders.refunds_of(found.order.id)]
    sofar = set(refunds[: refunds.index(found.cause.reference) + 1])
    told = []
    for lot in lots:
        mine = [row for row in rows if row.lot_number == lot.number and row.reference in sofar]
        this = next((row for row in mine if row.reference == found.cause.reference), None)
        given_back = sum(row.taken + row.owed + row.forgiven for row in mine)
        parts = {"taken": this.taken, "owed": this.owed, "forgiven": this.forgiven} if this else {}
        told.append({"number": lot.number, "earned": lot.earned, "left": lot.earned - given_back} | parts)
    return told


def _ends(expiry: Expiry | None) -> str:
    """Say by which rule points of this unit end."""
    if expiry is None or expiry.kind is ExpiryKind.NEVER:
        return _("Points of this unit never expire.")
    days = pgettext("dates", ", ").join(f"{date // 100:02d}-{date % 100:02d}" for date in expiry.dates)
    if expiry.kind is ExpiryKind.DATES and expiry.after == Duration():
        return _("Usable to the next of these days: %(days)s.") % {"days": days}
    said = _ends_after(expiry)
    return _("%(said)s Then to the next of these days: %(days)s.") % {"said": said, "days": days} if days else said


def _ends_after(expiry: Expiry) -> str:
    idle = expiry.kind is ExpiryKind.IDLE
    length = _length(expiry.after)
    after = (_("%(length)s after the member was last active") if idle else _("%(length)s after they became usable")) % {
        "length": length
    }
    until = _until(expiry.after)
    if not until:
        return _("Usable: %(after)s.") % {"after": after}
    return _("Usable: %(after)s, %(until)s.") % {"after": after, "until": until}


def _length(after: Duration) -> str:
    return (
        _("%(count)d months") % {"count": after.months} if after.months else _("%(count)d days") % {"count": after.days}
    )


def _until(after: Duration) -> str:
    return {
        0: "",
        1: _("until the end of that month"),
        3: _("until the end of that quarter"),
        6: _("until the end of that half year"),
        12: _("until the end of that year"),
    }[after.step]
