"""`shuke history`, `shuke backtest --history`, `shuke forecast`, `shuke program propose`, `shuke run`: kept and told."""

import pytest

GROCER = "examples/grocer.yaml"


@pytest.fixture(scope="module")
def orders(open_folder):
    """Eight months of two members: one buys every week for 100, the other once a month for 40."""
    rows = ["order_id,member_id,occurred_at,net"]
    for month in range(1, 9):
        rows += [f"a{month}{week},ann,2025-{month:02}-{1 + 7 * week:02}T10:00:00-05:00,100.00" for week in range(4)]
        rows += [f"b{month},bob,2025-{month:02}-20T10:00:00-05:00,40.00"]
    path = open_folder / "studio.csv"
    path.write_text("\n".join([*rows, ""]))
    return str(path)


@pytest.fixture(scope="module")
def history(live, orders):
    return live.json("history", "read", "2025", "--currency", "USD", "--orders", orders)


def test_a_history_is_read_listed_and_removed(live, orders, history):
    assert (history["state"], history["counts"]["members"], history["counts"]["orders"]) == ("ready", 2, 40)
    other = live.json("history", "read", "again", "--currency", "USD", "--orders", orders)
    assert [each["name"] for each in live.json("history", "list")][:2] == ["again", "2025"]
    assert live.json("history", "show", "again")["id"] == other["id"]
    assert live.json("history", "remove", "again") == {"removed": other["id"]}
    assert "There is no such history." in live.both("history", "show", "again", code=1)[1]


def test_faulty_rows_are_told_and_written(live, open_folder):
    bad = open_folder / "bad-orders.csv"
    bad.write_text("order_id,member_id,occurred_at,net\n1,a,2025-01-01 10:00,5.00\n2,a,never,5.00\n")
    told = open_folder / "told.csv"
    ask = (
        "history",
        "read",
        "bad",
        "--currency",
        "USD",
        "--time-zone",
        "UTC",
        "--orders",
        str(bad),
        "--bad-rows",
        str(told),
    )
    refused = live.json(*ask, code=1)
    assert (refused["state"], [(each["code"], each["rows"]) for each in refused["faults"]]) == (
        "refused",
        [("not_an_instant", [3])],
    )
    assert "never" in told.read_text("utf-8-sig")
    went_on = live.json(*ask, "--leave-out", code=3)
    assert (went_on["state"], went_on["counts"]["orders"], went_on["left_out"]["rows"]) == ("ready", 1, 1)


def test_statuses_that_count_are_said(live, open_folder):
    export = open_folder / "export.csv"
    export.write_text(
        "order_id,member_id,occurred_at,price,quantity,status\n"
        "1,a,2025-11-02 01:30:00,2.00,0.5,paid\n2,a,,9.00,1,cancelled\n"
    )
    how = ("--currency", "USD", "--time-zone", "America/New_York", "--orders", str(export))
    read = ("history", "read", "export", *how)
    assert "there are cancelled (1), paid (1)" in live.both(*read, code=1)[1]
    assert "export" not in [each["name"] for each in live.json("history", "list")]

    told = live(*read, "--status", "paid")
    assert "Left out by their status, as no sale: rows 1, orders 1, net $9.00." in told
    assert "1 quantity is no whole number: it is one piece" in told
    assert "1 time came twice as clocks were put back; it is read as the first of both." in told
    shown = live.json("history", "show", "export")
    assert (shown["no_sale"], shown["notes"]) == (
        {"rows": 1, "orders": 1, "net_minor": 900},
        {"measured_rows": 1, "repeated_times": 1},
    )
    assert (shown["counts"]["orders"], shown["counts"]["net_minor"], shown["statuses"]) == (1, 100, ["paid"])
    backtest = ("backtest", GROCER, "--orders", str(export), "--timestamps-in", "America/New_York")
    assert "there are cancelled (1), paid (1)" in live.both(*backtest, code=1)[1]
    tried = live.json(*backtest, "--status", "paid")
    assert (tried["orders"], tried["no_sale"], tried["notes"]) == (1, shown["no_sale"], shown["notes"])
    told = live(*backtest, "--status", "paid")
    assert "left out by their status, as no sale: rows 1, orders 1" in told
    assert "times that came twice, read as the first: 1" in told


def test_a_backtest_on_a_history_is_kept(live, history):
    run = live.json(
        "backtest", GROCER, "--history", "2025", "--policy", "share:50%", "--margin", "25%", "--against", GROCER
    )
    result = run["result"]
    # 500 of this year are reached by ann's fifth order, 1,500 by the fifteenth, 3,000 by the thirtieth
    issued = 5 * 100 + 10 * 125 + 15 * 150 + 2 * 200 + 8 * 40
    assert (run["state"], result["units"][0]["issued"], result["against"]["same"]) == ("ready", issued, 2)
    assert live.json("run", "show", run["id"])["result"] == result
    assert live.json("run", "list")[0]["id"] == run["id"]
    assert live.json("run", "remove", run["id"]) == {"removed": run["id"]}
    assert "There is no such run." in live.both("run", "show", run["id"], code=1)[1]


def test_either_a_file_or_a_history_is_backtested(live, orders):
    for more in ((), ("--orders", orders, "--history", "2025")):
        assert "either --orders FILE or --history HISTORY" in live.both("backtest", GROCER, *more, code=1)[1]


def test_a_forecast_says_what_will_be_owed(live, history):
    run = live.json(
        "forecast", GROCER, "--history", "2025", "--policy", "share:50%", "--margin", "25%", "--months", "3"
    )
    (unit,) = run["result"]["units"].values()
    assert [each["month"][:7] for each in unit["ahead"]] == ["2025-08", "2025-09", "2025-10"]  # August is not over
    assert run["result"]["break_even"]["margin"] == 0.25
    assert run["result"]["study"]["ladders"][0]["levels"][1] == {"code": "silver", "name": "silver"}
    assert (
        "A forecast goes 1 to 36 months"
        in live.both("forecast", GROCER, "--history", "2025", "--months", "90", code=1)[1]
    )


def test_a_program_is_proposed_as_a_file(live, history, open_folder):
    out = open_folder / "proposed.yaml"
    run = live.json("program", "propose", "cafe", "--history", "2025", "--answer", "margin=60%", "--out", str(out))
    assert run["result"]["shop"]["members"] == 2
    assert out.read_text() == run["result"]["text"]
    assert live.json("program", "validate", str(out))["valid"] is True
    assert "The trade is one of grocery, " in live.both("program", "propose", "moon", code=1)[1]


def test_a_mistyped_answer_is_refused_with_those_there_are(live):
    told = live.both("--lang", "zh", "program", "propose", "cafe", "--answer", "margn=25%", code=1)[1]
    assert "没有“margn”这一项回答；可用：anonymous, average_order, begins, benefits, cause, " in told
    for answer, words in (
        ("margin=140%", "毛利率须为 0% 至 100%。"),
        ("time_zone=Mars/Base", "时区须写作“地区/城市”，例如 Asia/Shanghai。"),
        ("partners=maybe", "partners 须为 yes（是）或 no（否）。"),
        ("margin=much", "“much”不是所需的数字。"),
    ):
        assert words in live.both("--lang", "zh", "program", "propose", "cafe", "--answer", answer, code=1)[1]


def test_a_segment_has_a_policy_of_its_own(live, orders, open_folder):
    members = open_folder / "tagged.csv"
    members.write_text("member_id,joined_at,tags\nann,2025-01-01,vip\nbob,2025-01-01,\n")
    asked = ("--currency", "USD", "--time-zone", "America/New_York", "--orders", orders, "--members", str(members))
    live.json("history", "read", "tagged", *asked)
    run = live("backtest", GROCER, "--history", "tagged", "--policy", "none", "--policy", "vip=greedy:1000")
    assert [line.split() for line in run.splitlines() if "use of points" in line] == [
        ["use", "of", "points", "none"],
        ["use", "of", "points", "(vip)", "from", "1,000", "points", "on,", "in", "whole", "steps"],
    ]
    twice = ("backtest", GROCER, "--history", "tagged", "--policy", "none", "--policy", "observed")
    assert "a second policy for the same members" in live.both(*twice, code=1)[1]
    unknown = ("backtest", GROCER, "--history", "tagged", "--policy", "VIP=none")
    assert "The history has no segment VIP. It has: vip." in live.both(*unknown, code=1)[1]
    of_file = ("backtest", GROCER, "--orders", orders, "--policy", "vip=none")
    assert "Nobody is in a segment: members have no tags." in live.both(*of_file, code=1)[1]
