"""Services that members asked for: the inbox, one request with its steps, and a member's own benefits."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade
from shuke.rooms.benefits.contracts import (
    ISSUED,
    OPEN_STAGES,
    REQUEST_PREFIX,
    USE_PREFIX,
    Benefit,
    Entitlement,
    Event,
    EventKind,
    Kind,
    NewRequest,
    Request,
    Stage,
    Step,
    UseFact,
)
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org.contracts import Right
from shuke.surfaces.console.acting import SOURCE, new_key, require_other
from shuke.surfaces.console.forms import smallest
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.benefits import language
from shuke.surfaces.console.views.member import tab
from shuke.surfaces.wording import benefit_words, refusals
from shuke.surfaces.wording.running import running
from shuke.surfaces.wording.standing import date_of

_ROWS = 50
_COUNTED = (Kind.COUNTED, Kind.CONTENT, Kind.EARLY_ACCESS)


class StepForm(forms.Form):
    """The next step of a request."""

    stage = forms.ChoiceField(label=gettext_lazy("Next stage"))
    quote = forms.CharField(label=gettext_lazy("Quote"), required=False)
    due_at = forms.DateTimeField(
        label=gettext_lazy("Will be there"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    assignee = forms.CharField(label=gettext_lazy("Assigned to"), max_length=100, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, found: Request, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [
            (stage.value, benefit_words.word(stage, language())) for stage in found.next_stages
        ]

    def clean_quote(self) -> int | None:
        text = self.cleaned_data["quote"]
        return smallest(text, facade.digits()) if text else None

    def step(self, desk: Desk) -> Step:
        """Return the step."""
        given = self.cleaned_data
        due = given["due_at"].replace(tzinfo=desk.zone) if given["due_at"] else None
        return Step(Stage(given["stage"]), given["note"], due, given["quote"], given["assignee"] or None)


@page(Right.BENEFITS_READ)
def requests(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the requests that wait, the oldest first, or those that are over."""
    closed = request.GET.get("state") == "closed"
    stages = [stage for stage in Stage if (stage in OPEN_STAGES) is not closed]
    found = facade.requests(stages, _ROWS, request.GET.get("cursor") or None)
    who = {each.member_id for each in found.requests} if desk.may(Right.MEMBERS_READ) else set()
    known, named = people.get_many(who), facade.every_benefit()
    return show(
        request,
        "requests.html",
        title=_("Service inbox"),
        place="requests",
        rows=[_shown(each, named) | {"member": _name(known, each)} for each in found.requests],
        sees=desk.may(Right.MEMBERS_READ),
        next_cursor=found.next_cursor,
        waiting=facade.requests_waiting(),
        closed=closed,
    )


@page(Right.BENEFITS_READ)
def service(request: HttpRequest, desk: Desk, request_id: str) -> HttpResponse:
    """Show a request with its steps."""
    found = facade.request(ids.decode(REQUEST_PREFIX, request_id))
    return _service(request, desk, found, StepForm(found, initial={"assignee": found.assignee}))


@page(Right.BENEFITS_USE, "POST")
def step(request: HttpRequest, desk: Desk, request_id: str) -> HttpResponse:
    """Take a request to its next stage."""
    id = ids.decode(REQUEST_PREFIX, request_id)
    found = facade.request(id)
    form = StepForm(found, request.POST)
    if form.is_valid():
        try:
            require_other(desk, found.member_id)
            facade.take(id, form.step(desk), desk.actor)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            field = {"/note": "note", "/quote_minor": "quote", "/stage": "stage"}.get(refused.pointer or "")
            form.add_error(field, refusals.sentence(refused))
        else:
            messages.success(request, _("The step is taken."), extra_tags="good")
            return redirect("request", request_id) if desk.may(Right.BENEFITS_READ) else redirect("home")
    with unit_of_work():
        return _service(request, desk, facade.request(id), form)


def _service(request: HttpRequest, desk: Desk, found: Request, form: StepForm) -> HttpResponse:
    named = facade.every_benefit()
    sees = desk.may(Right.MEMBERS_READ)
    member = people.get_many([found.member_id]).get(found.member_id) if sees else None
    return show(
        request,
        "request.html",
        trail=((_("Service inbox"), reverse("requests")),),
        title=named[found.benefit].name(language()),
        place="requests",
        found=_shown(found, named),
        member=member,
        member_address=reverse("member-benefits", args=[ids.encode(ID_PREFIX, found.member_id)]) if sees else "",
        sees=sees,
        steps=[(step, benefit_words.word(step.stage, language())) for step in found.steps],
        form=form if desk.may(Right.BENEFITS_USE) and found.next_stages else None,
        status=422 if form.errors else 200,
    )


@page(Right.MEMBERS_READ)
def of_member(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show what a member has, what is left of it, and its record."""
    return _of_member(request, desk, member_id)


def _of_member(request: HttpRequest, desk: Desk, member_id: str, **context: Any) -> HttpResponse:
    id = ids.decode(ID_PREFIX, member_id)
    named = facade.every_benefit()
    found = facade.events(id, _ROWS, request.GET.get("cursor") or None)
    undone = {each.reference for each in found.events if each.kind is EventKind.UNDONE}
    return tab(
        request,
        desk,
        id,
        "benefits",
        held=[_held(each) for each in facade.of_member(id)],
        record=[_line(each, named, undone) for each in found.events],
        next_cursor=found.next_cursor,
        asked=[_shown(each, named) for each in facade.requests(OPEN_STAGES, _ROWS, member_id=id).requests],
        faults=facade.waiting_effects(id),
        may_use=desk.may(Right.BENEFITS_USE),
        key=new_key(),
        **context,
    )


@page(Right.BENEFITS_USE, "POST")
def use(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Use a benefit, or ask for a service; sent twice, it counts once."""
    given, id = request.POST, ids.decode(ID_PREFIX, member_id)
    code, key, note = given.get("benefit", ""), given.get("key", "")[:64], given.get("note", "")[:500]
    quantity = int(given["quantity"]) if given.get("quantity", "").isdecimal() else 1
    try:
        require_other(desk, id)
        known = facade.every_benefit().get(code)
        if known is not None and known.kind is Kind.SERVICE:
            facade.ask(NewRequest(SOURCE, key, id, code, note), desk.actor)
            messages.success(request, _("It is asked for, and waits in the service inbox."), extra_tags="good")
        else:
            facade.use(UseFact(SOURCE, key, id, code, quantity, note[:200]), desk.actor)
            messages.success(request, _("The use is recorded."), extra_tags="good")
    except Refusal as refused:
        return _refused(request, desk, member_id, refused)
    return redirect("member-benefits", member_id)


@page(Right.BENEFITS_USE, "POST")
def undo(request: HttpRequest, desk: Desk, member_id: str, use_id: str) -> HttpResponse:
    """Undo a use."""
    id = ids.decode(ID_PREFIX, member_id)
    try:
        require_other(desk, id)
        facade.undo(id, ids.decode(USE_PREFIX, use_id), request.POST.get("reason", "")[:200], desk.actor)
    except Refusal as refused:
        return _refused(request, desk, member_id, refused)
    messages.success(request, _("The use is undone."), extra_tags="good")
    return redirect("member-benefits", member_id)


def _refused(request: HttpRequest, desk: Desk, member_id: str, refused: Refusal) -> HttpResponse:
    if refused.code in {"unknown_member", "invalid_id", "unknown_use"} or not desk.may(Right.MEMBERS_READ):
        raise refused
    logs.refusal(refused, request_id=desk.actor.request_id)
    messages.error(request, refusals.sentence(refused), extra_tags="bad")
    with unit_of_work():
        return _of_member(request, desk, member_id, status=422)


def _held(each: Entitlement) -> dict[str, Any]:
    return {
        "held": each,
        "name": each.benefit.name(language()),
        "kind": benefit_words.word(each.benefit.kind, language()),
        "by": _by(each.subject),
        "quota": "" if each.benefit.kind in ISSUED else benefit_words.of_benefit(each.benefit, each.quota, language()),
        "last_day": date_of(each.until_day - 1) if each.until_day is not None else None,
        "counted": each.benefit.kind in _COUNTED,
        "service": each.benefit.kind is Kind.SERVICE,
        "open": each.left is None or each.left > 0,
    }


def _by(subject: str) -> str:
    """Return what gives, a tier by the name that the program has for it."""
    program, (head, _ladder, level) = running(), f"{subject}::".split(":")[:3]
    return program.tier_name(level) if program and head == "tier" else benefit_words.subject(subject, language())


def _line(each: Event, named: dict[str, Benefit], undone: set[Any]) -> dict[str, Any]:
    mine = each.kind is EventKind.USED and each.reference is not None and each.reference not in undone
    counted = named[each.benefit].kind in _COUNTED
    return {
        "event": each,
        "name": named[each.benefit].name(language()),
        "kind": benefit_words.word(each.kind, language()),
        "by": _by(each.subject),
        "use_id": ids.encode(USE_PREFIX, each.reference) if mine and counted and each.reference else "",
    }


def _shown(each: Request, named: dict[str, Benefit]) -> dict[str, Any]:
    return {
        "request": each,
        "id": ids.encode(REQUEST_PREFIX, each.id),
        "benefit": named[each.benefit].name(language()),
        "stage": benefit_words.word(each.stage, language()),
        "open": each.stage in OPEN_STAGES,
    }


def _name(known: dict[Any, Any], each: Request) -> str:
    member = known.get(each.member_id)
    return (member.display_name if member else "") or ids.encode(ID_PREFIX, each.member_id)
