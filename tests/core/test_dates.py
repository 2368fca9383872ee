"""The integer calendar against Python's own, day by day and at every border that hypothesis finds."""

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from shuke.core.values import dates
from shuke.engine.zones import day_start, local_day, zone_table

EPOCH = dt.date(1970, 1, 1)
civil = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
zones = st.sampled_from(
    ["America/New_York", "Asia/Shanghai", "Europe/London", "Africa/Cairo", "America/Sao_Paulo", "UTC"]
)


def number(day: dt.date) -> int:
    return (day - EPOCH).days


@given(civil)
def test_a_civil_date_and_its_day_number_agree(day):
    assert dates.day_of(day.year, day.month, day.day) == number(day)
    assert dates.month_of(number(day)) == day.year * 12 + day.month - 1
    assert dates.first_day(dates.month_of(number(day))) == number(day.replace(day=1))
    assert dates.weekday_of(number(day)) == day.isoweekday()


@given(civil, st.integers(-600, 600))
def test_months_are_added_on_the_same_day_or_the_last_of_the_month(day, months):
    month = day.year * 12 + day.month - 1 + months
    first = dt.date(month // 12, month % 12 + 1, 1)
    last = (first + dt.timedelta(31)).replace(day=1) - dt.timedelta(1)
    assert dates.add_months(number(day), months) == number(first.replace(day=min(day.day, last.day)))


def test_months_from_the_end_of_january():
    assert dates.add_months(dates.day_of(2023, 1, 31), 1) == dates.day_of(2023, 2, 28)
    assert dates.add_months(dates.day_of(2024, 1, 31), 1) == dates.day_of(2024, 2, 29)
    assert dates.add_months(dates.day_of(2024, 2, 29), 12) == dates.day_of(2025, 2, 28)


@given(civil, st.integers(0, 20_000))
def test_an_anniversary_is_the_latest_not_after_the_day(joined, later):
    day = number(joined) + later
    start = dates.anniversary_on_or_before(day, number(joined))
    assert start <= day
    assert day < dates.add_months(number(joined), (dates.month_of(start) - dates.month_of(number(joined))) + 12)
    assert (dates.month_of(start) - dates.month_of(number(joined))) % 12 == 0


@given(zones, st.integers(0, 4_000_000_000))
def test_local_time_is_what_the_zone_says(name, at):
    local = dt.datetime.fromtimestamp(at, ZoneInfo(name)).replace(tzinfo=dt.UTC)
    assert dates.local_seconds(at, *zone_table(name)) == int(local.timestamp())
    assert local_day(at, name) == number(local.date())


@given(zones, st.integers(0, 40_000))
def test_a_local_day_starts_where_the_day_before_ends(name, day):
    start = day_start(day, name)
    assert local_day(start, name) == day
    assert local_day(start - 1, name) == day - 1


def test_where_midnight_is_skipped_the_day_starts_after_the_gap():
    # Cairo moved its clocks from 00:00 to 01:00 on 2023-04-28
    start = day_start(dates.day_of(2023, 4, 28), "Africa/Cairo")
    assert dt.datetime.fromtimestamp(start, ZoneInfo("Africa/Cairo")).strftime("%F %T") == "2023-04-28 01:00:00"


def yearly(year, month_day):
    """Return a day of the year, the 28th for 29 February in common years."""
    month, day = divmod(month_day, 100)
    common = (month, day) == (2, 29) and not calendar.isleap(year)
    return dt.date(year, month, 28 if common else day)


@given(civil, st.dates(dt.date(2020, 1, 1), dt.date(2020, 12, 31)))
@example(dt.date(2023, 2, 28), dt.date(2020, 2, 29))
@example(dt.date(2023, 3, 1), dt.date(2020, 2, 29))
@example(dt.date(2024, 2, 28), dt.date(2020, 2, 29))
@example(dt.date(2023, 12, 31), dt.date(2020, 1, 1))
def test_days_to_and_from_a_birthday(day, born):
    month_day = born.month * 100 + born.day
    around = [yearly(year, month_day) for year in (day.year - 1, day.year, day.year + 1)]
    assert dates.days_to(number(day), month_day) == min((each - day).days for each in around if each >= day)
    assert dates.days_from(number(day), month_day) == min((day - each).days for each in around if each <= day)
    assert dates.days_to(number(day), 0) == dates.days_from(number(day), 0) == dates.UNKNOWN_DAYS


@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)), st.integers(0, 5_000))
@example(dt.date(2020, 2, 29), 365)
@example(dt.date(2020, 2, 29), 1_461)
@example(dt.date(2020, 5, 31), 30)
def test_anniversaries_and_months_of_membership(joined, days):
    day = joined + dt.timedelta(days)
    anniversaries = [yearly(joined.year + n, joined.month * 100 + joined.day) for n in range(1, 17)]
    past = [each for each in anniversaries if each <= day]
    since = (day - past[-1]).days if past else dates.UNKNOWN_DAYS
    ahead = next((each - day).days for each in anniversaries if each >= day)
    assert dates.days_from_anniversary(number(day), number(joined)) == since
    assert dates.days_to_anniversary(number(day), number(joined)) == ahead
    months = (day.year - joined.year) * 12 + day.month - joined.month
    last = calendar.monthrange(day.year, day.month)[1]
    months -= day.day < min(joined.day, last)
    assert dates.whole_months(number(joined), number(day)) == months
    assert dates.whole_months(number(joined), number(day)) // 12 == len(past)
    assert dates.date_number(number(day)) == int(day.strftime("%Y%m%d"))
