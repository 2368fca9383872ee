"""Reads the texts that name windows: 'this year from April', '30 days', 'last 12 months ending 1 month ago'.

Owns their spelling and limits; must not know what is counted in them. What can't be read is None.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from shuke.core.program.ir import Window, WindowKind
from shuke.core.values.months import MONTHS

MONTHS_LIMIT = 120  # how far back a window may reach
DAYS_LIMIT = 3_660

MONTH_NAMES: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(MONTHS)})
PERIODS: Mapping[str, int] = MappingProxyType({"month": 1, "quarter": 3, "half year": 6, "year": 12})  # in months
# What caps and milestones may count in: windows that are emptied whole and lose no single day.
FIXED_WINDOWS = frozenset(
    {WindowKind.LIFETIME, WindowKind.DAY, WindowKind.WEEK, WindowKind.PERIOD, WindowKind.MEMBERSHIP_YEAR}
)
WINDOW_EXAMPLES = (
    "lifetime",
    "this day",
    "this week",
    "this month",
    "this quarter",
    "this half year",
    "this year",
    "this year from April",
    "this tier",
    "membership year",
    "30 days",
    "12 months",
    "2 years",
    "12 calendar months",
    "2 calendar years",
    "last month",
    "last 3 months",
    "last 12 months ending 1 month ago",
    "last quarter",
    "last year",
)

_NAMED: Mapping[str, Window] = MappingProxyType(
    {
        "lifetime": Window(WindowKind.LIFETIME),
        "this day": Window(WindowKind.DAY),
        "this week": Window(WindowKind.WEEK),
        "membership year": Window(WindowKind.MEMBERSHIP_YEAR),
        "this tier": Window(WindowKind.TIER),
    }
)
_COUNT = "[1-9][0-9]{0,3}"
_PERIOD = "month|quarter|half year|year"
_FROM = "(?: from ([a-z]+))?"
_ROLLING = re.compile(rf"({_COUNT}) (day|month|year)s?")
_RUNNING = re.compile(rf"({_COUNT}) calendar ({_PERIOD})s?{_FROM}")
_THIS = re.compile(rf"this ({_PERIOD}){_FROM}")
_LAST = re.compile(rf"last (?:({_COUNT}) )?({_PERIOD})s?{_FROM}(?: ending ({_COUNT}) ({_PERIOD})s? ago)?")


def read_window(text: str) -> Window | None:
    """Read a window such as 'this year', '30 days' or 'last 3 months'."""
    plain = " ".join(text.lower().split())
    return _NAMED.get(plain) or _rolling(plain) or _running(plain) or _this(plain) or _last(plain)


def _rolling(plain: str) -> Window | None:
    found = _ROLLING.fullmatch(plain)
    if found is None:
        return None
    count, unit = int(found[1]), found[2]
    if unit == "day":
        return Window(WindowKind.DAYS, count) if count <= DAYS_LIMIT else None
    months = count * PERIODS[unit]
    return Window(WindowKind.MONTHS, months) if months <= MONTHS_LIMIT else None


def _running(plain: str) -> Window | None:
    found = _RUNNING.fullmatch(plain)
    if found is None:
        return None
    length, step = int(found[1]), PERIODS[found[2]]
    shift = _shift(found[3], step)
    return None if shift is None or length * step > MONTHS_LIMIT else Window(WindowKind.RUNNING, length, step, shift)


def _this(plain: str) -> Window | None:
    found = _THIS.fullmatch(plain)
    step = PERIODS[found[1]] if found else 0
    shift = _shift(found[2], step) if found else None
    return None if shift is None else Window(WindowKind.PERIOD, 0, step, shift)


def _last(plain: str) -> Window | None:
    found = _LAST.fullmatch(plain)
    if found is None:
        return None
    count, period, start, offset, ago = found.groups()
    step = PERIODS[period]
    length, before, shift = int(count or 1), int(offset or 0), _shift(start, step)
    if shift is None or ago not in (None, period) or (length + before) * step > MONTHS_LIMIT:
        return None
    return Window(WindowKind.ENDED, length, step, shift, before)


def _shift(month: str | None, step: int) -> int | None:
    """Return by how many months periods of `step` months are moved so that one begins in a month; None for no month."""
    if month is None:
        return 0
    return MONTH_NAMES[month] % step if month in MONTH_NAMES and step > 1 else None
