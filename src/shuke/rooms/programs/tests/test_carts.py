"""A cart is priced with the offers of the program in force, for the member as they stand; nothing is written."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from shuke.core.offers.model import Given, Reason
from shuke.core.values.errors import Refusal
from shuke.rooms.members.contracts import Status
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, OrderFact, PointsOffered, Taxes
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member, order

OFFERS = """\
offer_groups: {seasonal: highest}
offers:
  - {code: wine, name: Wine club, percent: 10, lines: "item.category = 'wine'", when: "member.tier = 'silver'"}
  - {code: full, amount: 20, minimum: {cart_money: 100}, group: seasonal}
  - {code: teas, bundle: {pieces: 3, price: 20}, lines: "item.category = 'tea'", group: seasonal}
  - {code: mug, gift: mug, when: "order.net >= 150"}
  - {code: post, shipping: 100, minimum: {cart_money: 200}}
"""


@pytest.fixture
def shop(anna):
    return facade.publish(PROGRAM + OFFERS, ACTOR)


def cart(*lines, who=None, **other):
    made = tuple(Line(category, category, pieces, minor) for category, pieces, minor in lines)
    listed = sum(line.net_minor for line in made) + 500
    return OrderFact("cart", "cart", who, NOW, listed, listed, "USD", lines=made, shipping_minor=500, **other)


def refused(priced):
    return {code: reason for code, _, reason in priced.refused}


def test_a_guest_gets_what_is_for_everybody(shop):
    priced = facade.evaluate_cart(cart(("wine", 1, 100_00), ("tea", 3, 30_00)))
    assert [(each.code, each.off_minor) for each in priced.applied] == [("full", 20_00)]
    assert priced.applied[0].lines == {0: 15_39, 1: 4_61}
    assert (priced.lines_minor, priced.shipping_minor, priced.pay_minor) == ((84_61, 25_39), 500, 115_00)
    assert refused(priced) == {
        "wine": Reason.CONDITION,
        "teas": Reason.OTHER_CHOSEN,
        "mug": Reason.CONDITION,
        "post": Reason.MINIMUM_NOT_MET,
    }


def test_a_member_gets_what_their_tier_gets_and_the_better_of_a_group(shop, anna):
    facade.record([order("a", 600_00)], ACTOR)
    before = facade.standing(anna)
    priced = facade.evaluate_cart(cart(("wine", 2, 150_00), ("tea", 6, 90_00), who=member(1)))
    assert [(each.code, each.off_minor) for each in priced.applied] == [
        ("wine", 15_00), ("teas", 50_00), ("mug", 0)
    ]  # fmt: skip
    assert priced.applied[2].gifts == (Given("mug"),)
    assert refused(priced) == {"full": Reason.OTHER_CHOSEN, "post": Reason.MINIMUM_NOT_MET}
    assert (priced.member_id, priced.version, priced.pay_minor) == (anna, 2, 180_00)
    assert facade.standing(anna) == before


def test_nothing_is_taken_off_a_gift_card(shop):
    card = Line("card", "wine", 1, 300_00, gift_card=True)
    priced = facade.evaluate_cart(OrderFact("cart", "cart", None, NOW, 400_00, 400_00, "USD", lines=(
        card, Line("tea", "tea", 1, 100_00)
    )))  # fmt: skip
    assert priced.lines_minor == (300_00, 80_00)
    assert priced.applied[0].lines == {1: 20_00}


def test_a_cart_in_another_currency_and_a_member_whom_nobody_knows_are_refused(shop):
    abroad = replace(cart(("tea", 1, 100)), currency="CNY")
    for wrong, code in ((abroad, "currency_mismatch"), (cart(("tea", 1, 100), who=member(9)), "unknown_member")):
        with pytest.raises(Refusal) as told:
            facade.evaluate_cart(wrong)
        assert told.value.code == code


def test_a_program_without_offers_leaves_a_cart_as_it_is(program):
    priced = facade.evaluate_cart(cart(("tea", 1, 100)))
    assert (priced.lines_minor, priced.applied, priced.refused) == ((100,), (), ())


PAYING = PROGRAM.replace("value: 0.01", "value: 0.01, redeem: {least: 500, step: 100}, pay: {percent: 50}")


def test_points_pay_as_chosen_and_what_the_order_earns_is_told(shop, anna):
    facade.publish(PAYING + OFFERS, ACTOR)
    facade.record([order("a", 60_00)], ACTOR)
    assert facade.standing(anna).balances[0].available == 60
    facade.record([order("b", 2000_00)], ACTOR)
    bought = cart(("tea", 1, 100_00), who=member(1))
    none = facade.evaluate_cart(bought)
    assert none.points == PointsOffered("points", 0, 500, 100, 2000, 2000, 0, 0)
    assert (none.total_minor, none.pay_minor, none.earns) == (85_00, 85_00, {"points": 106})
    some = facade.evaluate_cart(bought, Choice(points=799))
    assert (some.points.used, some.points.used_minor, some.pay_minor) == (700, 700, 78_00)
    assert facade.evaluate_cart(bought, Choice(points=499)).points.used == 0
    assert facade.evaluate_cart(bought, Choice(points=9999)).points.used == 2000
    assert facade.standing(anna).balances[0].available == 2060


def test_caps_on_redeeming_bound_the_points_that_may_pay(shop, anna):
    capped = PAYING.replace("value: 0.01", "value: 0.01, caps: [{of: redeem, per: day, points: 800}]")
    facade.publish(capped, ACTOR)
    facade.record([order("a", 2000_00)], ACTOR)
    assert facade.evaluate_cart(cart(("tea", 1, 100_00), who=member(1))).points.most == 800


def test_a_guest_and_who_is_frozen_pay_with_no_points_and_earn_nothing(shop, anna):
    facade.publish(PAYING + OFFERS, ACTOR)
    facade.record([order("a", 2000_00)], ACTOR)
    facade.set_status(anna, Status.FROZEN, "lost", ACTOR)
    for who in (None, member(1)):
        priced = facade.evaluate_cart(cart(("wine", 1, 10_00), who=who), Choice(points=500))
        assert (priced.points, priced.earns, priced.pay_minor) == (None, None, 15_00)
        assert refused(priced)["wine"] is Reason.CONDITION


def test_a_cart_of_a_day_to_come_is_priced_as_things_stand_then(shop, anna):
    facade.record([order("a", 600_00)], ACTOR)
    facade.publish(PROGRAM, ACTOR, NOW + timedelta(days=10))
    bought = cart(("wine", 1, 100_00), who=member(1))
    assert [each.code for each in facade.evaluate_cart(bought).applied] == ["wine"]
    later = facade.evaluate_cart(replace(bought, occurred_at=NOW + timedelta(days=11)))
    assert (later.version, later.applied, later.refused) == (3, (), ())


def test_tax_within_prices_and_on_top_of_them(shop):
    bought = cart(("tea", 1, 113_00), ("wine", 1, 50_00))
    rates = (Fraction(13, 100), Fraction(0))
    within = facade.evaluate_cart(bought, taxes=Taxes(rates, included=True))
    assert (within.lines_minor, within.tax_minor, within.total_minor) == ((99_13, 43_87), 11_40, 148_00)
    on_top = facade.evaluate_cart(bought, taxes=Taxes(rates, included=False))
    assert (on_top.lines_minor, on_top.tax_minor, on_top.total_minor) == ((99_13, 43_87), 12_89, 160_89)
