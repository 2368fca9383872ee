"""Reads the texts that name stretches of time: windows of a measure, durations, validity of a tier.

Owns their spelling and limits; must not know where in a file they stand. Each returns None for a text it can't read.
"""

import re

from shuke.core.program.ir import Window, WindowKind
from shuke.core.program.model import Validity, ValidityKind

MONTHS_LIMIT = 120
DAYS_LIMIT = 3_660

_NAMED_WINDOWS = {
    "lifetime": WindowKind.LIFETIME,
    "this day": WindowKind.THIS_DAY,
    "this week": WindowKind.THIS_WEEK,
    "this month": WindowKind.THIS_MONTH,
    "this quarter": WindowKind.THIS_QUARTER,
    "this year": WindowKind.THIS_YEAR,
    "membership year": WindowKind.MEMBERSHIP_YEAR,
}
_NAMED_VALIDITIES = {
    "forever": Validity(ValidityKind.FOREVER),
    "end of this calendar year": Validity(ValidityKind.END_OF_YEAR, 0),
    "end of next calendar year": Validity(ValidityKind.END_OF_YEAR, 1),
}
_COUNTED = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
_LAST_MONTHS = re.compile(r"last ([1-9][0-9]{0,3}) months?|last month")

WINDOW_EXAMPLES = (*_NAMED_WINDOWS, "30 days", "12 months", "last 3 months")
DURATION_EXAMPLES = ("12 months", "90 days", "1 year")
VALIDITY_EXAMPLES = (*_NAMED_VALIDITIES, "12 months", "365 days")


def read_window(text: str) -> Window | None:
    """Read a window such as 'this year', '30 days' or 'last 3 months'."""
    plain = _plain(text)
    named = _NAMED_WINDOWS.get(plain)
    if named is not None:
        return Window(named)
    last = _LAST_MONTHS.fullmatch(plain)
    if last is not None:
        length = int(last.group(1) or 1)
        return Window(WindowKind.LAST_MONTHS, length) if length <= MONTHS_LIMIT else None
    duration = read_duration(plain)
    if duration is None:
        return None
    months, days = duration
    return Window(WindowKind.MONTHS, months) if months else Window(WindowKind.DAYS, days)


def read_duration(text: str) -> tuple[int, int] | None:
    """Read a duration such as '12 months', '1 year' or '90 days' as (months, days), one of which is 0."""
    found = _COUNTED.fullmatch(_plain(text))
    if found is None:
        return None
    count, unit = int(found.group(1)), found.group(2)
    months, days = {"day": (0, count), "month": (count, 0), "year": (12 * count, 0)}[unit]
    return (months, days) if months <= MONTHS_LIMIT and days <= DAYS_LIMIT else None


def read_validity(text: str) -> Validity | None:
    """Read how long a tier holds, such as 'end of next calendar year', '12 months' or 'forever'."""
    plain = _plain(text)
    named = _NAMED_VALIDITIES.get(plain)
    duration = read_duration(plain)
    if named is not None or duration is None:
        return named
    months, days = duration
    return Validity(ValidityKind.MONTHS, months) if months else Validity(ValidityKind.DAYS, days)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
