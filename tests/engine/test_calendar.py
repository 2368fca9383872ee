"""What a day is by the calendar of a country: holidays with make-up days, and its Chinese date."""

import datetime as dt

import pytest

from shuke.core.values.dates import day_of
from shuke.engine.calendar import DayFacts, day_facts, lunar_md
from shuke.engine.lunar import lunar_of


@pytest.mark.parametrize(
    ("country", "date", "expected"),
    [
        ("CN", (2026, 2, 17), DayFacts("spring_festival", workday=False, lunar=101)),
        ("CN", (2026, 2, 14), DayFacts("", workday=True, lunar=1227)),  # a Saturday that is worked
        ("CN", (2025, 10, 6), DayFacts("mid_autumn", workday=False, lunar=815)),
        ("CN", (2027, 2, 6), DayFacts("spring_festival", workday=False, lunar=101)),  # not announced: the general table
        ("US", (2026, 12, 25), DayFacts("christmas_day", workday=False, lunar=1117)),
        ("DE", (2026, 10, 3), DayFacts("german_unity_day", workday=False, lunar=823)),
        ("", (2026, 12, 25), DayFacts("", workday=True, lunar=1117)),
        ("XX", (2026, 12, 26), DayFacts("", workday=False, lunar=1118)),
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
