"""Member 360: who somebody is, where they stand, and everything that ever happened, each with its why."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX, Field, Member, Status
from shuke.rooms.orders import facade as orders
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Standing
from shuke.rooms.tiers import facade as tier_room
from shuke.rooms.tiers.contracts import TierChange
from shuke.surfaces.console import timeline as life
from shuke.surfaces.console.acting import HOLD_PREFIX, acts_of
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import figures, log_words, refusals, words
from shuke.surfaces.wording.running import Running, running, units
from shuke.surfaces.wording.standing import date_of, gift_of, ladders, spread, waits_for

_EVENTS = 60
_ROWS = 50
_FREEZING = {(Status.ACTIVE, Status.FROZEN), (Status.FROZEN, Status.ACTIVE)}
_OTHER_MOVES = {
    Status.ACTIVE: (Status.BLACKLISTED, Status.EXITED),
    Status.FROZEN: (Status.BLACKLISTED, Status.EXITED),
    Status.BLACKLISTED: (Status.ACTIVE, Status.EXITED),
    Status.EXITED: (Status.ACTIVE,),
}
_MOVES = {
    Status.BLACKLISTED: gettext_lazy("Put on the blacklist"),
    Status.EXITED: gettext_lazy("Let leave"),
    Status.ACTIVE: gettext_lazy("Let take part again"),
}
_DONE = {
    Status.FROZEN: gettext_lazy("The member is frozen: nothing is earned or redeemed."),
    Status.ACTIVE: gettext_lazy("The member takes part again."),
    Status.BLACKLISTED: gettext_lazy("The member is on the blacklist."),
    Status.EXITED: gettext_lazy("The member has left; phone, e-mail and external ids are free for a new enrolment."),
    Status.MERGED: "",
}


@page(Right.MEMBERS_READ)
def timeline(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show the member's life as one list, newest first."""
    return _timeline(request, desk, ids.decode(ID_PREFIX, member_id))


def _timeline(request: HttpRequest, desk: Desk, id: UUID, **context: Any) -> HttpResponse:
    member, program = people.get(id), running()
    sources = life.sources(
        id, member.joined_at, program.program_id if program else None, sees_coupons=desk.may(Right.COUPONS_READ)
    )
    cursors = {source.name: request.GET.get(source.name, "") for source in sources}
    sees = partial(org.sees_store, desk.principal)
    events, onward = life.page(sources, cursors, _EVENTS, sees)
    told = _causes(events, program, sees)
    return tab(
        request,
        desk,
        id,
        "timeline",
        member=member,
        events=[(event, told.get(event.entries[0].reference) if event.entries else None) for event in events],
        onward=urlencode(onward) if onward else None,
        paged=any(cursors.values()),
        returnable=_returnable(id, events) if desk.may(Right.POINTS_WRITE) else (),
        can_explain=desk.may(Right.POINTS_READ),
        can_see_approvals=desk.may(Right.APPROVALS_READ),
        **context,
    )


def _causes(
    events: list[life.Event], program: Running | None, sees: Callable[[str], bool]
) -> dict[UUID | None, tuple[str, str]]:
    """Return by reference what refunds and behaviours were that moved points, as (what it was, of what).

    Of stores that the reader does not see they are not told.
    """
    taken = _references(events, "refund", Kind.RETURN)
    done = _references(events, Kind.ACCRUAL, Kind.REPAYMENT, Kind.ACTIVATION)
    told: dict[UUID | None, tuple[str, str]] = {}
    refunds = orders.refunds(taken) if taken else {}
    bought = orders.get_many([refund.order_id for refund in refunds.values() if refund.order_id])
    for id, refund in refunds.items():
        if refund.order_id is None or not sees(bought[refund.order_id].store):
            continue
        money = figures.money(refund.net_minor or 0, program.program.currency) if program else ""
        told[id] = (f"{_('Refund')} {money}", f"{refund.order_source} {refund.order_external_id}")
    for id, behaviour in orders.behaviours(done).items() if done else ():
        if not sees(behaviour.store):
            continue
        name = program.behaviour_name(behaviour.kind) if program else behaviour.kind
        where = log_words.origin(behaviour.source)  # its id there says something where it is another system
        told[id] = (name, where if where != behaviour.source else f"{where} {behaviour.external_id}")
    return told


def _returnable(id: UUID, events: list[life.Event]) -> set[UUID]:
    """Return the redemptions among the events of which something may still be given back."""
    takes = points.takes_of([(id, reference) for reference in _references(events, Kind.REDEMPTION)])
    return {reference for reference, taken in takes.items() if any(take.returnable for take in taken)}


def _references(events: list[life.Event], *kinds: str) -> list[UUID]:
    """Return what is behind the events of some kinds that no order of the page explains."""
    found = {event.entries[0].reference for event in events if event.order is None and event.kind in kinds}
    return [reference for reference in found if reference is not None]


@page(Right.MEMBERS_READ)
def entries(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show the ledger of the member: every entry with its counter-account, lot, order and rule version."""
    id = ids.decode(ID_PREFIX, member_id)
    found = points.entries_page(id, _ROWS, request.GET.get("cursor") or None)
    references = list({entry.reference for entry in found.entries if entry.reference is not None})
    bought, versions = orders.get_many(references), programs.version_numbers([(id, order) for order in references])
    bought = {id: order for id, order in bought.items() if org.sees_store(desk.principal, order.store)}
    rows = [(entry, bought.get(entry.reference), versions.get(entry.reference)) for entry in found.entries]
    return tab(request, desk, id, "entries", rows=rows, next_cursor=found.next_cursor)


@page(Right.MEMBERS_READ)
def lots(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show the lots that the balance consists of, soonest to expire first."""
    id = ids.decode(ID_PREFIX, member_id)
    found = points.lots_page(id, _ROWS, request.GET.get("cursor") or None)
    return tab(
        request,
        desk,
        id,
        "lots",
        rows=[
            (lot, lot.earned - lot.remaining - lot.waiting - lot.held, waits_for(lot), lot.active_day == NEVER)
            for lot in found.lots
        ],
        holds=[(hold, ids.encode(HOLD_PREFIX, hold.id)) for hold in points.open_holds([id]).get(id, ())],
        can_release=desk.may(Right.POINTS_HOLD),
        next_cursor=found.next_cursor,
    )


@page(Right.MEMBERS_READ)
def tiers(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show every change of tier."""
    id = ids.decode(ID_PREFIX, member_id)
    program = running()
    ladders = program.program.ladders if program else ()
    changes = [
        (ladder.name, change)
        for ladder in ladders
        for change in (reversed(tier_room.history(id, program.program_id, ladder.code)) if program else ())
    ]
    changes.sort(key=lambda row: row[1].occurred_at, reverse=True)  # of one instant they stay as they are
    rows = [(ladder, change, last_day(change)) for ladder, change in changes]
    return tab(request, desk, id, "tiers", rows=rows, several=len(ladders) > 1)


@page(Right.MEMBERS_WRITE, "POST")
def status(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Give a member another status; the reason is kept. All but freezing needs a right of its own."""
    id = ids.decode(ID_PREFIX, member_id)
    named, reason = request.POST.get("status", ""), request.POST.get("reason", "").strip()
    freezing = False
    try:
        if named not in set(Status):
            raise Refusal("status_not_allowed", "There is no such status.", pointer="/status")
        wanted = Status(named)
        freezing = (people.get(id).status, wanted) in _FREEZING
        if not freezing:
            org.require(desk.principal, Right.MEMBERS_STATUS)
        programs.set_status(id, wanted, reason, desk.actor)
        messages.success(request, str(_DONE[wanted]), extra_tags="good")
    except Refusal as refused:
        if refused.code == "forbidden":
            raise
        return _refused(request, desk, id, refused, "freeze" if freezing else "standing", reason)
    return redirect("member", member_id)


@page(Right.MEMBERS_REVEAL, "POST")
def reveal(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show one personal field in clear, once; who looked and why is kept."""
    id = ids.decode(ID_PREFIX, member_id)
    named = request.POST.get("field", "")
    if named not in set(Field):
        return redirect("member", member_id)
    reason = request.POST.get("reason", "").strip()
    try:
        value = people.reveal(id, Field(named), reason, desk.actor)
    except Refusal as refused:
        return _refused(request, desk, id, refused, "reveal", reason, named)
    return tab(request, desk, id, "revealed", field=words.personal(named), value=value)


def tab(
    request: HttpRequest, desk: Desk, id: UUID, name: str, member: Member | None = None, **context: Any
) -> HttpResponse:
    """Answer with one tab of a member's page."""
    member, program = member or people.get(id), running()
    standing = programs.standings([id]).get(id)
    main, others = spread(standing.balances) if standing else (None, ())
    outside = ids.encode(ID_PREFIX, id)
    return show(
        request,
        f"member_{name}.html",
        trail=((_("All members"), reverse("members")),),
        title=member.display_name or outside,
        place="members",
        member=member,
        member_id=outside,
        standing=standing,
        main=main,
        others=others,
        ladders=ladders(standing, program, _gifts(id, program, standing)) if standing and program else [],
        program=program,
        units=units(),
        several_units=len(units()) > 1,
        tabs=_tabs(desk),
        tab=name,
        fields=[(field.value, words.personal(field)) for field in Field],
        can_change=desk.may(Right.MEMBERS_WRITE),
        can_reveal=desk.may(Right.MEMBERS_REVEAL),
        can_try=bool(standing) and desk.may(Right.POINTS_READ),
        moves=_moves(desk, member),
        acts=acts_of(desk, member) if standing else [],
        lives_on_in=ids.encode(ID_PREFIX, member.merged_into) if member.merged_into else "",
        **context,
    )


def _gifts(id: UUID, program: Running, standing: Standing) -> dict[str, TierChange]:
    """Return by ladder the change that gave a tier by hand, where one is held."""
    given = (tier.ladder for tier in standing.tiers if tier.gift)
    found = {ladder: gift_of(tier_room.history(id, program.program_id, ladder)) for ladder in given}
    return {ladder: change for ladder, change in found.items() if change}


def last_day(change: TierChange) -> date | None:
    """Return the last day on which the tier of a change holds, None without an end."""
    return None if change.until_day >= NEVER else date_of(change.until_day - 1)


def _tabs(desk: Desk) -> list[tuple[str, str, str]]:
    tabs = [("timeline", "member", _("Timeline"))]
    if desk.may(Right.POINTS_READ):
        tabs += [("entries", "member-entries", _("Points ledger")), ("lots", "member-lots", _("Lots and holds"))]
    tabs += [("tiers", "member-tiers", _("Tier history")), ("benefits", "member-benefits", _("Benefits of the member"))]
    if desk.may(Right.ORDERS_READ):
        tabs += [
            ("orders", "member-orders", _("Orders and refunds")),
            ("behaviours", "member-behaviours", _("Behaviours")),
        ]
    if desk.may(Right.PAID_READ):
        tabs.append(("plans", "member-plans", _("Paid plans")))
    if programs.value_terms() is not None:
        tabs.append(("value", "member-value", _("Stored value")))
    if desk.may(Right.COUPONS_READ):
        tabs.append(("coupons", "member-coupons", _("Coupons")))
    return [*tabs, ("profile", "member-profile", _("Profile"))]


def _moves(desk: Desk, member: Member) -> list[tuple[str, str]]:
    """Return the statuses, other than by freezing, that who sits here may give the member."""
    if not desk.may(Right.MEMBERS_STATUS):
        return []
    return [(status.value, str(_MOVES[status])) for status in _OTHER_MOVES.get(member.status, ())]


def _refused(
    request: HttpRequest, desk: Desk, id: UUID, refused: Refusal, dialog: str, reason: str, field: str = ""
) -> HttpResponse:
    """Show the member with what was refused; where the reason will not do, its dialog again with the text in it."""
    logs.refusal(refused, request_id=desk.actor.request_id)
    messages.error(request, refusals.sentence(refused), extra_tags="bad")
    again = {"again": dialog, "reason": reason, "chosen_field": field} if refused.pointer == "/reason" else {}
    with unit_of_work():
        return _timeline(request, desk, id, status=422, failure=refusals.sentence(refused), **again)
