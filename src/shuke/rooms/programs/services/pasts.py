"""Loads, behind the locks, what the facts of a batch refer to: orders and what is left of them, decisions, payments."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Line, Order, OrderLeft, Refund, Unfit
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Undecided
from shuke.rooms.programs.facts import BehaviourFact, OrderFact, RefundFact
from shuke.rooms.programs.services import intake, refunds
from shuke.rooms.programs.services.items import Item, order_facts, still_open
from shuke.rooms.programs.services.refunds import Sold
from shuke.rooms.programs.services.timeline import Timeline
from shuke.rooms.programs.services.verbs import Past


def past_of(items: Sequence[Item], plan: Timeline | None, now: datetime) -> Past:
    """Return what the open items refer to; a refund is worked out, or refused where the order has not so much left."""
    waiting = [item for item in still_open(items) if item.original is None]
    stores = {item.fact.store for item in waiting if isinstance(item.fact, OrderFact | BehaviourFact)}
    past = Past(now, brands=org.brand_of_store(sorted(stores - {""})) if stores - {""} else {})
    _scope(waiting, plan, past)
    waiting = still_open(waiting)
    _work_out(waiting, past)
    _park(waiting, past)
    return past


def _scope(items: Sequence[Item], plan: Timeline | None, past: Past) -> None:
    """Leave out orders of brands and stores that the program does not cover, and refuse attributes unlike declared."""
    for item in items:
        fact = item.fact
        if plan is None or item.undecided is not None or not isinstance(fact, OrderFact | BehaviourFact):
            continue
        program = plan.at(item.at(past.now)).program
        brand = item.brand = past.brands.get(fact.store, "")
        if not intake.covers(program, brand, fact.store):
            item.undecided = Undecided.OUT_OF_SCOPE
            continue
        refusal = intake.check_declared(fact, program)
        if refusal is not None:
            item.refuse(refusal)


def _work_out(items: Sequence[Item], past: Past) -> None:
    """Work out the refunds, and load the decisions, lots and payments of their orders."""
    mine = [item for item in items if isinstance(item.fact, RefundFact) and item.about and item.key]
    if not mine:
        return
    found = orders.lock_orders([item.about.reference for item in mine if item.about])
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
        item.order_day = order.order.day if order.order.counted else None
        item.sold_facts = order_facts(fact_of(order), order.order.brand)
        if item.member_id is not None:
            known.append((item.member_id, about.reference))
    past.decisions = queries.decisions(known) if known else {}
    for item in mine:
        item.sold_by = past.decisions.get(item.about.reference) if item.about else None
    past.lots = points.past_lots(known) if known else {}
    keys = [item.fact.order for item in mine if isinstance(item.fact, RefundFact)]
    past.payments = queries.payments(keys)


def _park(items: Sequence[Item], past: Past) -> None:
    """Give orders the refunds that came before them, and load what paid for those orders."""
    keys = [(item.fact.source, item.fact.external_id) for item in items if isinstance(item.fact, OrderFact)]
    waiting = orders.parked_refunds(keys) if keys else {}
    for item in items:
        fact = item.fact
        early = waiting.get((fact.source, fact.external_id), []) if isinstance(fact, OrderFact) else []
        if not early or item.reference is None:
            continue
        assert isinstance(fact, OrderFact)
        sold = _sold(item.reference, item.member_id, fact)
        for refund in early:
            try:
                refunding = refunds.work_out(refund.id, refund.occurred_at, sold, refund.lines, refund.net_minor)
            except Refusal as refusal:
                item.unfit.append(Unfit(refund.id, item.reference, item.member_id, refusal.code))
                continue
            item.parked.append(refunding)
            sold = refunding.after
    refunded = [(item.fact.source, item.fact.external_id) for item in items if item.parked]
    if refunded:
        past.payments |= queries.payments(refunded)


def sold_of(left: OrderLeft) -> Sold:
    """Return an order and what is off it by now, gift cards left out."""
    order = left.order
    by_lines = sum(line.refunded_minor for line in left.lines)
    sold = replace(
        _sold(order.id, order.member_id, fact_of(left)),
        line_net={line.number: line.refunded_minor for line in left.lines if not line.line.gift_card},
        line_quantity={
            line.number: line.refunded_quantity
            for line in left.lines
            if line.refunded_quantity and not line.line.gift_card
        },
        by_amount=order.refunded_minor - by_lines,
    )
    if sold.net_minor > 0:
        return replace(sold, whole=sold.net_left == 0)
    return replace(sold, whole=any(refund.empties for refund in orders.refunds_of(order.id)))


def sold_after(left: OrderLeft, refunded: Sequence[Refund]) -> Sold:
    """Return an order as the first refunds that were carried out, in the order recorded, left it."""
    sold = _sold(left.order.id, left.order.member_id, fact_of(left))
    for refund in refunded:
        sold = refunds.work_out(refund.id, refund.occurred_at, sold, refund.lines, refund.net_minor).after
    return sold


def fact_of(left: OrderLeft) -> OrderFact:
    """Return a stored order as it came."""
    return fact_with(left.order, [each.line for each in left.lines])


def fact_with(order: Order, lines: Iterable[Line]) -> OrderFact:
    """Return a stored order with its lines as it came."""
    return OrderFact(
        order.source,
        order.external_id,
        None,
        order.occurred_at,
        order.net_minor,
        order.gross_minor,
        order.currency,
        order.store,
        order.channel,
        tuple(lines),
        tax_minor=order.tax_minor,
        shipping_minor=order.shipping_minor,
        points_paid_minor=order.points_paid_minor,
        attributes=order.attributes,
    )


def _sold(order_id: UUID, member_id: UUID | None, fact: OrderFact) -> Sold:
    kept: list[tuple[int, Line]] = []
    cards: list[tuple[int, Line]] = []
    for number, line in enumerate(fact.lines, start=1):
        (cards if line.gift_card else kept).append((number, line))
    net = max(0, fact.net_minor - sum(line.net_minor for _, line in cards))
    numbers = frozenset(number for number, _ in cards)
    return Sold(order_id, member_id, net, tuple(kept), {}, {}, 0, gift_cards=numbers)
