"""A cart becomes an order: priced again behind the locks, its points used, its offers counted, all of it or nothing."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import State, Use
from shuke.rooms.members import facade as members
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.programs import cart_queries as queries
from shuke.rooms.programs.cart_facts import CartPriced, Choice, Taxes
from shuke.rooms.programs.cart_keeping import as_json, from_json
from shuke.rooms.programs.cart_queries import KeptCart
from shuke.rooms.programs.carts import counting, saving
from shuke.rooms.programs.carts.evaluating import NO_CHOICE, UNTAXED, Buyer, buyer_of, held_coupons, order_of, priced
from shuke.rooms.programs.contracts import CartCommitted, Result, Status
from shuke.rooms.programs.facts import Fact, OrderFact, RedeemFact
from shuke.rooms.programs.services import intake, recording
from shuke.rooms.programs.services.giving import gives
from shuke.rooms.programs.services.returning import give_back
from shuke.rooms.programs.services.timeline import forget_versions, published, timeline
from shuke.rooms.programs.services.using_value import redemptions
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import ValueUse

_TRIES = 4
_WHILE_COMMITTING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks to be committed; `expected_minor` is what the buyer saw they are to pay."""

    cart: OrderFact
    choice: Choice
    taxes: Taxes
    expected_minor: int | None

    @property
    def key(self) -> tuple[str, str]:
        return self.cart.source, self.cart.external_id

    @property
    def digest(self) -> bytes:
        """By this a repeat is told from another cart under the same key; the member is compared by the order."""
        told = [self.choice.points, self.choice.coupons, [str(rate) for rate in self.taxes.lines], self.taxes.included]
        if self.choice.value is not None:  # not told before there was stored value
            told.append(self.choice.value)
        return hashlib.sha256(intake.payload_hash(self.cart) + json.dumps(told).encode()).digest()

    def at(self, occurred_at: datetime) -> "Asked":
        """Return the same of a cart that occurs at another instant."""
        return replace(self, cart=replace(self.cart, occurred_at=occurred_at))


def commit_cart(
    cart: OrderFact,
    actor: Actor,
    choice: Choice = NO_CHOICE,
    taxes: Taxes = UNTAXED,
    *,
    expected_minor: int | None = None,
    history: bool = False,
    dry_run: bool = False,
) -> CartCommitted:
    """Place the order of a cart: priced as `evaluate_cart` does under the locks, its points used, its offers counted.

    All of it or nothing. The order's key is the cart's: a repeat is answered from what was stored, without effect.
    `expected_minor` is what the buyer saw, and is to pay in money. Without the right to write `history` the cart is
    taken as of five minutes ago at the earliest, whenever it says that it occurred: no offer or coupon that has ended
    since comes back.

    Raises:
        Refusal: `price_changed` where it costs something else by now, `already_recorded_differently`, `unavailable`
            where others used up its offers again and again, and as `evaluate_cart` and the results of `record` say.
    """
    refusal = intake.check(cart, clock.business_now(), live=not clock.is_tested(), history=history)
    if refusal is not None:
        raise refusal
    asked = Asked(cart, choice, taxes, expected_minor)
    for _ in range(_TRIES):
        try:
            with unit_of_work(dry_run=dry_run, apart=True):
                return _commit(asked, actor, history=history)
        except counting.StaleOffersError:
            continue
    raise Refusal("unavailable", "Others used the offers of this cart at the same time; send it again.")


def _commit(asked: Asked, actor: Actor, *, history: bool) -> CartCommitted:
    if asked.cart.member is not None:
        points.lock([members.find(asked.cart.member).id])
    forget_versions()  # of before the lock
    kept = queries.kept(*asked.key)
    if kept is not None:
        return _again(asked, *kept, actor, history=history)
    digest, taxes = asked.digest, asked.taxes
    if not history:
        asked = asked.at(max(asked.cart.occurred_at, clock.business_now() - intake.AHEAD))
    cart = asked.cart
    buyer = buyer_of(cart)
    found = priced(cart, buyer, asked.choice, taxes, _set_aside(asked, buyer))
    if not gives(cart.occurred_at, clock.business_now(), history=history):
        found = replace(found, gives=())
    if asked.expected_minor not in (None, found.pay_minor):
        detail = f"The cart costs {found.pay_minor} now."
        raise Refusal("price_changed", detail, pointer="/expected_minor", params={"pay": found.pay_minor})
    use, thanks = _use_of_value(cart, found), saving.thanks_to_plans(cart, buyer, asked.choice)
    result = _recorded(cart, buyer, found, taxes, use, actor, history=history)
    assert result.reference is not None
    if use is not None:
        value.use_up(use)
    _use(result.reference, asked, buyer, found)
    saving.note(result.reference, found.applied, thanks)
    queries.keep(result.reference, asked.key, KeptCart(digest, as_json(found)))
    return CartCommitted(found, result)


def _recorded(
    cart: OrderFact,
    buyer: Buyer,
    found: CartPriced,
    taxes: Taxes,
    use: ValueUse | None,
    actor: Actor,
    *,
    history: bool,
) -> Result:
    """Record the order, and before it the redemptions that pay for it: its own points can't."""
    facts: list[Fact] = []
    if found.points is not None and found.points.used:
        facts.append(_redemption(cart, found.points.unit, found.points.used))
    if use is not None and cart.member is not None and found.value is not None:
        facts += redemptions(use, (found.value.principal, found.value.bonus), cart.member, cart.occurred_at)
    facts.append(order_of(cart, buyer, found, taxes))
    results = recording.record(facts, actor, history=history, dry_run=False)
    refused = next((each.refusal for each in results if each.refusal is not None), None)
    if refused is not None:
        raise refused
    if any(each.status is Status.REPEATED for each in results):
        raise _recorded_differently()
    return results[-1]


def _redemption(cart: OrderFact, unit: str, used: int) -> RedeemFact:
    assert cart.member is not None
    key = cart.source, cart.external_id
    return RedeemFact(*key, cart.member, used, unit, cart.occurred_at, order=key)


def _use_of_value(cart: OrderFact, found: CartPriced) -> ValueUse | None:
    """Return the stored value that is used for the order, under the order's own key."""
    if found.value is None or not found.value.used_minor or found.member_id is None:
        return None
    key, parts = (cart.source, cart.external_id), (found.value.used_principal_minor, found.value.used_bonus_minor)
    return ValueUse(ids.new_id(), *key, found.member_id, *parts, key, cart.occurred_at)


def _set_aside(asked: Asked, buyer: Buyer) -> set[UUID]:
    """Return the coupons that are set aside for this very order."""
    held, _ = held_coupons(asked.cart, buyer, asked.choice)
    locked = [each.id for each in held if each.state is State.LOCKED]
    uses = [_coupon_use(asked, buyer, id, 0) for id in locked]
    reasons = coupons.lock(uses, clock.business_now() + _WHILE_COMMITTING) if uses else []
    return {id for id, reason in zip(locked, reasons, strict=True) if reason is None}


def _coupon_use(asked: Asked, buyer: Buyer, coupon_id: UUID, off_minor: int) -> Use:
    return Use(coupon_id, buyer.member_id, *asked.key, off_minor, asked.cart.occurred_at)


def _use(order_id: UUID, asked: Asked, buyer: Buyer, found: CartPriced) -> None:
    """Use the coupons and count the offers; a refund of all of it that came before its order gives them back at once.

    Raises:
        StaleOffersError: somebody else used up one of them since the cart was priced.
    """
    uses = [_coupon_use(asked, buyer, each.coupon_id, each.off_minor) for each in found.applied if each.coupon_id]
    if uses and any(coupons.redeem(uses)):
        raise counting.StaleOffersError
    counting.use(buyer.program_id, buyer.running.program, order_id, buyer.member_id, buyer.day, found.applied)
    if any(refund.empties for refund in orders.refunds_of(order_id)):
        give_back({order_id: asked.key})


def _again(asked: Asked, order_id: UUID, kept: KeptCart, actor: Actor, *, history: bool) -> CartCommitted:
    """Answer a repeat from what was stored."""
    if kept.digest != asked.digest:
        raise _recorded_differently()
    asked = asked.at(orders.get(order_id).occurred_at)
    found = from_json(kept.priced)
    plan = published(timeline())
    running = next(each for each in plan.versions if each.number == found.version)
    buyer = Buyer(plan.program_id, running, running.desk.fresh(int(asked.cart.occurred_at.timestamp())))
    order = order_of(asked.cart, buyer, found, asked.taxes)
    (result,) = recording.record([order], actor, history=history, dry_run=False)
    if result.refusal is not None:
        raise result.refusal
    return CartCommitted(found, result)


def _recorded_differently() -> Refusal:
    return Refusal(
        "already_recorded_differently",
        "This external id was recorded before with other content; the id of a fact is its own for ever.",
        pointer="/external_id",
        params={"difference": "payload"},
    )
