"""Every page with a shop's data, in both languages, and what stands there before there is any."""

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from shuke.foundation import ids
from shuke.rooms.members.contracts import MemberRef, NewMember
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Actor, ActorKind, Role
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact
from shuke.surfaces.console import charts
from shuke.surfaces.console.tests.conftest import NOON, TESTER

TEMPLATES = sorted((Path(__file__).parents[1] / "templates").rglob("*.html"))
MOST_STATEMENTS = 22
NOT_ASKED = ("SAVEPOINT", "RELEASE SAVEPOINT", "SELECT at FROM foundation_business_clock")  # transactions; test clock


def text(answer):
    return text_of(answer.content.decode())


def text_of(html):
    return " ".join(re.sub(r"<[^>]*>?", " ", html).split())


@pytest.fixture
def member_id(member):
    return ids.encode("mbr", member.id)


@pytest.fixture
def entry_ids(member):
    return [entry.key.id for entry in points.entries_page(member.id, 10).entries]  # newest first


def note(asked, execute, sql, params, many, context):
    if not sql.startswith(NOT_ASKED):
        asked.append(sql)
    return execute(sql, params, many, context)


def test_every_page_opens_in_both_languages_with_few_statements(log_in, member, member_id, entry_ids):
    client = log_in()
    order_id = ids.encode("ord", orders.page_of_member(member.id, 1).orders[0].id)
    addresses = [
        "/overview",
        "/members",
        f"/members/{member_id}",
        f"/members/{member_id}/entries",
        f"/members/{member_id}/lots",
        f"/members/{member_id}/tiers",
        f"/members/{member_id}/orders",
        f"/members/{member_id}/behaviours",
        f"/members/{member_id}/adjust",
        f"/members/{member_id}/transfer",
        f"/members/{member_id}/tier",
        f"/members/{member_id}/behaviour",
        f"/members/{member_id}/profile",
        f"/members/{member_id}/coupons",
        f"/members/{member_id}/benefits",
        f"/members/{member_id}/plans",
        f"/orders/{order_id}/refund",
        *(f"/entries/{entry_id}/why" for entry_id in entry_ids),
        "/ledger",
        "/adjustments",
        "/tiers",
        "/programs/grocer/1",
        "/programs/grocer/1?view=source",
        "/programs/publish",
        "/clock",
        "/ledger-check",
        "/keys",
        "/approvals",
        "/staff",
        "/jobs",
        "/audit",
        "/imports",
        "/cart",
        "/coupons",
        "/benefits",
        "/benefits/sheet",
        "/requests",
        "/mall",
        "/mall/new",
        "/mall/orders",
        "/mall/suppliers",
        "/plans",
        "/subscriptions",
        "/activation-codes",
        "/sandbox/inbox",
        "/organisation",
        "/tills",
    ]
    for language in ("zh-hans", "en"):
        client.post("/language", {"language": language})
        client.get("/overview")  # what a process reads once
        for address in addresses:
            asked = []
            with connection.execute_wrapper(partial(note, asked)):
                answer = client.get(address)
            assert answer.status_code == 200, address
            assert answer["Content-Language"] == language
            assert len(asked) <= MOST_STATEMENTS, (address, len(asked))


def test_the_overview_tells_members_points_money_and_tiers(log_in, member):
    page = text(log_in().get("/overview"))

    for number in ("587", "$5.87", "$1,029.99"):  # usable, liability, spent in 30 days
        assert number in page


def test_the_overview_before_a_program_says_what_to_do(log_in):
    assert "还没有发布会员计划" in text(log_in().get("/overview"))


def test_a_chart_is_also_a_file_with_question_definition_and_instant(log_in, member):
    lines = log_in().get("/overview/points.csv").content.decode("utf-8-sig").splitlines()

    assert lines[0].startswith("每月积分有多少增减？,按当地月份统计的积分，取整数。")
    assert lines[0].endswith(",截至,2026-06-15T12:00-04:00")
    assert lines[1:] == ["月份,发放,追回,兑换,退回,过期", "2026-06,1087,0,500,0,0"]


@pytest.mark.parametrize("cell", ["=1", "＝1", "＋1", "－1", "＠a", "\t=1", "\r1", " =1"])
def test_no_cell_is_a_formula(cell):
    assert charts.harmless(cell) == f"'{cell}"


def test_an_unknown_chart_is_not_found(log_in, program):
    assert log_in().get("/overview/weather.csv").status_code == 404


@pytest.mark.parametrize("query", ["0001", "林", "林小满", "lin", "linxiaoman", "A-1"])
def test_a_member_is_found_by_phone_tail_name_pinyin_and_external_id(log_in, member_id, query):
    answer = log_in().post("/members", {"q": query}, follow=True)

    assert "138****0001" in text(answer)
    assert f"/members/{member_id}" in answer.content.decode()


def test_who_is_not_found_is_told_how_to_search(log_in, member):
    assert "没有找到“9999”" in text(log_in().post("/members", {"q": "9999"}))


def test_the_member_page_tells_where_the_member_stands(log_in, member_id):
    page = text(log_in().get(f"/members/{member_id}"))

    assert "可用积分 587 现在可用" in page
    assert "再消费 $470.01 升级为金卡" in page
    assert "林小满" not in page


def test_the_timeline_keeps_business_time_and_marks_what_came_late(log_in, member, member_id):
    before_the_last = NOON - timedelta(days=13, hours=1)
    late = OrderFact("pos", "9", MemberRef(id=member.id), before_the_last, 1_000, 1_000, "USD", "nanjinglu", "store")
    assert programs.record([late], TESTER)[0].late
    client = log_in()
    client.post(f"/members/{member_id}/status", {"status": "frozen", "reason": "lost card"})

    rows = [text_of(row) for row in client.get(f"/members/{member_id}").content.decode().split("<li class=")[1:]]

    events = [row for row in rows if "2026-" in row]
    assert [name in row for name, row in zip(("冻结", "迟到", "兑换"), events[:3], strict=True)] == [True] * 3
    assert "发生于 2026-06-02 11:00 · 判定时点 2026-06-03 08:00" in events[1]
    assert "2026-06-15 12:00 · 机器时间" in events[0]
    assert "通过命令行入会" in events[-1]
    assert "补录" in events[-1]


def test_the_timeline_says_through_what_somebody_joined(log_in, program):
    (enrolled,) = programs.enrol([NewMember(phone="+8613800000077")], Actor(ActorKind.KEY, "key_1", "full"))

    page = text(log_in().get(f"/members/{ids.encode('mbr', enrolled.id)}"))

    assert "通过 API 密钥 full 入会" in page
    assert "补录" not in page


def test_an_entry_is_explained_by_rule_arithmetic_and_version(log_in, entry_ids):
    client = log_in()

    redeemed, second, first = (text(client.get(f"/entries/{id}/why")) for id in entry_ids)

    for part in ("实付金额 229.99 × 等级倍率 1.25", "287.4875", "整单一次向下取整", "grocer v1"):
        assert part in second
    assert "实付金额 800.00 × 等级倍率 1" in first
    assert "从以下批次支取" in redeemed


def test_an_explanation_for_the_drawer_is_a_fragment(log_in, entry_ids):
    answer = log_in().get(f"/entries/{entry_ids[0]}/why", headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith("<h2>")


@pytest.mark.parametrize("address", ["/members/mbr_no", "/members/mbr_00000000000000000000000000", "/entries/x/why"])
def test_what_does_not_exist_is_not_found_with_a_request_id(log_in, program, address):
    answer = log_in().get(address)

    assert answer.status_code == 404
    assert answer["X-Request-Id"] in text(answer)


def test_a_program_that_is_not_there_is_not_found(log_in, program):
    assert log_in().get("/programs/nope/1").status_code == 404


def test_an_address_for_forms_leads_to_the_page_above(log_in, member_id):
    client = log_in()

    for address, above in (
        (f"/members/{member_id}/status", f"/members/{member_id}"),
        (f"/members/{member_id}/reveal", f"/members/{member_id}"),
        ("/staff/reset", "/staff"),
        ("/keys/00000000-0000-0000-0000-000000000000/revoke", "/keys"),
        ("/language", "/"),
    ):
        assert client.get(address)["Location"] == above
    refused = client.delete("/members")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST")
    assert refused["X-Request-Id"] in text(refused)


def test_who_may_not_see_members_sees_no_explanation(log_in, entry_ids):
    for role in (Role.CLERK, Role.ANALYST):
        assert log_in(role).get(f"/entries/{entry_ids[0]}/why").status_code == 403


def test_the_clock_offers_the_next_midnight_of_the_shop(log_in, program):
    page = log_in().get("/clock").content.decode()

    assert 'value="2026-06-16T00:00" min="2026-06-15T12:01"' in page


def test_who_has_left_is_no_member_and_not_active(log_in, member):
    client = log_in()
    assert client.get("/overview").context["active"].now == 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_member SET status = 'exited' WHERE id = %s", [member.id])

    answer = client.get("/overview")

    assert answer.context["active"].now == 0
    assert "已退出 1" not in text(answer)


def test_the_ledger_check_lists_every_law(log_in, member):
    answer = log_in(Role.OPERATOR).post("/ledger-check")

    assert "全部成立" in text(answer)
    assert answer.content.decode().count('class="badge good"') >= 7


def test_no_page_is_kept_and_no_foreign_script_runs(log_in, shop):
    answer = log_in().get("/staff")

    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_script_style_or_a_foreign_address(template):
    source = template.read_text()

    assert re.findall(r"<script(?![^>]*\bsrc=)", source) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", source) == []
    assert re.findall(r"(?:href|src|action)=\"(?:https?:)?//", source) == []
