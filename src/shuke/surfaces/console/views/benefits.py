"""The catalogue of benefits: what there is, which tier gives what, the file behind both, and the balance sheet."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.engine.fields import CODE_PATTERN
from shuke.engine.schema import ProgramErrors
from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade
from shuke.rooms.benefits.contracts import (
    ISSUED,
    LIMITED,
    OF_OFFERS,
    Benefit,
    Catalogue,
    Kind,
    Part,
    Per,
    Purpose,
    SetRow,
    SheetLevel,
)
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.forms import smallest
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.programs import numbered
from shuke.surfaces.wording import benefit_words, refusals, words
from shuke.surfaces.wording.running import running

PERIODS = (30, 90, 365)
_LONGEST_TEXT = 256 * 1024


def language() -> str:
    """Return "zh" or "en", as the reader reads."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _choices(*groups: Any) -> list[tuple[str, str]]:
    return [(each.value, benefit_words.word(each, language())) for each in groups]


class BenefitForm(forms.Form):
    """One benefit of the catalogue as staff write it."""

    code = forms.RegexField(f"^{CODE_PATTERN}$", label=gettext_lazy("Code"), max_length=40)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    part = forms.ChoiceField(label=gettext_lazy("Part"))
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    core = forms.BooleanField(label=gettext_lazy("Core benefit"), required=False)
    cost = forms.CharField(label=gettext_lazy("Cost of one use"), required=False)
    quota = forms.IntegerField(label=gettext_lazy("Quota"), min_value=1, max_value=10**6, required=False)
    per = forms.ChoiceField(label=gettext_lazy("Period"))
    days = forms.IntegerField(label=gettext_lazy("Days that it lasts"), min_value=1, max_value=3_660, required=False)
    gives = forms.CharField(label=pgettext_lazy("benefit", "What it gives"), max_length=80, required=False)
    ahead_hours = forms.IntegerField(
        label=gettext_lazy("Hours ahead of everybody"), min_value=0, max_value=2_160, required=False
    )

    def __init__(self, known: Benefit | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kinds in (("kind", Kind), ("part", Part), ("purpose", Purpose), ("per", Per)):
            self.fields[name].choices = _choices(*kinds)
        self.fields["code"].disabled = known is not None
        self.fields["gives"].help_text = _("The coupon template, the number of points, or the offer of the program.")
        self.fields["quota"].help_text = _("Empty: any number.")

    def clean_cost(self) -> int:
        text = self.cleaned_data["cost"]
        return smallest(text, facade.digits()) if text else 0

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind = Kind(given["kind"]) if given.get("kind") else None
        if kind in ISSUED | OF_OFFERS and not given.get("gives"):
            self.add_error("gives", _("This kind says what it gives."))
        elif kind is Kind.POINTS and not str(given.get("gives")).isdecimal():
            self.add_error("gives", _("A whole number."))
        if kind is not None and kind not in LIMITED and given.get("quota"):
            self.add_error("quota", _("This kind is not counted."))
        return given

    def benefit(self) -> Benefit:
        """Return what was written."""
        given = self.cleaned_data
        return Benefit(
            given["code"],
            given["name_zh"],
            given["name_en"],
            Kind(given["kind"]),
            Part(given["part"]),
            Purpose(given["purpose"]),
            core=given["core"],
            cost_minor=given["cost"],
            quota=given["quota"],
            per=Per(given["per"]),
            days=given["days"],
            gives=given["gives"],
            ahead_hours=(given["ahead_hours"] or 0) if given["kind"] == Kind.EARLY_ACCESS else 0,
        )


@page(Right.BENEFITS_READ)
def benefits(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the catalogue, the sets of each ladder as a matrix, and what else gives."""
    return _benefits(request, desk)


def _benefits(request: HttpRequest, desk: Desk, **context: Any) -> HttpResponse:
    catalogue = facade.catalogue()
    return show(
        request,
        "benefits.html",
        title=_("Benefits"),
        place="benefits",
        rows=[_row(each) for each in catalogue.benefits],
        ladders=_matrix(catalogue),
        others=_others(catalogue),
        may_write=desk.may(Right.BENEFITS_WRITE),
        editing=request.GET.get("edit") if desk.may(Right.BENEFITS_WRITE) else None,
        **context,
    )


@page(Right.BENEFITS_WRITE, "GET", "POST")
def benefit(request: HttpRequest, desk: Desk, code: str = "") -> HttpResponse:
    """Add a benefit, or change one."""
    catalogue = facade.catalogue()
    known = catalogue.benefit(code)
    if code and known is None:
        raise Refusal("unknown_benefit", "There is no such benefit.")
    form = BenefitForm(known, request.POST or None, initial=_initial(known))
    if form.is_valid():
        made = form.benefit()
        if known is None and catalogue.benefit(made.code):
            form.add_error("code", _("There is a benefit with this code already."))
        else:
            rest = [made if each.code == made.code else each for each in catalogue.benefits]
            wanted = replace(catalogue, benefits=tuple(rest if known else [*rest, made]))
            refused = _applied(request, desk, wanted)
            if refused is None:
                return redirect("benefits")
            form.add_error("gives" if refused.code.startswith(("unknown_offer", "unknown_coupon")) else None,
                           refusals.sentence(refused))  # fmt: skip
    return show(
        request,
        "benefit.html",
        trail=((_("Benefits"), reverse("benefits")),),
        title=known.name(language()) if known else _("Add a benefit"),
        place="benefits",
        form=form,
        status=422 if form.errors else 200,
    )


@page(Right.BENEFITS_WRITE, "POST")
def sets(request: HttpRequest, desk: Desk, ladder: str) -> HttpResponse:
    """Put what is ticked in the matrix of a ladder in force."""
    catalogue = facade.catalogue()
    mine = f"tier:{ladder}:"
    levels = next((each["levels"] for each in _matrix(catalogue) if each["code"] == ladder), [])
    rows = [row for row in catalogue.sets if not row.subject.startswith(mine)]
    for level in levels:
        for each in catalogue.benefits:
            if request.POST.get(f"give_{level['code']}_{each.code}"):
                quota = request.POST.get(f"quota_{level['code']}_{each.code}", "").strip()
                number = int(quota) if quota.isdecimal() and 0 < int(quota) <= 10**6 else None
                rows.append(SetRow(mine + level["code"], each.code, number if each.kind in LIMITED else None))
    refused = _applied(request, desk, replace(catalogue, sets=tuple(rows)))
    if refused is None:
        return redirect("benefits")
    with unit_of_work():
        return _benefits(request, desk, failure=refusals.sentence(refused), status=422)


@page(Right.BENEFITS_WRITE, "GET", "POST")
def benefits_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Check a file against what is in force, and put it in force."""
    if request.method == "GET":
        return _file(request, facade.written(facade.catalogue()))
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if len(text) > _LONGEST_TEXT:
        return _file(request, text, status=422, refused=_("The file is longer than 256 kB."))
    try:
        wanted = facade.read_file(text)
        if "apply" in request.POST:
            refused = _applied(request, desk, wanted)
            if refused is None:
                return redirect("benefits")
            raise refused
        with unit_of_work(dry_run=True):
            changed = programs.apply_benefits(wanted, desk.actor)
        return _file(request, text, changed=[benefit_words.difference(each, language()) for each in changed], good=True)
    except ProgramErrors as errors:
        return _file(request, text, status=422, wrong=errors.refusals)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        return _file(request, text, status=422, refused=refusals.sentence(refused))


@page(Right.BENEFITS_READ)
def sheet(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what benefits cost and how they are used, tier by tier."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in PERIODS else PERIODS[1]
    last = clock.business_now().astimezone(desk.zone).date()
    named = {code: each.name(language()) for code, each in facade.every_benefit().items()}
    made = programs.benefit_sheet(last - timedelta(days=days - 1), last)
    return show(
        request,
        "benefit_sheet.html",
        title=_("Benefit balance sheet"),
        place="benefit-sheet",
        sheet=made,
        levels=[_level(each, named) for each in made.levels],
        others=[(benefit_words.subject(each, language()), rows) for each, rows in made.others.items()],
        named=named,
        periods=PERIODS,
        days=days,
        language=language(),
    )


def _applied(request: HttpRequest, desk: Desk, wanted: Catalogue) -> Refusal | None:
    """Put a catalogue in force and tell what changed; return what refused it."""
    try:
        changed = programs.apply_benefits(wanted, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        return refused
    said = _("In force: %(changes)s") % {
        "changes": " · ".join(benefit_words.difference(each, language()) for each in changed[:3])
    }
    messages.success(request, said if changed else _("Nothing changed."), extra_tags="good")
    return None


def _file(
    request: HttpRequest, text: str, *, status: int = 200, wrong: tuple[Refusal, ...] = (), **context: Any
) -> HttpResponse:
    return show(
        request,
        "benefits_file.html",
        trail=((_("Benefits"), reverse("benefits")),),
        title=_("Benefits file"),
        place="benefits",
        text=text,
        status=status,
        faults=len(wrong),
        lines=numbered(text, wrong) if wrong else [],
        **context,
    )


def _row(each: Benefit) -> dict[str, Any]:
    return {
        "benefit": each,
        "name": each.name(language()),
        "kind": benefit_words.word(each.kind, language()),
        "part": benefit_words.word(each.part, language()),
        "purpose": benefit_words.word(each.purpose, language()),
        "quota": benefit_words.of_benefit(each, each.quota, language()),
    }


def _matrix(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return each ladder with its levels and, per benefit, what each level gives of it."""
    program = running()
    return [
        {
            "code": ladder.code,
            "name": ladder.name,
            "levels": [
                {"code": level.code, "name": words.tier(level.code, level.name), "rank": rank}
                for rank, level in enumerate(ladder.levels)
            ],
            "rows": [
                (
                    each,
                    each.name(language()),
                    [_cell(catalogue, ladder.code, level.code, each) for level in ladder.levels],
                )
                for each in catalogue.benefits
            ],
        }
        for ladder in (program.program.ladders if program else ())
    ]


def _cell(catalogue: Catalogue, ladder: str, level: str, each: Benefit) -> dict[str, Any]:
    row = next((row for row in catalogue.of(f"tier:{ladder}:{level}") if row.benefit == each.code), None)
    quota = None if row is None else each.quota if row.quota is None else row.quota
    return {
        "level": level,
        "given": row is not None,
        "own": row.quota if row else None,
        "told": benefit_words.of_benefit(each, quota, language()),
        "counted": each.kind in LIMITED,
    }


def _others(catalogue: Catalogue) -> list[tuple[str, list[str]]]:
    """Return what gives beside tiers, with its benefits by name."""
    names = {each.code: each.name(language()) for each in catalogue.benefits}
    seasons = {f"season:{each.code}": f" ({each.first} – {each.last})" for each in catalogue.seasons}
    subjects = dict.fromkeys(row.subject for row in catalogue.sets if not row.subject.startswith("tier:"))
    return [
        (
            benefit_words.subject(subject, language()) + seasons.get(subject, ""),
            [names[row.benefit] for row in catalogue.of(subject)],
        )
        for subject in subjects
    ]


def _level(each: SheetLevel, named: Mapping[str, str]) -> dict[str, Any]:
    program, comma = running(), pgettext("list", ", ")
    return {
        "level": each,
        "name": program.tier_name(each.level) if program else each.level,
        "gained": comma.join(named[code] for code in each.gained),
        "lost": comma.join(named[code] for code in each.lost),
        "concerns": [benefit_words.word(concern, language()) for concern in each.concerns],
    }


def _initial(known: Benefit | None) -> dict[str, Any]:
    if known is None:
        return {"per": Per.YEAR.value, "part": Part.VALUE_ADDED.value}
    digits = facade.digits()
    cost = f"{known.cost_minor / 10**digits:.{digits}f}" if known.cost_minor else ""
    named = {field: getattr(known, field) for field in BenefitForm.base_fields if field != "cost"}
    return named | {"cost": cost, "ahead_hours": known.ahead_hours or None}
