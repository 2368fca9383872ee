"""Trying an order or behaviour under a draft or a version: what comes of it, and why. Nothing is written."""

from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.core.program.cases import CaseFact, CaseLine, CaseMember
from shuke.core.program.model import Program
from shuke.core.program.tracing import written
from shuke.core.values.errors import Refusal
from shuke.engine import editing
from shuke.engine.facts import EARLIEST, LATEST, LINES_LIMIT, QUANTITY_LIMIT
from shuke.engine.schema import ProgramErrors, load_program
from shuke.engine.trying import Tried
from shuke.foundation import clock, ids, logs
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import DRAFT_PREFIX
from shuke.surfaces.console import attribute_fields
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.programs import said
from shuke.surfaces.wording import decision_words, figures, words
from shuke.surfaces.wording.running import tier_name, unit_name

_YEAR_SECONDS = 365 * 86_400
_PLACES = {"net_minor": "net", "gross_minor": "net", "occurred_at": "at", "attributes": "particulars"}
_ID_LIMIT = 60


class SimulationForm(forms.Form):
    """What is tried: of a member, or of one who is made up."""

    member = forms.CharField(
        label=gettext_lazy("Member"),
        required=False,
        max_length=_ID_LIMIT,
        help_text=gettext_lazy("A phone number or an id; nobody: one who is made up."),
    )
    tier = forms.ChoiceField(label=gettext_lazy("Tier of who is made up"), required=False)
    birthday = forms.RegexField(r"\d\d-\d\d", label=gettext_lazy("Birthday (MM-DD)"), required=False)
    tags = forms.CharField(label=gettext_lazy("Tags"), required=False, max_length=200)
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    behaviour = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    net = forms.CharField(label=gettext_lazy("Net amount"), required=False, max_length=20)
    store = forms.CharField(label=gettext_lazy("Store"), required=False, max_length=60)
    channel = forms.CharField(label=gettext_lazy("Channel"), required=False, max_length=60)
    lines = forms.CharField(
        label=gettext_lazy("Lines"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: net amount, category, pieces, article."),
    )
    particulars = forms.CharField(label=gettext_lazy("Attributes of the behaviour"), required=False, max_length=2_000)

    def __init__(self, program: Program, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [level for ladder in program.ladders[:1] for level in ladder.levels]
        self.fields["tier"].choices = [(level.code, words.tier(level.code, level.name)) for level in levels]
        behaviours = [(each.code, words.behaviour(each.code, each.name)) for each in program.behaviours]
        self.fields["behaviour"].choices = [("", _("Order")), *behaviours]
        self._program = program
        for each in program.order_attributes:
            self.fields[f"order_{each.code}"] = attribute_fields.field_of(each)
        if program.line_attributes:
            more = _("Behind these, attributes such as colour=red: %(known)s.")
            listed = attribute_fields.told(program.line_attributes)
            self.fields["lines"].help_text = f"{self.fields['lines'].help_text} {more % {'known': listed}}"
        told = [(each.name, attribute_fields.told(each.attributes)) for each in program.behaviours if each.attributes]
        if told:
            self.fields["particulars"].help_text = "; ".join(f"{name}: {listed}" for name, listed in told)
        else:
            del self.fields["particulars"]

    def clean_net(self) -> int:
        """Return the amount in minor units."""
        return self._minor(self.cleaned_data["net"]) if self.cleaned_data["net"] else 0

    def clean_at(self) -> datetime:
        """Return the time, of a year that facts may be of."""
        at: datetime = self.cleaned_data["at"]
        if not EARLIEST.year < at.year <= LATEST.year:
            raise forms.ValidationError(_("This is not a date and time."))
        return at

    def clean_lines(self) -> tuple[CaseLine, ...]:
        """Return the lines."""
        rows = [_parts(row) for row in self.cleaned_data["lines"].splitlines()]
        rows = [parts for parts in rows if any(parts)]
        if len(rows) > LINES_LIMIT:
            raise forms.ValidationError(_("An order has at most %(most)s lines.") % {"most": f"{LINES_LIMIT:,}"})
        return tuple(self._line(parts) for parts in rows)

    def _line(self, parts: list[str]) -> CaseLine:
        net, category, pieces, sku = (*parts[:4], "", "", "", "")[:4]
        if pieces and not (pieces.isdecimal() and len(pieces) <= len(str(QUANTITY_LIMIT))):
            raise forms.ValidationError(_("Pieces are a whole number."))
        attributes = attribute_fields.pairs_of(filter(None, parts[4:]), self._program.line_attributes)
        return CaseLine(self._minor(net), int(pieces or 1), category, sku, attributes)

    def clean(self) -> dict[str, Any]:
        """Read the attributes of what is tried into `attributes`."""
        given = super().clean() or self.cleaned_data
        kind = given.get("behaviour")
        if kind:
            declared = next(each.attributes for each in self._program.behaviours if each.code == kind)
            try:
                given["attributes"] = attribute_fields.pairs_of(
                    filter(None, _parts(given.get("particulars", ""))), declared
                )
            except forms.ValidationError as wrong:
                self.add_error("particulars" if "particulars" in self.fields else None, wrong)
        else:
            given["attributes"] = tuple(
                (each.code, attribute_fields.value_of(each, said))
                for each in self._program.order_attributes
                if (said := given.get(f"order_{each.code}")) not in (None, "")
            )
        return given

    def field_at(self, pointer: str) -> str | None:
        """Return the field of what a refusal points at."""
        first, _slash, rest = pointer.strip("/").partition("/")
        named = (
            f"order_{rest}" if first == "attributes" and f"order_{rest}" in self.fields else _PLACES.get(first, first)
        )
        return named if named in self.fields else None

    def _minor(self, text: str) -> int:
        minor = figures.minor_of(text, self._program.currency)
        if minor is None:
            raise forms.ValidationError(_("This is no amount, such as 12.50."))
        return minor


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",")]


@page(Right.MEMBERS_READ, "GET", "POST")
def simulate(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try a fact; the file comes from a draft's page, else a version's. A case is saved by who may write programs."""
    if "save" in request.POST:
        org.require(desk.principal, Right.PROGRAMS_WRITE)
    text = request.POST.get("text", "").replace("\r\n", "\n") or facade.current().text
    try:
        program = load_program(text)
    except ProgramErrors as errors:
        messages.error(request, said(errors.refusals[0]), extra_tags="bad")
        return redirect("programs")
    zone = ZoneInfo(program.time_zone)
    asked = request.method == "POST" and "open" not in request.POST
    now = clock.business_now().astimezone(zone)
    begins = {"at": now.strftime("%Y-%m-%dT%H:%M"), "member": request.GET.get("member", "")[:_ID_LIMIT]}
    form = SimulationForm(program, request.POST if asked else None, initial=begins)
    opened = ("draft", "revision") if desk.may(Right.PROGRAMS_WRITE) else ()
    context: dict[str, Any] = {name: request.POST.get(name, "") for name in opened}
    if asked and form.is_valid():
        try:
            fact = _fact(form.cleaned_data, zone)
            who = _who(form.cleaned_data, fact.at, desk)
            tried = facade.simulate(text, None, who, fact)
            if "save" in request.POST and context["draft"]:
                if not isinstance(who, CaseMember):
                    who, tried = _stand_in(request, text, program, who, fact, tried)
                return _save(request, desk, text, _case(form.cleaned_data, program, who, tried))
            context |= _told(tried, program) | {"made_up": isinstance(who, CaseMember)}
        except Refusal as refused:
            if refused.code == "forbidden":
                raise
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(form.field_at(refused.pointer or ""), said(refused))
    return show(
        request,
        "program_simulation.html",
        trail=((_("Programs"), reverse("programs")),),
        title=_("Try it"),
        place="programs",
        form=form,
        text=text,
        status=422 if form.errors else 200,
        **context,
    )


def _fact(given: dict[str, Any], zone: ZoneInfo) -> CaseFact:
    local: datetime = given["at"]
    at = int(local.replace(tzinfo=zone).timestamp())
    net = given["net"] or sum(line.net for line in given["lines"])
    place = {"store": given["store"], "channel": given["channel"]}
    if given["behaviour"]:
        return CaseFact(at, given["behaviour"], attributes=given["attributes"], **place)
    return CaseFact(at, net=net, gross=net, lines=given["lines"], attributes=given["attributes"], **place)


def _who(given: dict[str, Any], at: int, desk: Desk) -> UUID | CaseMember:
    wanted = given["member"].strip()
    if not wanted:
        birthday = int(given["birthday"].replace("-", "") or 0)
        return CaseMember(at - _YEAR_SECONDS, birthday, given["tier"], tuple(given["tags"].split()))
    org.require(desk.principal, Right.POINTS_READ)  # what is told of a real member are their points
    ref = MemberRef(id=ids.decode(ID_PREFIX, wanted)) if wanted.startswith(ID_PREFIX) else MemberRef(phone=wanted)
    (found,) = people.resolve([ref])
    if found is None:
        raise Refusal("unknown_member", "Nobody is known by this.", pointer="/member")
    return found


def _told(tried: Tried, program: Program) -> dict[str, Any]:
    """Return what came of it: each unit and ladder before and after, and why."""
    scales = {unit.code: (unit_name(program, unit.code), unit.scale) for unit in program.units}
    points = [
        (
            name,
            _number(tried.before.available.get(code, 0), scale),
            _number(tried.after.available[code], scale),
            _number(tried.earned[code], scale),
            _number(tried.after.pending[code], scale),
        )
        for code, (name, scale) in scales.items()
    ]
    ladders = {ladder.code: ladder.name for ladder in program.ladders}
    tiers = [
        (ladders[code], tier_name(program, tried.before.tiers.get(code, ""), code), tier_name(program, after, code))
        for code, after in tried.after.tiers.items()
    ]
    return {"points": points, "tiers": tiers, "why": decision_words.lines(tried.decision, program)}


def _number(amount: int, scale: int) -> str:
    """Write so many of the smallest fraction, as a program file does."""
    return written(Fraction(amount, 10**scale)).replace(figures.MINUS, "-")


def _said(attributes: attribute_fields.Pairs) -> dict[str, str]:
    """Write attributes as a program file does."""
    return {code: ("yes" if value else "no") if isinstance(value, bool) else str(value) for code, value in attributes}


def _stand_in(
    request: HttpRequest, text: str, program: Program, who: UUID, fact: CaseFact, tried: Tried
) -> tuple[CaseMember, Tried]:
    """Return somebody made up with a real member's tier and tags, nothing personal, and what the fact does of them."""
    tier = next(iter(tried.before.tiers.values()), "")
    tags = people.facts([who])[who].tags & set(program.tags)
    made = CaseMember(fact.at - _YEAR_SECONDS, 0, tier, tuple(sorted(tags)))
    done = facade.simulate(text, None, made, fact)
    if done.earned != tried.earned or done.after.tiers != tried.after.tiers:
        sentence = _("The case comes to something else than of the member: past orders and the birthday are not in it.")
        messages.warning(request, sentence, extra_tags="warn")
    return made, done


def _save(request: HttpRequest, desk: Desk, text: str, case: dict[str, Any]) -> HttpResponse:
    """Put the case into the draft, with the text that was tried, over the revision that was opened."""
    draft_id, revision = request.POST["draft"], request.POST.get("revision", "")
    kept = facade.draft(ids.decode(DRAFT_PREFIX, draft_id))
    opened = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    facade.save_draft(kept.id, kept.name, editing.add_case(text, case), opened, desk.actor)
    messages.success(request, _("Saved as a test case."), extra_tags="good")
    return redirect("draft", draft_id)


def _case(given: dict[str, Any], program: Program, who: CaseMember, tried: Tried) -> dict[str, Any]:
    """Return what was tried as a test case of the file, with what came of it."""
    birthday = f"{who.birth_md // 100:02}-{who.birth_md % 100:02}" if who.birth_md else ""
    member = {"tier": who.tier, "birthday": birthday, "tags": list(who.tags)}
    fact: dict[str, Any] = {name: given[name] for name in ("store", "channel") if given[name]}
    if given["attributes"]:
        fact["attributes"] = _said(given["attributes"])
    digits = program.currency_digits
    if given["behaviour"]:
        fact = {"behaviour": {"kind": given["behaviour"], **fact}}
    else:
        items = [
            {
                "net": _number(line.net, digits),
                "quantity": str(line.quantity),
                "category": line.category,
                "sku": line.sku,
                "attributes": _said(line.attributes),
            }
            for line in given["lines"]
        ]
        net = given["net"] or sum(line.net for line in given["lines"])
        fact = {"order": {"net": _number(net, digits), **fact}}
        if items:
            fact["order"]["items"] = [{name: value for name, value in each.items() if value} for each in items]
    scales = {unit.code: unit.scale for unit in program.units}
    codes = {case.code for case in program.cases}
    case = {
        "code": next(code for number in range(1, 1_000) if (code := f"case-{number}") not in codes),
        "at": given["at"].strftime("%Y-%m-%d %H:%M"),
        "member": {name: value for name, value in member.items() if value},
        **fact,
        "earns": {code: _number(points, scales[code]) for code, points in tried.earned.items() if points},
    }
    if tried.after.tiers:
        case["tier"] = next(iter(tried.after.tiers.values()))
    return {name: value for name, value in case.items() if value}
