"""The forecast as a whole, of a made history whose rules are known."""

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from benchmarks.forecast_lives import PROGRAM, REGIMES, made, until
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.core.values.errors import Refusal
from shuke.engine.cohorts import GROUPS, Cohorts
from shuke.engine.compile import compile_program
from shuke.engine.forecast import naming, series, survival
from shuke.engine.forecast.economics import RANGES, break_even
from shuke.engine.forecast.forecasting import Asked, whole_months
from shuke.engine.forecast.result import forecast, forecast_study
from shuke.engine.policies import Assumptions
from shuke.engine.schema import load_program
from shuke.engine.study import One, study

MARGIN = Fraction(3, 10)
TIERED = PROGRAM.replace(
    "earn:",
    """tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: gold, from: 2000, multiplier: 2}
earn:""",
).replace("order.net", "order.net * tier.multiplier")


@pytest.fixture(scope="module")
def compiled():
    return compile_program(load_program(TIERED))


@pytest.fixture(scope="module")
def done(compiled):
    return study(compiled, One(made(REGIMES[0], 18, 3)), until(18))


@pytest.fixture(scope="module")
def told(done):
    return forecast_study(done, Asked(months=6, margin=MARGIN))


def test_months_follow_the_history_and_intervals_hold_their_figure(told):
    assert told.months[-1] == dt.date(2024, 6, 1)
    assert told.ahead == tuple(dt.date(2024, month, 1) for month in range(7, 13))
    unit = told.units[0].forecast
    for month in unit.ahead:
        for figure in (month.issued, month.used, month.expired, month.taken_back, month.closing, month.expected):
            assert 0 <= figure.low <= figure.value <= figure.high
    opening = unit.opening
    for month in unit.ahead:
        flows = month.issued.value - month.used.value - month.expired.value - month.taken_back.value
        assert month.closing.value == pytest.approx(opening + flows)
        opening = month.closing.value
    assert 0 < unit.breakage.low < unit.breakage.value < unit.breakage.high < 1
    last = unit.curve[-1]
    assert last.used.value + last.expired + last.taken_back == pytest.approx(1)
    assert last.age == 13  # what was earned in a month ends as the thirteenth after it begins


def test_the_same_history_has_the_same_forecast(done, told):
    assert forecast_study(done, Asked(months=6, margin=MARGIN)).as_json() == told.as_json()


def test_the_json_says_the_same(done, told):
    said = json.loads(json.dumps(told.as_json()))
    assert said["history"] == {"from": "2023-01-01", "months": 18}
    points = said["units"]["points"]
    assert [row["month"] for row in points["ahead"]] == [day.isoformat() for day in told.ahead]
    assert points["now"]["points"] == done.as_json()["units"][0]["outstanding"]
    assert points["now"]["cost_minor"] == points["now"]["points"]  # a point costs a fen
    assert points["books"]["points"][-1]["closing"] == points["now"]["points"]
    assert points["books"]["cost"][-1]["closing"] == points["now"]["points"]
    assert said["break_even"]["margin"] == 0.3
    assert said["break_even"]["cost_minor"] == points["year"]["cost_minor"]


@pytest.mark.parametrize("page", ["forecast.md", "forecast.zh-CN.md"])
def test_every_name_of_the_json_is_documented(told, page):
    text = (Path(__file__).parents[2] / "docs" / page).read_text()
    said = told.as_json()
    names = {*said, *said["units"]["points"], *said["units"]["points"]["now"], *said["units"]["points"]["books"]}
    known = {"program", "currency", "digits", "units", "scale"}  # they say themselves
    assert {name for name in names - known if f"`{name}`" not in text and f".{name}`" not in text} == set()


def test_every_method_and_assumption_has_a_name_in_both_languages():
    assert set(naming.METHODS) == {*survival.METHODS, *series.METHODS}
    assert set(naming.ASSUMPTIONS) == set(RANGES)
    assert all(words.en and words.zh for words in (*naming.METHODS.values(), *naming.ASSUMPTIONS.values()))


def test_tiers_cost_what_will_be_used_of_what_they_were_given(told, done):
    used = told.units[0].forecast.curve[-1].used.value
    by_tier = {row["tier"]: row for row in done.as_json()["by_tier"]}
    assert [tier.tier for tier in told.tiers] == ["base", "gold"]
    for tier in told.tiers:
        assert tier.net_minor == by_tier[tier.tier]["net_minor"]
        assert tier.cost_minor == round(by_tier[tier.tier]["units"]["points"]["issued"] * used)
        assert tier.share == pytest.approx(tier.cost_minor / tier.net_minor, abs=1e-6)
    assert told.tiers[0].share < told.tiers[1].share


def test_assumptions_move_what_is_owed_as_they_should_and_the_widest_comes_first(told):
    swings = {swing.assumption: swing for swing in told.sensitivity}
    assert set(swings) == {"use", "issuing", "cost", "expiry"}  # nothing was taken back, so that moves nothing
    widths = [swing.width for swing in told.sensitivity]
    assert widths == sorted(widths, reverse=True)
    middle = told.units[0].owed
    assert swings["use"].low.liability > middle.liability > swings["use"].high.liability
    assert swings["use"].low.accrued < middle.accrued < swings["use"].high.accrued
    assert swings["cost"].high.liability == pytest.approx(middle.liability * 1.1)
    assert swings["issuing"].high.accrued == pytest.approx(middle.accrued * 1.1)
    assert swings["expiry"].low.accrued < middle.accrued < swings["expiry"].high.accrued


def test_what_is_asked_of_an_assumption_holds(done):
    asked = Asked(ranges={"cost": (Fraction(1, 2), Fraction(2))}, costs={"points": Fraction(2, 100)})
    told = forecast_study(done, asked)
    (cost,) = [swing for swing in told.sensitivity if swing.assumption == "cost"]
    assert cost.high.liability == pytest.approx(4 * cost.low.liability)
    assert told.units[0].cost == 2
    assert told.units[0].market == 1
    assert told.break_even is None


def test_costs_and_margin_are_those_that_the_study_assumed(compiled):
    lives = One(made(REGIMES[0], 6, 3))
    done = study(compiled, lives, until(6), assumptions=Assumptions(margin=MARGIN, costs={"points": Fraction(1, 50)}))
    told = forecast_study(done)
    assert (told.units[0].cost, told.units[0].market, told.break_even.margin) == (2, 1, MARGIN)


def test_the_uplift_that_pays():
    assert break_even(1_000_000, Fraction(3, 10), 20_000).uplift == pytest.approx(20_000 / 280_000)
    # what is spent on top earns points, too: u · sales · margin = (1 + u) · cost
    u = 20_000 / 280_000
    assert u * 1_000_000 * 0.3 == pytest.approx((1 + u) * 20_000)
    assert break_even(100_000, Fraction(1, 10), 10_000).uplift is None


def test_a_month_that_is_not_over_is_left_out(done, compiled):
    known = whole_months(done.cohorts, dt.date(2024, 6, 30))
    assert known.months[-1] == dt.date(2024, 5, 1)
    assert known.used.shape[-2:] == (17, 17)
    assert forecast(done.cohorts, compiled.program, dt.date(2024, 6, 30)).ahead[0] == dt.date(2024, 6, 1)


def test_too_short_a_history_and_too_far_a_look_are_refused(done, compiled):
    with pytest.raises(Refusal) as short:
        forecast(done.cohorts, compiled.program, dt.date(2023, 3, 31))
    assert (short.value.code, short.value.params) == ("history_too_short", {"months": 2, "least": 3})
    for months in (0, 37):
        with pytest.raises(Refusal) as far:
            forecast(done.cohorts, compiled.program, dt.date(2024, 7, 1), Asked(months=months))
        assert far.value.code == "months_out_of_bounds"


def test_units_that_only_count_are_left_out(done):
    growth = TIERED.replace("units:", "units:\n  growth: {spendable: no}")
    program = load_program(growth)
    cohorts = done.cohorts
    doubled = replace(
        cohorts,
        **{name: getattr(cohorts, name)[[0, 0]] for name in ("issued", "used", "expired", "taken_back")},
    )
    told = forecast(doubled, program, dt.date(2024, 7, 1))
    assert [each.forecast.unit.code for each in told.units] == ["points"]


def test_points_without_a_price_have_points_only(done):
    program = load_program(TIERED.replace("value: 0.01, ", ""))
    told = forecast(done.cohorts, program, dt.date(2024, 7, 1), Asked(margin=MARGIN))
    assert told.units[0].owed.liability == 0
    assert told.break_even.uplift == 0
    assert told.units[0].books.revenue[-1].closing == 0


@settings(max_examples=40, deadline=None)
@given(
    st.integers(3, 20),
    st.sampled_from(
        ["none", "{after: 1 month}", "{dates: [03-31]}", "{inactive: 3 months}", "{after: 90 days, end_of: year}"]
    ),
    st.sampled_from([0, 1, 40, 10**7]),
    st.integers(0, 10**6),
)
def test_whatever_became_of_points_the_forecast_is_made_of_numbers(months, expiry, most, seed):
    """Empty months, sales below nothing and returns of more than was used in a month, too."""
    chance = np.random.Generator(np.random.PCG64(seed))
    issued = chance.integers(0, most + 1, (1, GROUPS, months))
    out = chance.integers(0, 2 + most // 30, (3, 1, GROUPS, months, months)) * np.triu(
        np.ones((months, months), np.int64)
    )
    out[0, ..., -1] -= chance.integers(0, 2 + most // 20, (1, GROUPS, months))
    empty = np.zeros((GROUPS, months), np.int64)
    cohorts = Cohorts(
        months=tuple(dt.date(2023 + k // 12, k % 12 + 1, 1) for k in range(months)),
        issued=issued, used=out[0], expired=out[1], taken_back=out[2],
        net_minor=chance.integers(-most - 1, 3 * most + 1, (GROUPS, months)), orders=empty, joined=empty, active=empty,
    )  # fmt: skip
    program = load_program(PROGRAM.replace("{after: 12 months, end_of: month}", expiry))
    told = forecast(cohorts, program, dt.date(2030, 1, 1), Asked(margin=MARGIN, months=3)).as_json()
    json.dumps(told, allow_nan=False)
    assert len(told["units"]["points"]["ahead"]) == 3
