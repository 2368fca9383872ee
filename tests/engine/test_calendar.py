"""What a day is by the calendar of a country: holidays with make-up days, and its Chinese date."""

import datetime as dt

import pytest

from shuke.core.values.dates import day_of
from shuke.engine.calendar import DayFacts, day_facts, lunar_md
from shuke.engine.lunar import ends_month, lunar_of


@pytest.mark.parametrize(
    ("country", "date", "expected"),
    [
        ("CN", (2026, 2, 17), DayFacts("spring_festival", workday=False, lunar=101, lunar_ends=False)),
        ("CN", (2026, 2, 14), DayFacts("", workday=True, lunar=1227, lunar_ends=False)),  # a Saturday that is worked
        ("CN", (2025, 10, 6), DayFacts("mid_autumn", workday=False, lunar=815, lunar_ends=False)),
        (
            "CN",
            (2027, 2, 6),
            DayFacts("spring_festival", workday=False, lunar=101, lunar_ends=False),
        ),  # not announced: the general table
        ("US", (2026, 12, 25), DayFacts("christmas_day", workday=False, lunar=1117, lunar_ends=False)),
        ("DE", (2026, 10, 3), DayFacts("german_unity_day", workday=False, lunar=823, lunar_ends=False)),
        ("", (2026, 12, 25), DayFacts("", workday=True, lunar=1117, lunar_ends=False)),
        ("XX", (2026, 12, 26), DayFacts("", workday=False, lunar=1118, lunar_ends=False)),
    ],
)
def test_a_day_in_a_country(country, date, expected):
    assert day_facts(country, day_of(*date)) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ((1900, 1, 30), 0),
        ((1900, 1, 31), 101),
        ((2020, 5, 23), 401),  # the fourth month comes twice in 2020
        ((2023, 3, 22), 201),  # so does the second in 2023
        ((2024, 2, 9), 1230),
        ((2024, 2, 10), 101),
        ((2033, 12, 22), 1101),  # and the eleventh in 2033
        ((2100, 2, 8), 1230),
        ((2100, 2, 9), 0),
    ],
)
def test_the_chinese_calendar(date, expected):
    assert lunar_of(day_of(*date)) == expected
    assert lunar_md(dt.date(*date)) == expected


def test_a_chinese_month_ends_on_the_29th_or_the_30th():
    assert [(lunar_of(day), ends_month(day)) for day in range(day_of(2025, 1, 27), day_of(2025, 1, 30))] == [
        (1228, False),
        (1229, True),  # the eve of the year of the snake: the twelfth month had 29 days
        (101, False),
    ]
    assert (lunar_of(day_of(2024, 2, 9)), ends_month(day_of(2024, 2, 9))) == (1230, True)
    assert (ends_month(day_of(2100, 2, 8)), ends_month(day_of(2100, 2, 9))) == (True, False)
