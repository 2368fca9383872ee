"""What members do with their own data: another phone, a copy of everything, and their leave in two steps."""

import json
import re

from shuke.rooms.coupons import facade as coupons
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Field, MemberRef, Status
from shuke.rooms.org import facade as org
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Kind, Length, PlanDraft, State, Terms
from shuke.rooms.payments import facade as payments
from shuke.surfaces.portal.tests.conftest import NOON, OTHER, PHONE, TESTER, ask, last_code
from shuke.surfaces.portal.tests.test_paid import bought
from shuke.surfaces.portal.tests.test_shopping import key_of

NEW = "13900000003"


def member_id(phone=PHONE):
    return members.resolve([MemberRef(phone=phone)])[0]


def page(answer):
    return answer.content.decode()


def test_a_member_is_found_by_another_phone_once_they_hold_it(phone):
    held = phone()
    member = member_id()
    ask(held, NEW, "/m/me/phone")
    wrong = held.post("/m/me/phone", {"phone": NEW, "code": "000000x"})
    assert (wrong.status_code, member_id(NEW), member_id()) == (422, None, member)
    assert held.post("/m/me/phone", {"phone": NEW, "code": last_code()})["Location"] == "/m/me/profile"
    assert (member_id(NEW), member_id()) == (member, None)
    assert "139****0003" in page(held.get("/m/me/profile"))


def test_somebody_elses_phone_is_refused_in_words_and_changes_nothing(phone):
    held, _theirs = phone(), phone(OTHER)
    members.models.CodeSent.objects.all().delete()
    mine, theirs = member_id(), member_id(OTHER)
    ask(held, OTHER, "/m/me/phone")
    refused = held.post("/m/me/phone", {"phone": OTHER, "code": last_code()})
    assert (refused.status_code, "该手机号已属于另一个会员" in page(refused)) == (422, True)
    assert (member_id(), member_id(OTHER)) == (mine, theirs)


def test_a_copy_holds_what_is_kept_of_this_member_alone(phone, ten_off):
    held, others = phone(), phone(OTHER)
    held.post("/m/coupons", {"template": "ten-off", "key": key_of(page(held.get("/m/coupons")))})
    members.update(member_id(), {Field.NAME: "林小满"}, TESTER)
    answer = held.post("/m/me/data")
    copy = json.loads(answer.content)
    (coupon,) = coupons.of_member(member_id(), NOON)
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert (copy["member"]["name"], copy["member"]["phone"]) == ("林小满", f"+86{PHONE}")
    assert copy["balances"][0] == {"unit": "points", "available": "50", "pending": "0", "held": "0", "debt": "0"}
    assert [(row["kind"], row["points"]) for row in copy["points"]] == [("accrual", "50")]
    assert [row["code"] for row in copy["coupons"]] == [coupon.code]
    assert [row["kind"] for row in copy["behaviours"]] == ["joined"]
    assert {row["purpose"] for row in copy["member"]["consents"]} == {"service", "sms_marketing", "personalisation"}
    assert json.loads(others.post("/m/me/data").content)["coupons"] == []
    assert org.audit_lines(1).lines[0].action == "member.own_data_taken"


def test_leaving_shows_what_ends_asks_twice_and_gives_a_plan_back(phone, ten_off):
    terms = Terms({Length.MONTH: 1_500, Length.YEAR: 12_000})
    paid.create_plan(PlanDraft("plus", Kind.SERVICE, "熟客卡", "Plus", "plus", terms), TESTER)
    held = phone()
    member, year = member_id(), bought(held)
    first = page(held.get("/m/me/leave"))
    shown = re.search(r'name="shown" value="([^"]+)"', first)[1]
    assert shown == "50.0.0.12000.0.0"
    assert "¥120.00" in first

    held.post("/m/coupons", {"template": "ten-off", "key": key_of(page(held.get("/m/coupons")))})
    stale = page(held.post("/m/me/leave", {"shown": shown, "sure": "yes"}))
    assert "请重新核对" in stale
    assert members.get(member).status is Status.ACTIVE
    shown = re.search(r'name="shown" value="([^"]+)"', stale)[1]
    assert "确定退会吗" in page(held.post("/m/me/leave", {"shown": shown}))
    assert (members.get(member).status, paid.subscription(year.id).state) == (Status.ACTIVE, State.ACTIVE)

    held.post("/m/me/leave", {"shown": shown, "sure": "yes"})
    assert (members.get(member).status, paid.subscription(year.id).state) == (Status.EXITED, State.CANCELLED)
    assert payments.page(9).payments[0].refunded_minor == 12_000
    assert "您已退会" in page(held.get("/m/"))
    assert member_id() is None
