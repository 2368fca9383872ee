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
    ],
)
def test_an_example_of_what_is_paid(program, offer, english):
    with override("en"):
        assert coupon_words.example(read_offer(offer, program)).removeprefix("For example: ") == english
