"""Approvals: what waits for a yes, what would happen, who asked. A yes takes two clicks, a no also its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import APPROVAL_PREFIX, Approval, ApprovalState, Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views.audit import Shown, shown
from shuke.surfaces.console.views.programs import effect_of, lines_changed
from shuke.surfaces.wording import figures, refusals, words

_ROWS = 50
_PUBLISH = "program.publish"
_VALUE_REFUND = "value.refund"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """An approval as pages show it; `about` is whom or what it is about, `address` where that is shown, if anywhere."""

    id: str
    approval: Approval
    about: str
    address: str
    fields: list[tuple[str, Shown | None, Shown | None]]


@page(Right.APPROVALS_READ)
def approvals(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List approvals, at first those that wait."""
    chosen = request.GET.get("state", ApprovalState.PENDING.value)
    if chosen not in {*ApprovalState, _ALL}:
        chosen = ApprovalState.PENDING.value
    state = None if chosen == _ALL else ApprovalState(chosen)
    found = org.approvals_page(state, _ROWS, request.GET.get("cursor") or None)
    return show(
        request,
        "approvals.html",
        title=_("Approvals"),
        place="approvals",
        rows=_rows(desk, found.approvals),
        next_cursor=found.next_cursor,
        waiting=org.approvals_waiting(),
        tabs=[*((each.value, words.approval_state(each)) for each in ApprovalState), (_ALL, _("All"))],
        chosen=chosen,
        may_decide=desk.may(Right.APPROVALS_DECIDE),
    )


@page(Right.APPROVALS_READ)
def approval(request: HttpRequest, desk: Desk, approval_id: str) -> HttpResponse:
    """Show what was asked, what would happen, and what became of it."""
    return _one(request, desk, approval_id)


@page(Right.APPROVALS_DECIDE, "POST")
def decide(request: HttpRequest, desk: Desk, approval_id: str) -> HttpResponse:
    """Approve, and what was asked is done, or reject."""
    approve = request.POST.get("decision") == "approve"
    comment = request.POST.get("comment", "")
    try:
        org.decide_approval(
            ids.decode(APPROVAL_PREFIX, approval_id),
            approve=approve,
            comment=comment,
            actor=desk.actor,
            principal=desk.principal,
        )
    except Refusal as refused:
        return _refused(request, desk, approval_id, refused, comment)
    said = _("Approved, and done.") if approve else _("Rejected; nothing was changed.")
    messages.success(request, said, extra_tags="good")
    return redirect("approvals")


@page(Right.APPROVALS_READ, "POST")
def withdraw(request: HttpRequest, desk: Desk, approval_id: str) -> HttpResponse:
    """Take back what one asked for."""
    try:
        org.withdraw_approval(ids.decode(APPROVAL_PREFIX, approval_id), desk.actor)
    except Refusal as refused:
        return _refused(request, desk, approval_id, refused)
    messages.success(request, _("Withdrawn; nothing was changed."), extra_tags="good")
    return redirect("approvals")


def _refused(request: HttpRequest, desk: Desk, approval_id: str, refused: Refusal, comment: str = "") -> HttpResponse:
    """Show the approval again with why it could not be decided so."""
    if refused.code in {"unknown_approval", "invalid_id"}:
        raise refused
    logs.refusal(refused, request_id=desk.actor.request_id)
    at_comment = refused.pointer == "/comment"
    status = 422 if at_comment else 403 if refused.code in refusals.NOT_YOURS else 409
    with unit_of_work():
        return _one(
            request,
            desk,
            approval_id,
            status=status,
            failure=refusals.sentence(refused),
            comment=comment,
            at_comment=at_comment,
        )


def _one(request: HttpRequest, desk: Desk, approval_id: str, **context: Any) -> HttpResponse:
    found = org.approval(ids.decode(APPROVAL_PREFIX, approval_id))
    (row,) = _rows(desk, [found])
    waits = found.state is ApprovalState.PENDING
    own = (found.requested_by.kind, found.requested_by.id) == (desk.actor.kind, desk.actor.id)
    about_self = desk.principal.own_account == found.subject
    return show(
        request,
        "approval.html",
        trail=((_("Approvals"), reverse("approvals")),),
        title=words.wording(found.kind),
        place="approvals",
        row=row,
        approval=found,
        state=words.approval_state(found.state),
        own=own,
        about_self=about_self,
        waits=waits,
        may_decide=waits and not own and not about_self and desk.may(Right.APPROVALS_DECIDE),
        **(_of_program(found) if found.kind == _PUBLISH else {}),
        **context,
    )


def _of_program(one: Approval) -> dict[str, Any]:
    """Return what the version that waits was compared with, in words and line by line."""
    detail, language = one.detail, (get_language() or "en")[:2]
    slug = one.subject.partition(":")[2]
    before = next(each for each in programs.versions(slug) if each.number == detail["against"])
    return {
        **effect_of(detail),
        "comparison": detail,
        "above": [each[language] for each in detail["above"]],
        "diff": lines_changed(before.text, detail["text"]),
    }


def _rows(desk: Desk, found: tuple[Approval, ...] | list[Approval]) -> list[Row]:
    members = {
        one.subject: ids.decode(ID_PREFIX, one.subject) for one in found if one.subject.startswith(f"{ID_PREFIX}_")
    }
    known = people.get_many(members.values())
    rows = []
    for one in found:
        member = known.get(members.get(one.subject))
        rows.append(
            Row(
                ids.encode(APPROVAL_PREFIX, one.id),
                one,
                member.display_name or one.subject if member else one.subject,
                reverse("member", args=[one.subject]) if member and desk.may(Right.MEMBERS_READ) else "",
                [_field(desk, name, value) for name, value in _told(one).items()],
            )
        )
    return rows


def _told(one: Approval) -> Mapping[str, object]:
    """Return what was asked field by field: of a refund of stored value first the money that goes back."""
    if one.kind != _VALUE_REFUND:
        return one.summary
    amounts = {name: _money(one.summary[name]) for name in ("money", "fee", "bonus")}
    principal = {time: _money(each) for time, each in one.summary["balance"].items()}
    return amounts | {"principal": principal, "reason": one.summary["reason"]}


def _money(amount: str) -> str:
    """Write an amount of stored value with the sign of its currency, without where the program has none any more."""
    terms = programs.value_terms()
    return figures.money(figures.minor_of(amount, terms.currency) or 0, terms.currency) if terms else amount


def _field(desk: Desk, name: str, value: object) -> tuple[str, Shown | None, Shown | None]:
    """Return a field of what was asked as (name, before, after); most have no before."""
    before = None
    if isinstance(value, dict):
        before, value = value["before"], value["after"]
    return words.wording(name), shown(name, before, desk.zone), shown(name, value, desk.zone)
