"""A member's pages: what they show, that they show nobody else's, and what a member may change there."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Benefit, Catalogue, Kind, Per, SetRow
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef, Purpose
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, RedeemFact
from shuke.surfaces.portal import urls
from shuke.surfaces.portal.tests.conftest import NOON, OTHER, PHONE, TESTER, join

PAGES = [
    "/m/",
    "/m/card",
    "/m/points",
    "/m/points/lots",
    "/m/tiers",
    "/m/coupons",
    "/m/mall",
    "/m/mall/orders",
    "/m/me",
    "/m/me/profile",
    "/m/me/phone",
    "/m/me/leave",
    "/m/me/consents",
    "/m/me/devices",
    "/m/plans",
]


def member_id(phone=PHONE):
    return members.resolve([MemberRef(phone=phone)])[0]


def page(answer):
    return answer.content.decode()


def buy(id, minor, phone=PHONE):
    fact = OrderFact(
        "pos", id, MemberRef(phone=phone), NOON, net_minor=minor, gross_minor=minor, currency="CNY", store="nanjinglu"
    )
    (result,) = programs.record([fact], TESTER)
    assert result.refusal is None
    return result


def test_home_says_what_a_member_has_and_the_way_up(phone):
    held = phone()
    buy("1", 37_200)
    home = page(held.get("/m/"))
    assert re.search(r'data-testid="available">422<', home)
    assert "再消费 ¥128.00 升级为银卡" in home
    assert 'value="744"' in home  # of a thousand
    tiers = page(held.get("/m/tiers"))
    assert re.search(r"普通会员</strong><small>当前等级", tiers)
    assert "¥500.00 起" in tiers


def test_a_redemption_from_many_lots_is_one_movement_with_one_why(phone):
    held = phone()
    buy("1", 10_000)
    programs.redeem(RedeemFact("pos", "r", MemberRef(phone=PHONE), 120), TESTER)
    statement = page(held.get("/m/points"))
    assert re.findall(r'class="amount[^"]*">([^<]+)<', statement) == ["−120", "+100", "+50"]
    assert "南京路店 · ¥100.00" in statement

    why = page(held.get(re.findall(r'href="(/m/points/\d+/\d+)"', statement)[0]))
    assert "您使用了这些积分，先到期的先用。" in why
    assert re.findall(r'class="amount">([^<]+)<', why) == ["−120", "50", "70"]
    earned = page(held.get(re.findall(r'href="(/m/points/\d+/\d+)"', statement)[1]))
    assert re.findall(r"<li>([^<]+)</li>", earned) == ["当时等级：普通会员。", "实付金额 100.00 × 等级倍率 1 = 100"]
    assert "（第" not in earned  # no line of a file


def test_a_long_statement_goes_on_without_gaps_and_doubles(phone, monkeypatch):
    from shuke.surfaces.portal.views import points as view

    held = phone()
    for number in range(4):
        buy(str(number), 1_000 * (number + 1))
    programs.redeem(RedeemFact("pos", "r", MemberRef(phone=PHONE), 130), TESTER)
    monkeypatch.setattr(view, "_ROWS", 3)
    found, path = [], "/m/points"
    while path:
        text = page(held.get(path))
        found += re.findall(r'class="amount[^"]*">([^<]+)<', text)
        onward = re.search(r'href="\?(after=[^"]+)"', text)
        path = onward and "/m/points?" + onward[1].replace("&amp;", "&")
    assert found == ["−130", "+40", "+30", "+20", "+10", "+50"]


def test_tiers_say_what_a_member_may_enjoy_and_how_often(program, phone):
    cake = Benefit("cake", "生日蛋糕", "Cake", Kind.COUNTED, quota=2, per=Per.YEAR)
    magazine = Benefit("magazine", "会刊", "Magazine", Kind.CONTENT, days=30)
    benefits.apply(Catalogue((cake, magazine), (SetRow("join", "magazine"), SetRow("tier:main:base", "cake"))), TESTER)
    held = phone()
    told = re.search(r'data-testid="benefits">(.*?)</ul>', page(held.get("/m/tiers")), re.DOTALL)[1]
    assert re.findall(r"<strong>(.*?)</strong><small>(.*?)</small>", told) == [
        ("生日蛋糕", "每年 2 次"),
        ("会刊", "可用至 2026-07-14"),
    ]
    assert re.search(r'"amount">2<small>次可用', told)


def test_nobody_sees_anything_of_another_member(phone):
    mine, others = phone(), phone(OTHER)
    buy("1", 10_000, OTHER)
    entries = points.entries_page(member_id(OTHER), 10).entries
    assert len(entries) == 2
    for entry in entries:
        answer = mine.get(f"/m/points/{entry.key.unit_id}/{entry.key.number}")
        assert answer.status_code == (200 if entry.key.number == 1 else 404)  # one's own first, of joining
        assert "南京路店 · ¥100.00" not in page(answer)
    assert mine.get("/m/points/99/1").status_code == 404
    theirs = members.devices_of(member_id(OTHER), clock.machine_now())[0]
    assert mine.post(f"/m/me/devices/{ids.encode('dev', theirs.id)}/end").status_code == 302
    assert others.get("/m/").status_code == 200
    assert mine.post("/m/me/devices/nonsense/end").status_code == 404
    assert mine.post("/m/me/profile", {"name": "A", "member": str(member_id(OTHER))}).status_code == 302
    assert members.get(member_id(OTHER)).display_name == ""


def test_a_session_is_ended_on_another_device(phone):
    first = phone()
    member = member_id()
    second = Client()
    second.cookies["shuke-member"] = members.log_in_device(member, "Android · Chrome", clock.machine_now())
    listed = page(first.get("/m/me/devices"))
    assert "iPhone · Safari" in listed
    assert "Android · Chrome" in listed
    (end,) = re.findall(r'action="(/m/me/devices/[^"]+/end)"', listed)
    assert first.post(end)["Location"] == "/m/me/devices"
    assert second.get("/m/")["Location"] == "/m/login"
    assert second.get("/m/codes", headers={"hx-request": "true"})["HX-Redirect"] == "/m/login"
    assert first.get("/m/").status_code == 200
    out = first.post("/m/logout")
    assert (out["Location"], out["Clear-Site-Data"]) == ("/m/login", '"storage"')
    assert first.get("/m/").status_code == 302


def test_consents_go_off_as_easily_as_on_and_the_first_stays(phone):
    held = phone()
    held.post("/m/me/consents", {"purpose": "sms_marketing", "given": "yes"})
    assert members.consents_of(member_id())[Purpose.SMS_MARKETING].given
    assert page(held.get("/m/me/consents")).count('aria-checked="true"') == 1
    held.post("/m/me/consents", {"purpose": "sms_marketing", "given": "no"})
    assert not members.consents_of(member_id())[Purpose.SMS_MARKETING].given
    held.post("/m/me/consents", {"purpose": "service", "given": "no"})
    assert members.consents_of(member_id())[Purpose.SERVICE].given


def test_a_member_says_their_name_and_once_their_birthday(phone):
    held = phone()
    wrong = held.post("/m/me/profile", {"name": "林小满", "birthday": "1990-15-06"})
    assert (wrong.status_code, members.get(member_id()).display_name) == (422, "")
    assert held.post("/m/me/profile", {"name": "林小满", "birthday": "1990-05-06"}).status_code == 302
    assert held.post("/m/me/profile", {"birthday": "1991-01-01"}).status_code == 302
    member = members.get(member_id())
    assert (member.display_name, member.birth_md) == ("林**", 506)
    assert "05-06" in page(held.get("/m/me/profile"))


def test_a_language_is_spoken_from_now_on_in_messages_too(phone):
    held = phone()
    assert '<html lang="zh-hans">' in page(held.get("/m/"))
    held.post("/m/me/language", {"language": "en"})
    assert '<html lang="en">' in page(held.get("/m/"))
    assert members.get(member_id()).language == "en"
    held.post("/m/me/language", {"language": "fr"})
    assert members.get(member_id()).language == "en"


def test_a_till_reads_what_the_page_shows_also_ten_minutes_ahead(phone):
    held = phone()
    codes = [code.replace(" ", "") for code in re.findall(r'data-testid="code">([\d ]+)<', page(held.get("/m/codes")))]
    assert len(codes) == 10
    assert codes == [code.text for code in members.show_codes(member_id(), clock.machine_now(), 10)]
    assert members.read_code(codes[0], clock.machine_now()) == member_id()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_one_language_and_forbids_what_is_foreign(phone, language):
    held = phone()
    held.cookies["shuke-language"] = language
    for path in PAGES:
        answer = held.get(path)
        assert (answer.status_code, answer["Content-Language"]) == (200, language), path
        assert "manifest-src 'self'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store"
        text = (
            re.sub(r"(?s)<(title|strong class=\"brand\")>.*?<", "", page(answer))
            .replace("街角杂货", "")
            .replace("南京路店", "")
            .replace("简体中文", "")
        )
        if language == "en":
            assert re.findall(r"[\u4e00-\u9fff]+", text) == [], path


def test_the_pages_are_an_app(phone):
    held = phone()
    manifest = held.get("/m/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/m/", "/m/", "standalone")
    for icon in manifest["icons"]:
        assert held.get(icon["src"]).status_code == 200
    worker = held.get("/m/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    for kept in re.findall(r"'([^']+)'", page(worker).split("KEPT = ")[1].split(";")[0]):
        assert held.get(kept).status_code == 200, kept
    assert "当前没有网络" in page(Client().get("/m/offline"))


def test_what_goes_wrong_is_told_in_the_pages_own_words(phone, monkeypatch):
    held = phone()
    assert "这里没有内容" in page(held.get("/m/nothing"))
    assert held.put("/m/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert "页面停留过久" in page(strict.post("/m/login", {"phone": PHONE}))
    broken = Client(raise_request_exception=False)
    broken.cookies = held.cookies
    monkeypatch.setattr("shuke.surfaces.portal.views.home.account_of", lambda guest: 1 / 0)
    answer = broken.get("/m/")
    assert (answer.status_code, "我们这边出了点问题" in page(answer)) == (500, True)
    assert answer["X-Request-Id"] in page(answer)


def test_every_address_but_the_doors_asks_who_it_is():
    doors = {
        "portal-join-store",
        "portal-join",
        "portal-login",
        "portal-logout",
        "portal-offline",
        "portal-brand",
        "portal-manifest",
        "portal-worker",
        "portal-gift",  # for whoever has a friend's link
        "sandbox-pay",  # the pretended provider
    }
    closed = {pattern.name for pattern in urls.urlpatterns if pattern.name not in doors}
    asked = {
        pattern.name
        for pattern in urls.urlpatterns
        if getattr(getattr(pattern.callback, "__wrapped__", None), "speaks_of_member", False)
    }
    assert asked == closed


def test_a_shop_has_its_own_colour_dark_enough_to_be_read(phone):
    held = phone()
    assert page(held.get("/m/brand.css")) == ":root { --brand: #a8321f; --brand-ink: #832718; }\n"
    org.set_colour("#FFE100", TESTER)
    assert '/m/brand.css?ffe100"' in page(held.get("/m/"))
    assert page(held.get("/m/brand.css")) == ":root { --brand: #786a00; --brand-ink: #5e5300; }\n"
    with pytest.raises(Refusal, match="#rrggbb"):
        org.set_colour("red", TESTER)
    assert org.organisation().colour == "#ffe100"
    org.set_colour("", TESTER)
    assert page(held.get("/m/brand.css")).startswith(":root { --brand: #a8321f")


def test_a_tier_with_a_colour_has_its_members_pages_in_it(phone):
    held = phone()
    assert 'class="face art-0"' in page(held.get("/m/"))
    assert '/m/brand.css?"' in page(held.get("/m/me/devices"))
    text = programs.current().text.replace("{code: base,", "{code: base, colour: 14152c,")
    programs.publish(text, TESTER)
    home = page(held.get("/m/"))
    assert 'class="face art-0"' in home  # painted with the pages' colour
    for path in ("/m/", "/m/points", "/m/me/devices"):
        assert '/m/brand.css?14152c"' in page(held.get(path)), path
    assert '/m/brand.css?"' in page(Client().get("/m/login"))
    assert page(held.get("/m/brand.css?14152c")) == ":root { --brand: #14152c; --brand-ink: #101022; }\n"
    for other in ("ffffff%7D", "red", "a8321f;x"):
        assert page(held.get(f"/m/brand.css?{other}")).startswith(":root { --brand: #a8321f;"), other


def test_days_are_the_shops_and_not_those_of_utc(shop, program):
    clock.set_business_clock(datetime(2026, 6, 15, 16, 40, tzinfo=UTC))  # 00:40 in Shanghai, on the 16th
    held = Client(headers={"user-agent": "iPhone"})
    assert join(held).status_code == 302
    assert "2026-06-16 入会" in page(held.get("/m/me"))
    assert "2026-06-16 同意" in page(held.get("/m/me/consents"))
    why = re.findall(r'href="(/m/points/\d+/\d+)"', page(held.get("/m/points")))[0]
    assert "2026-06-16 获得" in page(held.get(why))
