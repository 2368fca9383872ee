"""Programs: the file, its versions and generated source, and the desk where a new version is checked and published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from difflib import unified_diff
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

import shuke
from shuke.core.program import offer_wording as wording
from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine import fault_words
from shuke.engine.cautions import cautions, sentences
from shuke.engine.schema import ProgramErrors
from shuke.engine.yaml_tree import FILE_LIMIT_BYTES
from shuke.foundation import clock, ids, logs
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org.contracts import APPROVAL_PREFIX, Approval, Right
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Comparison, PublishTerms, VersionView, above, comparison_json
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import condition_words, effect_words, figures, refusals
from shuke.surfaces.wording.running import program_of, tier_name, unit_name

_STARTER = Path(shuke.__file__).parent / "examples" / "cafe.yaml"
_MOST_CHARACTERS = FILE_LIMIT_BYTES  # the loader counts bytes


@page(Right.PROGRAMS_READ)
def programs(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Go to the version in force, or say that there is no program yet."""
    slugs = facade.programs()
    if not slugs:
        return show(
            request,
            "programs_none.html",
            title=_("Programs"),
            place="programs",
            can_publish=desk.may(Right.PROGRAMS_WRITE),
        )
    running = facade.current(request.GET.get("program") or slugs[0])
    return redirect("program-version", running.program, running.number)


@page(Right.PROGRAMS_READ)
def version(request: HttpRequest, desk: Desk, slug: str, number: int) -> HttpResponse:
    """Show one version: its file, its generated source, or what it changed."""
    every = facade.versions(slug)
    shown = next((each for each in every if each.number == number), None)
    if shown is None:
        raise Refusal("version_not_found", "There is no such version.")
    before = next((each for each in every if each.number < number and not each.withdrawn_at), None)
    view = request.GET.get("view", "file")
    return show(
        request,
        "program_version.html",
        title=shown.name or shown.program,
        place="programs",
        version=shown,
        versions=every,
        running=facade.current(slug),
        view=view if view in {"file", "source", "diff", "offers"} else "file",
        offers=_offers(program_of(shown.text)),
        cautions=_cautions(program_of(shown.text)),
        lines=numbered(shown.source if view == "source" else shown.text),
        before=before,
        diff=lines_changed(before.text, shown.text) if before else [],
        can_publish=desk.may(Right.PROGRAMS_WRITE),
        may_set_terms=desk.may(Right.ORGANISATION_WRITE),
        planned=_planned(every),
    )


@page(Right.PROGRAMS_WRITE, "POST")
def withdraw(request: HttpRequest, desk: Desk, slug: str, number: int) -> HttpResponse:
    """Take back a version that is planned."""
    try:
        facade.withdraw(slug, number, desk.actor)
    except Refusal as refused:
        if refused.code in {"no_program", "version_not_found"}:
            raise
        logs.refusal(refused, request_id=desk.actor.request_id)
        messages.error(request, refusals.sentence(refused), extra_tags="bad")
    else:
        messages.success(request, _("Version %(number)d is withdrawn.") % {"number": number}, extra_tags="good")
    return redirect("program-version", slug, number)


@page(Right.PROGRAMS_WRITE, "GET", "POST")
def publish(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Check a file, show what would change, and publish it as a new version."""
    running = _running()
    if request.method == "GET":
        return _desk(request, running, running.text if running else starter(desk))
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if len(text) > _MOST_CHARACTERS:
        return _desk(request, running, text, status=422, refused=(_("The file is longer than 256 kB."),))
    try:
        return _publish_or_show(request, desk, running, text)
    except ProgramErrors as errors:
        logs.event("program_refused", request_id=desk.actor.request_id, errors=len(errors.refusals))
        return _desk(request, running, text, status=422, wrong=errors.refusals)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        if refused.code == "approval_needed":
            return _desk(request, running, text, status=409, **_looked_at(program_of(text), text, running))
        at_line = (refused.pointer or "")[:1].isdecimal()
        told: dict[str, Any] = {"wrong": (refused,)} if at_line else {"refused": (said(refused),)}
        return _desk(request, running, text, status=422, **told)


def _publish_or_show(request: HttpRequest, desk: Desk, running: VersionView | None, text: str) -> HttpResponse:
    """Publish a file, ask for it, or show what it would change."""
    if not {"publish", "ask"} & set(request.POST):
        facade.validate(text)
        return _desk(request, running, text, **_looked_at(program_of(text), text, running))
    made = facade.publish(text, desk.actor, None, desk.principal, ask="ask" in request.POST)
    if isinstance(made, Approval):
        messages.success(request, _("Sent for approval."), extra_tags="good")
        return redirect("approval", ids.encode(APPROVAL_PREFIX, made.id))
    messages.success(request, _("Version %(number)d is in force.") % {"number": made.number}, extra_tags="good")
    return redirect("program-version", made.program, made.number)


@page(Right.ORGANISATION_WRITE, "GET", "POST")
def terms(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say which versions need a second person."""
    form = PublishTermsForm(request.POST or None, initial=asdict(facade.publish_terms()))
    if form.is_bound and form.is_valid():
        try:
            facade.set_publish_terms(PublishTerms(**form.cleaned_data), desk.actor)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error((refused.pointer or "/").lstrip("/") or None, refusals.sentence(refused))
        else:
            messages.success(request, _("Saved."), extra_tags="good")
            return redirect("programs")
    return show(
        request,
        "program_terms.html",
        trail=((_("Programs"), reverse("programs")),),
        title=_("Approval of versions"),
        place="programs",
        form=form,
        status=422 if form.errors else 200,
    )


class PublishTermsForm(forms.Form):
    always = forms.BooleanField(label=gettext_lazy("Every version needs a second person"), required=False)
    down = forms.DecimalField(label=gettext_lazy("Members who go down, %"), decimal_places=2, max_digits=5)
    liability = forms.DecimalField(label=gettext_lazy("Change of what is owed, %"), decimal_places=2, max_digits=5)
    yearly = forms.DecimalField(label=gettext_lazy("Change of a year's cost, %"), decimal_places=2, max_digits=5)


def _desk(
    request: HttpRequest, running: VersionView | None, text: str, *, wrong: tuple[Refusal, ...] = (), **context: Any
) -> HttpResponse:
    return show(
        request,
        "program_publish.html",
        trail=((_("Programs"), reverse("programs")),),
        title=_("New version"),
        place="programs",
        text=text,
        running=running,
        diff=lines_changed(running.text, text) if running and "draft" in context else [],
        planned=_planned(facade.versions(running.program)) if running else None,
        draft_id=request.POST.get("draft", ""),
        revision=request.POST.get("revision", ""),
        faults=len(wrong),
        lines=numbered(text, wrong) if wrong else [],
        **context,
    )


def _looked_at(program: Program, text: str, running: VersionView | None) -> dict[str, Any]:
    """Return what a good file holds and whom it would move, all by the names that programs declare."""
    comparison = facade.compare(text) if running else None
    ladder = next(iter(program.ladders), None)
    return {
        "draft": program,
        "cautions": _cautions(program),
        "units": [unit_name(program, unit.code) for unit in program.units],
        "tiers": [tier_name(program, level.code, ladder.code) for level in ladder.levels] if ladder else [],
        "comparison": comparison,
        "moves": _moves(program_of(running.text), program, comparison) if running and comparison else [],
        "reviews": _reviews(program, comparison) if comparison else [],
        "above": [each.told((get_language() or "en")[:2]) for each in above(comparison.effect, facade.publish_terms())]
        if comparison
        else [],
    } | (effect_of(comparison_json(comparison)) if comparison else {})


def effect_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comparison, as JSON, in words: what it means, what it does, and some of the members whom it moves."""
    language = (get_language() or "en")[:2]
    found = people.get_many([ids.decode(ID_PREFIX, each["member_id"]) for each in told["samples"]])
    return {
        "meaning": [each[language] for each in told["meaning"]],
        "effect": effect_words.lines(told, language),
        "samples": [each | {"member": found.get(ids.decode(ID_PREFIX, each["member_id"]))} for each in told["samples"]],
    }


def _cautions(program: Program) -> list[str]:
    """Return what of a good file deserves a second look, in words."""
    return sentences(cautions(program), (get_language() or "en")[:2])


def _offers(program: Program) -> list[dict[str, Any]]:
    """Return each offer in words: what it takes off, for which orders and lines, on what terms, within which caps."""
    language = (get_language() or "en")[:2]

    def money(minor: int) -> str:
        return figures.money(minor, program.currency)

    return [
        {
            "rule": rule,
            "when": condition_words.in_words(rule.when, program) if rule.when else "",
            "lines": condition_words.only_items(rule.lines, program) if rule.lines else "",
            "gets": condition_words.reduced_items(rule.gets, program) if rule.gets else "",
            "effect": wording.effect(rule.effect, money, language, gets=rule.gets is not None),
            "terms": wording.terms(rule.minimum, rule.stacking, money, language)
            + [wording.cap(cap, money, language) for cap in rule.caps],
        }
        for rule in program.offers
    ]


def _moves(before: Program, program: Program, comparison: Comparison) -> list[tuple[str, str, str, int]]:
    """Return who would move as (ladder, tier before, tier after, members), each as its program calls it."""
    ladders = {ladder.code: ladder.name for ladder in program.ladders}
    return [
        (
            ladders[move.ladder],
            tier_name(before, move.before, move.ladder),
            tier_name(program, move.after, move.ladder),
            move.members,
        )
        for move in comparison.moves
    ]


def _reviews(program: Program, comparison: Comparison) -> list[tuple[str, str, str, str, int]]:
    """Return what reviews come to as (ladder, tier held, tier so far, tier with the file, members)."""
    ladders = {ladder.code: ladder.name for ladder in program.ladders}
    return [
        (
            ladders[review.ladder],
            tier_name(program, review.held, review.ladder),
            tier_name(program, review.before, review.ladder),
            tier_name(program, review.after, review.ladder),
            review.members,
        )
        for review in comparison.reviews
    ]


def starter(desk: Desk) -> str:
    """Return a small program in the shop's currency and time zone, for whoever writes the first one."""
    text = _STARTER.read_text(encoding="utf-8")
    for field, value in (("currency", desk.shop.currency), ("time_zone", desk.shop.time_zone)):
        text = re.sub(rf"(?m)^{field}: .*$", f"{field}: {value}", text)
    return text.partition("\n")[2]  # without what the example says of itself


def _planned(every: Sequence[VersionView]) -> VersionView | None:
    """Return the last version, if it is not in force yet: the one that can be withdrawn."""
    last = next(each for each in every if not each.withdrawn_at)
    return last if last.effective_from > clock.business_now() else None


def said(fault: Refusal) -> str:
    if fault.code in refusals.REFUSALS:
        return refusals.sentence(fault)
    return fault_words.sentence(fault, (get_language() or "en")[:2])


def _running() -> VersionView | None:
    return facade.current() if facade.programs() else None


def numbered(text: str, refusals: tuple[Refusal, ...] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every line with what is wrong there as (column, sentence)."""
    wrong: dict[int, list[tuple[str, str]]] = {}
    for fault in refusals:
        line, _colon, column = (fault.pointer or "1:1").partition(":")
        wrong.setdefault(int(line), []).append((column, said(fault)))
    lines = text.splitlines() or [""]
    last = max([len(lines), *wrong])
    lines += [""] * (last - len(lines))
    return [(line, wrong.get(number, [])) for number, line in enumerate(lines, start=1)]


def lines_changed(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines of a unified diff as (kind, line): added, removed, place or same."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    rows = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    return [(kinds.get(row[0], "same"), row) for row in rows]
