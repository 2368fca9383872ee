"""Decides the facts of a batch in memory, one after the other, and writes what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.online import Outcome
from shuke.engine.zones import local_day
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import NewOrder
from shuke.rooms.points.contracts import Posted
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import OrderFact, RedeemFact, Result, Status, Undecided
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services.claims import release
from shuke.rooms.programs.services.dossiers import Desktop, Dossier, Wanted, open_desktop
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.timeline import Timeline

_CLOSED_TO = {
    Undecided.NOT_ENROLLED: "The member does not belong to the program.",
    Undecided.FROZEN: "The member is frozen.",
    Undecided.BLACKLISTED: "The member is blacklisted.",
    Undecided.EXITED: "The member has exited.",
}


def decide(
    items: Sequence[Item], plan: Timeline | None, people: Mapping[UUID, MemberFacts], now: datetime
) -> Desktop | None:
    """Load the members and decide their facts in the order given; `answer` then says what each comes to."""
    mine = [item for item in still_open(items) if item.original is None]
    desktop = open_desktop(plan, _wanted(mine, now), people) if plan else None
    for item in mine:
        dossier = desktop.dossiers.get(item.member_id) if desktop and item.member_id else None
        if dossier is None and item.undecided is None:
            item.undecided = Undecided.NOT_ENROLLED if desktop else Undecided.NO_PROGRAM
        if desktop is None or dossier is None or item.key is None or item.undecided is not None:
            _sit_out(item, plan)
        elif isinstance(item.fact, OrderFact):
            _order(item, item.fact, item.key.reference, desktop, dossier)
        else:
            _redeem(item, item.fact, item.key.reference, desktop, dossier, now)
    return desktop


def write(items: Sequence[Item], desktop: Desktop | None, recorded_at: datetime) -> None:
    """Write the facts that were taken, with one statement for each table, and close every item."""
    release(items)
    taken = [item for item in items if item.answer is not None]
    _write_orders([item for item in taken if isinstance(item.fact, OrderFact)], recorded_at)
    queries.insert_decisions([item.decision for item in taken if item.decision is not None])
    posted = desktop.write(recorded_at) if desktop else []
    members.touch_active(_last_active(taken))
    for item in taken:
        item.result = _result(item, posted)
    for item in still_open(items):
        if item.original is not None and item.original.result is not None:
            first = item.original.result
            item.result = first if first.status is Status.REFUSED else replace(first, status=Status.REPEATED)


def _wanted(items: Sequence[Item], now: datetime) -> dict[UUID, Wanted]:
    """Return how far each member is to be moved."""
    wanted: dict[UUID, Wanted] = {}
    for item in items:
        if item.member_id is not None and item.undecided is None:
            wish = wanted.setdefault(item.member_id, Wanted(0))
            wish.until = max(wish.until, int((item.fact.occurred_at or now).timestamp()))
            wish.draws = wish.draws or isinstance(item.fact, RedeemFact)
    return wanted


def _sit_out(item: Item, plan: Timeline | None) -> None:
    """Take an order without a decision; refuse a redemption."""
    if isinstance(item.fact, RedeemFact):
        undecided = item.undecided or Undecided.NOT_ENROLLED
        item.refuse(Refusal(undecided.value, _CLOSED_TO[undecided], pointer="/member"))
        return
    item.day = local_day(int(item.fact.occurred_at.timestamp()), plan.latest.program.time_zone if plan else "UTC")
    item.answer = Result(Status.RECORDED, reference=item.reference, member_id=item.member_id, undecided=item.undecided)
    if item.member_id is not None and item.reference is not None and item.undecided is not None:
        at, why = item.fact.occurred_at, item.undecided.value
        item.decision = DecisionRow(item.member_id, item.reference, None, why, at, False, (), [], [], "", "")


def _order(item: Item, fact: OrderFact, reference: UUID, desktop: Desktop, dossier: Dossier) -> None:
    """Decide an order."""
    begin = len(desktop.postings)
    try:
        outcome = desktop.order(dossier, reference, fact)
    except Refusal as refusal:
        item.refuse(refusal)
        return
    running = dossier.running
    given = [0] * len(running.unit_ids)
    for entry in outcome.entries:
        if entry.kind == "accrual":
            given[entry.unit] += entry.amount
    item.day, item.postings = dossier.state.standing_day, desktop.caused_by(reference, begin)
    answer = _answer(item, dossier, outcome, dict(zip(running.unit_codes, given, strict=True)))
    before, after = running.tier_seen(outcome.vector), running.tier_code(dossier.state.tier)
    item.answer = replace(answer, tier_before=before, tier_after=after)
    item.decision = DecisionRow(
        member_id=dossier.member_id,
        order_id=reference,
        version_id=running.id,
        undecided="",
        effective_at=_instant(outcome.effective_at),
        late=outcome.late,
        vector=outcome.vector,
        points=given,
        balances=list(dossier.state.balances),
        tier_before=item.answer.tier_before,
        tier_after=item.answer.tier_after,
    )


def _redeem(item: Item, fact: RedeemFact, reference: UUID, desktop: Desktop, dossier: Dossier, now: datetime) -> None:
    """Draw the points of a redemption."""
    begin = len(desktop.postings)
    unit = fact.unit or dossier.running.unit_codes[0]
    at = int((fact.occurred_at or now).timestamp())
    try:
        outcome = desktop.redeem(dossier, unit, fact.points, at, reference)
    except Refusal as refusal:
        item.refuse(refusal)
        return
    item.postings = desktop.caused_by(reference, begin)
    item.answer = _answer(item, dossier, outcome, {unit: fact.points})


def _answer(item: Item, dossier: Dossier, outcome: Outcome, points: dict[str, int]) -> Result:
    running = dossier.running
    balances = dict(zip(running.unit_codes, dossier.state.balances, strict=True))
    return Result(
        Status.RECORDED,
        reference=item.reference,
        member_id=item.member_id,
        version=running.number,
        late=outcome.late,
        effective_at=_instant(outcome.effective_at),
        points=points,
        balances={code: balances[code] for code in points},
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _write_orders(items: Sequence[Item], recorded_at: datetime) -> None:
    new = []
    for item in items:
        fact = item.fact
        assert isinstance(fact, OrderFact)
        assert item.reference is not None
        new.append(
            NewOrder(
                id=item.reference,
                source=fact.source,
                external_id=fact.external_id,
                occurred_at=fact.occurred_at,
                day=item.day,
                net_minor=fact.net_minor,
                gross_minor=fact.gross_minor,
                currency=fact.currency,
                store=fact.store,
                channel=fact.channel,
                lines=fact.lines,
                generated=fact.generated,
                counted=item.undecided is None,
            )
        )
    orders.record(new, [item.member_id for item in items], recorded_at)


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
    """Return the answer with the entries that came of the fact."""
    keys = tuple(key for index in item.postings for key in posted[index].entries)
    return replace(item.answer, entries=keys) if item.answer else None
