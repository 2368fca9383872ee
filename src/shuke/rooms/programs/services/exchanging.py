"""Exchanges of points for what the mall has: points, order and stock in one transaction, and all of it back again.

The holder is locked before anything of theirs is read, the stock is touched last. Points are moved through the one
write path, under the order's own id.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, clock, ids, logs
from shuke.foundation.business_keys import BusinessKey
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import (
    HELD,
    ORDER_PREFIX,
    Delivered,
    Item,
    ItemDraft,
    Order,
    Placement,
    Price,
    Shopper,
    State,
)
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Payment, Purpose
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import Standing
from shuke.rooms.programs.exchanges import Exchanged, ExchangeFact, MallOffer, MallView
from shuke.rooms.programs.facts import CaptureFact, Fact, HoldFact, RedeemFact, ReleaseFact, ReturnFact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.claims import recorded_differently
from shuke.rooms.programs.services.recording import record
from shuke.rooms.programs.services.standing import standings
from shuke.rooms.programs.services.timeline import Running, published, timeline

T = TypeVar("T")

KIND = "exchange"
SOURCE = "mall"  # of the facts by which the points of an exchange move; they are named by the order
LAPSED, REFUSED = "not_finished_in_time", "refused_by_supplier"  # why an order was cancelled by itself
_LAPSE_AT_ONCE, _DELIVER_AT_ONCE = 1_000, 100
_BY_ITSELF = Actor(ActorKind.SYSTEM, "mall", "mall")


def create_item(draft: ItemDraft, actor: Actor) -> Item:
    """Store a new item of the mall, for tiers that the newest version of the program has.

    Raises:
        Refusal: `unknown_tier`, and as `mall.create_item`.
    """
    _check_tiers(draft)
    return mall.create_item(draft, actor)


def change_item(item_id: UUID, draft: ItemDraft, actor: Actor, revision: int | None = None) -> Item:
    """Change an item of the mall, for tiers that the newest version of the program has.

    Raises:
        Refusal: `unknown_tier`, and as `mall.change_item`.
    """
    _check_tiers(draft)
    return mall.change_item(item_id, draft, actor, revision)


def _check_tiers(draft: ItemDraft) -> None:
    plan = timeline()
    known = [level.code for ladder in plan.latest.program.ladders for level in ladder.levels] if plan else []
    named = {f"/prices/{place}/tier": price.tier for place, price in enumerate(draft.prices) if price.tier}
    named |= {f"/visibility/tiers/{place}": tier for place, tier in enumerate(draft.visibility.tiers)}
    for pointer, tier in named.items():
        if tier not in known:
            params = {"found": tier, "known": ", ".join(known)}
            raise Refusal("unknown_tier", f"The tiers are: {params['known']}.", pointer=pointer, params=params)


def exchange(fact: ExchangeFact, actor: Actor, *, dry_run: bool = False) -> Exchanged:
    """Give points for pieces of an item of the mall, or set both aside; all of it or nothing.

    Raises:
        Refusal: `unknown_item`, and as `mall.quote`, `mall.place` and the results of `record`.
    """
    refusal = intake.check_named(fact.source, fact.external_id, fact.store)
    if refusal is not None:
        raise refusal
    with unit_of_work(dry_run=dry_run, apart=True):
        return _exchange(fact, actor)


def _exchange(fact: ExchangeFact, actor: Actor) -> Exchanged:
    now = clock.business_now()
    running = _running(now)
    item = mall.item_by_code(fact.item)
    if business_keys.find(fact.source, KIND, fact.external_id) is None:
        mall.check_left(item, fact.quantity, running.day_of(now))
    member_id = _member(fact.member)
    order_id = ids.new_id()
    key = BusinessKey(fact.source, KIND, fact.external_id, intake.payload_hash(fact), member_id, order_id)
    (claim,) = business_keys.claim([key])
    if claim.mismatch is not None:
        raise recorded_differently(claim.mismatch)
    if not claim.fresh:
        return Exchanged(mall.order(claim.reference), repeated=True, payment=payment_of(claim.reference))
    points.lock([member_id])
    price = mall.quote(item, fact.quantity, _shopper(member_id, fact.store, now), now)
    deal = _Deal(order_id, member_id, item, price, now)
    payment = _ask_payment(fact, deal, running.program.currency)
    return Exchanged(_placed(fact, actor, running, deal), repeated=False, payment=payment)


class _Deal:
    """What an exchange came to: whose it is, of which item, at which price, when, and when it lapses if it waits."""

    def __init__(self, order_id: UUID, member_id: UUID, item: Item, price: Price, at: datetime) -> None:
        self.order_id, self.member_id, self.item, self.price, self.at = order_id, member_id, item, price, at
        self.until = at + timedelta(minutes=item.draft.hold_minutes)


def _ask_payment(fact: ExchangeFact, deal: _Deal, currency: str) -> Payment | None:
    """Ask for the cash part; it goes to its provider once all of this is committed."""
    amount = deal.price.cash_minor * fact.quantity
    if not amount:
        return None
    method = fact.method or next(iter(payments.methods()), "")
    name, member_id = _name(deal.order_id), deal.member_id
    payment = payments.ask(Purpose.MALL, name, member_id, amount, currency, method, deal.at, until=deal.until)
    transaction.on_commit(partial(payments.start, payment.id), robust=True)
    return payment


def payment_of(order_id: UUID) -> Payment | None:
    """Return what was asked for the cash part of an order, None where it has none. Raises: nothing."""
    name = _name(order_id)
    return payments.of_references(Purpose.MALL, [name]).get(name)


def paid(payment: Payment) -> None:
    """Let the order begin whose cash part was paid; what comes too late is given back. Raises: nothing."""
    order = _locked(ids.decode(ORDER_PREFIX, payment.reference))
    now = clock.business_now()
    if order.state is State.PAYING and (order.until_at is None or now < order.until_at):
        name = payment.reference
        _moved(CaptureFact(SOURCE, name, (SOURCE, name)), _BY_ITSELF)
        mall.begin(order.id, _BY_ITSELF, now)
    else:
        payments.refund(payment.id, payment.amount_minor, LAPSED, now)


def _placed(fact: ExchangeFact, actor: Actor, running: Running, deal: _Deal) -> Order:
    """Take the points, or set them aside, and place the order."""
    draft = deal.item.draft
    way = fact.way or draft.ways[0]
    name, amount, unit = _name(deal.order_id), deal.price.points * fact.quantity, draft.unit or None
    ref = MemberRef(id=deal.member_id)
    if fact.reserve or deal.price.cash_minor:
        state = State.PAYING if deal.price.cash_minor else State.PLACED
        used = _moved(HoldFact(SOURCE, name, ref, amount, deal.until, unit), actor)
    else:
        state = mall.first_state(draft.kind, way)
        used = _moved(RedeemFact(SOURCE, name, ref, amount, unit), actor)
    (unit,) = used
    return mall.place(
        Placement(
            id=deal.order_id,
            source=fact.source,
            external_id=fact.external_id,
            member_id=deal.member_id,
            item=deal.item,
            quantity=fact.quantity,
            price=deal.price,
            unit=unit,
            currency=running.program.currency,
            way=way,
            store=fact.store,
            address=fact.address,
            state=state,
            at=deal.at,
            day=running.day_of(deal.at),
            until_at=deal.until if state in HELD else None,
        ),
        actor,
    )


def confirm(order_id: UUID, actor: Actor) -> Order:
    """Use the points that a reserved order has set aside, and let it begin; one that began is answered as it is.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state` where it is to be paid, it is over, or its time is.
    """
    with unit_of_work(apart=True):
        order = _locked(order_id)
        if order.state not in HELD and not order.is_over:
            return order
        now = clock.business_now()
        if order.state is not State.PLACED or (order.until_at is not None and order.until_at <= now):
            detail = "The order was not confirmed in time, or it is over."
            raise Refusal("order_in_other_state", detail, params={"state": order.state.value})
        name = _name(order_id)
        _moved(CaptureFact(SOURCE, name, (SOURCE, name)), actor)
        return mall.begin(order_id, actor, now)


def cancel(order_id: UUID, actor: Actor, note: str = "", *, dry_run: bool = False) -> Order:
    """End an order of the mall before it is fulfilled: points back into their lots, pieces into stock.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state` where it was fulfilled, `delivery_uncertain`.
    """
    with unit_of_work(dry_run=dry_run, apart=True):
        order = _locked(order_id)
        if not order.is_over:
            _give_points_back(order, actor)
        return mall.cancel(order_id, actor, clock.business_now(), note)


def refund(order_id: UUID, actor: Actor, note: str = "", *, restock: bool) -> Order:
    """Take back a fulfilled order of the mall: points back into their lots, pieces into stock where `restock` says so.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state` where it is not fulfilled yet.
    """
    with unit_of_work(apart=True):
        order = _locked(order_id)
        if not order.is_over:
            _give_points_back(order, actor)
        return mall.refund(order_id, actor, clock.business_now(), note, restock=restock)


def _give_points_back(order: Order, actor: Actor) -> None:
    name = _name(order.id)
    if order.state not in HELD:
        _moved(ReturnFact(SOURCE, name, (SOURCE, name)), actor)
        payment = payment_of(order.id)
        if payment is not None:
            payments.refund(payment.id, payment.amount_minor, name, clock.business_now())
        return
    (result,) = record([ReleaseFact(SOURCE, name, (SOURCE, name))], actor, history=False, dry_run=False)
    if result.refusal is not None and result.refusal.code != "hold_closed":  # time may have let go of it before us
        raise result.refusal


def lapse_due() -> Mapping[str, int]:
    """Cancel orders that were not finished in time, each in a transaction of its own; one that can't be stops no other.

    Raises: nothing.
    """
    lapsed = 0
    for order_id in mall.lapsed(clock.business_now(), _LAPSE_AT_ONCE):
        try:
            with unit_of_work(apart=True):
                if _locked(order_id).state in HELD:
                    cancel(order_id, _BY_ITSELF, LAPSED)
                    lapsed += 1
        except Refusal as refused:
            logs.refusal(refused, request_id=_name(order_id))
    return {"lapsed": lapsed}


def deliver_due() -> Mapping[str, int]:
    """Ask the suppliers of virtual orders that wait, and cancel what they refuse. Raises: nothing."""
    counts = dict.fromkeys(Delivered, 0)
    for order_id in mall.due_deliveries(_DELIVER_AT_ONCE):
        delivery = _alone(order_id, mall.ask_supplier)
        if delivery is not None:
            counts[delivery.state] += 1
    for order_id in mall.refused_deliveries(_DELIVER_AT_ONCE):
        _alone(order_id, partial(cancel, actor=_BY_ITSELF, note=REFUSED))
    return {state.value: count for state, count in counts.items()}


def _alone(order_id: UUID, work: Callable[[UUID], T]) -> T | None:
    """Do something to an order that waits; what goes wrong with one keeps no other."""
    try:
        return work(order_id)
    except Exception as failure:  # noqa: BLE001  # whatever it is, the others go on
        logs.failure("mall_not_delivered", failure, order=_name(order_id))
        return None


def view(member: MemberRef, store: str = "") -> MallView:
    """Return what a member sees in the mall, from a store or from anywhere, and what of it they can have.

    Raises:
        Refusal: `no_program`, `unknown_member`, `not_enrolled`.
    """
    with unit_of_work():
        now = clock.business_now()
        running = _running(now)
        member_id = _member(member)
        standing = _standing(member_id, now)
        seen = mall.visible(_shopper_of(standing, member_id, store), now)
        day, items = running.day_of(now), [item for item, _ in seen]
        allowance, today = mall.allowance(member_id, items, day), mall.left_today(items, day)
        usable = {balance.unit: balance.available for balance in standing.balances}
        first = next((unit.code for unit in running.program.units if unit.spendable), "")
        offers = []
        for item, price in seen:
            limits = [most for most in (item.left, allowance[item.id], today[item.id]) if most is not None]
            unit = item.draft.unit or first
            offers.append(MallOffer(item, price, unit, usable.get(unit, 0), min(limits, default=None)))
        return MallView(member_id, running.program.currency, tuple(offers))


def _running(now: datetime) -> Running:
    return published(timeline()).at(int(now.timestamp()))


def _member(ref: MemberRef) -> UUID:
    (member_id,) = members.resolve([ref])
    if member_id is None:
        raise Refusal("unknown_member", "Nobody is known by this id.", pointer="/member")
    return member_id


def _standing(member_id: UUID, now: datetime) -> Standing:
    found = standings([member_id], now).get(member_id)
    if found is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.", pointer="/member")
    return found


def _shopper(member_id: UUID, store: str, now: datetime) -> Shopper:
    return _shopper_of(_standing(member_id, now), member_id, store)


def _shopper_of(standing: Standing, member_id: UUID, store: str) -> Shopper:
    tags = members.facts([member_id])[member_id].tags
    return Shopper(frozenset(tier.code for tier in standing.tiers), tags, store)


def _locked(order_id: UUID) -> Order:
    """Return an order behind the lock of its member: nobody else moves its points until the transaction ends."""
    points.lock([mall.order(order_id).member_id])
    return mall.order(order_id)


def _name(order_id: UUID) -> str:
    return ids.encode(ORDER_PREFIX, order_id)


def _moved(fact: Fact, actor: Actor) -> Mapping[str, int]:
    """Record a fact and return what it moved, by unit.

    Raises:
        Refusal: as `record` tells it.
    """
    (result,) = record([fact], actor, history=False, dry_run=False)
    if result.refusal is not None:
        raise result.refusal
    return result.points or {}
