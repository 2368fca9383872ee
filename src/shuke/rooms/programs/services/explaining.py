"""Explains orders and entries: the stored vector through the same rules again, lots and dates from the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from shuke.engine.explanation import explain_vector
from shuke.engine.remains import points_back
from shuke.foundation import business_keys, ids
from shuke.foundation.transactions import snapshot
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Behaviour, Order, RefundState
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Entry, EntryKey, Kind
from shuke.rooms.programs import cart_queries, queries
from shuke.rooms.programs.cart_keeping import from_json
from shuke.rooms.programs.contracts import Cause, Explanation, LotStory, PaidBack, Undecided
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services.items import order_facts
from shuke.rooms.programs.services.pasts import fact_of, fact_with, sold_after
from shuke.rooms.programs.services.refunds import taken_off
from shuke.rooms.programs.services.timeline import Running, Timeline, published, timeline

_AUDIT_LINES = 1_000  # of one member, the newest: where the reason of an adjustment is looked for


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
    order = _order_named(entry.reference)
    if order is not None:
        cause = Cause("order", order.id, order.source, order.external_id)
        return replace(_of_order(plan, order, entry), cause=cause)
    cause = _cause(entry)
    if cause is not None and cause.kind == "behaviour":
        return replace(_of_behaviour(plan, orders.behaviour(cause.reference), entry), cause=cause)
    running = plan.at(int(entry.occurred_at.timestamp()))
    refunded = _refunded(cause)
    return Explanation(
        member_id=key.holder_id,
        program=plan.slug,
        version=running.number,
        entry=entry,
        order=refunded,
        decision=None,
        undecided=None,
        late=False,
        effective_at=entry.occurred_at,
        tier_before="",
        tier_after="",
        **_moved(plan, entry, refunded),
        cause=cause,
        paid_back=_paid_back(entry, refunded) if refunded else None,
    )


def _of_order(plan: Timeline, order: Order, entry: Entry | None) -> Explanation:
    decision = _decision(order.member_id, order.id)
    texts = {"order.store": order.store, "order.channel": order.channel, **_texts("order", order.attributes)}
    told = _decided(plan, decision, texts, entry, order)
    told |= {"undecided": _why_undecided(decision), "order": order, "member_id": order.member_id}
    told["unfit"] = tuple(each for each in orders.refunds_of(order.id) if each.state is RefundState.REFUSED)
    kept = cart_queries.kept(order.source, order.external_id)
    told["offers"] = from_json(kept[1].priced).applied if kept else ()
    return Explanation(**told)


def _of_behaviour(plan: Timeline, behaviour: Behaviour, entry: Entry) -> Explanation:
    decision = _decision(behaviour.member_id, behaviour.id)
    texts = {"event.store": behaviour.store, "event.channel": behaviour.channel}
    texts |= _texts("event", behaviour.attributes)
    told = _decided(plan, decision, texts, entry)
    told |= {"undecided": None, "order": None, "behaviour": behaviour, "member_id": behaviour.member_id}
    return Explanation(**told)


def _decision(member_id: UUID | None, fact_id: UUID) -> DecisionRow | None:
    return None if member_id is None else queries.decisions([(member_id, fact_id)]).get(fact_id)


def _texts(owner: str, attributes: Mapping[str, Any]) -> dict[str, str]:
    return {f"{owner}.{name}": value for name, value in attributes.items() if isinstance(value, str)}


def _lines(running: Running, order: Order) -> list[int]:
    """Return the lines of an order as its decision saw them."""
    return running.desk.line_rows(order_facts(fact_with(order, orders.lines(order.id)), order.brand))


def _decided(
    plan: Timeline,
    decision: DecisionRow | None,
    texts: Mapping[str, str],
    entry: Entry | None,
    order: Order | None = None,
) -> dict[str, Any]:
    """Return what an explanation says of a decision, and of an entry that came of it."""
    running = plan.by_id(decision.version_id) if decision and decision.version_id is not None else None
    reasons = None
    if decision is not None and running is not None:
        items = _lines(running, order) if order is not None else ()
        reasons = explain_vector(running.desk.compiled, decision.vector, texts, items)
    return {
        "program": plan.slug,
        "version": running.number if running else None,
        "entry": entry,
        "decision": reasons,
        "late": decision.late if decision else False,
        "effective_at": decision.effective_at if decision else None,
        "tier_before": decision.tier_before if decision else "",
        "tier_after": decision.tier_after if decision else "",
        **(_moved(plan, entry, order) if entry else {"lots": (), "expiry": None}),
    }


def _order_named(reference: UUID | None) -> Order | None:
    return orders.get_many([reference]).get(reference) if reference else None


def _cause(entry: Entry) -> Cause | None:
    """Find the fact that an entry names, where it is no order."""
    reference = entry.reference
    if reference is None:
        return None
    name = business_keys.names([reference]).get(reference)
    if name is not None:
        return Cause(name.kind, reference, name.source, name.external_id, _note(entry, name.kind))
    if entry.kind in (Kind.MERGE_IN, Kind.MERGE_OUT):
        return Cause("merge", reference, "", "")
    behaviour = orders.behaviour(reference)
    return Cause("behaviour", reference, behaviour.source, behaviour.external_id)


def _note(entry: Entry, kind: str) -> str:
    """Return the reason of an adjustment, as the audit log keeps it."""
    if kind != "adjustment":
        return ""
    subject = ids.encode(ID_PREFIX, entry.key.holder_id)
    for line in org.audit_lines(_AUDIT_LINES, subject=subject).lines:
        after = line.after or {}
        if after.get("reference") == str(entry.reference):
            return str(after["reason"])
    return ""


def _refunded(cause: Cause | None) -> Order | None:
    if cause is None or cause.kind != "refund":
        return None
    order_id = orders.refund(cause.reference).order_id
    return orders.get(order_id) if order_id else None


def _paid_back(entry: Entry, order: Order) -> PaidBack | None:
    """Return how many of the points that paid for an order its refunds, up to the entry's, are to bring back."""
    if entry.kind is not Kind.RETURN:
        return None
    key = order.source, order.external_id
    payments = queries.payments([key]).get(key, [])
    takes = points.takes_of([(each.member_id, each.redemption_id) for each in payments])
    paid = [
        each.points for each in payments if any(take.unit_id == entry.key.unit_id for take in takes[each.redemption_id])
    ]
    carried_out = [refund for refund in orders.refunds_of(order.id) if refund.state is RefundState.APPLIED]
    place = next(place for place, refund in enumerate(carried_out) if refund.id == entry.reference)
    left = orders.left([order.id])[order.id]
    off = taken_off(sold_after(left, carried_out[: place + 1]))
    facts = order_facts(fact_of(left), order.brand)
    return PaidBack(sum(paid), sum(points_back(each, facts, off) for each in paid), off.net, facts.net_minor)


def _moved(plan: Timeline, entry: Entry, order: Order | None) -> dict[str, Any]:
    """Return the lots and the unit of an entry, and the rule that gave its lot its end: as of the lot's opening."""
    lots = _lots(entry, order)
    opened_at = entry.occurred_at
    opens = any((lot.origin, lot.reference) == (entry.kind, entry.reference) for lot in (story.lot for story in lots))
    if entry.lot_number is not None and not opens:
        opening, *_ = points.entries_of_lot(entry.key.holder_id, entry.key.unit_id, entry.lot_number)
        opened_at = opening.occurred_at
    running = plan.at(int(opened_at.timestamp()))
    unit = running.program.units[running.unit_index[entry.key.unit_id]]
    return {"lots": lots, "unit": unit.code, "scale": unit.scale, "expiry": unit.expiry}


def _why_undecided(decision: DecisionRow | None) -> Undecided | None:
    if decision is not None:
        return Undecided(decision.undecided) if decision.undecided else None
    return Undecided.UNKNOWN_MEMBER


def _lots(entry: Entry, order: Order | None) -> tuple[LotStory, ...]:
    """Return the lots of the entries of its kind in its transaction and unit, as they were opened or drawn from.

    `order` is one that is known already and need not be read again.
    """
    key = entry.key
    together = points.entries_of_transaction(key.holder_id, entry.transaction_number)
    alike = [each for each in together if each.key.unit_id == key.unit_id and each.kind is entry.kind]
    lots = [
        (points.lot(key.holder_id, key.unit_id, each.lot_number), abs(each.amount))
        for each in alike
        if each.lot_number is not None
    ]
    earned_by = {order.id: order} if order else {}
    others = {lot.reference for lot, _ in lots if lot.reference} - set(earned_by)
    earned_by |= orders.get_many(list(others)) if others else {}
    return tuple(LotStory(lot, amount, earned_by.get(lot.reference) if lot.reference else None) for lot, amount in lots)
