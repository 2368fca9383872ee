"""`shuke program validate` and `shuke backtest` need a file and nothing else."""

from pathlib import Path

import pytest

GROCER = "examples/grocer.yaml"
OVERFLOWING = "order.net * order.lines * order.lines * order.lines * 99999"
ORDERS = """\
order_id,member_id,occurred_at,net
1,anna,2017-01-15T12:00:00-05:00,499.99
2,anna,2017-01-16T12:00:00-05:00,0.01
3,anna,2017-01-17T12:00:00-05:00,10.50
4,bela,2017-01-17T12:00:00-05:00,3.99
"""


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return str(path)


def test_a_good_file_is_good(empty):
    assert empty.json("program", "validate", GROCER) == {
        "valid": True,
        "program": "grocer",
        "errors": [],
        "warnings": [],
    }
    assert not empty.home.exists()


def test_errors_name_line_and_column(empty, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(Path(GROCER).read_text().replace("order.net *", "order.nett *"))
    (error,) = empty.json("program", "validate", str(bad), code=1)["errors"]
    assert error["code"] == "unknown_fact"
    assert error["pointer"].startswith("18:")
    assert f"{bad}:18:" in empty("program", "validate", str(bad), code=1)


def test_what_only_compiling_finds_is_printed_like_the_rest(empty, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(Path(GROCER).read_text().replace("order.net * tier.multiplier", OVERFLOWING))
    told = empty.json("program", "validate", str(bad), code=1)
    assert (told["valid"], [error["code"] for error in told["errors"]]) == (False, ["may_overflow"])
    assert f"{bad}:" in empty("program", "validate", str(bad), code=1)


def test_errors_of_a_file_are_chinese_for_chinese_readers(empty, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(Path(GROCER).read_text().replace("order.net *", "order.nett *"))
    said = empty("--lang", "zh", "program", "validate", str(bad), code=1)
    assert said == f"{bad}:18:41: 没有此事实：“order.nett”。是否应为：order.net\n"


def test_a_file_that_is_not_there_is_one_sentence(empty):
    assert empty.both("program", "validate", "nowhere.yaml", code=1)[1] == "There is no file nowhere.yaml.\n"


def test_a_backtest_prints_what_the_program_would_have_given(empty, orders):
    told = empty.json("backtest", GROCER, "--orders", orders)
    assert (told["members"], told["orders"], told["net_minor"]) == (2, 4, 51449)
    assert told["points"] == {"points": {"issued": 499 + 0 + 13 + 3, "expired": 0, "outstanding": 515, "scale": 0}}
    assert told["members_by_tier"] == {"base": 1, "silver": 1, "gold": 0, "diamond": 0}


def test_a_backtest_takes_several_files_as_one(empty, orders, tmp_path):
    head, *rows = ORDERS.splitlines()
    whole = empty.json("backtest", GROCER, "--orders", orders)
    paths = [tmp_path / "january.csv", tmp_path / "later.csv"]
    for path, some in zip(paths, (rows[:2], rows[2:]), strict=True):
        path.write_text("\n".join([head, *some]))
    several = [arg for path in paths for arg in ("--orders", str(path))]
    took = {"study": 0, "seconds": 0, "orders_per_second": 0}
    assert empty.json("backtest", GROCER, *several) | took == whole | took
    paths[1].write_text(f"{head}\n3,anna,2017-01-17T12:00:00-05:00,free\n")
    said = empty.both("backtest", GROCER, *several, code=1)[1]
    assert "net: 1 row, first in row 2 of later.csv ('free'; expected" in said


def test_points_expire_when_time_passes(empty, orders):
    told = empty.json("backtest", GROCER, "--orders", orders, "--until", "2018-02-01")
    assert told["points"]["points"] == {"issued": 515, "expired": 515, "outstanding": 0, "scale": 0}
    told = empty.json("backtest", GROCER, "--orders", orders, "--until", "2018-01-31")
    assert told["points"]["points"]["expired"] == 0


def test_an_orders_file_that_is_none_is_one_sentence(empty):
    said = empty.both("backtest", GROCER, "--orders", "nowhere.csv", code=1)[1]
    assert said == "There is no file nowhere.csv.\n"


def test_amounts_of_a_unit_with_decimals_are_shown_with_them(empty, orders, tmp_path):
    """One order of 499.99 and so on: with two places nothing is floored away."""
    file = tmp_path / "program.yaml"
    file.write_text(
        Path(GROCER).read_text().replace("round: floor", "scale: 2, round: floor", 1).replace("scale: 0, ", "")
    )
    assert empty.json("backtest", str(file), "--orders", orders)["points"]["points"]["scale"] == 2
    assert "." in next(
        line for line in empty("backtest", str(file), "--orders", orders).splitlines() if "issued" in line
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_see_the_suggestion_too(empty, tmp_path, language):
    file = tmp_path / "program.yaml"
    file.write_text(Path(GROCER).read_text().replace("order.net", "order.nte"))
    assert "order.net" in empty("--lang", language, "program", "validate", str(file), code=1).replace("order.nte", "")


def test_refusals_of_flags_name_the_flag(empty, live):
    said = empty.both("init", "--organisation", "A", "--currency", "XXY", "--time-zone", "UTC", "--language", "en",
                      "--email", "a@example.com", code=1)[1]  # fmt: skip
    assert said.startswith("--currency: ")
    said = live.both("keys", "create", "till", "--scope", "nonsense", code=1)[1]
    assert said.startswith("--scope: ")
    assert "orders:write" in said


def test_what_deserves_a_second_look_is_said_with_the_check_and_the_publishing(empty, tmp_path):
    file = tmp_path / "tea.yaml"
    file.write_text(
        Path("examples/tea-house.yaml").read_text("utf-8").replace("named: 5000, unnamed", "unnamed"), "utf-8"
    )
    assert empty("--lang", "zh", "program", "validate", str(file)).splitlines()[1:] == [
        "储值没有设单人限额，或限额超过记名预付卡的 5,000 元。"
    ]


def test_two_files_are_compared_without_a_deployment(empty, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text("# ours\n" + Path(GROCER).read_text().replace("multiplier: 1.5}", "multiplier: 1.6}"))
    assert empty("program", "diff", GROCER, str(other)).splitlines() == [
        "multiplier of tier gold: 1.5 → 1.6",
        "No deployment here: nothing is said of members.",
    ]
    assert empty("--lang", "zh", "program", "diff", GROCER, str(other)).splitlines() == [
        "等级 gold 的倍率：1.5 → 1.6",
        "此处没有部署：不涉及会员影响。",
    ]
    (change,) = empty.json("program", "diff", GROCER, str(other))["meaning"]
    assert (change["path"], change["before"], change["after"]) == ("tiers.main.gold.multiplier", "1.5", "1.6")
    assert empty("program", "diff", GROCER, GROCER).splitlines()[0] == "No change of meaning."
    assert not empty.home.exists()
