"""The studio's forms and results in a browser's words: policies by segment, answers, what is refused."""

import json
import re

import pytest

from shuke.foundation import ids
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import HISTORY_PREFIX, FileKind, Reading, RunKind
from shuke.surfaces.console.tests.conftest import TESTER

ORDERS = "order_id,member_id,occurred_at,net\n" + "".join(
    f"{month},ann,2025-{month:02}-05 10:00,300.00\n" for month in range(1, 13)
)
MEMBERS = "member_id,joined_at,tags\nann,2025-01-01,vip\n"


@pytest.fixture
def history(shop, settings, tmp_path):
    """A history of one member, ready; its id."""
    settings.SHUKE_HOME = tmp_path
    made = studio.begin_history("2026", TESTER)
    studio.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], TESTER)
    studio.add_file(made.id, FileKind.MEMBERS, "members.csv", [MEMBERS.encode()], TESTER)
    studio.ask_reading(made.id, Reading("USD", "UTC"), TESTER)
    studio.read_history(made.id)
    return ids.encode(HISTORY_PREFIX, made.id)


def asked(history, **more):
    return {"history": history, "program": "grocer:1", "policy": "none"} | more


def test_a_segment_uses_points_otherwise(log_in, program, history):
    owner = log_in()
    answer = owner.post("/studio/backtests/new", asked(history, by_segment="vip 200"))
    (run,) = studio.latest_runs(RunKind.BACKTEST, 2)
    assert (answer.status_code, run.settings["policy"]) == (
        302,
        {"kind": "none", "by_segment": {"vip": {"kind": "greedy", "at": "200"}}},
    )
    studio.do_run(run.id)
    page = owner.get(answer["Location"]).content.decode()
    assert "用分方式：不使用积分 · vip：攒够即用，按整数倍 (200)" in page


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("vip 20%", {"kind": "share", "share": "20%"}),
        ("vip：20 %", {"kind": "share", "share": "20%"}),
        ("vip 20％", {"kind": "share", "share": "20%"}),
        ("vip=0", {"kind": "none"}),
    ],
)
def test_what_is_said_of_a_segment_is_read_as_people_write(log_in, program, history, said, kept):
    log_in().post("/studio/backtests/new", asked(history, by_segment=said))
    assert studio.latest_runs(RunKind.BACKTEST, 1)[0].settings["policy"]["by_segment"] == {"vip": kept}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("vip", "每个人群写一次，后接积分数或百分比，例如 vip 500。"),
        ("vip 5, vip 6", "每个人群写一次，后接积分数或百分比，例如 vip 500。"),
        ("vip 120%", "每个人群写一次，后接积分数或百分比，例如 vip 500。"),
        ("VIP 5", "历史数据中没有人群“VIP”；现有：vip。"),
    ],
)
def test_what_cannot_be_said_of_a_segment_is_told_at_its_field(log_in, program, history, said, sentence):
    answer = log_in().post("/studio/backtests/new", asked(history, by_segment=said))
    assert answer.status_code == 422
    assert f'<p class="wrong" id="id_by_segment_error">{sentence}</p>' in answer.content.decode()
    assert studio.latest_runs(RunKind.BACKTEST, 1) == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-hans", "时区须写作“地区/城市”，例如 Asia/Shanghai。"),
        ("en", "A time zone is named by region and city, such as Asia/Shanghai."),
    ],
)
def test_a_wrong_answer_is_told_at_its_field(log_in, shop, language, sentence):
    shop_said = {"industry": "cafe", "currency": "USD", "time_zone": "Mars/Base"}
    answer = log_in(language=language).post("/studio/proposals/new", shop_said)
    assert answer.status_code == 422
    assert f'<p class="wrong" id="id_time_zone_error">{sentence}</p>' in answer.content.decode()
    assert studio.latest_runs(RunKind.PROPOSAL, 1) == []


def test_a_forecast_names_tiers_and_how_far_its_assumptions_are_moved(log_in, program, history):
    owner = log_in()
    answer = owner.post("/studio/forecasts/new", asked(history, policy="share", share="50", margin="25", months="3"))
    (run,) = studio.latest_runs(RunKind.FORECAST, 2)
    studio.do_run(run.id)
    page = owner.get(answer["Location"]).content.decode()
    assert re.findall(r'<tr><td class="key">([^<0-9]*)</td>', page) == ["普通会员", "银卡", "金卡", "钻石"]
    told = re.search(r'<script id="chart-tornado-cost" type="application/json">(.*?)</script>', page)[1]
    assert sorted(json.loads(told)["labels"]) == [
        "有效期，缩短或延长三个月",
        "每积分成本 −10% / +10%",
        "积分使用 −20% / +20%",
        "积分发放 −10% / +10%",
    ]
    assert "区间的置信度为 90%" in page


@pytest.mark.django_db(transaction=True)
def test_who_gains_of_the_live_database_leads_to_their_page(log_in, member, settings, tmp_path):
    settings.SHUKE_HOME = tmp_path
    made = studio.ask_live_history("live", TESTER)
    studio.read_history(made.id)
    owner, id = log_in(), ids.encode("mbr", member.id)
    answer = owner.post("/studio/backtests/new", asked(ids.encode(HISTORY_PREFIX, made.id), policy="observed"))
    studio.do_run(studio.latest_runs(RunKind.BACKTEST, 1)[0].id)
    told = f"{answer['Location']}/members"
    page = owner.get(told).content.decode()
    assert f'href="{told}/{id}">{id}</a>' in page
    assert re.findall(r'data-label="(.*?)">(.*?)</td>', page) == [
        ("订单", "2"),
        ("实付金额", "$1,029.99"),
        ("积分 · 发放", "1,087"),
        ("积分 · 使用", "500"),
        ("积分 · 追回", "0"),
        ("积分 · 未用", "587"),
        ("等级", "银卡"),
    ]
    story = owner.get(f"{told}/{id}").content.decode()
    assert f'<a class="button" href="/members/{id}">会员</a>' in story
    assert "<li>下单前等级：银卡。</li>" in story
    assert "<li>积分：合计 287.4875，向下取整为 287。</li>" in story
    assert (story.count('data-label="原因"'), story.count('<details class="more">')) == (2, 2)
