"""Joining and logging in: what is asked, what is blocked, what is stored, and that nobody learns who is a member."""

import re

from django.test import Client

from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef, Purpose, Status
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.surfaces.portal.tests.conftest import OTHER, PHONE, TESTER, ask, join, last_code


def member_id(phone=PHONE):
    return members.resolve([MemberRef(phone=phone)])[0]


def page(answer):
    return answer.content.decode()


def test_a_guest_of_a_store_becomes_a_member_of_it(program):
    client = Client()
    assert "checked" not in page(client.get("/j/nanjinglu"))
    ask(client, PHONE, "/j/nanjinglu")
    code = last_code()

    blocked = client.post("/j/nanjinglu", {"phone": PHONE, "code": code, "sms_marketing": "yes"})
    assert (blocked.status_code, members.models.Member.objects.count()) == (422, 0)
    assert "请先勾选「服务必需」，才能入会。" in page(blocked)
    assert PHONE in page(blocked)  # nothing that was typed is lost

    answer = client.post("/j/nanjinglu", {"phone": PHONE, "code": code, "service": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/m/")
    member = members.get(member_id())
    assert (member.channel, member.store, member.language) == ("store_qr", "nanjinglu", "zh-hans")
    agreed = {purpose: (one.given, one.through) for purpose, one in members.consents_of(member.id).items()}
    assert agreed == {
        Purpose.SERVICE: (True, "store_qr nanjinglu"),
        Purpose.SMS_MARKETING: (False, "store_qr nanjinglu"),
        Purpose.PERSONALISATION: (False, "store_qr nanjinglu"),
    }
    home = page(client.get("/m/"))
    assert re.search(r'data-testid="available">50<', home)
    assert re.search(r'data-testid="code">8\d\d( \d{3}){5}<', home)
    assert page(client.get("/m/points")).count("+50") == 1


def test_a_program_that_greets_nobody_is_told_nothing(shop):
    from shuke.surfaces.portal.tests.conftest import GROCER

    programs.publish(GROCER.read_text().replace("USD", "CNY").replace("America/New_York", "Asia/Shanghai"), TESTER)
    client = Client()
    assert join(client).status_code == 302
    assert points.entries_page(member_id(), 10).entries == ()


def test_before_a_program_is_in_force_a_member_has_a_card_and_no_points(shop):
    client = Client()
    assert join(client, path="/m/join").status_code == 302
    assert members.get(member_id()).channel == "portal"
    for path in ("/m/", "/m/card", "/m/points", "/m/points/lots", "/m/tiers", "/m/me"):
        assert client.get(path).status_code == 200, path


def test_who_is_a_member_already_is_let_in_and_takes_nothing_back(phone):
    phone()
    members.consent(member_id(), {Purpose.SMS_MARKETING: True}, TESTER)
    members.models.Device.objects.all().delete()
    other = Client()
    assert other.post("/j/nanjinglu", {"phone": PHONE, "ask": "code"}).status_code == 422  # a code a minute
    members.models.CodeSent.objects.all().delete()
    assert join(other).status_code == 302
    assert members.models.Member.objects.count() == 1
    assert members.consents_of(member_id())[Purpose.SMS_MARKETING].given
    assert re.search(r'data-testid="available">50<', page(other.get("/m/")))


def test_an_unknown_phone_gets_a_code_too_and_is_shown_how_to_join(phone):
    phone()
    members.models.CodeSent.objects.all().delete()
    known, unknown = Client(), Client()
    answers = [page(ask(client, number)) for client, number in ((known, PHONE), (unknown, OTHER))]
    bare = [re.sub(r'value="[^"]*"', "", text).replace("沙箱", "") for text in answers]
    assert bare[0] == bare[1]
    wrong = [
        client.post("/m/login", {"phone": number, "code": "x"}) for client, number in ((known, PHONE), (unknown, OTHER))
    ]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert {"验证码错误或已失效，请输入最新的验证码，或重新获取。" in page(answer) for answer in wrong} == {True}

    shown = unknown.post("/m/login", {"phone": OTHER, "code": last_code()})
    assert "还不是会员" in page(shown)
    proof = re.search(r'name="proof" value="([^"]+)"', page(shown))[1]
    assert member_id(OTHER) is None
    assert unknown.post("/m/join", {"proof": proof + "x", "service": "yes"}).status_code == 422
    assert member_id(OTHER) is None
    assert unknown.post("/m/join", {"proof": proof, "service": "yes"})["Location"] == "/m/"
    assert member_id(OTHER) is not None


def test_the_sixth_wrong_code_locks_with_the_same_words_for_everybody(phone):
    phone()
    members.models.CodeSent.objects.all().delete()
    told = []
    for number in (PHONE, OTHER):
        client = Client()
        ask(client, number)
        answers = [page(client.post("/m/login", {"phone": number, "code": "000000x"})) for _ in range(6)]
        told.append(["15 分钟" in text for text in answers])
        assert "15 分钟" in page(ask(client, number))
    assert told == [[False] * 5 + [True]] * 2


def test_a_live_shop_without_a_carrier_says_that_it_cannot_send(shop):
    messaging.carry_with(None)
    assert "暂时无法发送验证码" in page(Client().get("/m/login"))


def test_doors_that_lead_nowhere(shop, phone):
    assert Client().get("/j/nowhere").status_code == 404
    assert Client().get("/m/points")["Location"] == "/m/login?next=%2Fm%2Fpoints"
    assert Client().get("/m/codes", headers={"hx-request": "true"})["HX-Redirect"] == "/m/login"
    held = phone()
    assert held.get("/m/login?next=/m/points")["Location"] == "/m/points"
    assert held.get("/m/login?next=//evil.example/m/")["Location"] == "/m/"
    assert held.get("/m/logout")["Location"] == "/m/"


def test_who_left_or_is_barred_or_frozen_is_told_in_words(phone):
    held = phone()
    member = member_id()
    members.set_status(member, Status.FROZEN, "lost", TESTER)
    assert "会籍已冻结" in page(held.get("/m/"))
    members.set_status(member, Status.BLACKLISTED, "fraud", TESTER)
    barred = held.get("/m/points")
    assert (barred.status_code, "会籍已停用" in page(barred)) == (403, True)
    members.set_status(member, Status.EXITED, "asked", TESTER)
    assert "您已退会" in page(held.get("/m/"))
    assert held.post("/m/me/consents", {"purpose": "sms_marketing", "given": "yes"}).status_code == 403
    assert not members.consents_of(member)[Purpose.SMS_MARKETING].given
