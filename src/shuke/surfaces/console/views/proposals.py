"""The wizard: a few answers and the shop's own orders become a program with its figures, a plan and a file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.proposal.answers import MODELS
from shuke.engine.proposal.industries import INDUSTRIES
from shuke.foundation import ids, logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import DRAFT_PREFIX
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import HISTORY_PREFIX, RUN_PREFIX, UNDER_WAY, RunKind, RunRequest, RunView, State
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views import backtests
from shuke.surfaces.wording import figures, refusals, studio_words

_LATEST = 50
_PERCENT = ("margin", "repeat_share", "anonymous", "reward_rate")


class ProposalForm(forms.Form):
    """What is known of the shop; what is left open is read from the history, or taken from what is usual."""

    history = forms.ChoiceField(label=gettext_lazy("Orders of the shop"), required=False)
    industry = forms.ChoiceField(label=gettext_lazy("Industry"))
    name = forms.CharField(label=gettext_lazy("Name of the program"), required=False, max_length=60)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=60)
    begins = forms.DateField(label=gettext_lazy("Day of the launch"), required=False)
    margin = forms.DecimalField(label=gettext_lazy("Gross margin (%)"), required=False, min_value=0, max_value=100)
    running_cost = forms.DecimalField(label=gettext_lazy("Running it costs a year"), required=False, min_value=0)
    anonymous = forms.DecimalField(
        label=gettext_lazy("Sales whose customer is unknown today (%)"), required=False, min_value=0, max_value=100
    )
    members = forms.IntegerField(label=gettext_lazy("Customers"), required=False, min_value=1)
    orders_a_year = forms.DecimalField(label=gettext_lazy("Orders of a customer a year"), required=False, min_value=0)
    average_order = forms.DecimalField(label=gettext_lazy("Average order"), required=False, min_value=0)
    reward_rate = forms.DecimalField(
        label=gettext_lazy("Share of sales that comes back (%)"), required=False, min_value=0, max_value=50
    )
    levels = forms.IntegerField(label=gettext_lazy("Levels"), required=False, min_value=2, max_value=6)
    model = forms.ChoiceField(label=gettext_lazy("Model"), required=False)
    partners = forms.BooleanField(label=gettext_lazy("Other shops would join in"), required=False)
    cause = forms.BooleanField(label=gettext_lazy("Customers care for a cause of ours"), required=False)
    hosts = forms.BooleanField(label=gettext_lazy("Somebody looks after a community"), required=False)
    service = forms.BooleanField(label=gettext_lazy("There is a service worth a fee"), required=False)

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["history"].choices = [("", _("none, only my answers")), *backtests.ready_histories()]
        self.fields["industry"].choices = [
            ("", _("Choose")),
            *((code, said(each.name.as_json())) for code, each in INDUSTRIES.items()),
        ]
        self.fields["currency"].choices = [(code, code) for code in sorted(CURRENCY_DIGITS)]
        self.fields["model"].choices = [
            ("", _("what fits best")),
            *((code, studio_words.model(code)) for code in MODELS),
        ]
        self.fields["begins"].widget = forms.DateInput(attrs={"type": "date"})
        self.initial = {"currency": desk.shop.currency, "time_zone": desk.shop.time_zone} | self.initial

    def answers(self) -> dict[str, Any]:
        """Return the answers as the studio takes them."""
        given = {
            name: value for name, value in self.cleaned_data.items() if name != "history" and value not in (None, "")
        }
        told = {name: f"{value}%" if name in _PERCENT else value for name, value in given.items()}
        told = {name: value if isinstance(value, bool | int) else str(value) for name, value in told.items()}
        return told | {"language": "zh" if get_language() == "zh-hans" else "en"}


@page(Right.PROGRAMS_READ)
def proposals(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the proposals."""
    return show(
        request,
        "proposals.html",
        title=_("New program"),
        place="proposals",
        runs=backtests.rows(studio.latest_runs(RunKind.PROPOSAL, _LATEST)),
        may_use=desk.may(Right.STUDIO_USE),
    )


@page(Right.STUDIO_USE, "GET", "POST")
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask the few questions, and let a worker propose."""
    if request.method == "GET":
        return _new(request, ProposalForm(desk, initial={"history": request.GET.get("history", "")}))
    form = ProposalForm(desk, request.POST)
    if not form.is_valid():
        return _new(request, form, status=422)
    given = form.cleaned_data
    history = ids.decode(HISTORY_PREFIX, given["history"]) if given["history"] else None
    name = given["name"] or studio_words.run_kind(RunKind.PROPOSAL)
    try:
        made = studio.ask_run(RunRequest(RunKind.PROPOSAL, history, name=name, settings=form.answers()), desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        field = (refused.pointer or "").rpartition("/")[2]
        form.add_error(field if field in form.fields else None, refusals.sentence(refused))
        return _new(request, form, status=422)
    return redirect("proposal", ids.encode(RUN_PREFIX, made.id))


@page(Right.PROGRAMS_READ)
def proposal(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Show how far a proposal is, or what is proposed."""
    found = studio.run(ids.decode(RUN_PREFIX, run_id))
    if request.htmx and found.state not in UNDER_WAY:
        return backtests.done()
    return show(
        request,
        "proposal.html",
        trail=((_("New program"), reverse("proposals")),),
        title=found.name,
        place="proposals",
        may_write=desk.may(Right.PROGRAMS_WRITE),
        **backtests.run_context(found, desk),
        **(_told(found) if found.state is State.READY else {}),
    )


@page(Right.PROGRAMS_WRITE, "POST")
def to_editor(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Open the proposed file as a draft in the editor."""
    found = studio.run(ids.decode(RUN_PREFIX, run_id))
    if found.kind is not RunKind.PROPOSAL or found.state is not State.READY:
        raise Refusal("run_in_other_state", f"The run is {found.state}.", params={"state": found.state})
    made = programs.create_draft(found.name, found.result["text"], None, desk.actor)
    messages.success(request, _("The proposal is a draft now; nothing is published yet."), extra_tags="good")
    return redirect("draft", ids.encode(DRAFT_PREFIX, made.id))


def said(words: dict[str, str]) -> str:
    """Return a sentence in the reader's language."""
    return words["zh" if get_language() == "zh-hans" else "en"]


def _new(request: HttpRequest, form: ProposalForm, *, status: int = 200) -> HttpResponse:
    return show(
        request,
        "proposal_new.html",
        trail=((_("New program"), reverse("proposals")),),
        title=_("Propose a program"),
        place="proposals",
        form=form,
        zones=studio.common_time_zones(),
        status=status,
    )


def _told(found: RunView) -> dict[str, Any]:
    """Return what the page of a proposal shows beside the run itself."""
    result = found.result
    budget = result["budget"]
    return {
        "result": result,
        "verdict": said(budget["words"]),
        "rate": f"{budget['rate'] * 100:.2f}%",
        "uplift": "—" if budget["uplift"] is None else f"{budget['uplift'] * 100:.1f}%",
        "plausible": "–".join(f"{each * 100:.0f}%" for each in budget["plausible"]),
        "margin": f"{budget['margin'] * 100:.4g}%",
        "rules_of_thumb": said(result["rules_of_thumb"]),
        "fits": [
            {
                **fit,
                "name": said(fit["name"]),
                "reasons": [(each["points"], said(each["words"])) for each in fit["reasons"]],
                "chosen": fit["model"] == result["model"],
            }
            for fit in result["fits"]
        ],
        "tiers": [
            {
                **tier,
                "name": said(tier["name"]),
                "share": f"{tier['share'] * 100:.1f}%",
                "sales_share": f"{tier['sales_share'] * 100:.1f}%",
                "multiplier": f"{tier['multiplier']:g}",
                "from_minor": tier["from"] * 10 ** CURRENCY_DIGITS[result["currency"]],
            }
            for tier in result["tiers"]
        ],
        "cautions": [said(each["words"]) for each in result["cautions"]],
        "goals": [
            {**goal, "words": said(goal["words"]), "baseline": _goal(goal, "baseline"), "target": _goal(goal, "target")}
            for goal in result["goals"]
        ],
        "plan": [{**step, "words": said(step["words"])} for step in result["plan"]],
        "name_of_program": found.name,
    }


def _goal(goal: dict[str, Any], which: str) -> str:
    value = goal[which]
    if value is None:
        return "—"
    return (
        f"{value * 100:.1f}%"
        if goal["kind"] == "share"
        else figures.number(round(value))
        if value >= 100
        else f"{value:.1f}"
    )
