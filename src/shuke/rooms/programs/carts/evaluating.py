"""What offers and points make of a cart, for a member as they stand or for a guest: nothing is written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from shuke.core.offers.choosing import best
from shuke.core.offers.model import Applied, Cart, CartLine, Group, Priced, Reason
from shuke.core.offers.paying import payable
from shuke.core.offers.tax import tax_of
from shuke.core.program.stored_value import split
from shuke.core.values.errors import Refusal
from shuke.engine.carts import paying_unit, usable
from shuke.engine.facts import QUANTITY_LIMIT
from shuke.engine.points_times import promised
from shuke.engine.states import MemberState, OrderFacts, Outcome
from shuke.foundation import clock
from shuke.foundation.transactions import snapshot
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import HeldCoupon, State
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.org import facade as org
from shuke.rooms.programs.cart_facts import AppliedOffer, CartPriced, Choice, PointsOffered, Taxes, ValueOffered
from shuke.rooms.programs.carts.counting import Left, left_of
from shuke.rooms.programs.facts import OrderFact
from shuke.rooms.programs.services import intake
from shuke.rooms.programs.services.coupons import groups_of
from shuke.rooms.programs.services.giving import would_give
from shuke.rooms.programs.services.items import order_facts
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Running, published, timeline
from shuke.rooms.programs.services.using_value import came_with

NO_CHOICE = Choice()
_OVER = (State.USED, State.VOID)
_LATELY = timedelta(days=30)  # a coupon that ended before is of no interest any more
UNTAXED = Taxes((), included=True)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, where they stand and under which version of which program; `takes_part`: points come and go."""

    program_id: int
    running: Running
    state: MemberState
    member_id: UUID | None = None
    takes_part: bool = False
    tags: Collection[str] = ()

    @property
    def day(self) -> int:
        """The local day on which they buy."""
        return self.state.standing_day


def evaluate_cart(cart: OrderFact, choice: Choice = NO_CHOICE, taxes: Taxes = UNTAXED) -> CartPriced:
    """Price a cart, told as the order that it would be, with the offers of the program in force; nothing is written.

    Of the coupons and offers that can't all stand together those are used with which it costs least. Points pay as
    chosen, and the answer tells how many may, and what the order would then earn. `taxes` of the lines, in their order.

    Raises:
        Refusal: `no_program`, `unknown_member`, `not_enrolled`, `currency_mismatch`, and as `record` refuses an order.
    """
    refusal = intake.check(cart, clock.business_now(), history=True, live=False)
    if refusal is not None:
        raise refusal
    with snapshot():
        return priced(cart, buyer_of(cart), choice, taxes)


def _check_pieces(cart: OrderFact) -> Refusal | None:
    """Refuse a line that costs something and has no piece: offers on pieces would pass it by."""
    for number, line in enumerate(cart.lines):
        if line.net_minor and not line.quantity:
            bounds = {"least": 1, "most": QUANTITY_LIMIT}
            detail = f"A line that costs something has 1 to {QUANTITY_LIMIT} pieces."
            return Refusal("out_of_bounds", detail, pointer=f"/lines/{number}/quantity", params=bounds)
    return None


def priced(cart: OrderFact, buyer: Buyer, choice: Choice, taxes: Taxes, set_aside: Collection[UUID] = ()) -> CartPriced:
    """Price a sound cart in the open transaction; the coupons that are `set_aside` are so for this very order."""
    program = buyer.running.program
    if cart.currency != program.currency:
        detail = f"The program counts in {program.currency}; this cart is in {cart.currency}."
        raise Refusal("currency_mismatch", detail, pointer="/currency", params={"expected": program.currency})
    refusal = intake.check_declared(cart, program) or _check_pieces(cart)
    if refusal is not None:
        raise refusal
    brand = org.brand_of_store([cart.store]).get(cart.store, "") if cart.store else ""
    covered = intake.covers(program, brand, cart.store)
    held, unknown = held_coupons(cart, buyer, choice)
    held = [replace(each, refused=None) if each.id in set_aside else each for each in held]
    groups = _groups(cart, buyer, brand, held) if covered else ()
    sold = [number for number, line in enumerate(cart.lines) if not line.gift_card]
    lines = tuple(CartLine(line.sku, line.quantity, line.net_minor) for line in cart.lines if not line.gift_card)
    found = best(Cart(lines, cart.shipping_minor), groups)
    names = {rule.code: rule.name for rule in program.offers} | {each.code: each.name for each in held}
    ids = {each.code: each.id for each in held}
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
        applied=tuple(_applied(each, names[each.code], sold, ids.get(each.code)) for each in found.applied),
        refused=(
            *((code, names[code], reason) for code, reason in found.refused.items()),
            *((code, code, Reason.NOT_USABLE) for code in unknown),
        ),
        points=None,
        earns=None,
    )
    if not (covered and buyer.takes_part):
        return result
    result = replace(result, points=_points(buyer, cart, result, choice))
    result = replace(result, value=_value(buyer, cart, result, choice))
    order = order_facts(order_of(cart, buyer, result, taxes), brand)
    outcome = _decided(buyer, order, result)
    assert buyer.member_id is not None
    member = buyer.member_id, buyer.tags
    met = would_give(order, outcome.vector, buyer.running, member, clock.business_now())
    return replace(result, earns=_earned(buyer, outcome), gives=tuple((rule.template, rule.name) for rule in met))


def redeemed(priced: CartPriced) -> list[tuple[str, int]]:
    """Return (unit, so much) of what pays for a cart beside money, points first."""
    points, value = priced.points, priced.value
    used = [(points.unit, points.used)] if points else []
    if value is not None:
        used += [(value.principal, value.used_principal_minor), (value.bonus, value.used_bonus_minor)]
    return [(unit, amount) for unit, amount in used if amount]


def order_of(cart: OrderFact, buyer: Buyer, priced: CartPriced, taxes: Taxes) -> OrderFact:
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
        points_times=promised(buyer.running.program, (each.points_times for each in priced.applied)),
    )  # fmt: skip


def _left(cart: OrderFact, found: Priced, sold: Sequence[int]) -> tuple[int, ...]:
    left = [line.net_minor for line in cart.lines]
    for number, minor in zip(sold, found.lines, strict=True):
        left[number] = minor
    return tuple(left)


def _applied(applied: Applied, name: str, sold: Sequence[int], coupon_id: UUID | None) -> AppliedOffer:
    return AppliedOffer(
        code=applied.code,
        name=name,
        off_minor=applied.total,
        lines={sold[line]: minor for line, minor in applied.off.items()},
        shipping_off_minor=applied.shipping_off,
        gifts=applied.gifts,
        points_times=applied.points_times,
        coupon_id=coupon_id,
    )


def held_coupons(cart: OrderFact, buyer: Buyer, choice: Choice) -> tuple[list[HeldCoupon], list[str]]:
    """Return the coupons that a buyer chose, or all of the member that are of interest, and the codes nobody knows."""
    at = cart.occurred_at
    if choice.coupons is None:
        every = coupons.of_member(buyer.member_id, at, explained=False) if buyer.takes_part and buyer.member_id else ()
        lately = at - _LATELY
        return [each for each in every if each.state not in _OVER and (each.ends_at or at) > lately], []
    found = {code: coupons.by_codes([code], at) for code in choice.coupons}
    known = {one.id: one for each in found.values() for one in each}
    return list(known.values()), [code for code, each in found.items() if not each]


def _groups(cart: OrderFact, buyer: Buyer, brand: str, held: Sequence[HeldCoupon]) -> tuple[Group, ...]:
    """Return the offers of the program, with what their caps leave, and then the coupons, as they bear on a cart."""
    running, order = buyer.running, order_facts(cart, brand)
    left = left_of(buyer.program_id, running.program, buyer.member_id, buyer.day)
    own = tuple(_capped(group, left) for group in running.carts.groups(buyer.state, order))
    return own + groups_of(held, running, buyer.state, (buyer.member_id, buyer.tags), order)


def _capped(group: Group, left: Mapping[str, Left]) -> Group:
    if not any(offer.code in left for offer in group.offers):
        return group
    capped = (
        replace(offer, refused=offer.refused or left[offer.code].refused, budget=left[offer.code].budget)
        if offer.code in left
        else offer
        for offer in group.offers
    )
    return replace(group, offers=tuple(capped))


def buyer_of(cart: OrderFact) -> Buyer:
    """Return who buys as they stand when they do; a guest, and who sits out, stands where everybody begins."""
    plan = published(timeline())
    seconds = int(cart.occurred_at.timestamp())
    running = plan.at(seconds)
    if cart.member is None:
        return Buyer(plan.program_id, running, running.desk.fresh(seconds))
    (member_id,) = members.resolve([cart.member])
    if member_id is None:
        raise Refusal("unknown_member", "Nobody is known by this id.", pointer="/member")
    people = members.facts([member_id])
    if people[member_id].status is not Status.ACTIVE:
        return Buyer(plan.program_id, running, running.desk.fresh(seconds), member_id)
    desktop = open_desktop(plan, {member_id: Wanted(seconds, draws=True)}, people)
    dossier = desktop.dossiers.get(member_id)
    if dossier is None:
        raise Refusal("not_enrolled", "The member does not belong to the program.", pointer="/member")
    desktop.advance(dossier, seconds)
    return Buyer(
        plan.program_id, dossier.running, dossier.state, member_id, takes_part=True, tags=people[member_id].tags
    )


def _points(buyer: Buyer, cart: OrderFact, priced: CartPriced, choice: Choice) -> PointsOffered | None:
    """Return the points that may pay, and how many do: gift cards are left out of what they pay for."""
    program = buyer.running.program
    place = paying_unit(program)
    if place is None:
        return None
    unit, rule = program.units[place], program.units[place].pay
    assert rule is not None
    there, to_pay = usable(program, buyer.state, place), priced.total_minor - _cards(cart)
    most = payable(rule, to_pay, there)
    used = payable(rule, to_pay, min(there, choice.points or 0))
    return PointsOffered(
        unit.code, unit.scale, rule.least, rule.block, most, rule.worth(most), used, rule.worth(used)
    )  # fmt: skip


def _cards(cart: OrderFact) -> int:
    """Return what gift cards cost: they are no sale, and only money pays for them."""
    return sum(line.net_minor for line in cart.lines if line.gift_card)


def _value(buyer: Buyer, cart: OrderFact, priced: CartPriced, choice: Choice) -> ValueOffered | None:
    """Return the stored value that may pay, and how much does: gift cards are left out of what it pays for."""
    said = buyer.running.program.stored_value
    if said is None or buyer.member_id is None:
        return None
    codes = buyer.running.unit_codes
    there = {code: buyer.state.available[codes.index(code)] for code in (said.principal, said.bonus) if code}
    came = came_with((cart.source, cart.external_id), buyer.member_id, buyer.running)
    principal, bonus = (max(0, there.get(code, 0) - came.get(code, 0)) for code in (said.principal, said.bonus))
    most = min(principal + bonus, max(0, priced.pay_minor - _cards(cart)))
    used = split(said.use, min(most, choice.value or 0), principal, bonus)
    return ValueOffered(said.principal, said.bonus, most, *used)


def _decided(buyer: Buyer, order: OrderFacts, priced: CartPriced) -> Outcome:
    """Decide an order, its points and stored value used before, on a state nobody keeps."""
    running, state = buyer.running, buyer.state
    for unit, used in redeemed(priced):
        running.desk.redeem(state, running.unit_codes.index(unit), used, order.occurred_at, cause=0)
    return running.desk.order(state, order, cause=1)


def _earned(buyer: Buyer, outcome: Outcome) -> dict[str, int]:
    """Return by unit what an order would earn."""
    running = buyer.running
    earned = dict.fromkeys(running.unit_codes, 0)
    for given in outcome.given:
        earned[running.unit_codes[given.unit]] += given.points
    return earned
