"""The page that prices a cart, and the offers of a version in words."""

import pytest

from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.tests.conftest import GROCER, TESTER

OFFERS = """
offers:
  - {code: ten, name: Ten off, amount: 10, minimum: {money: 50}, caps: [{per: day, of: member, times: 1}]}
  - {code: half, name: Second half, deal: {pieces: 2, percent: 50}, lines: "item.category = 'tea'", stacking: always}
  - {code: mug, gift: mug, when: "order.net >= 500"}
"""


@pytest.fixture
def offers(member):
    return programs.publish(GROCER.read_text() + OFFERS, TESTER)


def sent(client, **told):
    return client.post(
        "/cart", {"rows": "6", "0-sku": "A", "0-category": "tea", "0-pieces": "2", "0-price": "40"} | told
    )


def test_a_members_cart_is_priced_and_every_offer_is_told_with_why(offers, log_in):
    page = sent(log_in(language="en"), member="+8613800000001").content.decode()
    assert "$80.00" in page
    assert '<strong data-testid="pay">$52.50</strong>' in page
    assert "Its condition is not met." in page
    assert "Would earn" in page


def test_what_can_not_be_read_is_told_beside_its_field_and_nobody_is_guessed(offers, log_in):
    client = log_in(language="en")
    wrong = sent(client, **{"0-price": "12,5"})
    assert (wrong.status_code, "A number with at most 2 decimals." in wrong.content.decode()) == (422, True)
    unknown = sent(client, member="nobody")
    assert (unknown.status_code, 'data-testid="priced"' in unknown.content.decode()) == (422, False)
    assert sent(client, **{"0-sku": "", "0-category": "", "0-price": ""}).status_code == 422
    assert sent(client, more="yes").content.decode().count("-sku") >= 12


def test_a_version_tells_its_offers_in_words(offers, log_in):
    client = log_in(language="zh-hans")
    page = client.get(f"/programs/grocer/{offers.number}?view=offers").content.decode()
    for words in (
        "减 $10.00",
        "适用商品满 $50.00",
        "每位会员每天至多 1 次",
        "每 2 件，1 件减 50%",
        "可与任何优惠同享",
        "赠 mug × 1",
        ">仅限类目为「tea」的商品<",
        ">订单金额至少为 $500<",
    ):
        assert words in page
