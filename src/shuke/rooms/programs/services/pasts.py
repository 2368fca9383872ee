"""Loads, behind the locks, what the facts of a batch refer to: orders and what is left of them, decisions, payments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.states import OrderFacts
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import RefundableOrder
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Undecided
from shuke.rooms.programs.facts import BehaviourFact, OrderFact, RefundFact
from shuke.rooms.programs.services import refunds
from shuke.rooms.programs.services.items import Item, still_open
from shuke.rooms.programs.services.refunds import Sold
from shuke.rooms.programs.services.timeline import Timeline
from shuke.rooms.programs.services.verbs import Past, order_facts


def past_of(items: Sequence[Item], plan: Timeline | None, now: datetime) -> Past:
    """Return what the open items refer to; a refund is worked out, or refused where the order has not so much left."""
    waiting = [item for item in still_open(items) if item.original is None]
    stores = {item.fact.store for item in waiting if isinstance(item.fact, OrderFact | BehaviourFact)}
    past = Past(now, brands=org.brand_of_store(sorted(stores - {""})) if stores - {""} else {})
    _scope(waiting, plan, past)
    _work_out(waiting, past)
    _park(waiting)
    return past


def _scope(items: Sequence[Item], plan: Timeline | None, past: Past) -> None:
    """Leave out orders of brands and stores that the program does not cover."""
    for item in items:
        fact = item.fact
        if plan is None or item.undecided is not None or not isinstance(fact, OrderFact | BehaviourFact):
            continue
        program = plan.at(item.at(past.now)).program
        brand = item.brand = past.brands.get(fact.store, "")
        if (program.brands and brand not in program.brands) or (program.stores and fact.store not in program.stores):
            item.undecided = Undecided.OUT_OF_SCOPE


def _work_out(items: Sequence[Item], past: Past) -> None:
    """Work out the refunds, and load the decisions, lots and payments of their orders."""
    mine = [item for item in items if isinstance(item.fact, RefundFact) and item.about and item.key]
    if not mine:
        return
    found = orders.refundable([item.about.reference for item in mine if item.about])
    known: list[tuple[UUID, UUID]] = []
    for item in mine:
        fact, about = item.fact, item.about
        assert isinstance(fact, RefundFact)
        assert about is not None
        assert item.reference is not None
        order = found[about.reference]
        try:
            at = fact.occurred_at or past.now
            item.refunding = refunds.work_out(item.reference, at, sold_of(order), fact.lines, fact.net_minor)
        except Refusal as refusal:
            item.refuse(refusal)
            continue
        item.sold_facts = facts_of(order)
        if item.member_id is not None:
            known.append((item.member_id, about.reference))
    past.decisions = queries.decisions(known) if known else {}
    past.lots = points.past_lots(known) if known else {}
    keys = [item.fact.order for item in mine if isinstance(item.fact, RefundFact)]
    past.payments = queries.payments(keys)


def _park(items: Sequence[Item]) -> None:
    """Give orders the refunds that came before them."""
    keys = [(item.fact.source, item.fact.external_id) for item in items if isinstance(item.fact, OrderFact)]
    waiting = orders.parked(keys) if keys else {}
    for item in items:
        fact = item.fact
        early = waiting.get((fact.source, fact.external_id), []) if isinstance(fact, OrderFact) else []
        if not early or item.reference is None:
            continue
        assert isinstance(fact, OrderFact)
        sold = _sold_now(item.reference, item.member_id, fact)
        for refund in early:
            try:
                refunding = refunds.work_out(refund.id, refund.occurred_at, sold, refund.lines, refund.asked_net_minor)
            except Refusal:
                continue  # it stays parked, to be looked at by people
            item.parked.append(refunding)
            sold = refunding.after


def sold_of(order: RefundableOrder) -> Sold:
    """Return an order and what is off it by now, gift cards left out."""
    kept = tuple((number, line) for number, line in enumerate(order.lines, start=1) if not line.gift_card)
    gifts = sum(line.net_minor for line in order.lines if line.gift_card)
    return Sold(
        order.order.id,
        order.order.member_id,
        max(0, order.order.net_minor - gifts),
        order.order.gross_minor,
        order.order.tax_minor,
        order.order.shipping_minor,
        order.order.points_paid_minor,
        kept,
        dict(order.line_net),
        dict(order.line_quantity),
        order.by_amount,
        order.refunds,
    )


def facts_of(order: RefundableOrder) -> OrderFacts:
    """Return an order as the rules saw it."""
    stored = order.order
    fact = OrderFact(
        stored.source,
        stored.external_id,
        None,
        stored.occurred_at,
        stored.net_minor,
        stored.gross_minor,
        stored.currency,
        stored.store,
        stored.channel,
        order.lines,
        tax_minor=stored.tax_minor,
        shipping_minor=stored.shipping_minor,
        points_paid_minor=stored.points_paid_minor,
        attributes=stored.attributes,
    )
    return order_facts(fact, stored.brand)


def _sold_now(order_id: UUID, member_id: UUID | None, fact: OrderFact) -> Sold:
    kept = tuple((number, line) for number, line in enumerate(fact.lines, start=1) if not line.gift_card)
    gifts = sum(line.net_minor for line in fact.lines if line.gift_card)
    parts = (fact.gross_minor, fact.tax_minor, fact.shipping_minor, fact.points_paid_minor)
    return Sold(order_id, member_id, max(0, fact.net_minor - gifts), *parts, kept, {}, {}, 0, 0)
