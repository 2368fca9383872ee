"""Drafts: form and file side by side, always the same program; versions compared; the catalogue of facts."""

import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shuke.core.program.meaning import changes, lines
from shuke.core.values.errors import Refusal
from shuke.engine import editing
from shuke.engine.facts import OCCASIONS, Vocabulary, facts_of
from shuke.engine.schema import ProgramErrors, load_program
from shuke.foundation import ids, logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import DRAFT_PREFIX, SavedDraft, VersionView
from shuke.surfaces.console import program_form
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.programs import lines_changed, said, starter
from shuke.surfaces.wording import refusals

_NEW = {
    "level": {"code": "new", "from": "100000"},
    "rule": {"code": "new", "unit": "points", "points": "1"},
}
_KINDS = {
    "money": gettext_lazy("an amount"),
    "number": gettext_lazy("a number"),
    "text": gettext_lazy("a text"),
    "condition": gettext_lazy("yes or no"),
}
_FUNCTIONS = (
    ("SPEND('12 months')", "money"),
    ("ORDERS('this month')", "number"),
    ("EARNED('points', 'this year')", "number"),
    ("EVENTS('check_in', '7 days')", "number"),
    ("BALANCE('points')", "number"),
    ("STREAK('check_in')", "number"),
    ("TAGGED('vip')", "condition"),
    ("HAS(member.birthday)", "condition"),
    ("SUM(item.net) FILTER (WHERE item.category = 'WINE')", "money"),
    ("COUNT(*) FILTER (WHERE item.quantity >= 2)", "number"),
    ("CASE WHEN order.net >= 100 THEN 50 ELSE 0 END", "number"),
    ("FLOOR(order.net / 10)", "number"),
    ("LEAST(order.net, 100)", "number"),
    ("GREATEST(order.net, 100)", "number"),
)


@page(Right.PROGRAMS_READ)
def drafts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what people work on."""
    rows = [(ids.encode(DRAFT_PREFIX, each.id), each) for each in facade.drafts()]
    may_write = desk.may(Right.PROGRAMS_WRITE)
    return show(
        request, "drafts.html", trail=_trail(), title=_("Drafts"), place="programs", rows=rows, may_write=may_write
    )


@page(Right.PROGRAMS_WRITE, "POST")
def begin(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Begin a draft from a version, or from the starter where there is none."""
    wanted = request.POST.get("version", "")
    every = facade.versions(facade.current().program) if facade.programs() else []
    based = next((each for each in every if str(each.number) == wanted), every[0] if every else None)
    name = (based.name or based.program) if based else _("New program")
    made = facade.create_draft(
        name, based.text if based else starter(desk), based.number if based else None, desk.actor
    )
    return redirect("draft", ids.encode(DRAFT_PREFIX, made.id))


@page(Right.PROGRAMS_WRITE, "GET", "POST")
def draft(request: HttpRequest, desk: Desk, draft_id: str) -> HttpResponse:
    """Edit a draft; POST saves it over the revision that was opened (If-Match, or the field of the page)."""
    id = ids.decode(DRAFT_PREFIX, draft_id)
    kept = facade.draft(id)
    if request.method == "GET":
        return _editor(request, kept, kept.text)
    text, name = request.POST.get("text", "").replace("\r\n", "\n"), request.POST.get("name", "")
    opened = request.headers.get("If-Match", "").strip('"') or request.POST.get("revision", "")
    revision = int(opened) if opened.isdecimal() and len(opened) < 10 else 0
    if "open" in request.POST:  # back from trying or checking it, with what was not saved yet
        return _editor(request, replace(kept, revision=revision), text)
    try:
        kept = facade.save_draft(id, name, text, revision, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        conflict = refused.code == "draft_changed"
        failure = refusals.sentence(refused)
        return _editor(request, kept, text, status=412 if conflict else 422, failure=failure, conflict=conflict)
    messages.success(request, _("Saved."), extra_tags="good")
    return redirect("draft", draft_id)


@page(Right.PROGRAMS_WRITE, "POST")
def drop(request: HttpRequest, desk: Desk, draft_id: str) -> HttpResponse:
    """Throw a draft away."""
    facade.drop_draft(ids.decode(DRAFT_PREFIX, draft_id), desk.actor)
    return redirect("drafts")


@page(Right.PROGRAMS_WRITE, "POST")
def edit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Do one edit of the form to a text, or none, and answer with the form and what is wrong by now."""
    text, wish = request.POST.get("text", "").replace("\r\n", "\n"), request.POST.get("op", "")
    failure = ""
    try:
        text = _edited(text, wish, request.POST)
    except Refusal as refused:
        failure = said(refused)
    context = _form(text) | {"failure": failure, "edited": bool(wish), "text": text}
    return render(request, "console/parts/program_form.html", context)


@page(Right.PROGRAMS_READ)
def compare(request: HttpRequest, desk: Desk, slug: str) -> HttpResponse:
    """Compare any two versions: what they mean otherwise, and line by line."""
    every = facade.versions(slug)
    numbers = {each.number: each for each in every}

    def chosen(name: str, otherwise: VersionView) -> VersionView:
        wanted = request.GET.get(name, "")
        return numbers.get(int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0, otherwise)

    new = chosen("b", every[0])
    old = chosen("a", every[1] if len(every) > 1 else every[0])
    found = changes(load_program(old.text), load_program(new.text))
    return show(
        request,
        "program_compare.html",
        trail=_trail(),
        title=_("Compare versions"),
        place="programs",
        versions=every,
        old=old,
        new=new,
        meaning=lines(found, (get_language() or "en")[:2]),
        diff=lines_changed(old.text, new.text),
    )


def _editor(request: HttpRequest, kept: SavedDraft, text: str, **context: Any) -> HttpResponse:
    answer = show(
        request,
        "draft.html",
        trail=(*_trail(), (_("Drafts"), reverse("drafts"))),
        title=kept.name,
        place="programs",
        draft=kept,
        draft_id=ids.encode(DRAFT_PREFIX, kept.id),
        text=text,
        facts=_catalogue(text),
        **_form(text),
        **context,
    )
    answer["ETag"] = f'"{kept.revision}"'
    return answer


def _edited(text: str, wish: str, asked: Any) -> str:
    """Return the text after one edit."""
    try:
        path = json.loads(asked.get("path", "[]"))
    except ValueError:
        path = []
    value = asked.get("value", "").strip()
    if wish == "set":
        return editing.set_text(text, path, value) if value else editing.remove(text, path)
    if wish == "key":
        return editing.set_text(text, [*path, value], "1")
    if wish == "remove":
        return editing.remove(text, path)
    if wish in _NEW:
        return editing.add_entry(text, path, _NEW[wish])
    return text


def _form(text: str) -> dict[str, Any]:
    """Return the form of a text, and everything that is wrong with it."""
    wrong: tuple[Refusal, ...] = ()
    try:
        facade.validate(text)
    except ProgramErrors as errors:
        wrong = errors.refusals
    except Refusal as refused:
        wrong = (refused,)
    faults = [(each, said(each)) for each in wrong]
    places = [((each.pointer or "1:1").partition(":"), words) for each, words in faults]
    return {
        "sections": program_form.sections(text, faults),
        "faults": [(line, column, words) for (line, _colon, column), words in places],
    }


def _catalogue(text: str) -> list[tuple[str, str, str, str]]:
    """Return what rules may ask, as (name, kind, what it is, values): facts of the program, occasions, functions."""
    try:
        vocabulary = Vocabulary.of(load_program(text))
    except ProgramErrors:
        vocabulary = Vocabulary(2)
    behaviours = tuple(each.code for each in vocabulary.behaviours)
    chinese = (get_language() or "en").startswith("zh")
    known = [*facts_of(vocabulary, behaviours).values(), *OCCASIONS.values()]
    told = [(each.name, each.kind.value, each.zh if chinese else each.en, ", ".join(each.texts[:8])) for each in known]
    every = [*told, *((name, kind, "", "") for name, kind in _FUNCTIONS)]
    return [(name, str(_KINDS[kind]), about, values) for name, kind, about, values in every]


def _trail() -> tuple[tuple[str, str], ...]:
    return ((_("Programs"), reverse("programs")),)
