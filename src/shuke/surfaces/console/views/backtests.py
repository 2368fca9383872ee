"""Backtests: a program is tried on a history, alone or against another, and its figures are shown."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors, load_program
from shuke.engine.yaml_tree import FILE_LIMIT_BYTES
from shuke.foundation import ids, logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import (
    HISTORY_PREFIX,
    NAME_LIMIT,
    RUN_PREFIX,
    UNDER_WAY,
    RunKind,
    RunRequest,
    RunView,
    State,
)
from shuke.surfaces.console import forecast_charts, study_charts, study_stories
from shuke.surfaces.console.charts import chart_file
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.programs import numbered
from shuke.surfaces.wording import figures, refusals, studio_words, words

_LATEST = 50
_OWN = "own"
_PAGE = 100
_ENTRIES = 500  # of one member, the latest


class StudyForm(forms.Form):
    """Which program runs over which history, and what is assumed."""

    history = forms.ChoiceField(label=pgettext_lazy("orders", "History"))
    program = forms.ChoiceField(label=gettext_lazy("Program"))
    text = forms.CharField(label=gettext_lazy("Program file"), required=False, max_length=FILE_LIMIT_BYTES, strip=False)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=NAME_LIMIT)
    policy = forms.ChoiceField(label=gettext_lazy("How members use points"))
    at = forms.DecimalField(label=gettext_lazy("From how many points on"), required=False, min_value=0)
    share = forms.DecimalField(
        label=gettext_lazy("Part of the balance at each order (%)"), required=False, min_value=0, max_value=100
    )
    by_segment = forms.CharField(label=gettext_lazy("Groups that use points otherwise"), required=False, max_length=400)
    margin = forms.DecimalField(
        label=gettext_lazy("Gross margin of sales (%)"), required=False, min_value=0, max_value=100
    )
    uplift = forms.CharField(label=gettext_lazy("Spend grows by tier"), required=False, max_length=400)
    elasticity = forms.DecimalField(label=gettext_lazy("Elasticity of spend to the reward rate"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["history"].choices = [("", _("Choose")), *ready_histories()]
        published = _published()
        self.fields["program"].choices = [*published, (_OWN, _("a file of its own, below"))]
        self.fields["policy"].choices = [(code, studio_words.policy(code)) for code in studio_words.POLICIES]
        self.fields["text"].widget = forms.Textarea(attrs={"class": "program", "spellcheck": "false", "wrap": "off"})
        self.fields["by_segment"].widget.attrs["placeholder"] = _("vip 500, student 20%, staff 0")
        self.fields["by_segment"].help_text = _(
            "A tag of members with how they use points: so many as soon as they are there, a percent of the balance at "
            "each order, or 0 for none."
        )
        self.fields["uplift"].widget.attrs["placeholder"] = "gold 5, diamond 8"
        self.fields["uplift"].help_text = _("Percent for each tier by its code; nobody buys more where it is empty.")
        self.fields["elasticity"].help_text = _(
            "By how many percent spend changes where the reward rate changes by one percent of spend."
        )

    def clean_by_segment(self) -> dict[str, dict[str, str]]:
        """Return policies by segment."""
        found: dict[str, dict[str, str]] = {}
        for segment, said in _pairs(self.cleaned_data["by_segment"]):
            number = said.rstrip("%")
            most = 100 if said.endswith("%") else 10**9
            if not segment or segment in found or not _is_number(number) or Decimal(number) > most:
                raise forms.ValidationError(_("Write each group once, with a number or a percent, such as vip 500."))
            if not Decimal(number):
                found[segment] = {"kind": "none"}
            else:
                found[segment] = (
                    {"kind": "greedy", "at": number} if said == number else {"kind": "share", "share": said}
                )
        return found

    def clean_uplift(self) -> dict[str, str]:
        """Return percent by tier."""
        found = {}
        for tier, said in _pairs(self.cleaned_data["uplift"]):
            number = said.rstrip("%")
            if not tier or not _is_number(number.removeprefix("-")):
                raise forms.ValidationError(_("Write each tier by its code with a number, such as gold 5."))
            found[tier] = f"{number}%"
        return found


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return names with what is said of each, from a line such as `gold 5, diamond 8`."""
    found = []
    for part in re.split("[,，、;；]", re.sub(r"\s*[%％]", "%", text)):
        name, _space, said = part.replace("=", " ").replace(":", " ").replace("：", " ").strip().rpartition(" ")
        if said:
            found.append((name.strip(), said))
    return found


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) is not None


class BacktestForm(StudyForm):
    """A study with a window, and another program to weigh it against."""

    other = forms.ChoiceField(label=gettext_lazy("Weighed against"), required=False)
    since = forms.DateField(label=gettext_lazy("Counted from"), required=False)
    until = forms.DateField(label=gettext_lazy("Up to and with"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [("", _("nothing")), *_published()]
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"})


@page(Right.PROGRAMS_READ)
def backtests(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the backtests."""
    return show(
        request,
        "backtests.html",
        title=_("Backtests"),
        place="backtests",
        runs=rows(studio.latest_runs(RunKind.BACKTEST, _LATEST)),
        may_use=desk.may(Right.STUDIO_USE),
        histories=bool(ready_histories()),
    )


@page(Right.STUDIO_USE, "GET", "POST")
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say what is to be tried, and let a worker do it."""
    if is_begun(request):
        return _new(request, BacktestForm(initial=asked(request)))
    form = BacktestForm(request.POST)
    if not form.is_valid():
        return _new(request, form, status=422)
    made = ask(RunKind.BACKTEST, form, settings_of(form.cleaned_data), desk)
    if isinstance(made, list):
        return _new(request, form, wrong=made, status=422)
    return redirect("backtest", ids.encode(RUN_PREFIX, made.id)) if made else _new(request, form, status=422)


def is_begun(request: HttpRequest) -> bool:
    """Say whether a form is only opened, be it with the text of a draft that is not saved."""
    return request.method == "GET" or "open" in request.POST


def asked(request: HttpRequest) -> dict[str, str]:
    """Return what a form begins with: what the page before chose."""
    text = request.POST.get("text") or _text_of_run(request.GET.get("run", ""))
    return {
        "history": request.GET.get("history", ""),
        "program": request.GET.get("program", ""),
        "policy": "observed",
        "text": text,
    } | ({"program": _OWN} if text else {})


def _text_of_run(run_id: str) -> str:
    return str(studio.run(_id(run_id)).result.get("text", "")) if run_id else ""


Lines = list[tuple[str, list[tuple[str, str]]]]


def ask(
    kind: RunKind, form: StudyForm, settings: dict[str, Any], desk: Desk, cost: Decimal | None = None
) -> RunView | Lines | None:
    """Ask for a run; what is wrong with a program file is returned by line, anything else stands in the form."""
    given = form.cleaned_data
    text = given["text"].replace("\r\n", "\n") if given["program"] == _OWN else _text(given["program"])
    try:
        if cost is not None:
            first = next((unit.code for unit in load_program(text).units if unit.spendable), "")
            settings = settings | {"costs": {first: str(cost)}}
        return studio.ask_run(
            RunRequest(
                kind,
                ids.decode(HISTORY_PREFIX, given["history"]),
                text,
                _text(given["other"]) if given.get("other") else "",
                given["name"],
                settings,
                _labels(form, given),
            ),
            desk.actor,
        )
    except ProgramErrors as errors:
        return numbered(text, errors.refusals)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        field = (refused.pointer or "").rpartition("/")[2]
        form.add_error(field if field in form.fields else None, refusals.sentence(refused))
        return None


@page(Right.PROGRAMS_READ)
def backtest(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Show how far a backtest is, or what it found."""
    found = studio.run(_id(run_id))
    if request.htmx and found.state not in UNDER_WAY:
        return done()
    found = found if desk.may(Right.STUDIO_USE) else found.for_onlookers()
    return show(
        request,
        "backtest.html",
        trail=((_("Backtests"), reverse("backtests")),),
        title=found.name,
        place="backtests",
        **run_context(found, desk),
        **(study_charts.of(found) if found.state is State.READY else {}),
    )


@page(Right.STUDIO_USE, "POST")
def cancel(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Ask the worker to leave off."""
    studio.cancel_run(_id(run_id))
    return redirect("run", run_id)


@page(Right.STUDIO_USE, "POST")
def remove(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Forget a run and what it found."""
    found = studio.run(_id(run_id))
    studio.remove_run(found.id, desk.actor)
    return redirect(_LISTS[found.kind])


@page(Right.PROGRAMS_READ)
def run(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Go to the page of a run, whatever its kind."""
    return redirect(address(studio.run(_id(run_id))))


def done() -> HttpResponse:
    """Let a page that asks again and again how far work is load itself anew, with its charts."""
    answer = HttpResponse(status=204)
    answer["HX-Refresh"] = "true"
    return answer


_PAGES = {RunKind.BACKTEST: "backtest", RunKind.FORECAST: "forecast", RunKind.PROPOSAL: "proposal"}
_LISTS = {RunKind.BACKTEST: "backtests", RunKind.FORECAST: "forecasts", RunKind.PROPOSAL: "proposals"}


def address(found: RunView) -> str:
    """Return the address of a run's page."""
    return reverse(_PAGES[found.kind], args=[ids.encode(RUN_PREFIX, found.id)])


def rows(found: list[RunView]) -> list[tuple[str, RunView, str, str, str]]:
    """Return runs as the list of them shows: id, run, state, kind, address."""
    return [
        (
            ids.encode(RUN_PREFIX, each.id),
            each,
            studio_words.state(each.state),
            studio_words.run_kind(each.kind),
            address(each),
        )
        for each in found
    ]


def run_context(found: RunView, desk: Desk) -> dict[str, Any]:
    """Return what every page of a run shows."""
    return {
        "run": found,
        "run_id": ids.encode(RUN_PREFIX, found.id),
        "history_id": ids.encode(HISTORY_PREFIX, found.history.id) if found.history else "",
        "state": studio_words.state(found.state),
        "phase": studio_words.phase(found.progress.phase),
        "moving": found.state in UNDER_WAY,
        "failure": refusals.failure(found.failure, found.failure_params),
        "may_use": desk.may(Right.STUDIO_USE),
    }


def _new(
    request: HttpRequest,
    form: BacktestForm,
    *,
    wrong: list[tuple[str, list[tuple[str, str]]]] | None = None,
    status: int = 200,
) -> HttpResponse:
    return show(
        request,
        "backtest_new.html",
        trail=((_("Backtests"), reverse("backtests")),),
        title=_("Try a program"),
        place="backtests",
        form=form,
        lines=wrong or [],
        faults=sum(len(each) for _line, each in wrong or []),
        own=_OWN,
        status=status,
    )


def _labels(form: StudyForm, given: dict[str, Any]) -> tuple[str, str]:
    """Return what the two programs are called on the result, so that versions of one are told apart."""
    names = dict(form.fields["program"].choices)
    own = given["name"] if given["program"] == _OWN else names[given["program"]]
    return own, names.get(given.get("other", ""), "")


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a study from a form's fields."""
    policy: dict[str, Any] = {"kind": given["policy"]}
    if given["policy"] == "greedy":
        policy["at"] = str(given["at"] or 0)
    if given["policy"] == "share":
        policy["share"] = f"{given['share'] or 0}%"
    if given["by_segment"]:
        policy["by_segment"] = given["by_segment"]
    assumptions: dict[str, Any] = {"uplift": given["uplift"]} if given["uplift"] else {}
    if given["elasticity"] is not None:
        assumptions["elasticity"] = str(given["elasticity"])
    if given["margin"] is not None:
        assumptions["margin"] = f"{given['margin']}%"
    days: dict[str, date | None] = {"since": given.get("since"), "until": given.get("until")}
    return {name: day.isoformat() for name, day in days.items() if day} | {"policy": policy, "assumptions": assumptions}


def ready_histories() -> list[tuple[str, str]]:
    ready = (each for each in studio.latest_histories(_LATEST) if each.state is State.READY)
    return [(ids.encode(HISTORY_PREFIX, each.id), each.name) for each in ready]


def _published() -> list[tuple[str, str]]:
    """Return the published versions as choices, newest first."""
    return [
        (f"{slug}:{version.number}", f"{version.name or slug} v{version.number}")
        for slug in programs.programs()
        for version in programs.versions(slug)
        if not version.withdrawn_at
    ]


def _text(choice: str) -> str:
    slug, _colon, number = choice.rpartition(":")
    return next(each.text for each in programs.versions(slug) if each.number == int(number))


def _id(text: str) -> UUID:
    return ids.decode(RUN_PREFIX, text)


@page(Right.STUDIO_USE)
def members(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """List the members of a backtest by one of its figures, or give all of them as a file."""
    found = studio.run(_id(run_id))
    if request.GET.get("format") == "parquet":
        path = studio.run_members_file(found.id)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{run_id}-members.parquet")
    asked_from = request.GET.get("from") or "0"
    offset = int(asked_from) if asked_from.isdecimal() and len(asked_from) < 10 else 0
    sort = request.GET.get("sort") or ("more" if found.other else "net_minor")
    some = studio.run_members(found.id, sort, _PAGE, offset)
    units = {unit["code"]: words.unit(unit["code"], unit["name"]) for unit in found.result["units"]}
    labels = {name: studio_words.column(name, units) for name in some.columns[1:]}
    return show(
        request,
        "backtest_members.html",
        trail=((_("Backtests"), reverse("backtests")), (found.name, reverse("backtest", args=[run_id]))),
        title=_("Members"),
        place="backtests",
        run_id=run_id,
        columns=[(name, label, f"-{name}" if name == sort else name) for name, label in labels.items()],
        sort=sort,
        rows=[
            (row[0], [(labels[name], _cell(name, each, found)) for name, each in zip(labels, row[1:], strict=True)])
            for row in some.rows
        ],
        total=some.total,
        first=offset + 1,
        last=offset + len(some.rows),
        before=max(0, offset - _PAGE) if offset else None,
        after=offset + _PAGE if offset + _PAGE < some.total else None,
    )


def _cell(name: str, value: Any, found: RunView) -> str:
    """Return how a cell is written."""
    if name in {"tier", "other_tier"}:
        other = found.result["against"] or {} if name == "other_tier" else {}
        return str(study_charts.names(found.result | other).get(value, value))
    scales = {unit["code"]: unit["scale"] for unit in found.result["units"]}
    if name == "net_minor" or (name == "more" and not found.result["against"]["in_points"]):
        return figures.money(value, found.result["currency"])
    return figures.points(value, scales.get(name.partition("_")[2].removeprefix("back_"), 0))


@page(Right.STUDIO_USE)
def member(request: HttpRequest, desk: Desk, run_id: str, member: str) -> HttpResponse:
    """Tell what one member of a backtest would have got, entry by entry, and why."""
    found = studio.run(_id(run_id))
    story = studio.run_member(found.id, member)
    return show(
        request,
        "backtest_member.html",
        trail=((_("Backtests"), reverse("backtests")), (found.name, reverse("backtest", args=[run_id]))),
        title=member,
        place="backtests",
        run=found,
        run_id=run_id,
        is_live=found.history is not None and found.history.is_live and desk.may(Right.MEMBERS_READ),
        entries=study_stories.told(story, _ENTRIES),
        all_entries=len(story.told.entries),
        most=_ENTRIES,
    )


@page(Right.PROGRAMS_READ)
def chart_csv(request: HttpRequest, desk: Desk, run_id: str, chart: str) -> HttpResponse:
    """Answer with a chart's rows as a file, headed by its question and definition."""
    found = studio.run(_id(run_id))
    kinds = {RunKind.BACKTEST: study_charts.charts, RunKind.FORECAST: forecast_charts.charts}
    drawn = kinds[found.kind](found) if found.kind in kinds and found.state is State.READY else []
    one = next((each for each in drawn if each.code == chart), None)
    if one is None:
        raise Http404
    return chart_file(one, f"{run_id}-{chart}", found.name)
