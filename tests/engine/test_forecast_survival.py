"""Hazards of use, dated expiry and what follows from both, against figures reckoned by hand."""

import datetime as dt

import numpy as np
import pytest

from shuke.core.program.model import Duration, Expiry, ExpiryKind
from shuke.engine.forecast.choosing import choose
from shuke.engine.forecast.endings import LONGEST, Endings, days_in, endings
from shuke.engine.forecast.projection import project, to_be_used
from shuke.engine.forecast.survival import METHODS, Fates, Hazards, hazards
from shuke.engine.schema import load_program

PROGRAM = """
shuke: 1
program: made
currency: CNY
time_zone: UTC
units:
  points: {{value: 0.01, expiry: {expiry}}}
earn:
  - {{code: spend, unit: points, points: order.net}}
"""


def unit(expiry):
    return load_program(PROGRAM.format(expiry=expiry)).units[0]


def months(count, first=dt.date(2024, 1, 1)):
    return tuple(
        dt.date(first.year + (first.month - 1 + k) // 12, (first.month - 1 + k) % 12 + 1, 1) for k in range(count)
    )


def never(count):
    return Endings(np.zeros((count, LONGEST + 1)), np.zeros((count, LONGEST + 1)))


def flat(used, taken=0.0):
    ages = np.ones(LONGEST + 1)
    return Hazards(used * ages, taken * ages, 0 * ages)


def test_points_that_end_with_a_month_live_through_all_of_the_one_before():
    found = endings(unit("{after: 12 months, end_of: month}"), months(3))
    assert found.share[:, 13] == pytest.approx([1, 1, 1])
    assert found.share.sum() == pytest.approx(3)
    assert found.into[:, 13] == pytest.approx([0, 0, 0])


def test_points_that_end_after_months_to_the_day_live_half_of_the_last_one_on_average():
    found = endings(unit("{after: 3 months}"), months(1))
    assert found.share[0, 3] == pytest.approx(1)
    # the days 1 … 31 of January end on 1 … 30 of April, the 31st clamped
    ends = [*range(30), 29]
    assert found.into[0, 3] == pytest.approx(sum(ends) / 31 / 30)


def test_points_that_end_on_dates_end_after_the_next_one():
    found = endings(unit("{dates: [03-31, 09-30]}"), months(6))
    assert [int(np.argmax(row)) for row in found.share] == [3, 2, 1, 6, 5, 4]


def test_unlimited_points_and_those_that_end_by_inactivity_have_no_date():
    for expiry in ("none", "{inactive: 6 months}"):
        assert endings(unit(expiry), months(2)).share.sum() == 0


def test_days_of_months():
    assert days_in(months(3)).tolist() == [31, 29, 31]


def fates():
    """Two lot months: 100 points, of which 10 and then 30 of the 80 that 10 taken back left; and 200, of which 40."""
    used = np.array([[10.0, 30.0], [0.0, 40.0]])
    taken = np.array([[10.0, 0.0], [0.0, 0.0]])
    return Fates(np.array([100.0, 200.0]), used, np.zeros((2, 2)), taken)


def test_the_hazard_is_what_was_used_of_what_was_there():
    found = hazards(fates(), never(2), "kaplan_meier")
    assert found.used[:2] == pytest.approx([(10 + 40) / 300, 30 / 80])
    assert found.taken[:2] == pytest.approx([10 / 300, 0])
    assert found.idle.sum() == 0
    # beyond the oldest age the level of the ages seen goes on
    assert found.used[2:] == pytest.approx(np.full(LONGEST - 1, 80 / 380))


def test_what_ends_on_a_date_is_at_risk_for_the_part_of_the_month_that_it_lives():
    known = Fates(
        np.array([100.0, 0.0]),
        np.array([[20.0, 10.0], [0.0, 0.0]]),
        np.array([[0.0, 60.0], [0.0, 0.0]]),
        np.zeros((2, 2)),
    )
    share, into = np.zeros((2, LONGEST + 1)), np.zeros((2, LONGEST + 1))
    share[:, 1], into[:, 1] = 1.0, 0.5
    found = hazards(known, Endings(share, into), "kaplan_meier")
    assert found.used[:2] == pytest.approx([0.2, 10 / (80 - 30)])
    assert found.idle.sum() == 0


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("geometric", lambda age: np.full(age.shape, 0.08)),
        ("beta_geometric", lambda age: 0.3 / (1 + 0.5 * age)),
        ("weibull_immune", lambda age: 1 - (0.4 + 0.6 * 0.8 ** (age + 1)) / (0.4 + 0.6 * 0.8**age)),
    ],
)
def test_a_curve_is_found_again_from_its_own_points(name, curve):
    count = 30
    hazard = curve(np.arange(count, dtype=float))
    issued, used = np.full(count, 1e6), np.zeros((count, count))
    for lot in range(count):
        left = 1e6
        for event in range(lot, count):
            used[lot, event] = left * hazard[event - lot]
            left -= used[lot, event]
    found = hazards(Fates(issued, used, np.zeros_like(used), np.zeros_like(used)), never(count), name)
    assert found.used[:40] == pytest.approx(curve(np.arange(40, dtype=float)), rel=0.05, abs=0.002)


def test_the_method_of_the_least_error_is_kept_and_every_error_is_told():
    count = 24
    rng = np.random.Generator(np.random.PCG64(1))
    hazard = 0.5 / (1 + 2.0 * np.arange(count))
    issued, used = rng.uniform(900, 1100, count), np.zeros((count, count))
    for lot in range(count):
        left = issued[lot]
        for event in range(lot, count):
            used[lot, event] = left * hazard[event - lot]
            left -= used[lot, event]
    chosen = choose(Fates(issued, used, np.zeros_like(used), np.zeros_like(used)), never(count))
    assert chosen.method == "beta_geometric"
    assert list(chosen.scores) == list(METHODS)
    assert chosen.scores["beta_geometric"] < 0.01 < chosen.scores["geometric"]


def test_with_too_few_months_nothing_is_held_out_and_the_plain_estimate_stands():
    chosen = choose(fates(), never(2))
    assert chosen.method == "kaplan_meier"
    assert set(chosen.scores.values()) == {None}


def test_points_are_neither_made_nor_lost_on_the_way():
    ends = endings(unit("{after: 3 months}"), months(14))
    left, coming = np.array([50.0, 100.0]), np.full(12, 10.0)
    told = project(left, coming, flat(0.2, 0.05), ends, 12)
    flows = (told.used + told.expired + told.taken).sum()
    assert left.sum() + coming.sum() - flows == pytest.approx(told.closing[-1])
    assert (told.closing >= told.expected).all()


def test_a_point_that_ends_is_used_first_in_the_part_of_its_last_month():
    share, into = np.zeros((1, LONGEST + 1)), np.zeros((1, LONGEST + 1))
    share[0, 1], into[0, 1] = 1.0, 0.5
    told = project(np.zeros(0), np.array([100.0]), flat(0.2), Endings(share, into), 2)
    assert told.used == pytest.approx([20, 80 * 0.5 * 0.2])
    assert told.expired == pytest.approx([0, 80 - 8])
    assert told.closing == pytest.approx([80, 0])


def test_what_will_be_used_is_the_sum_of_what_is_used_later():
    ends = endings(unit("{after: 12 months, end_of: month}"), months(1))
    later = to_be_used(flat(0.1), ends)
    assert later[0, 0] == pytest.approx(1 - 0.9**13)
    assert later[0, 12] == pytest.approx(0.1)
    assert later[0, 13] == pytest.approx(0)
    assert to_be_used(flat(0.1), never(1))[0, 0] == pytest.approx(1 - 0.9 ** (LONGEST + 1))


def test_expiry_after_days_is_dated_too():
    found = endings(unit("{after: 10 days}"), months(1))
    assert Expiry(ExpiryKind.AFTER, Duration(days=10)) == unit("{after: 10 days}").expiry
    assert found.share[0, :2] == pytest.approx([21 / 31, 10 / 31])
