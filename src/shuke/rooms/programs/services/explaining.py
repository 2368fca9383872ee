"""Explains orders and entries: the stored vector through the same rules again, lots and dates from the ledger."""

from uuid import UUID

from shuke.core.program.model import Expiry
from shuke.engine.explanation import explain_vector
from shuke.foundation.transactions import snapshot
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Order
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, EntryKey, Kind
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Explanation, LotStory, Undecided
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services.timeline import Timeline, published, timeline


def explain_order(order_id: UUID) -> Explanation:
    """Explain an order, decided or not."""
    with snapshot():
        return _of_order(published(timeline()), orders.get(order_id), None)


def explain_entry(key: EntryKey) -> Explanation:
    """Explain an entry of the ledger."""
    with snapshot():
        return _of_entry(published(timeline()), key)


def _of_entry(plan: Timeline, key: EntryKey) -> Explanation:
    entry = points.entry(key)
    if entry.kind is Kind.ACCRUAL and entry.reference is not None:
        return _of_order(plan, orders.get(entry.reference), entry)
    running = plan.at(int(entry.occurred_at.timestamp()))
    return Explanation(
        member_id=key.holder_id,
        program=plan.slug,
        version=running.number,
        entry=entry,
        order=None,
        decision=None,
        undecided=None,
        late=False,
        effective_at=entry.occurred_at,
        tier_before="",
        tier_after="",
        lots=_lots(entry),
        expiry=_expiry(plan, entry),
    )


def _of_order(plan: Timeline, order: Order, entry: Entry | None) -> Explanation:
    decision = None
    if order.member_id is not None:
        decision = queries.decisions([(order.member_id, order.id)]).get(order.id)
    running = plan.by_id(decision.version_id) if decision and decision.version_id is not None else None
    texts = {"order.store": order.store, "order.channel": order.channel}
    return Explanation(
        member_id=order.member_id,
        program=plan.slug,
        version=running.number if running else None,
        entry=entry,
        order=order,
        decision=explain_vector(running.desk.compiled, decision.vector, texts) if decision and running else None,
        late=decision.late if decision else False,
        undecided=_why_undecided(decision),
        effective_at=decision.effective_at if decision else None,
        tier_before=decision.tier_before if decision else "",
        tier_after=decision.tier_after if decision else "",
        lots=_lots(entry) if entry else (),
        expiry=_expiry(plan, entry) if entry else None,
    )


def _why_undecided(decision: DecisionRow | None) -> Undecided | None:
    if decision is not None:
        return Undecided(decision.undecided) if decision.undecided else None
    return Undecided.UNKNOWN_MEMBER


def _lots(entry: Entry) -> tuple[LotStory, ...]:
    """Return the lots of the entry's transaction in its unit, in the order in which they were opened or drawn."""
    key = entry.key
    together = points.entries_of_transaction(key.holder_id, entry.transaction_number)
    return tuple(_story(each) for each in together if each.key.unit_id == key.unit_id)


def _story(entry: Entry) -> LotStory:
    key = entry.key
    opening = _opening(entry)
    earned_by = orders.get_many([opening.reference]).get(opening.reference) if opening.reference else None
    return LotStory(points.lot(key.holder_id, key.unit_id, entry.lot_number), abs(entry.amount), earned_by)


def _opening(entry: Entry) -> Entry:
    """Return the accrual that opened the entry's lot."""
    return points.entries_of_lot(entry.key.holder_id, entry.key.unit_id, entry.lot_number)[0]


def _expiry(plan: Timeline, entry: Entry) -> Expiry | None:
    """Return the rule that gave the entry's lot its end: that of the version in force when the lot was opened."""
    running = plan.at(int(_opening(entry).occurred_at.timestamp()))
    return running.program.units[running.unit_index[entry.key.unit_id]].expiry
