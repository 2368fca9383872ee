"""Decides the facts of a batch in memory, one after the other, and writes what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.zones import local_day
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.points.contracts import Posted
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Result, Status, Undecided
from shuke.rooms.programs.facts import (
    AdjustFact,
    BehaviourFact,
    CaptureFact,
    DepositFact,
    HoldFact,
    OpeningFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
    TierFact,
    TransferFact,
    WithdrawalFact,
)
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services import giving, merging, storing, verbs
from shuke.rooms.programs.services.claims import release
from shuke.rooms.programs.services.dossiers import Desktop
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.pasts import past_of
from shuke.rooms.programs.services.returning import give_back
from shuke.rooms.programs.services.timeline import Timeline
from shuke.rooms.programs.services.verbs import Past

_CLOSED_TO = {
    Undecided.NOT_ENROLLED: "The member does not belong to the program.",
    Undecided.FROZEN: "The member is frozen.",
    Undecided.BLACKLISTED: "The member is blacklisted.",
    Undecided.EXITED: "The member has exited.",
    Undecided.MERGED: "The member lives on in another one.",
    Undecided.UNKNOWN_MEMBER: "Nobody is known by this id.",
    Undecided.NO_PROGRAM: "No program is published yet.",
}
_VERBS = {
    OrderFact: verbs.order,
    BehaviourFact: verbs.behaviour,
    RedeemFact: verbs.redeem,
    ReturnFact: verbs.give_back,
    HoldFact: verbs.hold,
    CaptureFact: verbs.capture,
    ReleaseFact: verbs.release,
    AdjustFact: verbs.adjust,
    TierFact: verbs.assign,
    OpeningFact: verbs.open_lot,
    DepositFact: verbs.pay,
    WithdrawalFact: verbs.pay,
    RefundFact: verbs.refund,
}


def decide(
    items: Sequence[Item], plan: Timeline | None, people: Mapping[UUID, MemberFacts], now: datetime
) -> Desktop | None:
    """Load the members and decide their facts in the order given; `answer` then says what each comes to."""
    past = past_of(items, plan, now)
    mine = [item for item in still_open(items) if item.original is None]
    desktop = open_desktop(plan, _wanted(mine, past), people) if plan else None
    for item in mine:
        _decide(item, plan, desktop, past)
    return desktop


def write(
    items: Sequence[Item],
    desktop: Desktop | None,
    people: Mapping[UUID, MemberFacts],
    recorded_at: datetime,
    *,
    history: bool,
) -> None:
    """Write the facts that were taken, with one statement for each table, and close every item."""
    release(items)
    taken = [item for item in items if item.answer is not None]
    storing.store(taken, recorded_at)
    decisions = [item.decision for item in taken if item.decision is not None]
    if decisions:
        queries.insert_decisions(decisions)
    posted = desktop.write(recorded_at) if desktop else []
    members.touch_active(_last_active(taken))
    if desktop is not None:
        live = [item for item in taken if giving.gives(item.fact.occurred_at, recorded_at, history=history)]
        giving.give(live, desktop, people, recorded_at)
    _give_back(taken)
    giving.take_back(taken, desktop, people, recorded_at)  # coupons are locked after the templates of those given
    for item in taken:
        item.result = _result(item, posted)
    for item in still_open(items):
        if item.original is not None and item.original.result is not None:
            first = item.original.result
            item.result = first if first.status is Status.REFUSED else replace(first, status=Status.REPEATED)


def _give_back(items: Sequence[Item]) -> None:
    """Give back the offers and coupons of orders of which refunds leave nothing."""
    refunded = [(item.fact.order, item.refunding) for item in items if isinstance(item.fact, RefundFact)]
    emptied = {refunding.after.order_id: key for key, refunding in refunded if refunding and refunding.whole}
    if emptied:
        give_back(emptied)


def _decide(item: Item, plan: Timeline | None, desktop: Desktop | None, past: Past) -> None:
    """Let a fact act on its member, or take or refuse it undecided."""
    dossier = desktop.dossiers.get(item.member_id) if desktop and item.member_id else None
    if dossier is None and item.undecided is None:
        item.undecided = Undecided.NOT_ENROLLED if desktop else Undecided.NO_PROGRAM
    if desktop is None or dossier is None or item.key is None or item.undecided is not None:
        _sit_out(item, plan)
        return
    try:
        if isinstance(item.fact, TransferFact):
            receiver = desktop.dossiers.get(item.other_id) if item.other_id else None
            if receiver is None:
                raise Refusal("not_enrolled", _CLOSED_TO[Undecided.NOT_ENROLLED], pointer="/to")
            verbs.transfer(item, desktop, dossier, past, receiver)
        else:
            _VERBS[type(item.fact)](item, desktop, dossier, past)
            if item.heirs and item.answer is not None:
                merging.carry_over(desktop, dossier, item.heirs)
                item.answer = verbs.as_it_stands(item.answer, dossier)
    except Refusal as refusal:
        item.refuse(refusal)


def _wanted(items: Sequence[Item], past: Past) -> dict[UUID, Wanted]:
    """Return how far each member is to be moved, and what of its past must be there."""
    wanted: dict[UUID, Wanted] = {}
    for item in items:
        if item.undecided is not None:
            continue
        for member_id in (item.member_id, item.other_id, *(heir.member_id for heir in item.heirs)):
            if member_id is not None:
                wish = wanted.setdefault(member_id, Wanted(0))
                wish.until = max(wish.until, item.at(past.now))
                wish.draws = wish.draws or bool(item.parked) or not isinstance(item.fact, OrderFact | BehaviourFact)
        if item.member_id is not None:
            _want_past(wanted[item.member_id], item, past)
    return wanted


def _want_past(wish: Wanted, item: Item, past: Past) -> None:
    """Want the takes that a fact gives back or spends, and the days on which it changes what was counted."""
    fact = item.fact
    if isinstance(fact, ReturnFact | CaptureFact) and item.about:
        wish.takes.add(item.about.reference)
    if isinstance(fact, OpeningFact) and fact.earned_on is not None:
        wish.counts_from = min(wish.counts_from, (fact.earned_on - EPOCH).days)
    for refunding in [*item.parked, *([item.refunding] if item.refunding else [])]:
        wish.until = max(wish.until, int(refunding.occurred_at.timestamp()))
    if item.refunding is not None:
        decision = past.decisions.get(item.refunding.after.order_id)
        lots = past.lots.get(item.refunding.after.order_id, ())
        days = [lot.counted_day for lot in lots]
        if decision is not None and decision.version_id is not None:
            days.append((decision.effective_at.date() - EPOCH).days - 1)  # a day early where the zone is behind
        wish.counts_from = min([wish.counts_from, *days])
    if item.refunding is not None or item.parked:
        paid = fact.order if isinstance(fact, RefundFact) else (fact.source, fact.external_id)
        wish.takes.update(payment.redemption_id for payment in past.payments.get(paid, ()))


EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()


def _sit_out(item: Item, plan: Timeline | None) -> None:
    """Take an order or refund without a decision; refuse everything else."""
    undecided = item.undecided or Undecided.NOT_ENROLLED
    fact = item.fact
    if not item.is_stored_undecided:
        item.refuse(Refusal(undecided.value, _CLOSED_TO[undecided], pointer="/member"))
        return
    at = fact.occurred_at
    assert at is not None or isinstance(fact, RefundFact)
    if isinstance(fact, OrderFact):
        item.day = local_day(int(fact.occurred_at.timestamp()), plan.latest.program.time_zone if plan else "UTC")
    item.answer = Result(Status.RECORDED, reference=item.reference, member_id=item.member_id, undecided=item.undecided)
    if isinstance(fact, OrderFact) and item.member_id is not None and item.reference is not None:
        item.decision = DecisionRow(
            item.member_id, item.reference, None, undecided.value, fact.occurred_at, False, (), [], [], [], "", ""
        )


def _last_active(items: Sequence[Item]) -> dict[UUID, datetime]:
    """Return when each member was last heard of, by these facts."""
    last: dict[UUID, datetime] = {}
    for item in items:
        at = item.fact.occurred_at or (item.answer.effective_at if item.answer else None)
        if (
            item.member_id is not None
            and at is not None
            and at > last.get(item.member_id, datetime.min.replace(tzinfo=UTC))
        ):
            last[item.member_id] = at
    return last


def _result(item: Item, posted: Sequence[Posted]) -> Result | None:
    """Return the answer with the entries that came of the fact to its member."""
    made = (key for index in item.postings for key in posted[index].entries)
    keys = tuple(key for key in made if key.holder_id == item.member_id)
    return replace(item.answer, entries=keys) if item.answer else None
