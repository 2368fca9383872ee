"""The audit log: who did what to which subject, with the values before and after and the request it came with."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import AuditLine, Right
from shuke.surfaces.console import figures
from shuke.surfaces.console.pages import Desk, page, show

_LINES = 50
_CHARACTERS = 300


@page(Right.AUDIT_READ)
def audit(request: HttpRequest, desk: Desk) -> HttpResponse:  # a page's signature
    """List the log, newest first, of everything or of one subject."""
    subject = request.GET.get("subject", "").strip()
    found = org.audit_lines(_LINES, request.GET.get("cursor") or None, subject or None)
    rows = [(line, changes(line)) for line in found.lines]
    return show(
        request,
        "audit.html",
        title=_("Audit log"),
        place="audit",
        rows=rows,
        next_cursor=found.next_cursor,
        subject=subject,
    )


def changes(line: AuditLine) -> list[tuple[str, object, object]]:
    """Return what a line says of each field as (field, before, after), None where there was nothing."""
    before, after = line.before or {}, line.after or {}
    return [(field, _short(before.get(field)), _short(after.get(field))) for field in dict.fromkeys((*before, *after))]


def _short(value: object) -> object:
    """Return a value as a table has room for it: of many things their number, of a text its beginning."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return _("%(count)s things") % {"count": figures.number(len(value))}
    text = ", ".join(map(str, value)) if isinstance(value, list) else value
    return f"{text[:_CHARACTERS]}…" if isinstance(text, str) and len(text) > _CHARACTERS else text
