"""Backtests, forecasts and proposals of histories with next to nothing in them: pages, charts and their files stand."""

import re

import pytest

from shuke.foundation import ids
from shuke.rooms.org.contracts import Role
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import RUN_PREFIX, FileKind, Reading, RunKind, RunRequest, State
from shuke.surfaces.console.tests.conftest import TESTER

HEAD = "order_id,member_id,occurred_at,net\n"
ONE = HEAD + "1,ann,2026-01-05 10:00:00,300.00\n"
HISTORIES = {
    "one order": {"orders": ONE},
    "one day": {"orders": ONE + "2,bob,2026-01-05 23:59:59,0.01\n"},
    "nothing sold": {"orders": HEAD + "".join(f"{m},ann,2026-{m:02}-05 10:00:00,0.00\n" for m in range(1, 8))},
    "all brought back": {
        "orders": HEAD + "".join(f"{m},ann,2026-{m:02}-05 10:00:00,9.00\n" for m in range(1, 8)),
        "refunds": "refund_id,order_id,occurred_at,net\n"
        + "".join(f"r{m},{m},2026-{m:02}-06 10:00:00,9.00\n" for m in range(1, 8)),
    },
    "a member without orders": {
        "orders": ONE,
        "members": "member_id,joined_at,tags\nann,2026-01-01 00:00:00,vip\ncarl,2026-01-02 00:00:00,\n",
    },
    "one large order and a silent half year": {
        "orders": ONE.replace("300.00", "9999999.99") + "2,bob,2026-07-05 10:00:00,0.01\n"
    },
}
PLAIN = """\
shuke: 1
program: corner
currency: USD
time_zone: UTC
units:
  points: {scale: 2, value: 0.01}
earn:
  - {code: spend, unit: points, points: order.net}
"""
TIERED = """\
shuke: 1
program: corner
currency: USD
time_zone: UTC
units:
  points: {expiry: {after: 2 months, end_of: month}}
  growth: {spendable: no}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: gold, from: 200, multiplier: 2}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
"""
NO_SPENDING = PLAIN.replace("{scale: 2, value: 0.01}", "{spendable: no}")
WRONG = re.compile(r"\bnan\b|\binf\b|None|-0\.0|Traceback")


@pytest.fixture(params=HISTORIES)
def history(request, shop, settings, tmp_path):
    settings.SHUKE_HOME = tmp_path
    made = studio.begin_history(request.param, TESTER)
    for kind, text in HISTORIES[request.param].items():
        studio.add_file(made.id, FileKind(kind), f"{kind}.csv", [text.encode()], TESTER)
    studio.ask_reading(made.id, Reading("USD", "UTC"), TESTER)
    assert studio.read_history(made.id) is State.READY
    return made.id


def run(kind, history, text="", other="", **settings):
    made = studio.ask_run(RunRequest(kind, history, text, other, settings=settings), TESTER)
    studio.do_run(made.id)
    return studio.run(made.id)


def stands(client, found):
    """Ask for the page of a run and for the file of each of its charts; return what the page shows."""
    id = ids.encode(RUN_PREFIX, found.id)
    page = client.get(f"/studio/{found.kind.value}s/{id}")
    assert page.status_code == 200
    told = page.content.decode()
    shown = re.sub(r"<script.*?</script>|<[^>]*>", " ", told, flags=re.DOTALL)
    assert WRONG.findall(shown) == []
    for chart in set(re.findall(rf'href="(/studio/[^"]*{id}[^"]*csv[^"]*)"', told)):
        assert client.get(chart).status_code == 200, chart
    return shown


def test_a_backtest_of_it_stands(log_in, history):
    client = log_in(Role.OWNER, "en")
    for program, other in (
        (PLAIN, ""),
        (TIERED, ""),
        (NO_SPENDING, ""),
        (PLAIN, TIERED),
        (TIERED, PLAIN),
        (TIERED, TIERED),
    ):
        for settings in ({}, {"policy": {"kind": "greedy", "at": "1"}, "assumptions": {"margin": "0%"}}):
            if "policy" in settings and program is NO_SPENDING:
                continue
            found = run(RunKind.BACKTEST, history, program, other, **settings)
            assert (found.state, found.failure) == (State.READY, "")
            stands(client, found)
            id = ids.encode(RUN_PREFIX, found.id)
            assert client.get(f"/studio/backtests/{id}/members").status_code == 200
            assert client.get(f"/studio/backtests/{id}/members/ann").status_code == 200


def test_a_forecast_of_it_stands_or_says_that_it_is_too_short(log_in, history):
    client = log_in(Role.OWNER, "en")
    for program in (PLAIN, TIERED, NO_SPENDING):
        for settings in ({}, {"months": 36, "assumptions": {"margin": "30%"}, "policy": {"kind": "none"}}):
            found = run(RunKind.FORECAST, history, program, **settings)
            assert found.failure in {"", "history_too_short"}
            shown = stands(client, found)
            if found.state is State.READY and found.result["units"]:
                (points,) = found.result["units"].values()
                nothing = not any(row["issued"] for row in points["books"]["points"])
                assert (points["breakage"] is None) == nothing
                assert bool(re.search(r"Breakage\s+—\s+—", shown)) == nothing


def test_a_proposal_of_it_stands_or_says_that_it_is_too_short(log_in, history):
    client = log_in(Role.OWNER, "en")
    shop = {"industry": "cafe", "currency": "USD", "time_zone": "UTC"}
    for settings in ({}, {"model": "points", "levels": 6, "running_cost": "0"}):
        found = run(RunKind.PROPOSAL, history, **shop, **settings)
        assert found.failure in {"", "history_too_short"}
        stands(client, found)


@pytest.mark.parametrize("history", ["one order"], indirect=True)
def test_programs_that_count_a_unit_in_other_fractions_are_weighed_by_whole_points(log_in, history):
    client = log_in(Role.OWNER, "en")
    for program, other in ((PLAIN, TIERED), (TIERED, PLAIN)):
        shown = stands(client, run(RunKind.BACKTEST, history, program, other))
        assert re.search(r"points · issued\s+300\.00\s+300\.00\s+0\.00\s", shown)


@pytest.mark.parametrize("history", ["one large order and a silent half year"], indirect=True)
def test_what_ended_is_no_share_of_nothing_issued(log_in, history):
    client = log_in(Role.OWNER, "en")
    found = run(RunKind.BACKTEST, history, TIERED, since="2026-04-01")
    (points, _growth) = found.result["units"]
    assert (points["issued"], points["expired"]) == (0, 9_999_999)
    assert "(—)" in stands(client, found)
