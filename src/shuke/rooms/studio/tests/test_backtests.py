"""Backtests: figures to the point, the same as the file says, kept with the program, told member by member."""

import fcntl
import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors
from shuke.rooms.studio import facade, queries
from shuke.rooms.studio.contracts import FileKind, Progress, RunKind, RunRequest, State
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.services import reading, studies, working
from shuke.rooms.studio.tests.conftest import ACTOR, ORDERS, PROGRAM, ZONE

RICHER = PROGRAM.replace("1.25", "1.5")


def run(history, text=PROGRAM, other="", **settings):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, text, other, settings=settings), ACTOR)
    facade.do_run(made.id)
    return facade.run(made.id)


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_a_program_is_tried_on_a_history(history):
    found = run(history)
    assert (found.state, found.failure, found.program, found.text) == (State.READY, "", "corner", PROGRAM)
    (unit,) = found.result["units"]
    # ann earns 300, 300 and, silver since the second, 100 × 1.25; bob 40
    assert (unit["issued"], unit["used"], unit["outstanding"]) == (765, 0, 765)
    assert found.result["cost"]["earned_minor"] == 765
    assert found.result["ladders"][0]["population"][-1]["members"] == {"base": 1, "silver": 1}
    assert [(row["tier"], row["orders"]) for row in found.result["by_tier"]] == [("base", 3), ("silver", 1)]
    assert facade.latest_runs(RunKind.BACKTEST, 10)[0].result == {}


def test_a_policy_and_assumptions_stand_on_the_result(history):
    found = run(
        history, policy={"kind": "greedy", "at": "200"}, assumptions={"uplift": {"silver": "10%"}, "margin": "0.5"}
    )
    (unit,) = found.result["units"]
    # spend of 100 grows by a tenth in silver: ⌊110 × 1.25⌋; 200 are used before the second order and 400 before the third
    assert (unit["issued"], unit["used"]) == (300 + 300 + 137 + 40, 600)
    assert found.result["assumptions"] == {
        "uplift": {"silver": "1/10"},
        "elasticity": "0",
        "margin": "1/2",
        "costs": {},
    }
    assert found.result["cost"]["margin_after_earned_minor"] == (74_050 + 1_000) // 2 - 777


def test_a_segment_uses_points_otherwise(bring):
    members = "member_id,joined_at,tags\nann,2026-01-01,vip\nbob,2026-01-01,\n"
    history = bring(orders=ORDERS, members=members)
    policy = {"kind": "none", "by_segment": {"vip": {"kind": "greedy", "at": "200"}}}
    found = run(history, policy=policy)
    assert found.result["units"][0]["used"] == 600  # ann's 300 before the second, 200 + 300 before the third, by 200
    assert found.result["policy"]["by_segment"] == {"vip": {"kind": "greedy", "unit": "points", "at": 200}}
    with refused("unknown_segment") as told:
        run(history, policy={"kind": "none", "by_segment": {"VIP": {"kind": "none"}}})
    assert (told.value.pointer, told.value.params) == ("/policy/by_segment", {"found": "VIP", "known": "vip"})
    with refused("no_segments") as told:
        run(bring(orders=ORDERS), policy=policy)
    assert (told.value.pointer, told.value.params) == ("/policy/by_segment", {})
    assert Run.objects.count() == 1


def test_two_programs_are_weighed(history):
    found = run(history, RICHER, PROGRAM)
    against = found.result["against"]
    assert (against["winners"], against["losers"], against["same"], against["gain"]) == (1, 0, 1, 25)
    assert [(row["member"], row["more"]) for row in against["most"]] == [("ann", 25)]

    page = facade.run_members(found.id, "more", 10, 0)
    assert page.columns[:3] == ("member", "orders", "net_minor")
    assert [row[0] for row in page.rows] == ["ann", "bob"]
    assert page.total == 2
    assert [row[0] for row in facade.run_members(found.id, "-net_minor", 1, 0).rows] == ["bob"]
    with refused("unknown_columns"):
        facade.run_members(found.id, "net_minor; DROP TABLE", 10, 0)


def test_a_member_is_told_entry_by_entry(history):
    found = run(history)
    story = facade.run_member(found.id, "ann")
    assert [(each.entry.kind, each.entry.amount) for each in story.told.entries if hasattr(each.entry, "amount")] == [
        ("accrual", 300),
        ("accrual", 300),
        ("accrual", 125),
    ]
    assert [fact.order_id for fact in story.told.facts] == ["1", "2", "3"]
    assert story.told.facts[2].decision.tier == "silver"
    with refused("unknown_member"):
        facade.run_member(found.id, "nobody")


def test_the_window_counts_only_what_is_in_it(history):
    found = run(history, since="2026-02-01", until="2026-02-28")
    (unit,) = found.result["units"]
    assert (unit["opening"], unit["issued"], unit["outstanding"]) == (340, 300, 640)
    assert (found.result["since"], found.result["until"], found.result["orders"]) == ("2026-02-01", "2026-02-28", 1)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"since": "2026-03-01", "until": "2026-02-01"}, "window_empty"),
        ({"since": "spring"}, "date_invalid"),
        ({"until": "9999-12-31"}, "date_invalid"),
        ({"since": "1970-01-01"}, "date_invalid"),
        ({"policy": {"kind": "wild"}}, "policy_unknown"),
        ({"policy": {"kind": "greedy"}}, "policy_incomplete"),
        ({"policy": {"kind": "share", "share": "140%"}}, "policy_incomplete"),
        ({"policy": {"kind": "greedy", "at": "9", "unit": "stars"}}, "unknown_unit"),
        ({"policy": {"kind": "greedy", "at": "1000000000001"}}, "policy_incomplete"),
        ({"policy": {"kind": "share", "share": "0.1234567"}}, "policy_incomplete"),
        (
            {"policy": {"kind": "none", "by_segment": {"a": {"kind": "none", "by_segment": {"b": {"kind": "none"}}}}}},
            "policy_unknown",
        ),
        ({"assumptions": {"uplift": {"gold": "5%"}}}, "unknown_tier"),
        ({"assumptions": {"uplift": {"silver": "0.1234567"}}}, "assumption_out_of_range"),
        ({"assumptions": {"elasticity": "1e999999999"}}, "number_invalid"),
        ({"assumptions": {"margin": "1/0"}}, "number_invalid"),
        ({"assumptions": {"margin": "140%"}}, "assumption_out_of_range"),
        ({"assumptions": {"elasticity": "much"}}, "number_invalid"),
    ],
)
def test_what_cannot_be_asked_is_not_kept(history, asked, code):
    with refused(code):
        run(history, **asked)
    assert Run.objects.count() == 0


def test_a_program_of_another_currency_or_with_faults_is_not_run(history):
    with refused("currency_mismatch"):
        run(history, PROGRAM.replace("USD", "CNY"))
    with pytest.raises(ProgramErrors):
        run(history, PROGRAM.replace("order.net", "order.nett"))
    assert Run.objects.count() == 0


def test_a_run_is_cancelled_and_removed(history, home):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR)
    with refused("run_in_other_state"):
        facade.remove_run(made.id, ACTOR)
    assert facade.cancel_run(made.id).state is State.CANCELLED
    assert facade.do_run(made.id) is None
    with refused("run_in_other_state"):
        facade.run_members(made.id, "orders", 1, 0)
    facade.remove_run(made.id, ACTOR)
    with refused("unknown_run"):
        facade.run(made.id)
    assert not (home / "studio" / "runs" / str(made.id)).exists()


def test_nobody_else_works_meanwhile(history, home):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR)
    other = os.open(home / "studio" / "lock", os.O_RDWR)

    def do(_steps):
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return State.READY, {"result": {}}

    assert working.work(Run, made.id, do) is State.READY
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)  # free again
    os.close(other)
    assert facade.do_run(made.id) is None  # whoever comes later finds it done


def test_the_time_left_is_told_by_its_phase(history, monkeypatch):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    monkeypatch.setattr(working.clock, "machine_now", lambda: now)
    assert queries.begin(Run, made.id, now - timedelta(seconds=600), 3)
    working.Steps(Run, made.id).tell(0, 100, "replaying")
    Run.objects.filter(pk=made.id).update(done=25)
    now += timedelta(seconds=5)
    assert facade.run(made.id).progress == Progress("replaying", 25, 100, 15)


def test_a_death_on_the_way_leaves_a_run_that_can_be_done_again(history):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR)
    Run.objects.filter(pk=made.id).update(state=State.RUNNING, done=1, total=3)  # a worker began and died
    assert facade.do_run(made.id) is State.READY
    assert facade.run(made.id).result["units"][0]["issued"] == 765


def test_a_window_after_the_last_order_is_refused(history):
    found = run(history, since="2026-03-06")
    assert (found.state, found.failure, found.result) == (State.FAILED, "window_empty", {})


class Killed(BaseException):
    """The process ended, as the kernel ends one that takes too much memory."""


def die(*_arguments, **_settings):
    raise Killed


def test_what_kills_its_process_each_time_is_given_up_and_can_be_asked_for_again(history, monkeypatch):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR)
    with monkeypatch.context() as small:
        small.setattr(studies, "open_history", die)
        for _ in range(3):
            with pytest.raises(Killed):
                facade.do_run(made.id)
            assert facade.run(made.id).state is State.RUNNING
        assert facade.do_run(made.id) is None
    found = facade.run(made.id)
    assert (found.state, found.failure, found.failure_params, found.result) == (
        State.FAILED,
        "given_up",
        {"tries": 3},
        {},
    )
    assert facade.do_run(made.id) is None
    assert run(history).state is State.READY


def test_a_history_that_was_given_up_is_read_again(home, monkeypatch):
    made = facade.begin_history("2026", ACTOR)
    facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    facade.ask_reading(made.id, ZONE, ACTOR)
    with monkeypatch.context() as small:
        small.setattr(reading, "build", die)
        for _ in range(3):
            with pytest.raises(Killed):
                facade.read_history(made.id)
        assert facade.read_history(made.id) is None
    found = facade.history(made.id)
    assert (found.state, found.failure, found.failure_params) == (State.FAILED, "given_up", {"tries": 3})
    facade.ask_reading(made.id, ZONE, ACTOR)
    assert facade.read_history(made.id) is State.READY
    assert facade.history(made.id).failure == ""


@pytest.mark.django_db(transaction=True)
def test_a_run_ends_though_it_lost_the_database_on_the_way(bring, monkeypatch):
    made = facade.ask_run(RunRequest(RunKind.BACKTEST, bring(orders=ORDERS).id, PROGRAM), ACTOR)

    def lose(*_arguments):
        connection.connection.close()
        queries.find(Run, made.id)

    monkeypatch.setattr(studies, "open_history", lose)
    assert facade.do_run(made.id) is State.FAILED
    assert facade.run(made.id).failure == "unforeseen"


def months(count):
    """Orders of ann, one a month, and one of bob."""
    rows = [f"{month},ann,2026-{month:02}-05 10:00:00,300.00" for month in range(1, count + 1)]
    return "\n".join(["order_id,member_id,occurred_at,net", *rows, "b,bob,2026-01-31 10:00:00,40.50", ""])


def test_a_forecast_takes_amounts_however_they_are_written(bring):
    history = bring(orders=months(6))
    asked = {"costs": {"points": "1/200"}, "values": {"points": "2%"}, "months": 2}
    made = facade.ask_run(RunRequest(RunKind.FORECAST, history.id, PROGRAM, settings=asked), ACTOR)
    assert facade.do_run(made.id) is State.READY
    result = facade.run(made.id).result
    assert (result["units"]["points"]["cost"], result["units"]["points"]["value"]) == (0.5, 2.0)
    assert len(result["sales"]["ahead"]) == 2


def test_a_forecast_begins_with_the_first_sales_however_long_ago_members_joined(bring):
    found = []
    for count, members in ((6, "2026-01-03"), (6, "2024-06-01"), (3, "2024-06-01")):
        joined = f"member_id,joined_at\nann,{members}\n"
        history = bring(orders=months(count), members=joined)
        made = facade.ask_run(RunRequest(RunKind.FORECAST, history.id, PROGRAM), ACTOR)
        facade.do_run(made.id)
        found.append(facade.run(made.id))
    plain, early, short = found
    assert plain.result["history"] == early.result["history"] == {"from": "2026-01-01", "months": 5}
    assert early.result["sales"] == plain.result["sales"]
    assert early.result["units"]["points"]["ahead"] == plain.result["units"]["points"]["ahead"]
    assert (short.failure, short.failure_params) == ("history_too_short", {"months": 2, "least": 3})


def test_a_forecast_of_no_months_is_refused(history):
    for count in (0, 37, "2", 1.5):
        with refused("months_out_of_bounds"):
            facade.ask_run(RunRequest(RunKind.FORECAST, history.id, PROGRAM, settings={"months": count}), ACTOR)
    assert facade.latest_runs(None, 10) == []


def test_a_history_of_two_months_is_too_short_to_forecast_and_says_so(bring):
    made = facade.ask_run(RunRequest(RunKind.FORECAST, bring(orders=months(2)).id, PROGRAM), ACTOR)
    assert facade.do_run(made.id) is State.FAILED
    found = facade.run(made.id)
    assert (found.failure, found.failure_params) == ("history_too_short", {"months": 1, "least": 3})


def test_a_proposal_counts_in_the_currency_of_its_history_and_begins_in_this_century(history):
    shop = {"industry": "cafe", "currency": "USD", "time_zone": "UTC"}
    for changes, code in (
        ({"currency": "JPY"}, "currency_mismatch"),
        ({"begins": "9999-12-31"}, "date_invalid"),
        ({"begins": "0001-01-01"}, "date_invalid"),
    ):
        with refused(code):
            facade.ask_run(RunRequest(RunKind.PROPOSAL, history.id, settings=shop | changes), ACTOR)
    assert facade.latest_runs(None, 10) == []

    made = facade.ask_run(RunRequest(RunKind.PROPOSAL, history.id, settings=shop | {"begins": "2099-12-30"}), ACTOR)
    assert facade.do_run(made.id) is State.READY
    shop = facade.run(made.id).result["shop"]
    assert (shop["members"], shop["days"], shop["repeat_share"]) == (2, 60, 0.5)
    assert shop["average_order_minor"] == 74_050 // 4
