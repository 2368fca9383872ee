"""Coupons given to friends and taken by code on the phone: one tap each, plainly told, nothing lost by a wrong code."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from shuke.foundation import clock
from shuke.foundation.models import WrongCode
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, Codes, IssueFact, Validity
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.programs import facade as programs
from shuke.surfaces.portal.tests.conftest import NOON, OTHER, PHONE, TESTER, ask, last_code

LINK = r"http://testserver(/m/gifts/[0-9A-Z]{16})"


def member_id(phone=PHONE):
    return members.resolve([MemberRef(phone=phone)])[0]


def page(answer):
    return answer.content.decode()


def held_by(phone=PHONE):
    return [each.name for each in coupons.of_member(member_id(phone), NOON) if each.refused is None]


@pytest.fixture
def giver(phone, ten_off):
    """A phone on which a coupon may be given away, and the coupon's page."""
    draft = replace(ten_off.draft, code="share", name="分享券", transferable=True, validity=Validity(days=3))
    programs.create_coupon_template(draft, TESTER)
    client = phone()
    coupons.issue([IssueFact("tests", "1", "share", member_id(), Cause.PUSH, NOON)])
    return client, re.search(r'href="(/m/coupons/cpn_\w+)"', page(client.get("/m/coupons")))[1]


def give(giver):
    """Offer the coupon and return the link of its text."""
    client, where = giver
    assert client.post(f"{where}/give")["Location"] == where
    return re.search(LINK, page(client.get(where)))[1]


def test_a_coupon_goes_to_a_member_with_one_tap_each(giver, phone):
    client, where = giver
    assert "转赠好友</button>" in page(client.get(where))
    link = give(giver)
    shown = page(client.get(where))
    assert "送你一张街角杂货的券：分享券（满 ¥50 减 ¥10），有效期至 2026-06-17。点开领取：http" in shown
    assert 'data-testid="coupon-code"' not in shown
    assert (held_by(), "待领取" in page(client.get("/m/coupons"))) == ([], True)
    assert "这是您自己的券" in page(client.get(link))

    friend = phone(OTHER)
    offered = page(friend.get(link))
    assert "满 ¥50 减 ¥10" in offered
    assert "2026-06-17" in offered
    taken = friend.post(f"{link}/take")["Location"]
    assert taken == where
    assert 'data-testid="coupon-code"' in page(friend.get(taken))
    assert "转赠好友</button>" not in page(friend.get(taken))  # once in its life
    assert (held_by(), held_by(OTHER)) == ([], ["分享券"])
    assert friend.get(link)["Location"] == taken
    assert "好友已领取" in page(client.get(where))
    assert "已被领取 · " in page(client.get("/m/coupons"))
    assert client.post(f"{where}/take-back")["Location"] == where
    assert held_by(OTHER) == ["分享券"]
    copies = [each.post("/m/me/data").json()["coupons_given"] for each in (client, friend)]
    assert [[(row["name"], row["state"]) for row in copy] for copy in copies] == [[("分享券", "taken")], []]


def test_who_is_told_no_is_told_why(giver, phone):
    client, where = giver
    friend, third = phone(OTHER), phone("13800000003")
    first = give(giver)
    client.post(f"{where}/take-back")
    assert held_by() == ["分享券"]
    assert friend.post(f"{first}/take")["Location"] == first
    assert "好友已撤回这张券" in page(friend.get(first))
    second = give(giver)
    assert client.post(f"{second}/take")["Location"] == second
    assert (held_by(), held_by(OTHER)) == ([], [])
    friend.post(f"{second}/take")
    assert "这张券已被领取" in page(third.get(second))
    assert "这张券已被领取" in page(Client().get(second))
    assert third.post(f"{where}/give").status_code == 404
    assert held_by(OTHER) == ["分享券"]


def test_a_gift_that_is_over_says_so(giver, phone):
    link = give(giver)
    clock.set_business_clock(NOON.replace(day=18))
    friend = phone(OTHER)
    assert "已过期或失效" in page(friend.get(link))
    friend.post(f"{link}/take")
    assert coupons.of_member(member_id(OTHER), NOON) == ()


def test_a_friend_who_is_no_member_yet_joins_and_is_back_at_the_gift(giver):
    link = give(giver)
    friend = Client()
    door = re.search(r'href="(/m/login\?next=[^"]+)"', page(friend.get(link)))[1]
    text = page(friend.get(door))
    assert f'name="next" value="{link}"' in text
    ask(friend, OTHER)
    shown = page(friend.post("/m/login", {"phone": OTHER, "code": last_code(), "next": link}))
    proof = re.search(r'name="proof" value="([^"]+)"', shown)[1]
    assert f'name="next" value="{link}"' in shown
    joined = friend.post("/m/join", {"proof": proof, "service": "yes", "next": link})
    assert joined["Location"] == link
    friend.post(f"{link}/take")
    assert held_by(OTHER) == ["分享券"]


def test_a_code_on_my_coupons_leads_to_what_it_stands_for(giver, phone, ten_off):
    link = give(giver)
    friend = phone(OTHER)
    typed = friend.post("/m/coupons", {"code": link.rsplit("/", 1)[1].lower()})
    assert typed["Location"] == link

    flyer = programs.create_coupon_template(replace(ten_off.draft, code="flyer", codes=Codes.POOL), TESTER)
    coupons.import_codes(flyer.id, ["FLYER-0001"], "flyers", TESTER)
    kept = friend.post("/m/coupons", {"code": "flyer 0001"})["Location"]
    assert 'data-testid="coupon-code">FLYER0001<' in page(friend.get(kept))
    assert held_by(OTHER) == ["满 50 减 10"]
    poor = phone("13800000003").post("/m/coupons", {"code": "FLYER0001"})
    assert (poor.status_code, "没有找到这个码" in page(poor), held_by("13800000003")) == (422, True, [])

    many = replace(ten_off.draft, code="spring", name="春天", codes=Codes.ONE, one_code="SPRING", claimable=False)
    programs.create_coupon_template(many, TESTER)
    text = page(friend.post("/m/coupons", {"code": "spring"}))
    assert 'data-testid="coupon-code">SPRING<' in text
    assert "人人可用" in text
    assert held_by(OTHER) == ["满 50 减 10"]


def test_wrong_codes_are_told_alike_and_counted_in_the_field_and_in_links(giver, phone):
    link = give(giver)
    friend = phone(OTHER)
    tries = [friend.post("/m/coupons", {"code": code}) for code in ("NOTHING", "   ", "<b>", "9999", "A" * 70)]
    assert {each.status_code for each in tries} == {422}
    assert all("没有找到这个码，请逐位核对后再试。" in page(each) for each in tries)
    assert 'value="&lt;b&gt;"' in page(tries[2])
    assert [friend.get("/m/gifts/WRONG").status_code for _ in range(5)] == [404] * 5
    assert WrongCode.objects.count() == 20  # each for the member and for the address
    for answer in (friend.post("/m/coupons", {"code": "FLYER"}), friend.get(link), friend.post(f"{link}/take")):
        assert "15 分钟" in page(answer)
    assert held_by(OTHER) == []
    assert WrongCode.objects.count() == 20
