"""What each kind of fact does to its member on the desk, one function each: it closes the item or gives its answer."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID

from shuke.core.state.slots import POINTS_MAX
from shuke.core.values.dates import NEVER, day_of
from shuke.core.values.errors import Refusal
from shuke.engine.limits import balance_limit
from shuke.engine.remains import points_back, remaining
from shuke.engine.states import BehaviourFacts, MemberState, OrderFacts, Outcome, PastGrant, RefundFacts
from shuke.rooms.points.contracts import Kind, PastLot
from shuke.rooms.programs.contracts import Result, Status
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
from shuke.rooms.programs.queries import DecisionRow, Payment
from shuke.rooms.programs.services import refunds
from shuke.rooms.programs.services.dossiers import Desktop, Dossier
from shuke.rooms.programs.services.items import Item, order_facts
from shuke.rooms.programs.services.refunds import Refunding
from shuke.rooms.programs.services.terms import check_transfer, more_than_left, spendable_unit, unit_by_hand, unit_of
from shuke.rooms.programs.services.timeline import EARNS, Running

# What an entry does to what a member can use, for the answers of facts that move points both ways.
_GIVES = frozenset({Kind.CREDIT, Kind.OPENING, Kind.TRANSFER_IN, Kind.RETURN, Kind.RELEASE, Kind.DEPOSIT})
_ENDS = frozenset({Kind.EXPIRY, Kind.LAPSE, Kind.CANCELLATION})
_TAKES = frozenset({Kind.DEBIT, Kind.TRANSFER_OUT, Kind.CLAWBACK, Kind.CLAWBACK_PENDING, Kind.OWED, Kind.WITHDRAWAL})


@dataclass(slots=True)
class Past:
    """What facts refer to, loaded under the locks: decisions and the lots they opened, and what paid for orders.

    `payments` are the redemptions linked to an order, by its key.
    """

    now: datetime
    brands: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[UUID, DecisionRow] = field(default_factory=dict)
    lots: Mapping[UUID, list[PastLot]] = field(default_factory=dict)
    payments: Mapping[tuple[str, str], list[Payment]] = field(default_factory=dict)


def order(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Decide an order, and then the refunds of it that came before it did."""
    fact, reference = item.fact, _reference(item)
    assert isinstance(fact, OrderFact)
    facts = item.seen = order_facts(fact, past.brands.get(fact.store, ""))
    begin = len(desktop.postings)
    cause = dossier.cause_of(reference)
    outcome = desktop.act(
        dossier, item.at(past.now), reference, lambda state: dossier.running.desk.order(state, facts, cause)
    )
    _decided(item, desktop, dossier, outcome, begin)
    if item.parked:
        _refund_at_once(item, desktop, dossier, facts, outcome, past.payments.get((fact.source, fact.external_id), []))
    item.postings = desktop.caused_by(reference, begin)


def _refund_at_once(
    item: Item, desktop: Desktop, dossier: Dossier, facts: OrderFacts, outcome: Outcome, payments: list[Payment]
) -> None:
    """Carry out the refunds that came before their order, and answer with what they leave."""
    assert item.decision is not None
    assert item.answer is not None
    grants = [
        PastGrant(given.unit, given.points, 0, given.lot, given.counted_day if given.lot else 0)
        for given in outcome.given
    ]
    for parked in item.parked:
        taken = _take_back(desktop, dossier, parked, facts, item.decision, grants, payments)
        back = {(claw.unit, claw.lot): claw.taken + claw.owed + claw.forgiven for claw in taken.clawbacks if claw.lot}
        grants = [replace(grant, back=grant.back + back.get((grant.unit, grant.lot), 0)) for grant in grants]
        off = refunds.taken_off(parked.after)
        payments = [replace(each, returned=points_back(each.points, facts, off)) for each in payments]
    item.decision = replace(item.decision, balances=list(dossier.state.available))
    item.answer = as_it_stands(item.answer, dossier)


def as_it_stands(answer: Result, dossier: Dossier) -> Result:
    """Return an answer with what the member has and owes by now."""
    balances, owed = _standing(dossier, answer.balances or ())
    return replace(answer, balances=balances, owed=owed)


def _standing(dossier: Dossier, codes: Iterable[str]) -> tuple[dict[str, int], dict[str, int] | None]:
    """Return what the member has of units, and what it owes of any."""
    units, state = dossier.running.unit_codes, dossier.state
    balances = dict(zip(units, state.available, strict=True))
    owed = {code: debt for code, debt in zip(units, state.debt, strict=True) if debt}
    return {code: balances[code] for code in codes}, owed or None


def behaviour(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Decide a behaviour; where it is about an order, what that earned may become usable."""
    fact, reference = item.fact, _reference(item)
    assert isinstance(fact, BehaviourFact)
    at = item.at(past.now)
    brand = past.brands.get(fact.store, "")
    facts = item.seen = BehaviourFacts(at, fact.kind, fact.store, fact.channel, brand, fact.attributes)
    begin = len(desktop.postings)
    cause = dossier.cause_of(reference)
    confirms = dossier.cause_of(item.about.reference) if item.about else -1
    outcome = desktop.act(
        dossier, at, reference, lambda state: dossier.running.desk.behaviour(state, facts, cause, confirms)
    )
    _decided(item, desktop, dossier, outcome, begin)
    item.postings = desktop.caused_by(reference, begin)


def refund(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Take back what an order earned too much, by what is left of it."""
    fact, refunding, sold_facts = item.fact, item.refunding, item.sold_facts
    assert isinstance(fact, RefundFact)
    assert refunding is not None
    assert sold_facts is not None
    reference, order_id = _reference(item), refunding.after.order_id
    decision = item.sold_by
    begin = len(desktop.postings)
    if decision is None or decision.version_id is None:
        item.day = dossier.running.day_of(refunding.occurred_at)
        item.answer = Result(Status.RECORDED, reference=reference, member_id=item.member_id)
        return
    desktop.advance(dossier, item.at(past.now))  # what ends on the way is gone before anything is taken back
    by_number = {(lot.unit_id, lot.number): lot for lot in past.lots.get(order_id, ())}
    running = desktop.timeline.by_id(decision.version_id)
    grants = []
    for grant, points, number in zip(running.desk.compiled.grants, decision.points, decision.lots, strict=True):
        lot = by_number.get((running.unit_ids[grant.unit], number))
        if lot is None:
            grants.append(PastGrant(grant.unit, points, 0, number, 0, 0))
            continue
        day, gone = _since(desktop, dossier.member_id, lot)
        grants.append(PastGrant(grant.unit, points, lot.clawed, number, day, gone))
    payments = past.payments.get(fact.order, [])
    outcome = _take_back(desktop, dossier, refunding, sold_facts, decision, grants, payments)
    item.day = dossier.state.standing_day
    item.postings = desktop.caused_by(reference, begin)
    item.answer = _answer(item, dossier, outcome, _moved(dossier.running, outcome))


def _since(desktop: Desktop, holder_id: UUID, lot: PastLot) -> tuple[int, int]:
    """Return the day on which a lot counts as earned and what of it is gone, with what this unit of work did to it."""
    day, gone = lot.counted_day, lot.gone
    for posting in desktop.postings:
        for move in posting.moves if posting.holder_id == holder_id else ():
            if (move.unit_id, move.lot_number) == (lot.unit_id, lot.number):
                if move.kind in _ENDS:
                    gone += move.points
                elif move.kind is Kind.ACTIVATION:
                    day = posting.day - (posting.reference is None)
    return day, gone


def _take_back(
    desktop: Desktop,
    dossier: Dossier,
    refunding: Refunding,
    facts: OrderFacts,
    decision: DecisionRow,
    grants: list[PastGrant],
    payments: list[Payment],
) -> Outcome:
    """Let the desk of the version that decided the order take back what is too much."""
    running = desktop.timeline.by_id(decision.version_id or 0)
    off = refunds.taken_off(refunding.after)
    due = ((each, points_back(each.points, facts, off) - each.returned) for each in payments)
    at = int(refunding.occurred_at.timestamp())
    seconds = int(decision.effective_at.timestamp())
    taken = RefundFacts(
        occurred_at=at,
        vector=decision.vector,
        remains=remaining(facts, off),
        grants=grants,
        net_off=refunding.net_off,
        whole=refunding.whole,
        counted_day=running.day_of(datetime.fromtimestamp(seconds, UTC)),
        paid=[(dossier.cause_of(each.redemption_id), points) for each, points in due if points > 0],
    )
    return desktop.act(
        dossier,
        at,
        refunding.refund_id,
        lambda state: dossier.running.desk.refund(state, taken, decided_by=running.desk),
    )


def redeem(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Draw the points of a redemption."""
    fact = item.fact
    assert isinstance(fact, RedeemFact)
    at, cause = item.at(past.now), dossier.cause_of(_reference(item))
    desktop.reach(dossier, at)
    unit = spendable_unit(dossier.running, fact.unit)
    _act(
        item,
        desktop,
        dossier,
        at,
        lambda state: dossier.running.desk.redeem(state, unit, fact.points, at, cause),
        {dossier.running.unit_codes[unit]: fact.points},
    )


def give_back(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Give points of a redemption back."""
    fact, about = item.fact, item.about
    assert isinstance(fact, ReturnFact)
    assert about is not None
    at, cause = item.at(past.now), dossier.cause_of(about.reference)
    takes = [take for take in dossier.state.takes if take.cause == cause]
    left = sum(take.used for take in takes)
    if left == 0:
        raise Refusal("already_returned", "All points of this redemption are back.", pointer="/redemption")
    points = left if fact.points is None else fact.points
    if points > left:
        raise more_than_left(dossier.running.program.units[takes[0].unit], points, left)
    _act(item, desktop, dossier, at, lambda state: dossier.running.desk.give_back(state, cause, points, at))


def hold(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Set points aside."""
    fact = item.fact
    assert isinstance(fact, HoldFact)
    at, cause = item.at(past.now), dossier.cause_of(_reference(item))
    desktop.reach(dossier, at)
    unit = spendable_unit(dossier.running, fact.unit)
    until = int(fact.until.timestamp())
    _act(
        item,
        desktop,
        dossier,
        at,
        lambda state: dossier.running.desk.hold(state, unit, fact.points, at, until, cause),
        {dossier.running.unit_codes[unit]: fact.points},
    )


def capture(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Spend points of a hold."""
    fact, about = item.fact, item.about
    assert isinstance(fact, CaptureFact)
    assert about is not None
    at, cause = item.at(past.now), dossier.cause_of(about.reference)
    held = next((hold for hold in dossier.state.holds if hold.cause == cause), None)
    if held is None:
        raise Refusal("hold_closed", "The hold is closed.", pointer="/hold")
    points = held.points if fact.points is None else fact.points
    unit = dossier.running.unit_codes[held.unit]
    _act(
        item, desktop, dossier, at, lambda state: dossier.running.desk.capture(state, cause, points, at), {unit: points}
    )


def release(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Give what a hold still has back."""
    about = item.about
    assert isinstance(item.fact, ReleaseFact)
    assert about is not None
    at, cause = item.at(past.now), dossier.cause_of(about.reference)
    _act(item, desktop, dossier, at, lambda state: dossier.running.desk.release(state, cause, at))


def adjust(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Give or take points by hand."""
    fact = item.fact
    assert isinstance(fact, AdjustFact)
    at = item.at(past.now)
    desktop.reach(dossier, at)
    unit = (unit_of if fact.undoes else unit_by_hand)(dossier.running, fact.unit)
    ends = None if fact.expires_on is None else _civil(fact.expires_on) + 1
    _act(item, desktop, dossier, at, lambda state: dossier.running.desk.adjust(state, [(unit, fact.points)], at, ends))


def pay(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Open a lot of each unit that came for money, or take what goes against money."""
    fact = item.fact
    assert isinstance(fact, DepositFact | WithdrawalFact)
    at, sign = item.at(past.now), 1 if isinstance(fact, DepositFact) else -1
    desktop.reach(dossier, at)
    amounts = [(unit_of(dossier.running, code), sign * amount) for code, amount in fact.units]
    _act(item, desktop, dossier, at, lambda state: dossier.running.desk.adjust(state, amounts, at, paid=True))


def open_lot(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Open a lot of an opening balance."""
    fact = item.fact
    assert isinstance(fact, OpeningFact)
    at = item.at(past.now)
    desktop.reach(dossier, at)
    unit = unit_of(dossier.running, fact.unit)
    ends = NEVER if fact.expires_on is None else _civil(fact.expires_on) + 1
    earned = NEVER if fact.earned_on is None else _civil(fact.earned_on)
    _act(
        item,
        desktop,
        dossier,
        at,
        lambda state: dossier.running.desk.open_lot(state, unit, fact.points, at, ends, earned),
    )


def assign(item: Item, desktop: Desktop, dossier: Dossier, past: Past) -> None:
    """Give a tier by hand."""
    fact = item.fact
    assert isinstance(fact, TierFact)
    at = item.at(past.now)
    desktop.reach(dossier, at)
    running = dossier.running
    codes = [ladder.code for ladder in running.program.ladders]
    if not codes or (fact.ladder is not None and fact.ladder not in codes):
        raise Refusal("unknown_ladder", "The program has no such ladder.", pointer="/ladder")
    place = codes.index(fact.ladder) if fact.ladder else 0
    ranks = running.ranks_of(place)
    if fact.tier not in ranks:
        known = ", ".join(ranks)
        raise Refusal("unknown_tier", f"The ladder has: {known}.", pointer="/tier", params={"known": known})
    until = NEVER if fact.until is None else _civil(fact.until) + 1
    rank, exactly = ranks[fact.tier], fact.exactly
    _act(
        item,
        desktop,
        dossier,
        at,
        lambda state: dossier.running.desk.assign(state, place, rank, until, at, exactly=exactly),
        note=fact.reason,
    )
    assert item.answer is not None
    item.answer = replace(item.answer, tier_after=running.tier_code(dossier.state.ladders[0].rank))


def transfer(item: Item, desktop: Desktop, dossier: Dossier, past: Past, receiver: Dossier) -> None:
    """Move points from one member to another; both stand at the same instant then."""
    fact = item.fact
    assert isinstance(fact, TransferFact)
    reference = _reference(item)
    at = max(item.at(past.now), dossier.state.standing_at, receiver.state.standing_at)
    desktop.reach(dossier, at)
    desktop.reach(receiver, at)
    unit = unit_of(dossier.running, fact.unit)
    check_transfer(dossier, unit, fact.points, at)
    has = receiver.state.available[unit] + receiver.state.pending[unit] + receiver.state.held[unit]
    if has + fact.points > POINTS_MAX:
        raise balance_limit("/to")
    cause = dossier.cause_of(reference)
    begin = len(desktop.postings)
    outcome = desktop.act(
        dossier, at, reference, lambda state: dossier.running.desk.give(state, unit, fact.points, at, cause)
    )
    desktop.act(receiver, at, reference, lambda state: receiver.running.desk.receive(state, unit, outcome.slices, at))
    item.postings = desktop.caused_by(reference, begin)
    item.answer = _answer(item, dossier, outcome, {dossier.running.unit_codes[unit]: -fact.points})


def _act(
    item: Item,
    desktop: Desktop,
    dossier: Dossier,
    at: int,
    verb: Callable[[MemberState], Outcome],
    moved: dict[str, int] | None = None,
    *,
    note: str = "",
) -> None:
    """Let a verb act for an item, and answer with what it `moved`, by default what came of it."""
    reference = _reference(item)
    begin = len(desktop.postings)
    outcome = desktop.act(dossier, at, reference, verb, note=note)
    item.postings = desktop.caused_by(reference, begin)
    item.answer = _answer(item, dossier, outcome, _moved(dossier.running, outcome) if moved is None else moved)


def _decided(item: Item, desktop: Desktop, dossier: Dossier, outcome: Outcome, begin: int) -> None:
    """Keep a decision and answer with it."""
    running = dossier.running
    given: Counter[str] = Counter(dict.fromkeys(running.unit_codes, 0))
    for each in outcome.given:
        given[running.unit_codes[each.unit]] += each.points
    item.day = dossier.state.standing_day
    item.postings = desktop.caused_by(_reference(item), begin)
    before, after = running.tier_seen(outcome.vector), running.tier_now(dossier.state)
    earned = [each for each in outcome.entries if each.kind in EARNS and not each.by_time]
    milestones = running.by_milestones(((running.unit_codes[each.unit], each.amount) for each in earned), given)
    item.answer = replace(_answer(item, dossier, outcome, dict(given), before, after), milestones=milestones)
    assert item.member_id is not None
    item.decision = DecisionRow(
        member_id=item.member_id,
        fact_id=_reference(item),
        version_id=running.id,
        undecided="",
        effective_at=_instant(outcome.effective_at),
        late=outcome.late,
        vector=outcome.vector,
        points=[each.points for each in outcome.given],
        lots=[each.lot for each in outcome.given],
        balances=list(dossier.state.available),
        tier_before=before,
        tier_after=after,
    )


def _answer(
    item: Item, dossier: Dossier, outcome: Outcome, moved: dict[str, int], tier_before: str = "", tier_after: str = ""
) -> Result:
    balances, owed = _standing(dossier, moved)
    return Result(
        Status.RECORDED,
        reference=item.reference,
        member_id=item.member_id,
        version=dossier.running.number,
        late=outcome.late,
        effective_at=_instant(outcome.effective_at),
        points=moved,
        balances=balances,
        owed=owed,
        tier_before=tier_before,
        tier_after=tier_after,
    )


def _moved(running: Running, outcome: Outcome) -> dict[str, int]:
    """Return by unit what the entries of a fact gave (above 0) or took (below 0)."""
    moved: Counter[str] = Counter()
    for entry in outcome.entries:
        if not entry.by_time:
            sign = (Kind(entry.kind) in _GIVES) - (Kind(entry.kind) in _TAKES)
            moved[running.unit_codes[entry.unit]] += sign * entry.amount
    return dict(moved)


def _reference(item: Item) -> UUID:
    assert item.reference is not None, "the key of the fact was claimed"
    return item.reference


def _civil(day: date) -> int:
    return day_of(day.year, day.month, day.day)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
