"""What offers and points make of a cart, for a member as they stand or for a guest: nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shuke.core.offers.choosing import best
from shuke.core.offers.model import Applied, Cart, CartLine, Priced
from shuke.core.offers.paying import payable
from shuke.core.offers.tax import tax_of
from shuke.core.values.errors import Refusal
from shuke.engine.carts import paying_unit, usable
from shuke.engine.states import MemberState
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.org import facade as org
from shuke.rooms.programs.carts import AppliedOffer, CartPriced, Choice, PointsOffered, Taxes
from shuke.rooms.programs.facts import OrderFact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.items import order_facts
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Running, published, timeline

UNTAXED = Taxes((), included=True)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, where they stand and under which version; `takes_part` in it: points come and go."""

    running: Running
    state: MemberState
    member_id: UUID | None = None
    takes_part: bool = False


def evaluate(cart: OrderFact, choice: Choice, taxes: Taxes | None, now: datetime) -> CartPriced:
    """Price a cart, an order that is not placed yet, with the offers of the program in force when it will be."""
    refusal = intake.check(cart, now, history=True, live=False)
    if refusal is not None:
        raise refusal
    with snapshot():
        return priced(cart, choice, taxes or UNTAXED)


def priced(cart: OrderFact, choice: Choice, taxes: Taxes) -> CartPriced:
    """Price a sound cart in the open transaction."""
    buyer = _buyer(cart)
    program = buyer.running.program
    if cart.currency != program.currency:
        detail = f"The program counts in {program.currency}; this cart is in {cart.currency}."
        raise Refusal("currency_mismatch", detail, pointer="/currency", params={"expected": program.currency})
    refusal = intake.check_declared(cart, program)
    if refusal is not None:
        raise refusal
    brand = org.brand_of_store([cart.store]).get(cart.store, "") if cart.store else ""
    covered = intake.covers(program, brand, cart.store)
    groups = buyer.running.carts.groups(buyer.state, order_facts(cart, brand)) if covered else ()
    sold = [number for number, line in enumerate(cart.lines) if not line.gift_card]
    lines = tuple(CartLine(line.sku, line.quantity, line.net_minor) for line in cart.lines if not line.gift_card)
    found = best(Cart(lines, cart.shipping_minor), groups)
    names = {rule.code: rule.name for rule in program.offers}
    left = _left(cart, found, sold)
    tax = [tax_of(minor, rate, taxed=taxes.included) for minor, rate in zip(left, taxes.lines, strict=False)]
    result = CartPriced(
        member_id=buyer.member_id,
        program=program.code,
        version=buyer.running.number,
        currency=program.currency,
        lines_minor=left,
        shipping_minor=found.shipping_minor,
        tax_minor=sum(tax),
        added_tax_minor=0 if taxes.included else sum(tax),
        applied=tuple(_applied(each, names[each.code], sold) for each in found.applied),
        refused=tuple((code, names[code], reason) for code, reason in found.refused.items()),
        points=None,
        earns=None,
    )
    if not (covered and buyer.takes_part):
        return result
    result = replace(result, points=_points(buyer, cart, result, choice))
    return replace(result, earns=_earned(buyer, order_of(cart, result, taxes), brand, result.points))


def order_of(cart: OrderFact, priced: CartPriced, taxes: Taxes) -> OrderFact:
    """Return the order that a cart becomes: its lines at what they cost, its net what is paid, tax and all."""
    listed = [tax_of(line.net_minor, rate, taxed=False) for line, rate in zip(cart.lines, taxes.lines, strict=False)]
    added = 0 if taxes.included else sum(listed)
    return replace(
        cart,
        net_minor=priced.total_minor,
        gross_minor=cart.gross_minor + added,
        tax_minor=priced.tax_minor,
        shipping_minor=priced.shipping_minor,
        points_paid_minor=priced.points.used_minor if priced.points else 0,
        lines=tuple(
            replace(line, net_minor=left) for line, left in zip(cart.lines, priced.lines_minor, strict=True)
        ),
    )  # fmt: skip


def _left(cart: OrderFact, found: Priced, sold: Sequence[int]) -> tuple[int, ...]:
    left = [line.net_minor for line in cart.lines]
    for number, minor in zip(sold, found.lines, strict=True):
        left[number] = minor
    return tuple(left)


def _applied(applied: Applied, name: str, sold: Sequence[int]) -> AppliedOffer:
    return AppliedOffer(
        code=applied.code,
        name=name,
        off_minor=applied.total,
        lines={sold[line]: minor for line, minor in applied.off.items()},
        shipping_off_minor=applied.shipping_off,
        gifts=applied.gifts,
        points_times=applied.points_times,
    )


def _buyer(cart: OrderFact) -> Buyer:
    """Return who buys as they stand when they do; a guest, and who sits out, stands where everybody begins."""
    plan = published(timeline())
    seconds = int(cart.occurred_at.timestamp())
    running = plan.at(seconds)
    member = members.find(cart.member) if cart.member is not None else None
    if member is None:
        return Buyer(running, running.desk.fresh(seconds))
    people = members.facts([member.id])
    if people[member.id].status is not Status.ACTIVE:
        return Buyer(running, running.desk.fresh(seconds), member.id)
    desktop = open_desktop(plan, {member.id: Wanted(seconds, draws=True)}, people)
    dossier = desktop.dossiers.get(member.id)
    if dossier is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.", pointer="/member")
    desktop.advance(dossier, seconds)
    return Buyer(dossier.running, dossier.state, member.id, takes_part=True)


def _points(buyer: Buyer, cart: OrderFact, priced: CartPriced, choice: Choice) -> PointsOffered | None:
    """Return the points that may pay, and how many do: gift cards are left out of what they pay for."""
    program = buyer.running.program
    place = paying_unit(program)
    if place is None:
        return None
    unit, rule = program.units[place], program.units[place].pay
    assert rule is not None
    cards = sum(line.net_minor for line in cart.lines if line.gift_card)
    there, to_pay = usable(program, buyer.state, place), priced.total_minor - cards
    most = payable(rule, to_pay, there)
    used = payable(rule, to_pay, min(there, choice.points or 0))
    return PointsOffered(
        unit.code, unit.scale, rule.least, rule.block, most, rule.worth(most), used, rule.worth(used)
    )  # fmt: skip


def _earned(buyer: Buyer, order: OrderFact, brand: str, points: PointsOffered | None) -> dict[str, int]:
    """Return by unit what an order would earn, its points used before: decided on a state that nobody keeps."""
    running, state = buyer.running, buyer.state
    seconds = int(order.occurred_at.timestamp())
    if points is not None and points.used:
        running.desk.redeem(state, running.unit_codes.index(points.unit), points.used, seconds, cause=0)
    outcome = running.desk.order(state, order_facts(order, brand), cause=1)
    earned = dict.fromkeys(running.unit_codes, 0)
    for given in outcome.given:
        earned[running.unit_codes[given.unit]] += given.points
    return earned
