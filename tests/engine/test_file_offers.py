"""Offers of a program file: caps, the rule by which they multiply points, and what is refused."""

from fractions import Fraction

import pytest

from shuke.core.offers.model import (
    Amount,
    Base,
    Bundle,
    Deal,
    EachPiece,
    Gift,
    Grain,
    Measure,
    Minimum,
    Percent,
    Pick,
    Shipping,
)
from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import Attribute, OfferCap
from shuke.core.program.offer_wording import effect, terms
from shuke.engine.points_times import promised
from shuke.engine.schema import load_program
from tests.engine.program_files import FILE, faults


def offers(*written):
    return FILE + "offers:\n" + "".join(f"  - {each}\n" for each in written)


def test_caps_of_an_offer():
    program = load_program(
        offers("{code: a, amount: 5, caps: [{per: day, times: 9}, {per: year from April, of: member, money: 7.50}]}")
    )
    assert program.offers[0].caps == (
        OfferCap(Window(WindowKind.DAY), times=True, each_member=False, limit=9),
        OfferCap(Window(WindowKind.PERIOD, 0, 12, 3), times=False, each_member=True, limit=750),
    )


@pytest.mark.parametrize(
    ("cap", "found"),
    [
        ("{per: membership year, times: 1}", ("unknown_window", "membership year", "lifetime")),
        ("{per: day}", ("one_of_these", "{per", "times: 1")),
        ("{per: day, times: 1, of: store}", ("unknown_choice", "store", None)),
        ("{per: day, times: 0}", ("number_too_small", "0", "1")),
    ],
)
def test_a_cap_that_is_none(cap, found):
    code, _, suggestion = found
    ((told, _, hint),) = faults(offers(f"{{code: a, amount: 5, caps: {cap}}}"))
    assert told == code
    assert suggestion is None or hint is not None


@pytest.mark.parametrize(
    ("written", "read", "english", "chinese"),
    [
        ("amount: {off: 40, every: 300}", Amount(4000, every=30000), "¥40 off every ¥300", "每满 ¥300 减 ¥40"),
        ("amount: {off: 40, every: 300, times: 3}", Amount(4000, every=30000, times=3),
         "¥40 off every ¥300, at most 3 times", "每满 ¥300 减 ¥40，至多 3 次"),
        ("amount: {off: 10, every: 3, by: pieces}", Amount(1000, every=3, by=Measure.PIECES),
         "¥10 off every 3 pieces", "每满 3 件减 ¥10"),
        ("gift: {sku: mug, every: 100, by: cart_money, times: 3}",
         Gift("mug", every=10000, times=3, by=Measure.CART_MONEY),
         "with 1 × mug for every ¥100 in the cart, at most 3 times", "购物车每满 ¥100 赠 mug × 1，至多 3 次"),
        ("gift: mug", Gift("mug"), "with 1 × mug", "赠 mug × 1"),
        ("percent: {off: 10, most: 2, at: line}", Percent(Fraction(10), most=2, at=Grain.LINE),
         "10% off, at most 2 of a kind, rounded line by line", "减 10%，每种至多 2 件，按行取整"),
        ("percent: {off: 10, pieces: 2, at: piece, of: listed}",
         Percent(Fraction(10), base=Base.INITIAL, pieces=2, at=Grain.PIECE),
         "10% off, the cheapest 2, of listed prices, rounded piece by piece",
         "减 10%，价格最低的 2 件，按标价计，按件取整"),
        ("each: {off: 5, further: 2, most: 4}", EachPiece(500, 4, further=200),
         "¥5 off the first piece of a kind, ¥2 off each other, at most 4 of a kind",
         "每种首件减 ¥5，其余每件减 ¥2，每种至多 4 件"),
        ("each: {off: 5, further: 0}", EachPiece(500, further=0), "¥5 off each kind", "每种减 ¥5"),
        ("each: {off: 5, pieces: 2, pick: dearest}", EachPiece(500, pieces=2, pick=Pick.DEAREST),
         "¥5 off each piece, the dearest 2", "每件减 ¥5，价格最高的 2 件"),
        ("deal: {pieces: 3, off: 5}", Deal(3, minor=500), "of 3, 1 at ¥5 off", "每 3 件，1 件减 ¥5"),
        ("deal: {pieces: 3, reduced: 2, price: 9, times: 1}", Deal(3, 2, times=1, price=900),
         "of 3, 2 for ¥9 each, at most once", "每 3 件，2 件各 ¥9，至多 1 次"),
        ("deal: {pieces: 3, different: yes}", Deal(3, different=True), "of 3 different, 1 free", "每 3 件不同商品，1 件免费"),
        ("deal: {pieces: 2, percent: 50}", Deal(2, percent=Fraction(50)), "of 2, 1 at 50% off", "每 2 件，1 件减 50%"),
        ("bundle: {pieces: 2, price: 99, different: yes}", Bundle(2, 9900, different=True),
         "any 2 different for ¥99", "2 件不同商品 ¥99"),
        ("shipping: {price: 3}", Shipping(price=300), "shipping for ¥3", "运费只收 ¥3"),
        ("shipping: {off: 50, price: 3, at_most: 5}", Shipping(Fraction(50), 500, 300),
         "50% off shipping above ¥3, at most ¥5", "运费超出 ¥3 的部分减 50%，至多减 ¥5"),
        ("shipping: 100", Shipping(), "free shipping", "免运费"),
    ],
)  # fmt: skip
def test_an_effect_is_read_and_told(written, read, english, chinese):
    (offer,) = load_program(offers(f"{{code: a, {written}}}")).offers
    assert offer.effect == read
    assert [effect(read, lambda minor: f"¥{minor // 100}", language) for language in ("en", "zh")] == [english, chinese]


def test_a_deal_about_others_is_told_so():
    (offer,) = load_program(offers("{code: a, deal: {pieces: 2, price: 9}, gets: \"item.category = 'b'\"}")).offers
    told = [effect(offer.effect, lambda minor: f"¥{minor // 100}", language, gets=True) for language in ("en", "zh")]
    assert told == ["buy 2, and 1 more for ¥9", "买 2 件，另 1 件 ¥9"]


def test_minimums_of_kinds_are_told():
    (offer,) = load_program(offers("{code: a, amount: 5, minimum: {cart_kinds: 3}}")).offers
    assert offer.minimum == Minimum(Measure.CART_KINDS, 3)
    assert terms(offer.minimum, offer.stacking, str, "zh") == ["购物车满 3 种商品"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("amount: {off: 5, every: 0}", ("number_too_small", "0", "0.01")),
        ("amount: {off: 5, every: 30, pieces: 1}", ("not_beside", "pieces", "every")),
        ("amount: {off: 5, times: 2}", ("not_beside", "times", "every")),
        ("amount: {off: 5, every: 1.5, by: pieces}", ("too_many_digits", "1.5", "1")),
        ("gift: {sku: mug, every: 0, by: pieces}", ("number_too_small", "0", "1")),
        ("gift: {sku: mug, by: pieces}", ("not_beside", "by", "every")),
        ("percent: {off: 5, most: 2, pieces: 2}", ("not_beside", "most", "pieces")),
        ("percent: {off: 5, at: piece, at_most: 2}", ("not_beside", "at_most", "at")),
        ("percent: {off: 5, at: sku}", ("unknown_choice", "sku", None)),
        ("each: {off: 5, most: 2, pieces: 2}", ("not_beside", "most", "pieces")),
        ("each: {off: 5, further: 2, pieces: 2}", ("not_beside", "further", "pieces")),
        ("deal: {pieces: 3, percent: 50, off: 5}", ("one_of_these", "percent, off, price", "percent: 100")),
        ("shipping: {at_most: 5}", ("missing_key", "off", "off: 10")),
    ],
)
def test_an_effect_that_is_none(written, found):
    ((code, _, hint),) = faults(offers(f"{{code: a, {written}}}"))
    assert (code, hint) == (found[0], found[2])


def test_offers_that_multiply_points_are_a_rule_of_each_unit_that_is_spent():
    program = load_program(offers("{code: a, points_times: 1.25}", "{code: b, points_times: 20}"))
    assert program.order_attributes == (Attribute("points_times", "number", 0, 400),)
    assert [(rule.code, rule.unit) for rule in program.earn[1:]] == [("points_times:points", "points")]
    assert promised(program, [Fraction(5, 4), Fraction(1)]) == 25
    assert promised(program, [Fraction(5, 4), Fraction(20)]) == 400
    assert promised(program, [Fraction(1)]) == 0
    assert promised(load_program(FILE), [Fraction(2)]) == 0


def test_an_attribute_does_not_take_the_name():
    text = FILE.replace("units:", "attributes: {order: {points_times: number}}\nunits:")
    assert [code for code, _, _ in faults(text)] == ["name_taken"]
