"""What is a code stands in words, by the names that programs declare; what people wrote stands as they wrote it."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from shuke.foundation import ids
from shuke.rooms.members.contracts import MemberRef, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import BehaviourFact, OrderFact
from shuke.surfaces.console.tests.conftest import NOON, TESTER
from shuke.surfaces.console.views.audit import Shown, shown

STARS = """\
shuke: 1
program: cafe
currency: CNY
time_zone: Asia/Shanghai
attributes: {order: {own_cup: flag}}
behaviours: {review: {name: 写评价, answer: text}}
units:
  stars: {name: 星星, scale: 1}
  growth: {name: 成长值, spendable: no}
tiers:
  ladder: main
  measure: EARNED('growth', '12 months')
  validity: 12 months
  levels:
    - {code: base, name: 新客, from: 0}
    - {code: jade, name: 玉星, from: 100}
    - {code: gold, name: 金星, from: 500}
earn:
  - {code: spend, unit: stars, points: order.net / 10}
  - {code: cup, unit: stars, when: order.own_cup, points: 3}
  - {code: growth, unit: growth, points: order.net}
  - {code: review, unit: stars, on: review, points: 1}
"""
ZONE = ZoneInfo("Asia/Shanghai")


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def guest(shop):
    programs.publish(STARS, TESTER)
    (guest,) = programs.enrol(
        [NewMember(phone="+8613800000001", name="林小满", joined_at=datetime(2026, 1, 1, tzinfo=UTC))], TESTER
    )
    (bought,) = programs.record([OrderFact("pos", "1", MemberRef(id=guest.id), NOON, 24_00, 24_00, "CNY")], TESTER)
    assert bought.points == {"stars": 24, "growth": 24}
    return guest, bought.entries[0].id


def test_the_audit_log_words_codes_and_leaves_names_alone(log_in):
    client = log_in()
    org.create_staff("op@example.com", "operator", Role.OPERATOR, TESTER, "en")

    page = text(client.get("/audit"))

    assert "名称 operator 角色 会员运营 邮箱 op@example.com 语言 English" in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "points", "points"),
        ("reason", "refund", "refund"),
        ("unit", "stars", "星星"),
        ("tier", "jade", "玉星"),
        ("role", "owner", "老板"),
        ("kind", "number", "整数"),
        ("field", "name", "姓名"),
        ("is_active", True, "是"),
    ],
)
def test_only_fields_of_codes_are_worded(guest, field, value, told):
    with translation.override("zh-hans"):
        assert shown(field, value, ZONE) == Shown(told)


@pytest.mark.parametrize(
    ("action", "field", "value", "told"),
    [
        ("plan.given", "length", "year", Shown("年付")),
        ("plan.changed", "refund", "prorata", Shown("按未用天数退款")),
        ("plan.cancelled", "rule", "cooling_off", Shown("冷静期内：全额退回")),
        ("request.step", "stage", "quoted", Shown("已报价")),
        ("coupons.template_created", "kind", "threshold", Shown("满减券")),
        ("coupons.batch_opened", "kind", "push", Shown("发放给会员")),
        ("coupons.template_changed", "state", "paused", Shown("已暂停")),
        ("coupons.template_created", "per_member", {"period": "month"}, Shown("共 1 项", rows=("周期 每月",))),
        ("mall.supplier_written", "kind", "pool", Shown("导入卡密")),
        ("attribute.defined", "kind", "number", Shown("整数")),
        ("facts.recorded", "count", 3, Shown("3")),
    ],
)
def test_what_a_field_says_is_worded_by_what_was_done(guest, action, field, value, told):
    with translation.override("zh-hans"):
        assert shown(field, value, ZONE, action) == told


def test_scopes_are_told_as_rights(guest):
    with translation.override("zh-hans"):
        assert shown("scopes", ["orders:write", "audit:read"], ZONE) == Shown("", ("上报订单", "查看审计日志"))


def test_what_a_behaviour_says_of_itself_is_left_alone(log_in, guest):
    member = MemberRef(id=guest[0].id)
    said = BehaviourFact("app", "b-1", member, "review", NOON, attributes={"answer": "points"})
    assert programs.record([said], TESTER)[0].refusal is None

    assert "answer: points" in text(log_in().get(f"/members/{ids.encode('mbr', guest[0].id)}/behaviours"))


def test_the_preview_names_tiers_and_units_as_the_programs_do(log_in, guest):
    moved = STARS.replace("name: 玉星, from: 100", "name: 碧玉, from: 20")

    page = text(log_in(Role.OPERATOR).post("/programs/publish", {"text": moved, "check": ""}))

    assert "积分单位 星星, 成长值 等级 新客 → 碧玉 → 金星 规则 spend, cup, growth, review" in page
    assert "新客 → 碧玉 1" in page
    gone = STARS.replace("{code: jade, name: 玉星, from: 100}", "{code: amber, name: 琥珀, from: 100}")
    page = text(log_in(Role.OWNER).post("/programs/publish", {"text": gone, "check": ""}))
    assert (
        "新版本移除了已有的等级 jade，会员可能处于其中；请保留，或在 changes 中写明由哪一级接替。"
        "例如：changes: {tiers: {jade: amber}}"
    ) in page
    assert len(programs.versions("cafe")) == 1


def test_the_ladder_tells_in_words_what_counts_and_with_which_unit(log_in, guest):
    client = log_in(Role.ANALYST)

    page = text(client.get("/tiers"))

    assert "衡量指标： 近 12 个月获得 成长值 EARNED(&#x27;growth&#x27;, &#x27;12 months&#x27;)" in page
    assert "玉星 100 成长值 相同" in page
    client.post("/language", {"language": "en"})
    assert "成长值 earned, 12 months EARNED(" in text(client.get("/tiers"))


def test_an_explanation_says_no_false_sentence(log_in, guest):
    page = text(log_in().get(f"/entries/{guest[1]}/why"))

    assert "订单 own_cup ✗" in page
    assert "合计 2.4 · 无需取整 2.4" in page


@pytest.mark.parametrize(
    ("accepted", "cookie", "language"),
    [
        ("en-GB,en;q=0.9", None, "en"),
        ("fr-FR,en;q=0.8,zh;q=0.2", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh-hans"),
        ("en-GB,en;q=0.9", "zh-hans", "zh-hans"),
        ("fr", None, "zh-hans"),
        (None, None, "zh-hans"),
    ],
)
def test_the_log_in_page_speaks_as_cookie_browser_or_organisation_wish(shop, settings, accepted, cookie, language):
    settings.LANGUAGE_CODE = "en"
    client = Client(headers={"Accept-Language": accepted} if accepted else None)
    if cookie:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie

    answer = client.get("/login")

    assert answer["Content-Language"] == language
    assert ("登录" in answer.content.decode()) is (language == "zh-hans")
