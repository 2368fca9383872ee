"""The audit log: who did what to which subject, with the values before and after and the request it came with."""

import re
from collections.abc import Mapping, Sized
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import AuditLine, Right
from shuke.surfaces.console.audit_values import word_for
from shuke.surfaces.console.pages import Desk, page, printable, show
from shuke.surfaces.wording import figures, log_words

_LINES = 50
_LONGEST_SUBJECT = 120
_CHARACTERS = 120
_CHIPS = 20
_ROWS = 500
_ID = re.compile(r"[a-z]{3,4}_[0-9A-Za-z]{10,32}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32,}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:[+-]\d\d:\d\d|Z)")


@page(Right.AUDIT_READ)
def audit(request: HttpRequest, desk: Desk) -> HttpResponse:  # a page's signature
    """List the log, newest first, of everything or of one subject."""
    subject = printable(request.GET.get("subject", ""), _LONGEST_SUBJECT)
    found = org.audit_lines(_LINES, request.GET.get("cursor") or None, subject or None)
    rows = [(line, changes(line, desk.zone)) for line in found.lines]
    return show(
        request,
        "audit.html",
        title=_("Audit log"),
        place="audit",
        rows=rows,
        next_cursor=found.next_cursor,
        subject=subject,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as a table has room for it: `text`; or `chips`; or `rows` that fold out below it.

    `whole`: the text is an id, which no line breaks.
    """

    text: str
    chips: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    whole: bool = False


def changes(line: AuditLine, zone: ZoneInfo) -> list[tuple[str, Shown | None, Shown | None]]:
    """Return what a line says of each field as (field, before, after), None where there was nothing."""
    before, after = line.before or {}, line.after or {}
    return [
        (field, *(shown(field, values.get(field), zone, line.action) for values in (before, after)))
        for field in dict.fromkeys((*before, *after))
    ]


def shown(field: str, value: object, zone: ZoneInfo, action: str = "") -> Shown | None:
    """Return a field's value of JSON as a table has room for it, None where there is nothing to show.

    Codes are told in words; what people wrote stays as it is, also where it reads like a code.
    """
    if value is None or value == "":
        return None
    if isinstance(value, Mapping):
        rows = tuple(f"{log_words.field(key)} {_plain(_worded(key, each, action))}" for key, each in value.items())
        return Shown(_number_of(value), rows=rows)
    value = _worded(field, value, action)
    if isinstance(value, list):
        if len(value) <= _CHIPS and not any(isinstance(each, Mapping | list) for each in value):
            return Shown("", chips=tuple(map(_plain, value))) if value else None
        return Shown(_number_of(value), rows=_first(value))
    text = figures.plain(value)
    if _FINGERPRINT.fullmatch(text):
        return Shown(f"{text[:12]}…", rows=(text,))
    if _INSTANT.fullmatch(text):
        return Shown(datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"))
    if len(text) > _CHARACTERS:
        return Shown(f"{text[:_CHARACTERS]}…", rows=(text,))
    return Shown(text, whole=_ID.fullmatch(text) is not None)


def _worded(field: str, value: object, action: str) -> object:
    """Return a value with its codes in words; a number or a thing has none."""
    word = word_for(field, action)
    if word is None:
        return value
    if isinstance(value, list):
        return [word(each) if isinstance(each, str) else each for each in value]
    return word(value) if isinstance(value, str) else value


def _first(values: list[object]) -> tuple[str, ...]:
    """Return a row for each of the first values, and how many more there are."""
    rows = tuple(map(_plain, values[:_ROWS]))
    more = len(values) - len(rows)
    return (*rows, _("and %(count)s more") % {"count": figures.number(more)}) if more else rows


def _plain(value: object) -> str:
    """Return a value on one line: of a thing its fields."""
    if isinstance(value, Mapping):
        return " · ".join(_plain(each) for each in value.values())
    return ", ".join(map(_plain, value)) if isinstance(value, list) else figures.plain(value)


def _number_of(values: Sized) -> str:
    number = len(values)
    return ngettext("%(count)s thing", "%(count)s things", number) % {"count": figures.number(number)}
