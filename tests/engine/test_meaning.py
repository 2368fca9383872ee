"""What a program says otherwise than another, told in sentences: never silent, never about mere writing."""

import io
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import shuke
from shuke.core.program.meaning import POINTS_TIMES, changes, lines
from shuke.core.program.model import Program
from shuke.engine import points_times
from shuke.engine.compile import compile_program
from shuke.engine.schema import ProgramErrors, load_program
from tests.parity.made_programs import programs

EXAMPLES = sorted((Path(shuke.__file__).parent / "examples").glob("*.yaml"))
SHOP = """\
shuke: 1
program: corner
currency: CNY
time_zone: Asia/Shanghai
units:
  points: {value: 0.01, expiry: {after: 12 months, end_of: month}, caps: [{per: day, points: 500}]}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0}
    - {code: gold, from: 1500, multiplier: 1.5}
groups: {best: best}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
milestones:
  - {code: ten, unit: points, measure: ORDERS('this year'), per: year, at: 10, points: 100}
offers:
  - {code: autumn, name: 秋季, when: order.net >= 100, percent: 10}
"""


def _say(old: str, new: str) -> list[tuple[str, str]]:
    return [(each.en, each.zh) for each in changes(load_program(old), load_program(new))]


@pytest.mark.parametrize(
    ("before", "after", "en", "zh"),
    [
        ("multiplier: 1.5", "multiplier: 1.6", "multiplier of tier gold: 1.5 → 1.6", "等级 gold 的倍率：1.5 → 1.6"),
        ("from: 1500", "from: 2000", "threshold of tier gold: 1500 → 2000", "等级 gold 的门槛：1500 → 2000"),
        ("order.net * tier.multiplier", "order.net * 2", "points of rule spend: order.net * tier.multiplier → order.net * 2",
         "规则 spend 的积分：order.net * tier.multiplier → order.net * 2"),
        ("value: 0.01", "value: 0.02", "value of one of unit points: 0.01 → 0.02", "积分单位 points 的每分价值：0.01 → 0.02"),
        ("{after: 12 months, end_of: month}", "{after: 6 months}", "expiry of unit points: 12 months, to the end of the month → 6 months",
         "积分单位 points 的有效期：12 个月，至月末 → 6 个月"),
        ("points: 500}", "points: 800}", "cap on points earned, a day: 500 → 800", "上限 points 每天获得：500 → 800"),
        ("percent: 10", "percent: 15", "effect of offer autumn: 10% off → 15% off", "优惠 autumn 的优惠内容：减 10% → 减 15%"),
        ("at: 10,", "at: 12,", "reached at of milestone ten: 10 → 12", "里程碑 ten 的达成值：10 → 12"),
        ("end of next calendar year", "12 months", "validity of ladder main: to the end of the year, and 1 more → 12 months",
         "等级体系 main 的有效期：至年末，再加 1 个 → 12 个月"),
        ("earn:\n", "earn:\n  - {code: weekend, unit: points, when: order.weekday >= 6, points: 5}\n",
         "new rule weekend: unit points; condition order.weekday >= 6; points 5", "新增规则 weekend：积分单位 points；条件 order.weekday >= 6；积分 5"),
        ("    - {code: gold, from: 1500, multiplier: 1.5}\n", "", "tier gold is gone", "取消等级 gold"),
        ("value: 0.01,", "value: 0.01, transfer: {least: 100},", "units.points.transfer.least: none → 100", "units.points.transfer.least: none → 100"),
    ],
)  # fmt: skip
def test_a_change_is_a_sentence(before, after, en, zh):
    assert before in SHOP
    told = _say(SHOP, SHOP.replace(before, after))
    assert (en, zh) in told
    if "transfer" not in after:
        assert len(told) == 1


def test_order_comments_and_spacing_mean_nothing():
    head, units, rest = SHOP.partition("units:")
    rewritten = "# ours\n" + head.replace(
        "currency: CNY\ntime_zone: Asia/Shanghai\n", "time_zone: Asia/Shanghai\ncurrency: CNY\n"
    )
    rewritten += units + rest.replace("order.net * tier.multiplier", "order.net  *   tier.multiplier") + "# as ever\n"
    assert _say(SHOP, rewritten) == []
    assert lines((), "en") == ["No change of meaning."]
    assert lines((), "zh") == ["含义无变化。"]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_written_anew_means_the_same(file):
    text, out = file.read_text(encoding="utf-8"), io.StringIO()
    yaml = YAML(typ="rt")
    yaml.width = 4_000
    yaml.dump(yaml.load(text), out)
    assert _say(text, out.getvalue()) == []


def _program(text: str) -> Program | None:
    try:
        return load_program(text)
    except ProgramErrors:
        return None


@settings(max_examples=60, deadline=None)
@given(one=programs(), other=programs())
def test_programs_that_run_otherwise_are_told_apart(one, other):
    """Whatever makes another program of it is told; what is told of a program and itself is nothing."""
    old, new = _program(one.text), _program(other.text)
    if old is None or new is None:
        return
    assert changes(old, old) == ()
    runs = [(compiled.shape, compiled.numbers) for compiled in map(compile_program, (old, new))]
    if runs[0] != runs[1]:
        assert changes(old, new)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.stem)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_examples_of_all_shapes_have_words(file, data):
    other = data.draw(st.sampled_from(EXAMPLES))
    old, new = (load_program(path.read_text(encoding="utf-8")) for path in (file, other))
    for each in changes(old, new):
        for told in (each.en, each.zh):
            assert "Fraction(" not in told
            assert "object at" not in told


def test_promises_of_offers_have_the_name_of_the_engine():
    assert POINTS_TIMES == points_times.POINTS_TIMES
    assert "migration" in {each.name for each in fields(Program)}
