"""Writes the facts themselves: orders, refunds, behaviours, and which redemptions pay for which order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import NewBehaviour, NewOrder, NewRefund, RefundLine
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Undecided
from shuke.rooms.programs.facts import BehaviourFact, OrderFact, RedeemFact, RefundFact
from shuke.rooms.programs.queries import Payment
from shuke.rooms.programs.services.items import Item


def store(items: Sequence[Item], recorded_at: datetime) -> None:
    """Write the facts that were taken, with one statement for each table."""
    bought = [item for item in items if isinstance(item.fact, OrderFact)]
    orders.record([_order(item) for item in bought], [item.member_id for item in bought], recorded_at)
    done = [item for item in items if isinstance(item.fact, BehaviourFact)]
    if done:
        orders.record_behaviours([_behaviour(item, recorded_at) for item in done], recorded_at)
    refunded = [item for item in items if isinstance(item.fact, RefundFact)]
    if refunded:
        orders.record_refunds([_refund(item, recorded_at) for item in refunded], recorded_at)
    for item in bought:
        for parked in item.parked:
            assert item.reference is not None
            orders.apply_parked(parked.refund_id, item.reference, item.member_id, parked.net_off, whole=parked.whole)
    payments = [_payment(item) for item in items if isinstance(item.fact, RedeemFact) and item.fact.order]
    if payments:
        queries.insert_payments(payments)


def _order(item: Item) -> NewOrder:
    fact = item.fact
    assert isinstance(fact, OrderFact)
    return NewOrder(
        id=_id(item),
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
        brand=item.brand,
        tax_minor=fact.tax_minor,
        shipping_minor=fact.shipping_minor,
        points_paid_minor=fact.points_paid_minor,
        attributes=fact.attributes,
    )


def _behaviour(item: Item, recorded_at: datetime) -> NewBehaviour:
    fact = item.fact
    assert isinstance(fact, BehaviourFact)
    assert item.member_id is not None
    return NewBehaviour(
        id=_id(item),
        member_id=item.member_id,
        source=fact.source,
        external_id=fact.external_id,
        kind=fact.kind,
        occurred_at=fact.occurred_at or recorded_at,
        day=item.day,
        order_id=item.about.reference if item.about else None,
        store=fact.store,
        channel=fact.channel,
        attributes=fact.attributes,
        generated=fact.generated,
    )


def _refund(item: Item, recorded_at: datetime) -> NewRefund:
    fact, refunding = item.fact, item.refunding
    assert isinstance(fact, RefundFact)
    source, external_id = fact.order
    return NewRefund(
        id=_id(item),
        member_id=item.member_id,
        order_id=None if item.undecided is Undecided.PARKED or item.about is None else item.about.reference,
        order_source=source,
        order_external_id=external_id,
        source=fact.source,
        external_id=fact.external_id,
        occurred_at=fact.occurred_at or recorded_at,
        net_minor=refunding.net_off if refunding else 0,
        asked_net_minor=fact.net_minor,
        whole=refunding.whole if refunding else False,
        lines=tuple(RefundLine(line.line_number, line.quantity, line.net_minor) for line in fact.lines),
        generated=fact.generated,
    )


def _payment(item: Item) -> Payment:
    fact = item.fact
    assert isinstance(fact, RedeemFact)
    assert fact.order is not None
    assert item.member_id is not None
    return Payment(*fact.order, item.member_id, _id(item), fact.points, 0)


def _id(item: Item) -> UUID:
    assert item.reference is not None, "the key of the fact was claimed"
    return item.reference
