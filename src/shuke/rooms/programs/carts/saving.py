"""What of a cart's offers a member has thanks to their paid plans: judged before it is placed, written down with it.

An offer is a plan's where it bears otherwise on the cart, or not at all, without the plan's tag; a coupon also where a
benefit of the plan gave it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from shuke.core.offers.model import Offer
from shuke.rooms.benefits.facade import coupons_given_by
from shuke.rooms.coupons.contracts import Cause, HeldCoupon
from shuke.rooms.org import facade as org
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Saved
from shuke.rooms.programs.cart_facts import AppliedOffer, Choice
from shuke.rooms.programs.carts.evaluating import Buyer, held_coupons
from shuke.rooms.programs.facts import OrderFact
from shuke.rooms.programs.services.coupons import groups_of
from shuke.rooms.programs.services.items import order_facts

Thanks = Mapping[str, UUID]  # by the code of an offer, which subscription its member has it by


def thanks_to_plans(cart: OrderFact, buyer: Buyer, choice: Choice) -> Thanks:
    """Return the offers that bear on a cart thanks to a plan; of several plans thanks to the one had longest."""
    plans = paid.carried(buyer.member_id) if buyer.member_id and buyer.tags else ()
    if not plans:
        return {}
    held = [replace(each, refused=None) for each in held_coupons(cart, buyer, choice)[0]]
    gifts = coupons_given_by([each.id for each in held if each.cause is Cause.BENEFIT])
    tags, thanks = frozenset(buyer.tags), dict[str, UUID]()
    bearing = _offers(cart, buyer, held, tags)
    for plan in plans:
        without = _offers(cart, buyer, held, tags - {plan.tag})
        codes = [code for code, offer in bearing.items() if offer != without[code]]
        codes += [each.code for each in held if gifts.get(each.id) == f"plan:{plan.code}"]
        for code in codes:
            thanks.setdefault(code, plan.subscription_id)
    return thanks


def note(order_id: UUID, applied: Sequence[AppliedOffer], thanks: Thanks) -> None:
    """Write down what plans took off an order."""
    lines: dict[UUID, Counter[int]] = {}
    shipping: Counter[UUID] = Counter()
    for each in applied:
        subscription_id = thanks.get(each.code)
        if subscription_id is not None and each.off_minor:
            own = lines.setdefault(subscription_id, Counter())
            own.update({place + 1: minor for place, minor in each.lines.items()})
            shipping[subscription_id] += each.shipping_off_minor
    paid.note_savings(order_id, [Saved(id, own, shipping[id]) for id, own in lines.items()])


def _offers(cart: OrderFact, buyer: Buyer, held: Sequence[HeldCoupon], tags: Collection[str]) -> dict[str, Offer]:
    """Return the offers and coupons by their codes as they would bear on a cart of a member with other tags."""
    running = buyer.running
    state = replace(buyer.state, tags=running.tag_bits(tags))
    order = order_facts(cart, org.brand_of_store([cart.store]).get(cart.store, "") if cart.store else "")
    groups = running.carts.groups(state, order) + groups_of(held, running, state, (buyer.member_id, tags), order)
    return {offer.code: offer for group in groups for offer in group.offers}
