"""What each effect takes off the lines and the shipping of a cart."""

from fractions import Fraction

import pytest
from tests.core.test_offers import cart, group, off, offer

from shuke.core.offers.model import (
    Amount,
    Bundle,
    Cart,
    CartLine,
    Deal,
    EachPiece,
    Gift,
    Given,
    Grain,
    Measure,
    Minimum,
    Percent,
    Pick,
    PointsTimes,
    Prices,
    Reason,
    Shipping,
)
from shuke.core.offers.pricing import price


@pytest.mark.parametrize(
    ("effect", "lines", "reward"),
    [
        (Percent(Fraction(50), pieces=1), [(2, 1000), (1, 600)], 300),
        (Percent(Fraction(50), pieces=1, pick=Pick.DEAREST), [(2, 1000), (1, 600)], 500),
        (Percent(Fraction(50), pieces=9), [(2, 1000)], 1000),
        (Percent(Fraction(10), most=1), [(1, 10000), (5, 15000)], 2500),  # medusa: of one piece a line
        (Percent(Fraction(10)), [(1, 106), (1, 206), (1, 306), (1, 406)], 102),  # saleor: together, or each by itself
        (Percent(Fraction(10), at=Grain.LINE), [(1, 106), (1, 206), (1, 306), (1, 406)], 104),
        (Percent(Fraction(10), at=Grain.LINE), [(3, 106), (1, -50)], 32),
        (Percent(Fraction(10), at=Grain.PIECE), [(3, 106), (1, -50)], 33),
        (Percent(Fraction(50), pieces=2, at=Grain.PIECE), [(1, 101), (2, 103)], 51 + 52),
        (Percent(Fraction(100), at=Grain.PIECE), [(3, 106)], 318),
        (EachPiece(100), [(3, 80), (2, 250)], 440),
        (EachPiece(113, 5, further=211), [(2, 5000)], 324),  # solidus: the first piece and each other one
        (EachPiece(113, 5, further=211), [(10, 5000)], 957),
        (EachPiece(0, further=123), [(10, 5000), (1, 5000)], 1107),
        (EachPiece(300, further=0), [(2, 200), (1, 400)], 600),  # oscar: once a line, whatever a piece costs
        (EachPiece(300, pieces=1), [(2, 200), (2, 100)], 100),  # oscar: of one piece at most
        (EachPiece(1000, pieces=2), [(3, 10000), (5, 5000), (2, 7500)], 2000),
        (EachPiece(1000, pieces=2, pick=Pick.DEAREST), [(2, 900), (1, 5000)], 1900),
        (Prices({"sku0": 900}), [(2, 1000), (1, 600)], 200),
        (Prices({"": 500}), [(2, 1000), (1, 400)], 1000),
        (Bundle(2, 1500, times=1), [(4, 1000)], 500),
        (Bundle(2, 1500), [(4, 1000)], 1000),
        (Deal(3), [(1, 1000), (1, 900), (1, 800), (1, 300), (1, 200), (1, 100)], 900),
        (Deal(3, pick=Pick.DEAREST), [(1, 1000), (1, 900), (1, 800)], 1000),
        (Deal(2, percent=Fraction(50)), [(5, 333)], 334),
        (Deal(3, times=1), [(9, 100)], 100),
        (Deal(2, 2, minor=500), [(5, 1000)], 2000),
        (Deal(2, minor=500), [(2, 300)], 300),
        (Deal(2, price=990), [(2, 3000), (2, 500)], 2010),
        (Deal(2, different=True), [(5, 1000), (2, 600)], 1200),
        (Deal(2, different=True), [(5, 1000)], 0),
        (Deal(2, 2, Fraction(10), different=True), [(3, 1000), (2, 600)], 320),
        (Amount(4000, every=30000), [(3, 29900)], 8000),
        (Amount(4000, every=30000), [(1, 29999)], 0),
        (Amount(4000, every=30000, times=3), [(10, 30000)], 12000),
        (Amount(4000, every=30000), [(1, 40000), (1, -10001)], 0),
        (Amount(1000, every=3, by=Measure.PIECES), [(5, 2000), (3, 2000)], 2000),
        (Amount(1000, every=3, times=1, by=Measure.PIECES), [(9, 2000)], 1000),
        (Amount(1000, every=2, by=Measure.KINDS), [(9, 2000), (1, 100), (1, 50)], 1000),
        (Bundle(2, 9900, different=True), [(2, 8000), (1, 4000), (1, 500)], 2100),
        (Bundle(2, 9900, different=True), [(9, 8000)], 0),
        (Bundle(3, 1000, times=2, different=True), [(5, 600), (4, 500), (3, 400), (1, 300)], 1000),
    ],
)
def test_what_each_effect_takes_off(effect, lines, reward):
    assert off(cart(*lines), offer(effect)) == reward


@pytest.mark.parametrize(
    ("effect", "left"),
    [(Shipping(price=300), 300), (Shipping(price=1200), 1000), (Shipping(Fraction(50), price=400), 700),
     (Shipping(cap=200, price=300), 800)],
)  # fmt: skip
def test_shipping_at_a_price(effect, left):
    assert price(cart((1, 1000), shipping=1000), group(offer(effect))).shipping_minor == left


@pytest.mark.parametrize(
    ("gift", "lines", "mugs"),
    [
        (Gift("mug", every=3, by=Measure.PIECES), [(75, 32000)], 25),  # odoo: with 75 pieces 25 more, with 6 two
        (Gift("mug", every=3, by=Measure.PIECES), [(6, 32000)], 2),
        (Gift("mug", quantity=2, every=10000), [(5, 9900)], 8),
        (Gift("mug", quantity=2, every=10000, times=3), [(5, 9900)], 6),
        (Gift("mug", every=10000, by=Measure.CART_MONEY), [(1, 15000), (1, -5000)], 1),
    ],
)
def test_a_gift_every_so_much(gift, lines, mugs):
    (applied,) = price(cart(*lines), group(offer(gift, lines=(0,)))).applied
    assert (applied.gifts, applied.total) == ((Given("mug", mugs),), 0)


@pytest.mark.parametrize(
    "effect",
    [Gift("mug", every=3, by=Measure.PIECES), Amount(500, every=64001), Amount(500, every=2, by=Measure.KINDS)],
)
def test_too_little_for_what_comes_every_so_much(effect):
    priced = price(cart((2, 32000)), group(offer(effect)))
    assert (priced.applied, priced.refused) == ((), {"offer": Reason.MINIMUM_NOT_MET})


def test_so_many_different_goods():
    three = offer(Percent(Fraction(10)), minimum=Minimum(Measure.KINDS, 3))
    assert off(cart((1, 1000), (1, 1000), (5, 1000)), three) == 700
    assert price(cart((9, 1000), (1, 1000)), group(three)).refused == {"offer": Reason.MINIMUM_NOT_MET}
    two_lines_of_one = Cart((CartLine("a", 1, 1000), CartLine("a", 1, 1000), CartLine("b", 1, 1000)))
    assert off(two_lines_of_one, three) == 0
    assert off(two_lines_of_one, offer(Bundle(2, 1500, different=True))) == 500


def test_pieces_that_a_bundle_did_not_need_are_there_for_the_next():
    first, second = offer(Bundle(2, 1500), code="a"), offer(Deal(2), lines=(1,), code="b")
    assert off(cart((2, 1000), (2, 600)), first, second) == 500 + 600


def test_shipping_gifts_and_points_leave_the_lines_as_they_are():
    offers = [
        offer(Shipping(Fraction(50), cap=300), code="ship"),
        offer(Gift("mug"), code="gift"),
        offer(PointsTimes(Fraction(2)), code="double"),
    ]
    priced = price(cart((1, 1000), shipping=1000), group(*offers))
    assert (priced.lines, priced.shipping_minor, priced.pay_minor) == ((1000,), 700, 1700)
    ship, gift, double = priced.applied
    assert (ship.shipping_off, gift.gifts, double.points_times) == (300, (Given("mug"),), 2)


@pytest.mark.parametrize(
    ("effect", "reward"),
    [
        (Percent(Fraction(50), most=1), 500 + 300),
        (EachPiece(500, most=2), 1000 + 500),
        (EachPiece(500, further=300, most=3), 1100 + 500),
        (EachPiece(500, further=0), 500 + 500),
    ],
)
def test_pieces_of_one_kind_are_counted_together_however_many_lines_they_stand_in(effect, reward):
    lines = [CartLine("wine", 1, 1000), CartLine("beer", 1, 600), *[CartLine("wine", 1, 1000)] * 3]
    assert off(Cart(tuple(lines)), offer(effect, lines=tuple(range(5)))) == reward
