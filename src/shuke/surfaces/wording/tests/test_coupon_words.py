"""What coupons do, said to people in their language, with an example that the engine reckons."""

from types import SimpleNamespace

import pytest
from django.utils.translation import override
from tests.engine.program_files import FILE

from shuke.engine.schema import load_program
from shuke.engine.single_offers import read_offer
from shuke.surfaces.wording import coupon_words


@pytest.fixture(autouse=True)
def program(monkeypatch):
    """A program in force, as far as words ask for it."""
    program = load_program(FILE)
    monkeypatch.setattr(coupon_words, "running", lambda: SimpleNamespace(program=program))
    return program


@pytest.mark.parametrize(
    ("offer", "english", "chinese"),
    [
        ("amount: {off: 10, every: 3, by: pieces, times: 2}",
         "¥10 off every 3 pieces, at most ¥20", "每满 3 件 减 ¥10（最多优惠 ¥20）"),
        ("gift: {sku: mug, every: 100}", "a gift: mug × 1 for every ¥100", "每满 ¥100 赠 mug × 1"),
        ("gift: {sku: mug, every: 2, by: kinds, times: 3}",
         "a gift: mug × 1 for every 2 kinds, at most 3 times", "每满 2 种商品 赠 mug × 1（最多 3 次）"),
        ("percent: 12", "12% off", "8.8 折"),
        ("percent: {off: 50, pieces: 1}", "50% off 1 piece", "1 件 5 折"),
        ("percent: {off: 50, most: 2}", "50% off, at most 2 of a kind", "5 折（每种最多 2 件）"),
        ("percent: {off: 100, pieces: 2, at_most: 30}", "2 pieces free, at most ¥30", "免费 2 件（最多优惠 ¥30）"),
        ("shipping: {off: 50, price: 3, at_most: 5}", "50% off the delivery above ¥3, at most ¥5",
         "运费超出 ¥3 的部分减 50%（最多优惠 ¥5）"),
        ("shipping: 100", "free delivery", "包邮"),
        ("each: 3", "¥3 off each piece", "每件减 ¥3"),
        ("each: {off: 3, most: 2}", "¥3 off each piece, at most 2 of a kind", "每件减 ¥3（每种最多 2 件）"),
        ("each: {off: 3, pieces: 2}", "¥3 off each of 2 pieces", "2 件，每件减 ¥3"),
        ("each: {off: 3, further: 0}", "¥3 off the pieces of each kind", "每种商品减 ¥3"),
        ("each: {off: 3, further: 2, most: 5}", "¥3 off the first piece of a kind, ¥2 off each other, at most 5 of a kind",
         "每种商品首件减 ¥3，其余每件减 ¥2（每种最多 5 件）"),
        ("deal: {pieces: 3}", "of every 3 pieces, 1 free", "每 3 件中 1 件免费"),
        ("deal: {pieces: 2, percent: 50}", "of every 2 pieces, 1 with 50% off", "每 2 件中 1 件优惠 50%"),
        ("deal: {pieces: 2, reduced: 2, off: 5}", "of every 2 pieces, 2 with ¥5 off each", "每 2 件中 2 件每件减 ¥5"),
        ("deal: {pieces: 3, different: yes}", "of every 3 different pieces, 1 free", "每 3 件不同商品中 1 件免费"),
        ("{deal: {pieces: 2, off: 20, different: yes}, gets: item.quantity = 1}",
         "buy 2 different, and 1 more with ¥20 off", "买 2 件不同商品，另有 1 件减 ¥20"),
        ("{deal: {pieces: 1, price: 9.90}, gets: item.quantity = 1}",
         "buy 1, and 1 more for ¥9.90", "买 1 件，另有 1 件只要 ¥9.90"),
    ],
)  # fmt: skip
def test_what_a_coupon_does(offer, english, chinese):
    said = {}
    for language in ("en", "zh-hans"):
        with override(language):
            said[language] = coupon_words.told(offer)
    assert said == {"en": english, "zh-hans": chinese}


@pytest.mark.parametrize(
    ("offer", "english"),
    [
        ("amount: {off: 10, every: 3, by: pieces}", "an order of ¥55, delivery included, costs ¥35."),
        ("gift: {sku: mug, every: 100}", ""),
        (
            "{deal: {pieces: 1, price: 9.90}, gets: item.quantity = 1}",
            "an order of ¥110, delivery included, costs ¥69.90.",
        ),
    ],
)
def test_an_example_of_what_is_paid(program, offer, english):
    with override("en"):
        assert coupon_words.example(read_offer(offer, program)).removeprefix("For example: ") == english
