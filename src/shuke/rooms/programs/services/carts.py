"""What offers make of a cart, for a member as they stand now or for a guest: nothing is written."""

from datetime import datetime
from uuid import UUID

from shuke.core.offers.choosing import best
from shuke.core.offers.model import Applied, Cart, CartLine
from shuke.core.values.errors import Refusal
from shuke.engine.states import MemberState
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.programs.contracts import AppliedOffer, CartPriced
from shuke.rooms.programs.facts import OrderFact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.items import order_facts
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Running, published, timeline


def evaluate(cart: OrderFact, now: datetime) -> CartPriced:
    """Price a cart, an order that is not placed yet, with the offers of the program in force."""
    refusal = intake.check(cart, now, history=True, live=False)
    if refusal is not None:
        raise refusal
    with snapshot():
        running, member_id, state = _standing(cart, int(now.timestamp()))
        program = running.program
        if cart.currency != program.currency:
            detail = f"The program counts in {program.currency}; this cart is in {cart.currency}."
            raise Refusal("currency_mismatch", detail, pointer="/currency", params={"currency": program.currency})
        brand = org.brand_of_store([cart.store]).get(cart.store, "") if cart.store else ""
    sold = [number for number, line in enumerate(cart.lines) if not line.gift_card]
    groups = running.carts.groups(state, order_facts(cart, brand))
    lines = tuple(CartLine(line.sku, line.quantity, line.net_minor) for line in cart.lines if not line.gift_card)
    priced = best(Cart(lines, cart.shipping_minor), groups)
    left = [line.net_minor for line in cart.lines]
    for number, minor in zip(sold, priced.lines, strict=True):
        left[number] = minor
    names = {rule.code: rule.name for rule in program.offers}
    return CartPriced(
        member_id=member_id,
        program=program.code,
        version=running.number,
        currency=program.currency,
        lines_minor=tuple(left),
        shipping_minor=priced.shipping_minor,
        applied=tuple(_applied(each, names[each.code], sold) for each in priced.applied),
        refused=tuple((code, names[code], reason) for code, reason in priced.refused.items()),
    )


def _applied(applied: Applied, name: str, sold: list[int]) -> AppliedOffer:
    return AppliedOffer(
        code=applied.code,
        name=name,
        off_minor=applied.total,
        lines={sold[line]: minor for line, minor in applied.off.items()},
        shipping_off_minor=applied.shipping_off,
        gifts=applied.gifts,
        points_times=applied.points_times,
    )


def _standing(cart: OrderFact, seconds: int) -> tuple[Running, UUID | None, MemberState]:
    """Return the version, the member and where they stand at an instant; of a guest, where everybody begins."""
    plan = published(timeline())
    running = plan.at(seconds)
    member = members.find(cart.member) if cart.member is not None else None
    if member is None:
        return running, None, running.desk.fresh(seconds)
    desktop = open_desktop(plan, {member.id: Wanted(seconds, draws=True)}, members.facts([member.id]))
    dossier = desktop.dossiers.get(member.id)
    if dossier is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.", pointer="/member")
    desktop.advance(dossier, seconds)
    return dossier.running, member.id, dossier.state
