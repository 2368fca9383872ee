"""Methods for figures by month, on figures whose continuation is known."""

import datetime as dt

import numpy as np
import pytest

from shuke.engine.forecast import series

MONTHS = tuple(dt.date(2023 + k // 12, k % 12 + 1, 1) for k in range(36))


def test_the_naive_methods_say_what_their_names_say():
    values = np.array([1.0, 2.0, 3.0, 4.0])
    assert series.last_value(values, 2).tolist() == [4, 4]
    assert series.straight_line(values, 3) == pytest.approx([5, 6, 7])
    assert series.mean_of_three(values, 2).tolist() == [3, 3]


def test_theta_goes_half_the_slope_of_the_line():
    told = series.theta(np.arange(1.0, 13.0), 3)
    assert np.diff(told) == pytest.approx([0.5, 0.5])


def test_a_trend_fades():
    told = series.damped_trend(np.arange(1.0, 25.0), 24)
    steps = np.diff(told)
    assert (steps > 0).all()
    assert steps[1:] / steps[:-1] == pytest.approx(np.full(22, series.DAMPING))


def test_a_short_month_is_not_a_fall():
    days = series.days_in(MONTHS[:14])
    told = series.ahead("level_of_day", 10 * days[:13], MONTHS[:13], 1)
    assert told.tolist() == [290]  # February 2024


def test_a_season_is_told_once_it_was_seen():
    wave = 100 + 30 * np.cos(2 * np.pi * np.arange(36) / 12)
    values = wave * series.days_in(MONTHS)
    found = series.outlook(values[:24], MONTHS[:24], 12)
    assert found.method == "seasonal"
    assert found.values == pytest.approx(values[24:], rel=0.02)


def test_sales_are_never_below_nothing():
    assert series.ahead("straight_line", np.array([9.0, 6.0, 3.0]), MONTHS[:3], 2).tolist() == [0, 0]


def test_the_tamest_of_those_that_are_nearly_best_is_kept():
    values = 100 * series.days_in(MONTHS[:12])
    found = series.outlook(values, MONTHS[:12], 3)
    assert found.method == "mean_of_three"
    assert found.scores["mean_of_three"] == pytest.approx(0)
    assert found.errors.shape == (6, series.AHEAD)


def test_of_three_months_nothing_can_be_held_out():
    found = series.outlook(np.array([10.0, 20.0, 30.0]), MONTHS[:3], 2)
    assert found.method == "level_of_day"
    assert set(found.scores.values()) == {None}


def test_a_season_is_bounded_where_sales_multiply_and_none_where_returns_outweigh_them():
    rise = 3.0 ** np.arange(18)
    assert series.seasonal(rise, 36).max() == 2 * rise[-1]
    assert series.seasonal(np.concatenate([np.full(12, 10.0), np.full(6, -1.0)]), 3).tolist() == [0, 0, 0]


def test_an_error_is_of_tenfold_at_most():
    off = series.off_by(np.array([20.0, 5.0, 1e300, 0.0, 7.0]), np.array([10.0, 10.0, 1e-300, 1.0, 0.0]))
    assert off[:3] == pytest.approx([np.log(2), -np.log(2), np.log(10)])
    assert np.isnan(off[3:]).all()
