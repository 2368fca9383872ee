"""Stored value in the console: figures, top-ups and refunds seen before they are done, gift cards from made to void."""

import re

import pytest

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ApprovalState, Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import CardState
from shuke.surfaces.console.tests.conftest import GROCER, TESTER

UNITS = "  balance: {scale: 2, value: 1}\n  gift: {scale: 2, value: 1, expiry: {after: 12 months}}\ntiers:\n"
STORED = """\
stored_value:
  principal: balance
  bonus: gift
  top_up: {least: 50, most: 5000, steps: [{from: 200, bonus: 20}]}
  limits: {named: 300}
  refund: {fee_percent: 5, bonus: share}
"""
CARDS = {"name": "spring", "cards": "2", "amount": "88"}


@pytest.fixture
def stored(member):
    """The member, in a program with stored value; the id as pages name it."""
    programs.publish(GROCER.read_text().replace("tiers:\n", UNITS, 1) + STORED, TESTER)
    return ids.encode(ID_PREFIX, member.id)


def has(outside):
    held = programs.value_of(ids.decode(ID_PREFIX, outside))
    return held.principal_minor, held.bonus_minor


def page(answer):
    return answer.content.decode()


def topped_up(desk, outside, amount="200"):
    seen = page(desk.post(f"/members/{outside}/value/top-up", {"amount": amount}))
    key = re.search(r'name="key" value="([^"]+)"', seen)[1]
    return seen, desk.post(f"/members/{outside}/value/top-up", {"amount": amount, "key": key, "shown": "yes"})


def test_money_is_taken_ahead_once_its_bonus_was_seen(log_in, stored):
    desk = log_in(Role.OWNER)
    seen, done = topped_up(desk, stored)
    assert 'data-testid="bonus">$20.00<' in seen
    assert (done.status_code, has(stored)) == (302, (20_000, 2_000))
    assert "限额" in topped_up(desk, stored, "150")[0]  # warned of, not refused
    refused = desk.post(f"/members/{stored}/value/top-up", {"amount": "10"})
    assert (refused.status_code, has(stored)) == (422, (35_000, 2_000))
    assert desk.post(f"/members/{stored}/value/top-up", {"amount": "much"}).status_code == 422

    assert 'data-testid="held">$370.00<' in page(desk.get(f"/members/{stored}/value"))
    overview = page(desk.get("/value"))
    assert 'data-testid="principal">$350.00<' in overview
    assert page(desk.get("/value/top-ups")).count("$200.00") == 1


def test_a_refund_is_seen_asked_for_and_agreed_to_by_another(log_in, stored):
    desk = log_in(Role.SERVICE)
    topped_up(desk, stored)
    said = {"amount": "100", "reason": "moves away"}
    seen = page(desk.post(f"/members/{stored}/value/refund", said))
    assert 'data-testid="money">$95.00<' in seen
    shown = re.search(r'name="shown" value="([^"]+)"', seen)[1]
    desk.post(f"/members/{stored}/value/refund", said | {"shown": "1.1.1"})
    assert org.approvals_page(None, 9).approvals == ()
    assert desk.post(f"/members/{stored}/value/refund", said | {"amount": "900"}).status_code == 422

    desk.post(f"/members/{stored}/value/refund", said | {"shown": shown})
    (asked,) = org.approvals_page(ApprovalState.PENDING, 9).approvals
    assert has(stored) == (20_000, 2_000)
    address = f"/approvals/{ids.encode('apr', asked.id)}"
    assert address in page(desk.get("/value/refunds"))
    boss = log_in(Role.OWNER)
    told = page(boss.get(address))
    facts = re.sub(r"<[^>]+>", " ", told.partition('<dl class="facts list">')[2].partition("</dl>")[0])
    says = "退回金额 $95.00 手续费 $5.00 收回赠金 $10.00 本金 $200.00 → $100.00 原因 moves away"
    assert " ".join(facts.split()) == says
    boss.post(
        re.search(r'action="([^"]+)"', told.split("comment")[0].rsplit("<form", 1)[1])[1], {"decision": "approve"}
    )
    assert has(stored) == (10_000, 1_000)
    assert "$95.00" in page(boss.get("/value/refunds"))


def test_gift_cards_are_made_taken_sold_looked_up_and_made_void(log_in, stored):
    desk = log_in(Role.OWNER)
    where = desk.post("/gift-cards", CARDS)["Location"]
    (batch,) = value.card_batches(9).batches
    first, second = value.cards_page(batch.id, 9).cards
    file = page(desk.post(f"{where}/codes"))
    assert (first.code in file, second.code in file) == (True, True)
    assert org.audit_lines(1).lines[0].action == "gift_cards.taken"
    assert first.code not in page(desk.get(where))

    found = page(desk.post("/gift-cards/look-up", {"code": first.code}))
    assert "$88.00" in found
    desk.post("/gift-cards/look-up", {"code": first.code, "act": "sell"})
    no_reason = desk.post("/gift-cards/look-up", {"code": second.code, "act": "void"})
    states = [value.gift_card(one.code).state for one in (first, second)]
    assert (no_reason.status_code, states) == (422, [CardState.ACTIVE, CardState.MADE])
    desk.post("/gift-cards/look-up", {"code": second.code, "act": "void", "reason": "lost"})
    desk.post(f"{where}/sale")
    assert [value.gift_card(one.code).state for one in (first, second)] == [CardState.ACTIVE, CardState.VOID]
    assert desk.post("/gift-cards/look-up", {"code": "NOPE"}).status_code == 422
    assert desk.post("/gift-cards", CARDS | {"cards": "0"}).status_code == 422
    assert len(value.card_batches(9).batches) == 1


def test_a_shop_without_stored_value_is_told_how_to_begin(log_in, member):
    desk = log_in(Role.OWNER)
    assert "没有开启储值" in page(desk.get("/value"))
    assert desk.post("/gift-cards", CARDS).status_code == 422
    outside = ids.encode(ID_PREFIX, member.id)
    assert f"/members/{outside}/value" not in page(desk.get(f"/members/{outside}"))


def test_a_clerk_has_none_of_these_pages(log_in, stored):
    clerk = log_in(Role.CLERK)
    for path in ("/value", "/value/top-ups", "/value/refunds", "/gift-cards"):
        assert clerk.get(path).status_code == 403
    assert clerk.post("/gift-cards", CARDS).status_code == 403
    assert value.card_batches(9).batches == ()


def test_a_file_without_the_limits_of_prepaid_cards_is_warned_of_and_published(log_in, shop):
    desk = log_in(Role.OWNER)
    text = GROCER.read_text().replace("tiers:\n", UNITS, 1).replace("USD", "CNY") + STORED
    seen = page(desk.post("/programs/publish", {"text": text, "check": ""}))
    assert "礼品卡没有设限额，或限额超过不记名预付卡的 1,000 元。" in seen
    assert "单次充值上限超过单人限额。" in seen
    assert "记名预付卡的 5,000" not in seen
    done = desk.post("/programs/publish", {"text": text, "publish": ""})
    assert "礼品卡没有设限额" in page(desk.get(done["Location"]))
    assert 'data-testid="cautions"' not in page(
        desk.post("/programs/publish", {"text": GROCER.read_text(), "check": ""})
    )
