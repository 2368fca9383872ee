"""Stored value over the API: topped up, paid with, refunded after a second person's yes, loaded from gift cards."""

import pytest
from tests.api.conftest import BY, GROCER, Caller

from shuke.rooms.org import facade as org
from shuke.surfaces.http.schemas import value_examples

VALUE = """\
stored_value:
  principal: balance
  bonus: gift
  top_up: {least: 50, most: 5000, steps: [{from: 200, bonus: 20}, {from: 500, bonus: 80}]}
  limits: {named: 5000, unnamed: 1000}
  refund: {fee_percent: 5}
"""
UNITS = "units:\n"
WITH_UNITS = "  balance: {scale: 2, value: 1}\n  gift: {scale: 2, value: 1, expiry: {after: 12 months}}\n"


@pytest.fixture
def program():
    first, rest = GROCER.split(UNITS, 1)
    head, points = rest.split("\n", 1)
    return f"{first}{UNITS}{head}\n{WITH_UNITS}{points}\n{VALUE}"


def held(api, member):
    told = api.get(f"/v1/members/{member['id']}/value").json()
    return told["principal_minor"], told["bonus_minor"]


@pytest.fixture
def topped_up(api, member):
    answer = api.post("/v1/top-ups", value_examples.NEW_TOP_UP)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_top_up_is_there_at_once_and_only_once(api, member, topped_up):
    assert (topped_up["state"], topped_up["bonus_minor"], topped_up["method"]) == ("paid", 8_000, "desk")
    again = api.post("/v1/top-ups", value_examples.NEW_TOP_UP).json()
    assert again == topped_up | {"repeated": True}
    tried = api.post("/v1/top-ups?dry_run=true", value_examples.NEW_TOP_UP | {"external_id": "T-2"}).json()
    assert (tried["state"], tried["dry_run"], held(api, member)) == ("paid", True, (50_000, 8_000))
    assert api.get(f"/v1/top-ups/{topped_up['id']}").json() == topped_up
    assert api.get(f"/v1/members/{member['id']}/top-ups").json()["items"] == [topped_up]
    assert api.get("/v1/value-terms").json()["steps"] == value_examples.TERMS["steps"]


def test_a_cart_is_paid_with_it_and_its_refund_gives_back_by_share(api, member, topped_up):
    cart = {
        "member": {"id": member["id"]},
        "currency": "USD",
        "value_minor": 100_000,
        "lines": [{"sku": "1", "category": "GROCERY", "quantity": 1, "net_minor": 60_000}],
    }
    seen = api.post("/v1/carts/evaluate", cart).json()
    assert (seen["total_minor"], seen["pay_minor"]) == (60_000, 2_000)
    assert seen["value"] == {
        "most_minor": 58_000,
        "used_minor": 58_000,
        "used_principal_minor": 50_000,
        "used_bonus_minor": 8_000,
    }
    named = {"source": "till-3", "external_id": "A-9", "occurred_at": "2017-01-15T16:00:00Z", "expected_minor": 2_000}
    done = api.post("/v1/carts/commit", cart | named)
    assert (done.status_code, done.json()["cart"]["pay_minor"], held(api, member)) == (201, 2_000, (0, 0))
    half = {"source": "till-3", "external_id": "R-9", "order": {"source": "till-3", "external_id": "A-9"}}
    api.post("/v1/refunds", half | {"net_minor": 30_000})
    assert held(api, member) == (25_000, 4_000)


def test_a_till_pays_with_it_and_takes_it_back(api, member, topped_up):
    paid = api.post("/v1/value-payments", value_examples.NEW_PAYMENT).json()
    assert (paid["principal_minor"], paid["bonus_minor"], held(api, member)) == (4_200, 0, (45_800, 8_000))
    short = api.post("/v1/value-payments", value_examples.NEW_PAYMENT | {"external_id": "P-2", "amount_minor": 99_999})
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_value")
    back = api.post(f"/v1/value-payments/{paid['id']}/return", {}).json()
    assert (back["id"], held(api, member)) == (paid["id"], (50_000, 8_000))


def test_a_refund_waits_for_a_second_person(api, member, topped_up):
    told = api.post("/v1/value-refunds?dry_run=true", value_examples.NEW_REFUND).json()
    assert (told["money_minor"], told["fee_minor"], told["bonus_minor"]) == (38_000, 2_000, 6_400)
    asked = api.post("/v1/value-refunds", value_examples.NEW_REFUND)
    assert (asked.status_code, asked.json()["summary"]) == (202, value_examples.REFUND_WAITING["summary"])
    assert held(api, member) == (50_000, 8_000)

    boss = Caller(org.create_key("boss", ["approvals:decide"], BY)[1])
    done = boss.post(f"/v1/approvals/{asked.json()['id']}/decision", {"decision": "approve"}).json()

    assert (done["state"], held(api, member)) == ("approved", (10_000, 1_600))
    refund = api.get(f"/v1/value-refunds/{done['result']}").json()
    assert [(part["method"], part["amount_minor"], part["state"]) for part in refund["parts"]] == [
        ("desk", 38_000, None)
    ]
    assert api.get("/v1/value-refunds").json()["items"] == [refund]
    figures = api.get("/v1/value-figures").json()
    assert (figures["paid_in_minor"], figures["refunded_minor"], figures["fees_minor"]) == (50_000, 40_000, 2_000)


def test_gift_cards_are_made_sold_loaded_and_made_void(api, member):
    batch = api.post("/v1/gift-card-batches", value_examples.NEW_BATCH | {"cards": 2}).json()
    first, second = (card["code"] for card in api.get(f"/v1/gift-card-batches/{batch['id']}/cards").json()["items"])
    assert api.post("/v1/gift-cards/load", {"code": first, "member": {"id": member["id"]}}).status_code == 409

    sold = api.post(
        "/v1/gift-cards/sell", {"codes": [first], "order": {"source": "till-3", "external_id": "A-1"}}
    ).json()
    assert [card["state"] for card in sold["items"]] == ["active"]
    loaded = api.post("/v1/gift-cards/load", {"code": first.lower(), "member": {"id": member["id"]}})
    assert (loaded.status_code, held(api, member)) == (201, (20_000, 0))
    void = api.post("/v1/gift-cards/void", {"code": second, "reason": "lost"}).json()
    assert (void["state"], api.post("/v1/gift-cards/look-up", {"code": second}).json()["state"]) == ("void", "void")
    states = api.get(f"/v1/gift-card-batches/{batch['id']}").json()["states"]
    assert states == {"made": 0, "active": 0, "loaded": 1, "void": 1}


def test_limits_above_those_of_prepaid_cards_are_warned_of_with_the_check_and_the_publishing(api, shop, program):
    text = program.replace("named: 5000, unnamed: 1000", "named: 400")
    told = {"warnings": ["单次充值上限超过单人限额。"]}
    for path in ("/v1/programs/validate", "/v1/programs/publish"):
        answer = api.post(path, {"text": text}, HTTP_ACCEPT_LANGUAGE="zh").json()
        assert {"warnings": answer["warnings"]} == told
    assert api.post("/v1/programs/publish", {"text": program}).json()["warnings"] == []
