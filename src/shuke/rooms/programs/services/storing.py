"""Writes the facts themselves: orders, refunds, behaviours, and which redemptions pay for which order."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.dates import day_of
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Application, NewBehaviour, NewOrder, NewRefund
from shuke.rooms.programs import queries
from shuke.rooms.programs.facts import (
    AdjustFact,
    BehaviourFact,
    CaptureFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
    TierFact,
)
from shuke.rooms.programs.queries import Payment
from shuke.rooms.programs.services.items import Item, attributes_of
from shuke.rooms.programs.services.refunds import Refunding


def store(items: Sequence[Item], recorded_at: datetime) -> None:
    """Write the facts that were taken, with one statement for each table."""
    bought = [item for item in items if isinstance(item.fact, OrderFact)]
    orders.record([_order(item) for item in bought], [item.member_id for item in bought], recorded_at)
    done = [item for item in items if isinstance(item.fact, BehaviourFact)]
    orders.record_behaviours([_behaviour(item, recorded_at) for item in done], [d.member_id for d in done], recorded_at)
    refunded = [item for item in items if isinstance(item.fact, RefundFact)]
    orders.record_refunds([_refund(item, recorded_at) for item in refunded], recorded_at)
    applied = [_application(item, item.refunding) for item in refunded if item.refunding]
    orders.apply_refunds(applied + [_application(item, parked) for item in bought for parked in item.parked])
    orders.refuse_refunds([unfit for item in bought for unfit in item.unfit])
    payments = [_payment(item) for item in items if isinstance(item.fact, RedeemFact) and item.fact.order]
    if payments:
        queries.insert_payments(payments)
    particulars = [(item.member_id, _id(item), json.dumps(said)) for item in items if (said := _particular(item))]
    if particulars:
        queries.insert_particulars(particulars)


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
        attributes=attributes_of(fact),
    )


def _behaviour(item: Item, recorded_at: datetime) -> NewBehaviour:
    fact = item.fact
    assert isinstance(fact, BehaviourFact)
    return NewBehaviour(
        id=_id(item),
        source=fact.source,
        external_id=fact.external_id,
        kind=fact.kind,
        occurred_at=fact.occurred_at or recorded_at,
        day=item.day,
        store=fact.store,
        channel=fact.channel,
        order_id=item.about.reference if item.about else None,
        attributes=fact.attributes,
    )


def _refund(item: Item, recorded_at: datetime) -> NewRefund:
    fact, refunding = item.fact, item.refunding
    assert isinstance(fact, RefundFact)
    return NewRefund(
        id=_id(item),
        source=fact.source,
        external_id=fact.external_id,
        order_source=fact.order[0],
        order_external_id=fact.order[1],
        occurred_at=fact.occurred_at or recorded_at,
        net_minor=refunding.money if refunding else fact.net_minor,
        lines=fact.lines,
    )


def _application(item: Item, refunding: Refunding) -> Application:
    """Return what becomes of a refund; the order that it is of may be the item itself."""
    counted = item.decision is not None and item.decision.version_id is not None
    order_day = item.order_day if isinstance(item.fact, RefundFact) else item.day if counted else None
    return Application(
        refund_id=refunding.refund_id,
        order_id=refunding.after.order_id,
        member_id=item.member_id,
        day=item.day,
        order_day=order_day,
        empties=refunding.whole,
        net_minor=refunding.money,
        gift_minor=refunding.money - refunding.net_off,
    )


def _payment(item: Item) -> Payment:
    fact = item.fact
    assert isinstance(fact, RedeemFact)
    assert fact.order is not None
    assert item.member_id is not None
    return Payment(*fact.order, item.member_id, _id(item), fact.points, 0)


def _particular(item: Item) -> dict[str, object] | None:
    """Return what of a fact no other table keeps, so that it can be told again; days as civil day numbers."""
    fact = item.fact
    if isinstance(fact, ReturnFact | CaptureFact | ReleaseFact) and item.about:
        return {"about": str(item.about.reference)}
    if isinstance(fact, AdjustFact) and fact.expires_on:
        return {"ends": day_of(fact.expires_on.year, fact.expires_on.month, fact.expires_on.day) + 1}
    if isinstance(fact, TierFact) and item.answer and item.answer.effective_at:
        until = fact.until and day_of(fact.until.year, fact.until.month, fact.until.day) + 1
        at = int(item.answer.effective_at.timestamp())
        return {"tier": fact.tier, "ladder": fact.ladder, "until": until, "exactly": fact.exactly, "at": at}
    return None


def _id(item: Item) -> UUID:
    assert item.reference is not None, "the key of the fact was claimed"
    return item.reference
