"""The ledger across members by day, what was adjusted by hand, and the check of every law on demand."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.foundation import clock, ids, verification_words
from shuke.foundation.verification import Violation
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import APPROVAL_PREFIX, ApprovalState, AuditLine, Right
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import words
from shuke.surfaces.wording.running import running, units

_ROWS = 50
_SHOWN_DAYS = 7
_MOST_DAYS = 92
_EPOCH = date(1970, 1, 1)
ADJUSTMENT = "points.adjustment"


@page(Right.MEMBERS_READ)
def entries(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the ledger of all members, of some days, one kind or all, one unit or all."""
    org.require(desk.principal, Right.POINTS_READ)
    today = clock.business_now().astimezone(desk.zone).date()
    first, last = _days(request, today)
    kind, unit = request.GET.get("kind", ""), request.GET.get("unit", "")
    chosen = next((each for each in units().values() if each.code == unit), None)
    found = points.days_page(
        ((first - _EPOCH).days, (last - _EPOCH).days),
        _ROWS,
        request.GET.get("cursor") or None,
        [Kind(kind)] if kind in set(Kind) else [],
        chosen.id if chosen else None,
    )
    known = people.get_many({entry.key.holder_id for entry in found.entries})
    names = {id: member.display_name for id, member in known.items()}
    rows = [
        (entry, ids.encode(ID_PREFIX, entry.key.holder_id), names.get(entry.key.holder_id, ""))
        for entry in found.entries
    ]
    return show(
        request,
        "ledger.html",
        title=_("Points ledger"),
        place="ledger",
        rows=rows,
        next_cursor=found.next_cursor,
        kinds=[(each.value, words.wording(each)) for each in Kind],
        kind=kind,
        unit=unit,
        units=units(),
        several_units=len(units()) > 1,
        program=running(),
        unit_names=[(each.code, _unit_name(each.code)) for each in units().values()],
        first=first.isoformat(),
        last=last.isoformat(),
        today=today.isoformat(),
        most=_MOST_DAYS,
    )


def _unit_name(code: str) -> str:
    program = running()
    return program.unit_name(code) if program else words.wording(code)


def _days(request: HttpRequest, today: date) -> tuple[date, date]:
    """Return the days asked for, the last week by default, no more than a quarter."""
    last = min(_day(request.GET.get("to", "")) or today, today)
    first = _day(request.GET.get("from", "")) or last - timedelta(days=_SHOWN_DAYS - 1)
    return max(min(first, last), last - timedelta(days=_MOST_DAYS - 1)), last


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:  # the 31st of February
        return None
    return found if found is None or found >= _EPOCH else None


@page(Right.APPROVALS_READ)
def adjustments(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what was adjusted by hand, latest first, above it what waits for an approval."""
    org.require(desk.principal, Right.POINTS_READ)
    waiting = [each for each in org.approvals_page(ApprovalState.PENDING, _ROWS).approvals if each.kind == ADJUSTMENT]
    found = org.audit_lines(_ROWS, request.GET.get("cursor") or None, action="adjustment.recorded")
    subjects = {one.subject for one in (*waiting, *found.lines)}
    known = people.get_many([ids.decode(ID_PREFIX, subject) for subject in subjects])
    names = {ids.encode(ID_PREFIX, id): member.display_name for id, member in known.items()}
    return show(
        request,
        "adjustments.html",
        title=_("Adjustments"),
        place="adjustments",
        rows=[(line, names.get(line.subject, ""), *_adjusted(line)) for line in found.lines],
        next_cursor=found.next_cursor,
        waiting=[(one, ids.encode(APPROVAL_PREFIX, one.id), names.get(one.subject, "")) for one in waiting],
        limit=desk.principal.adjust_limit,
        several_units=len(units()) > 1,
        may_adjust=desk.may(Right.POINTS_ADJUST),
    )


def _adjusted(line: AuditLine) -> tuple[str, str]:
    """Return how much was given or taken, and the name of its unit."""
    after = line.after or {}
    return str(after.get("points", "")), _unit_name(str(after.get("unit", "")))


@page(Right.LEDGER_VERIFY, "GET", "POST")
def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Explain the check, and run it when asked to."""
    report = _report() if request.method == "POST" else None
    return show(request, "ledger_check.html", title=_("Ledger check"), place="ledger-check", report=report)


def _report() -> dict[str, Any]:
    """Return each law with the violations of it, and their number."""
    language = _language()
    checks = programs.verify_all()
    violations = [violation for each in checks for violation in each.violations]
    laws = [
        {
            "id": law.id,
            "sentence": verification_words.law(law.id, law.sentence, language),
            "violations": [_shown(one, language) for one in violations if one.invariant == law.id],
        }
        for each in checks
        for law in each.checked
    ]
    return {"laws": laws, "violations": len(violations)}


def _shown(violation: Violation, language: str) -> dict[str, str]:
    holder = "" if violation.holder_id is None else ids.encode(ID_PREFIX, violation.holder_id)
    return {"holder": holder, "detail": verification_words.violation(violation.detail, language)}


def _language() -> str:
    return "en" if get_language() == "en" else "zh"
