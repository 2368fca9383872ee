"""Stored value on the phone: seen, topped up with its bonus shown before, and nobody else's."""

import re

import pytest

from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef, Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ApprovalState
from shuke.rooms.payments import facade as payments
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import NewBatch
from shuke.surfaces.portal.tests.conftest import OTHER, PHONE, TESTER

PROGRAM = """\
shuke: 1
program: cafe
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {round: floor}
  balance: {name: 储值本金, scale: 2, value: 1}
  gift: {name: 赠金, scale: 2, value: 1, expiry: {after: 12 months}}
earn:
  - {code: spend, unit: points, points: order.net}
stored_value:
  principal: balance
  bonus: gift
  top_up: {least: 50, most: 5000, steps: [{from: 200, bonus: 20}, {from: 500, bonus: 80}]}
  limits: {named: 5000, unnamed: 1000}
  refund: {fee_percent: 5, bonus: share}
"""


def member_id(phone=PHONE):
    return members.resolve([MemberRef(phone=phone)])[0]


def page(answer):
    return answer.content.decode()


def has(phone=PHONE):
    held = programs.value_of(member_id(phone))
    return held.principal_minor, held.bonus_minor


@pytest.fixture
def program(shop):
    return programs.publish(PROGRAM, TESTER)


def key_of(text):
    return re.search(r'name="key" value="([^"]+)"', text)[1]


def topped_up(client, amount="200", bonus="2000"):
    """Top up on the phone and pay as the sandbox is told to."""
    text = page(client.get("/m/value/top-up", {"amount": amount}))
    sent = {"amount": amount, "shown": bonus, "key": key_of(text)}
    paying = page(client.post("/m/value/top-up", sent, follow=True))
    return sent, client.post(re.search(r'href="(/sandbox/pay/[^"]+)"', paying)[1], {"behaviour": "pays"}, follow=True)


def test_a_top_up_shows_its_bonus_and_comes_when_it_is_paid(phone):
    client = phone()
    assert "还没有储值" in page(client.get("/m/value"))
    offered = page(client.get("/m/value/top-up"))
    assert re.findall(r'name="amount" value="(\d+)"', offered) == ["200", "500"]
    shown = page(client.get("/m/value/top-up", {"amount": "200"}))
    assert 'data-testid="bonus">¥20.00<' in shown
    assert client.post("/m/value/top-up", {"amount": "200", "shown": "1", "key": "k"}).status_code == 200
    assert payments.page(9).payments == ()

    sent, after = topped_up(client)
    assert 'href="/m/value"' in page(after)
    assert has() == (20_000, 2_000)
    again = client.post("/m/value/top-up", sent)
    assert (again.status_code, has(), len(payments.page(9).payments)) == (302, (20_000, 2_000), 1)
    text = page(client.get("/m/value"))
    assert 'data-testid="held">¥220.00<' in text
    assert "+200.00" in text
    assert "+20.00" in text
    assert 'data-testid="value">¥220.00<' in page(client.get("/m/"))


@pytest.mark.parametrize(("typed", "told"), [("30", "单次充值"), ("9000", "单次充值"), ("much", "请输入金额")])
def test_an_amount_that_cannot_be_is_told_so_and_asks_for_nothing(phone, typed, told):
    client = phone()
    shown = client.get("/m/value/top-up", {"amount": typed})
    assert (shown.status_code, told in page(shown)) == (422, True)
    refused = client.post("/m/value/top-up", {"amount": typed, "shown": "0", "key": "k"})
    assert (refused.status_code, payments.page(9).payments) == (422, ())


def test_the_value_of_one_member_is_not_the_others_and_the_frozen_top_up_nothing(phone):
    client, others = phone(), phone(OTHER)
    topped_up(client)
    assert 'data-testid="held">¥0.00<' in page(others.get("/m/value"))
    members.set_status(member_id(), Status.FROZEN, "lost", TESTER)
    assert 'data-testid="held">¥220.00<' in page(client.get("/m/value"))
    assert client.post("/m/value/top-up", {"amount": "200", "shown": "2000", "key": "k"}).status_code == 409
    assert (has(), len(payments.page(9).payments)) == ((20_000, 2_000), 1)


def test_a_program_without_stored_value_has_no_page_of_it(phone):
    client = phone()
    programs.publish(PROGRAM.partition("stored_value:")[0], TESTER)
    assert client.get("/m/value").status_code == 409
    assert 'href="/m/value"' not in page(client.get("/m/"))


def test_a_gift_card_is_loaded_once_and_a_wrong_code_is_told_so(phone):
    client, others = phone(), phone(OTHER)
    made = programs.make_gift_cards(NewBatch("spring", 1, 8_800, active=True), TESTER)
    (card,) = value.cards_page(made.id, 9).cards
    wrong = client.post("/m/value/card", {"code": "NOPE-NOPE"})
    assert (wrong.status_code, has()) == (422, (0, 0))
    assert "¥88.00" in page(client.post("/m/value/card", {"code": card.code.lower()}))
    assert client.post("/m/value/card", {"code": card.code}).status_code == 200  # their own again: nothing more
    assert others.post("/m/value/card", {"code": card.code}).status_code == 422
    assert (has(), has(OTHER)) == ((8_800, 0), (0, 0))


def test_a_refund_is_asked_for_with_its_fee_and_bonus_seen_and_staff_agree(phone):
    client = phone()
    topped_up(client)
    text = page(client.get("/m/value/refund", {"amount": "100"}))
    assert 'data-testid="money">¥95.00<' in text
    assert 'data-testid="gone">¥10.00<' in text
    assert "金额已有变化" in page(client.post("/m/value/refund", {"amount": "100", "shown": "1.1.1"}))
    assert org.approvals_page(None, 9).approvals == ()

    assert "¥95.00" in page(client.post("/m/value/refund", {"amount": "100", "shown": "10000.1000.500"}))
    (asked,) = org.approvals_page(None, 9).approvals
    assert (asked.kind, asked.state, has()) == ("value.refund", ApprovalState.PENDING, (20_000, 2_000))
    assert page(client.get("/m/value")).count("店员审批后退回 ¥95.00") == 1
    assert client.post("/m/value/refund", {"amount": "900"}).status_code == 422
    assert len(org.approvals_page(None, 9).approvals) == 1


def test_nobody_leaves_with_money_stored_and_the_copy_tells_of_it(phone):
    client = phone()
    topped_up(client)
    text = page(client.get("/m/me/leave"))
    assert 'data-testid="value-first"' in text
    client.post("/m/me/leave", {"shown": "0.0.0.0.20000.2000", "sure": "yes"})
    assert members.get(member_id()).status is Status.ACTIVE
    copy = client.post("/m/me/data").json()
    assert [(row["amount_minor"], row["bonus_minor"], row["state"]) for row in copy["top_ups"]] == [
        (20_000, 2_000, "paid")
    ]


def test_who_tries_gift_cards_waits(phone):
    client = phone()
    made = programs.make_gift_cards(NewBatch("spring", 1, 8_800, active=True), TESTER)
    (card,) = value.cards_page(made.id, 9).cards
    assert {client.post("/m/value/card", {"code": "WRONG"}).status_code for _ in range(10)} == {422}
    assert "15 分钟" in page(client.post("/m/value/card", {"code": card.code}))
    assert has() == (0, 0)
