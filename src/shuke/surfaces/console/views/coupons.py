"""Coupons: templates and what became of them, sending them to members, pools of codes, uses, and calling back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.engine import fault_words
from shuke.engine.schema import ProgramErrors
from shuke.engine.single_offers import read_offer
from shuke.foundation import clock, ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import facade as coupons_of
from shuke.rooms.coupons.contracts import (
    BATCH_PREFIX,
    COUPON_PREFIX,
    Batch,
    BatchState,
    Cause,
    Codes,
    IssueFact,
    Kind,
    RecallReport,
    Template,
    TemplateChange,
    TemplateDraft,
    TemplateState,
)
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.acting import SOURCE, require_other
from shuke.surfaces.console.coupon_forms import CodesForm, GiveForm, PushForm, TemplateForm
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.member import tab
from shuke.surfaces.wording import coupon_words, figures, refusals
from shuke.surfaces.wording.running import Running, running

_ROWS = 50
_STATES = {
    "pause": TemplateState.PAUSED,
    "resume": TemplateState.ACTIVE,
    "stop": TemplateState.STOPPED,
}


@page(Right.COUPONS_READ)
def coupons(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List every template with what became of its coupons."""
    rows = [(template, coupon_words.of_template(template.draft)) for template in coupons_of.templates()]
    return show(
        request, "coupons.html", title=_("Coupons"), place="coupons", rows=rows, can_write=desk.may(Right.COUPONS_WRITE)
    )


@page(Right.COUPONS_WRITE, "GET", "POST")
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Create a template of a kind."""
    program = _program()
    form = TemplateForm(_kind(request), program, desk.zone, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = programs.create_coupon_template(form.draft(), desk.actor)
        except (Refusal, ProgramErrors) as refused:
            _tell(form, refused, desk)
        else:
            messages.success(request, _("The template is ready. Send it, or let members claim it."))
            return redirect("coupon", made.draft.code)
    told = _preview(form, desk) if form.is_bound else {}
    kinds = [(kind.value, label) for kind, label in coupon_words.KINDS.items()]
    return show(
        request,
        "coupon_new.html",
        trail=((_("Coupons"), reverse("coupons")),),
        title=_("New coupon template"),
        place="coupons",
        form=form,
        kinds=kinds,
        kind=form.kind.value,
        status=422 if form.is_bound else 200,
        **told,
    )


@page(Right.COUPONS_WRITE, "POST")
def preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say in words what the form stands for so far, with an example."""
    form = TemplateForm(_kind(request), _program(), desk.zone, request.POST)
    return render(request, "console/parts/coupon_preview.html", _preview(form, desk))


def _preview(form: TemplateForm, desk: Desk) -> dict[str, Any]:
    """Do what would be done and roll it back; return it in words, or what is wrong."""
    if not form.is_valid():
        return {"incomplete": True}
    try:
        with unit_of_work(dry_run=True):
            made = programs.create_coupon_template(form.draft(), desk.actor)
    except (Refusal, ProgramErrors) as refused:
        return {"fault": _fault(refused)}
    return _in_words(made.draft)


def _in_words(draft: TemplateDraft) -> dict[str, Any]:
    rule = read_offer(draft.offer, _program().program)
    packet = draft.packet
    return {
        "sentence": coupon_words.packet(packet) if packet else coupon_words.sentence(rule),
        "example": "" if packet else coupon_words.example(rule),
        "facts": coupon_words.facts(draft),
    }


def _kind(request: HttpRequest) -> Kind:
    asked = request.POST.get("kind") or request.GET.get("kind") or ""
    return Kind(asked) if asked in [*Kind] else Kind.THRESHOLD


def _tell(form: forms.Form, refused: Refusal | ProgramErrors, desk: Desk) -> None:
    """Put what was refused beside its field, where the form has that, or above the form."""
    if isinstance(refused, Refusal):
        logs.refusal(refused, request_id=desk.actor.request_id)
    pointer = getattr(refused, "pointer", None) or ""
    named = {"/validity": "until", "/packet": "pot"}.get(pointer, pointer.split("/")[-1].removesuffix("_minor"))
    form.add_error(named if named in form.fields else None, _fault(refused))


def _fault(refused: Refusal | ProgramErrors) -> str:
    """Return what is wrong, in words: of an offer or condition in those of the program file, after its place there."""
    first = refused.refusals[0] if isinstance(refused, ProgramErrors) else refused
    place = f"{first.params['place']} · " if "place" in first.params else ""
    if get_language() != "en" and first.code in fault_words.CHINESE:
        return place + fault_words.sentence(first, "zh")
    known = first.code in refusals.REFUSALS
    return place + (refusals.sentence(first) if known else first.detail)


@page(Right.COUPONS_READ)
def one(request: HttpRequest, desk: Desk, template: str) -> HttpResponse:
    """Show one template: what it is, what became of it, its batches and its uses."""
    return _one(request, desk, coupons_of.template_by_code(template))


def _one(
    request: HttpRequest, desk: Desk, found: Template, *, status: int = 200, codes_form: CodesForm | None = None
) -> HttpResponse:
    uses = coupons_of.uses_page(found.id, _ROWS, request.GET.get("cursor") or None)
    known = people.get_many({use.member_id for use in uses.uses if use.member_id is not None})
    names = {id: member.display_name for id, member in known.items()}
    rows = [(use, _outside(use.member_id), use.member_id and names[use.member_id]) for use in uses.uses]
    batches = [_batch(batch) for batch in coupons_of.batches(found.id)]
    may_write = desk.may(Right.COUPONS_WRITE)
    is_open = found.state is not TemplateState.STOPPED
    return show(
        request,
        "coupon.html",
        trail=((_("Coupons"), reverse("coupons")),),
        title=found.draft.name,
        place="coupons",
        coupon=found,
        kind=coupon_words.KINDS[found.draft.kind],
        state=coupon_words.TEMPLATE_STATES[found.state],
        rate=figures.share(found.uses, found.issued) if found.use_rate is not None else "—",
        batches=batches,
        moving=any(each["batch"].state is BatchState.RUNNING for each in batches),
        uses=rows,
        next_cursor=uses.next_cursor,
        can_write=may_write,
        can_send=may_write and is_open and found.draft.codes is not Codes.ONE,
        can_fill=may_write and is_open and found.draft.codes is Codes.POOL,
        is_open=is_open,
        codes_form=codes_form or CodesForm(),
        status=status,
        **_shown(found.draft),
    )


def _shown(draft: TemplateDraft) -> dict[str, Any]:
    """Return a template in words; where the program in force can't read its offer, the offer as it was written."""
    try:
        return _in_words(draft)
    except (ProgramErrors, Refusal):
        return {"sentence": draft.offer, "facts": coupon_words.facts(draft)}


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "id": ids.encode(BATCH_PREFIX, batch.id),
        "batch": batch,
        "state": coupon_words.BATCH_STATES[batch.state],
        "skipped": [(coupon_words.skipped(code), count) for code, count in batch.skipped.items()],
        "told": batch.made + sum(batch.skipped.values()),
    }


@page(Right.COUPONS_WRITE, "POST")
def change(request: HttpRequest, desk: Desk, template: str) -> HttpResponse:
    """Pause, resume or stop a template."""
    found = coupons_of.template_by_code(template)
    state = _STATES.get(request.POST.get("to", ""))
    if state is not None:
        coupons_of.change_template(found.id, TemplateChange(state=state), desk.actor)
    return redirect("coupon", template)


@page(Right.COUPONS_WRITE, "GET", "POST")
def send(request: HttpRequest, desk: Desk, template: str) -> HttpResponse:
    """Send a coupon to members: how many, what they cost and some of them, then doing it."""
    found = coupons_of.template_by_code(template)
    form = PushForm(_program(), request.POST or None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "confirm" in request.POST:
            programs.push_coupons(found.id, form.audience(), form.cleaned_data["name"], desk.actor)
            messages.success(request, _("They are being sent in the background. The batch below shows how far it is."))
            return redirect("coupon", template)
        with unit_of_work():
            told = programs.reckon_push(found.id, form.audience())
            known = people.get_many(told.sample)
        sample = [(_outside(id), known[id].display_name or _outside(id)) for id in told.sample]
        context = {"reckoning": told, "sample": sample, "skipped": told.members - told.coupons}
    return show(
        request,
        "coupon_send.html",
        trail=((_("Coupons"), reverse("coupons")), (found.draft.name, reverse("coupon", args=[template]))),
        title=_("Send to members"),
        place="coupons",
        coupon=found,
        form=form,
        status=422 if form.errors else 200,
        **context,
        **_shown(found.draft),
    )


@page(Right.COUPONS_WRITE, "POST")
def fill(request: HttpRequest, desk: Desk, template: str) -> HttpResponse:
    """Fill a pool with new codes, or with those of a file."""
    found = coupons_of.template_by_code(template)
    form = CodesForm(request.POST, request.FILES)
    if not form.is_valid():
        with unit_of_work():
            return _one(request, desk, found, status=422, codes_form=form)
    said = form.cleaned_data
    if said.get("count"):
        coupons_of.make_codes(found.id, said["count"], found.draft.name, desk.actor)
        messages.success(request, _("They are being made in the background. The batch below shows how far it is."))
    else:
        lines = said["file"].read().decode("utf-8-sig", "replace").splitlines()
        texts = [text for line in lines if (text := line.split(",")[0].strip().strip('"'))]
        batch = coupons_of.import_codes(found.id, texts, said["file"].name, desk.actor)
        messages.success(request, _("%(count)s codes were added.") % {"count": figures.number(batch.made)})
    return redirect("coupon", template)


@page(Right.COUPONS_WRITE, "POST")
def recall(request: HttpRequest, desk: Desk, template: str) -> HttpResponse:
    """Call back what is out of a template, and say what could not be."""
    found = coupons_of.template_by_code(template)
    report = coupons_of.recall_template(found.id, request.POST.get("reason", ""), desk.actor)
    messages.success(request, _recalled(report))
    return redirect("coupon", template)


@page(Right.COUPONS_WRITE, "POST")
def batch_act(request: HttpRequest, desk: Desk, batch_id: str) -> HttpResponse:
    """Stop making a batch, or call it back."""
    id = ids.decode(BATCH_PREFIX, batch_id)
    if request.POST.get("to") == "cancel":
        coupons_of.cancel_batch(id, desk.actor)
    else:
        report = coupons_of.recall_batch(id, request.POST.get("reason", ""), desk.actor)
        messages.success(request, _recalled(report))
    return redirect("coupon", coupons_of.template(coupons_of.batch(id).template_id).draft.code)


def _recalled(report: RecallReport) -> str:
    told = {name: figures.number(getattr(report, name)) for name in ("recalled", "used", "locked", "expired")}
    sentence = _("%(recalled)s recalled. Not to be recalled: %(used)s used, %(locked)s set aside for an order.")
    return sentence % told


@page(Right.COUPONS_WRITE)
def batch_codes(request: HttpRequest, desk: Desk, batch_id: str) -> HttpResponse | StreamingHttpResponse:
    """Give the codes of a batch as a file."""
    found = coupons_of.batch(ids.decode(BATCH_PREFIX, batch_id))
    lines = (f"{code},{state}\r\n" for code, state in coupons_of.codes_of_batch(found.id))
    answer = HttpResponse("code,state\r\n" + "".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{batch_id}.csv"'
    return answer


# --- one member ---


@page(Right.MEMBERS_READ)
def of_member(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show a member's coupons."""
    id = ids.decode(ID_PREFIX, member_id)
    rows = [
        {
            "id": ids.encode(COUPON_PREFIX, held.id),
            "coupon": held,
            "state": coupon_words.state(held),
            "cause": coupon_words.came_by(held),
            "told": coupon_words.told(held.offer, held.value_minor),
        }
        for held in coupons_of.of_member(id, clock.business_now())
    ]
    return tab(
        request,
        desk,
        id,
        "coupons",
        rows=rows,
        can_freeze=desk.may(Right.COUPONS_WRITE),
        can_give=desk.may(Right.COUPONS_ISSUE),
    )


@page(Right.COUPONS_ISSUE, "GET", "POST")
def give(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Give a member a coupon by hand, for goodwill."""
    id = ids.decode(ID_PREFIX, member_id)
    member = people.get(id)
    require_other(desk, id)
    choices = [
        each
        for each in coupons_of.templates()
        if each.state is TemplateState.ACTIVE and each.draft.codes is not Codes.ONE and each.left != 0
    ]
    form = GiveForm(choices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        told = IssueFact(SOURCE, said["key"], said["template"], id, Cause.GOODWILL, clock.business_now())
        try:
            coupons_of.give_by_hand(told, said["reason"], desk.actor)
        except Refusal as refused:
            _tell(form, refused, desk)
        else:
            messages.success(request, _("The member has the coupon."))
            return redirect("member-coupons", member_id)
    name = member.display_name or member_id
    return show(
        request,
        "coupon_give.html",
        trail=((_("All members"), reverse("members")), (name, reverse("member", args=[member_id]))),
        title=_("Give a coupon"),
        place="members",
        member_id=member_id,
        name=name,
        form=form,
        choices=[(each, coupon_words.of_template(each.draft)) for each in choices],
        status=422 if form.errors else 200,
    )


@page(Right.COUPONS_WRITE, "POST")
def freeze(request: HttpRequest, desk: Desk, coupon_id: str) -> HttpResponse:
    """Freeze a coupon, or thaw it."""
    id, reason = ids.decode(COUPON_PREFIX, coupon_id), request.POST.get("reason", "")
    (coupons_of.unfreeze if request.POST.get("to") == "thaw" else coupons_of.freeze)([id], reason, desk.actor)
    held = coupons_of.coupon(id, clock.business_now())
    return redirect("member-coupons", _outside(held.member_id)) if held.member_id else redirect("coupons")


def _outside(member_id: UUID | None) -> str:
    return "" if member_id is None else ids.encode(ID_PREFIX, member_id)


def _program() -> Running:
    found = running()
    if found is None:
        raise Refusal("no_program", "No program is published yet.")
    return found
