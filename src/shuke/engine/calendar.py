"""What a local day is by the calendar of a country: its public holiday, whether people work, its Chinese date.

Holidays of China come with their days off and make-up days as far as they are announced; after that, and of other
countries, from general tables. Must not know what rules ask.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from shuke.core.values.dates import weekday_of
from shuke.engine.lunar import ends_month, lunar_of

if TYPE_CHECKING:
    from holidays import HolidayBase

EPOCH = dt.date(1970, 1, 1).toordinal()
CHINA = "CN"
# Codes of Chinese holidays, by the names of either table; holidays elsewhere are coded by their English name.
CHINESE = {
    "New Year's Day": "new_year",
    "Spring Festival": "spring_festival",
    "Chinese New Year (Spring Festival)": "spring_festival",
    "Chinese New Year's Eve": "spring_festival",
    "Tomb-sweeping Day": "tomb_sweeping",
    "Tomb-Sweeping Day": "tomb_sweeping",
    "Labour Day": "labour_day",
    "Labor Day": "labour_day",
    "Dragon Boat Festival": "dragon_boat",
    "Mid-autumn Festival": "mid_autumn",
    "Mid-Autumn Festival": "mid_autumn",
    "National Day": "national_day",
    "Anti-Fascist 70th Day": "victory_day",
}


@dataclass(frozen=True, slots=True)
class DayFacts:
    """A local day: the code of its public holiday or "", whether it is a working day, its Chinese month * 100 + day.

    `lunar_ends`: the Chinese month ends with it.
    """

    holiday: str
    workday: bool
    lunar: int
    lunar_ends: bool


@lru_cache(maxsize=8192)
def day_facts(country: str, day: int) -> DayFacts:
    """Return what a local day is in a country (ISO 3166); "" and unknown ones have weekends and no holidays."""
    date = dt.date.fromordinal(EPOCH + day)
    holiday, workday = _chinese(date) if country == CHINA else _general(country, date)
    return DayFacts(holiday, workday, lunar_of(day), ends_month(day))


def workdays_on(country: str, day: int, count: int) -> int:
    """Return the local day that is so many working days (at least 1) after a day, make-up days included."""
    while count > 0:
        day += 1
        count -= day_facts(country, day).workday
    return day


def lunar_md(date: dt.date) -> int:
    """Return month * 100 + day of a date by the Chinese calendar, a leap month as its month; 0 before 1900."""
    return lunar_of(date.toordinal() - EPOCH)


@cache
def countries() -> frozenset[str]:
    """Return the countries whose holidays are known."""
    import holidays

    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


@cache
def holiday_codes(country: str) -> tuple[str, ...]:
    """Return the codes of the public holidays of a country from 1990 to 2059, sorted; () where none are known."""
    import holidays

    if country == CHINA:
        return tuple(sorted(set(CHINESE.values())))
    if country not in countries():
        return ()
    known = holidays.country_holidays(country)
    years = range(max(1990, known.start_year), min(2059, known.end_year) + 1)
    table = holidays.country_holidays(country, years=years, language="en_US")
    return tuple(sorted({_code(country, name) for name in table.values()}))


def _chinese(date: dt.date) -> tuple[str, bool]:
    import chinese_calendar

    try:
        free, name = chinese_calendar.get_holiday_detail(date)
    except NotImplementedError:  # not announced yet
        return _general(CHINA, date)
    return (CHINESE[name] if free and name else ""), not free


def _general(country: str, date: dt.date) -> tuple[str, bool]:
    table = _table(country)
    if table is None:
        return "", weekday_of(date.toordinal() - EPOCH) <= 5
    name = table.get(date)
    return (_code(country, name) if name else ""), table.is_working_day(date)


@cache
def _table(country: str) -> "HolidayBase | None":
    import holidays

    return holidays.country_holidays(country, language="en_US") if country in countries() else None


def _code(country: str, name: str) -> str:
    """Return the code of a holiday by its English name: the first of several, «Christmas Day» as christmas_day."""
    first = name.split("; ", maxsplit=1)[0].removesuffix(" (observed)")
    if country == CHINA and first in CHINESE:
        return CHINESE[first]
    return re.sub(r"[^a-z0-9]+", "_", first.lower().replace("'", "").replace("’", "")).strip("_") or "holiday"
