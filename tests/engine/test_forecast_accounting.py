"""The books of points add up, tie to the study, and defer revenue as the standard's own example does."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from benchmarks.forecast_lives import PROGRAM, REGIMES, made, until

from shuke.engine.cohorts import GROUPS, Cohorts
from shuke.engine.compile import compile_program
from shuke.engine.forecast.accounting import deferred, deferred_revenue, in_money, movements, recognised
from shuke.engine.schema import load_program
from shuke.engine.study import One, study

MONTHS = tuple(dt.date(2024, m, 1) for m in (1, 2, 3))


def cohorts(issued, used, expired, taken, net):
    """Put everything into the first group of members."""

    def grouped(values):
        values = np.array(values, np.int64)
        table = np.zeros((1, GROUPS, *values.shape), np.int64)
        table[0, 0] = values
        return table

    empty = np.zeros((GROUPS, len(MONTHS)), np.int64)
    sold = empty.copy()
    sold[0] = net
    return Cohorts(MONTHS, grouped(issued), grouped(used), grouped(expired), grouped(taken), sold, empty, empty, empty)


SMALL = cohorts(
    issued=[100, 50, 30],
    used=[[10, 20, 0], [0, 5, 10], [0, 0, 0]],
    expired=[[0, 0, 65], [0, 0, 0], [0, 0, 0]],
    taken=[[0, 5, 0], [0, 0, 3], [0, 0, 0]],
    net=[10_000, 5_000, 3_000],
)


def flows(row):
    return (row.opening, row.issued, row.used, row.expired, row.adjusted, row.closing, row.by_age)


def test_opening_and_what_came_and_went_make_closing_by_age():
    assert [flows(row) for row in movements(SMALL, 0)] == [
        (0, 100, 10, 0, 0, 90, (90,)),
        (90, 50, 25, 0, -5, 110, (45, 65)),
        (110, 30, 10, 65, -3, 62, (30, 32, 0)),
    ]


@pytest.mark.parametrize("rate", [Fraction(1), Fraction(1, 3), Fraction(7, 100), Fraction(0)])
def test_the_books_add_up_in_money_too(rate):
    points, money = movements(SMALL, 0), in_money(movements(SMALL, 0), rate)
    for before, row in zip((None, *money), money, strict=False):
        assert row.opening == (before.closing if before else 0)
        assert row.closing == row.opening + row.issued - row.used - row.expired + row.adjusted
        assert sum(row.by_age) == row.closing
    assert all(abs(row.closing - book.closing * rate) <= 2 for book, row in zip(points, money, strict=True))
    assert sum(row.issued for row in money) == pytest.approx(float(180 * rate), abs=0.5)


def test_the_books_tie_to_the_study():
    compiled = compile_program(load_program(PROGRAM))
    done = study(compiled, One(made(REGIMES[0], 15, 1)), until(15))
    told = done.as_json()["by_month"]
    for row, month in zip(movements(done.cohorts, 0), told, strict=True):
        sums = month["units"]["points"]
        assert row.month.isoformat() == month["date"]
        assert (row.issued, row.used, row.expired) == (sums["issued"], sums["used"], sums["expired"])
        assert -row.adjusted == sums["taken_back"] - sums["adjusted"]
        assert row.closing == sums["outstanding"]
    assert told[-1]["units"]["points"]["outstanding"] == movements(done.cohorts, 0)[-1].closing > 0
    assert sum(row["units"]["points"]["expired"] for row in told) > 0


def test_the_worked_example_of_the_standard():
    """Follow IFRS 15, Example 52 (IE267-IE270; the same in ASC 606-10-55-353 to 55-356).

    Products are sold for CU100,000, which is their standalone price, and earn 10,000 points of CU1, 9,500 of which are
    expected to be redeemed: their standalone price is CU0.95 each, CU9,500 together. 4,500 are redeemed in the first
    year; in the second 8,500 have been, of 9,700 that are expected by then.
    """
    points = deferred(100_000, Fraction(100_000), 10_000 * Fraction(1) * Fraction(95, 100))
    assert (100_000 - points, points) == (91_324, 8_676)  # 100,000 × 100,000 / 109,500
    first = recognised(points, 4_500, Fraction(9_500))
    assert (first, points - first) == (4_110, 4_566)
    second = recognised(points, 8_500, Fraction(9_700))
    assert second - first == 3_493
    assert points - second == 1_073


def test_revenue_is_recognised_as_points_are_used_and_all_of_it_where_none_will_be():
    # of the points of the first month half are used in the second, and none will be later; the others never
    known = cohorts([100, 0, 0], [[0, 50, 0], [0, 0, 0], [0, 0, 0]], np.zeros((3, 3)), np.zeros((3, 3)), [10_000, 0, 0])
    later = np.zeros((3, 5))
    later[0, :3] = [0.75, 0.75, 0.5]  # as estimated: three quarters; after two months half of what is left
    (rows,) = deferred_revenue(known, [Fraction(100)], [later])
    share = deferred(10_000, Fraction(10_000), Fraction(7_500))
    assert share == 4_286
    assert [(row.opening, row.deferred, row.recognised, row.closing) for row in rows] == [
        (0, 4_286, 0, 4_286),
        (4_286, 0, 2_857, 1_429),  # 50 of the 50 + 50 × 0.5 that will be
        (1_429, 0, 1_429, 0),  # nothing more is expected
    ]


def test_units_share_one_price():
    two = Cohorts(
        MONTHS, *(np.concatenate([each, each]) for each in (SMALL.issued, SMALL.used, SMALL.expired, SMALL.taken_back)),
        SMALL.net_minor, SMALL.orders, SMALL.joined, SMALL.active,
    )  # fmt: skip
    later = np.full((3, 5), 0.5)
    one, other = deferred_revenue(two, [Fraction(10), Fraction(20)], [later, later])
    # SSP 500 and 1,000 beside goods of 10,000
    assert (one[0].deferred, other[0].deferred) == (435, 870)


def test_nothing_is_deferred_of_no_sale_or_points_without_value():
    assert deferred(0, Fraction(0), Fraction(5)) == 0
    assert deferred(-100, Fraction(-100), Fraction(5)) == 0
    assert deferred(100, Fraction(100), Fraction(0)) == 0
