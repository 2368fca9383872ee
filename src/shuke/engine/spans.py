"""Reads the texts that say how long something lasts: durations, ends of periods, validity of a tier, days of the year.

Owns their spelling and limits; must not know where in a file they stand, nor the windows of rules, which are
`engine.windows`. Each returns None for a text it can't read.
"""

import re
from datetime import date

from shuke.core.program.ir import Window
from shuke.core.program.model import Duration, Validity, ValidityKind
from shuke.core.values.dates import day_of
from shuke.engine.windows import FIXED_WINDOWS, MONTH_NAMES, PERIODS, read_window

MONTHS_LIMIT = 600
DAYS_LIMIT = 18_300
WORKDAYS_LIMIT = 60

_COUNTS = {
    "day": (0, 1),
    "week": (0, 7),
    "month": (1, 0),
    "quarter": (3, 0),
    "half year": (6, 0),
    "year": (12, 0),
}
_PERIOD = f"({'|'.join(PERIODS)})s?(?: from ({'|'.join(MONTH_NAMES)}))?"

_COUNTED = re.compile(rf"([1-9][0-9]{{0,4}}) ({'|'.join(_COUNTS)})s?")
_ONE_PERIOD = re.compile(_PERIOD)
_CALENDAR = rf"(?:calendar )?(?:(membership) years?|{_PERIOD})"
_END_OF = re.compile(rf"end of (this|next) (?:([1-9][0-9]?) )?{_CALENDAR}(?: and ([1-9][0-9]?) months?)?")
_WORKDAYS = re.compile(r"([1-9][0-9]?) working days?")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

_NAMED_VALIDITIES = {
    "forever": Validity(ValidityKind.FOREVER),
    "as measured": Validity(ValidityKind.MEASURED),
}
DURATION_EXAMPLES = ("12 months", "90 days", "1 year", "2 weeks", "1 quarter", "1 half year")
END_EXAMPLES = (*PERIODS, *MONTH_NAMES, "year from April")
VALIDITY_EXAMPLES = (
    "forever",
    "as measured",
    "end of this year",
    "end of next year",
    "end of next month",
    "end of this quarter",
    "end of next half year",
    "end of next year from April",
    "end of next 2 years",
    "end of next year and 2 months",
    "end of this membership year",
    "end of next membership year",
    "12 months",
    "365 days",
)
EVERY_EXAMPLES = ("day", *PERIODS, "year from April")
PER_EXAMPLES = ("day", "week", *PERIODS, "year from April", "membership year", "lifetime")


def read_duration(text: str) -> Duration | None:
    """Read a duration such as '12 months', '1 year' or '90 days'."""
    found = _COUNTED.fullmatch(_plain(text))
    if found is None:
        return None
    months, days = (int(found.group(1)) * each for each in _COUNTS[found.group(2)])
    return Duration(months, days) if months <= MONTHS_LIMIT and days <= DAYS_LIMIT else None


def read_end_of(text: str) -> tuple[int, int] | None:
    """Read the period whose end is meant as (step, shift): 'month', 'year', 'march', 'year from April'."""
    plain = _plain(text)
    if plain in MONTH_NAMES:
        return 12, (MONTH_NAMES[plain] + 1) % 12
    found = _ONE_PERIOD.fullmatch(plain)
    return _period(found.group(1), found.group(2)) if found else None


def read_workdays(text: str) -> int | None:
    """Read how many working days: '3 working days', up to 60."""
    found = _WORKDAYS.fullmatch(_plain(text))
    return int(found.group(1)) if found and int(found.group(1)) <= WORKDAYS_LIMIT else None


def read_every(text: str) -> Duration | None:
    """Read how often something comes, as the time to its next: 'day', 'month', 'year from April'."""
    plain = _plain(text)
    if plain == "day":
        return Duration(days=1)
    found = None if plain in MONTH_NAMES else read_end_of(plain)
    return Duration(step=found[0], shift=found[1]) if found else None


def read_validity(text: str) -> Validity | None:
    """Read how long a tier holds, such as 'end of next year', '12 months' or 'forever'."""
    plain = _plain(text)
    if plain in _NAMED_VALIDITIES:
        return _NAMED_VALIDITIES[plain]
    duration = read_duration(plain)
    if duration is not None:
        kind = ValidityKind.MONTHS if duration.months else ValidityKind.DAYS
        return Validity(kind, duration.months or duration.days)
    found = _END_OF.fullmatch(plain)
    if found is None or (found.group(1) == "this" and found.group(2)):
        return None
    length = 0 if found.group(1) == "this" else int(found.group(2) or 1)
    more = int(found.group(6) or 0)
    if found.group(3):
        return Validity(ValidityKind.ANNIVERSARY, length, more=more)
    step, shift = _period(found.group(4), found.group(5))
    return Validity(ValidityKind.END_OF, length, step, shift, more)


def read_per(text: str) -> Window | None:
    """Read the period of a cap or milestone, such as 'day', 'month', 'year from April' or 'lifetime'."""
    plain = _plain(text)
    window = read_window(plain) or read_window(f"this {plain}")
    return window if window is not None and window.kind in FIXED_WINDOWS else None


def read_month_day(text: str) -> int | None:
    """Read a day of the year such as '03-31' as MMDD; 29 February is one."""
    found = _MONTH_DAY.fullmatch(text.strip())
    if found is None or _civil(2000, int(found.group(1)), int(found.group(2))) is None:
        return None
    return int(found.group(1)) * 100 + int(found.group(2))


def read_date(text: str) -> int | None:
    """Read a date such as '2026-12-01' as its day number."""
    found = _DATE.fullmatch(text.strip())
    return _civil(int(found.group(1)), int(found.group(2)), int(found.group(3))) if found else None


def _civil(year: int, month: int, day: int) -> int | None:
    try:
        date(year, month, day)
    except ValueError:
        return None
    return day_of(year, month, day)


def _period(name: str, month: str | None) -> tuple[int, int]:
    step = PERIODS[name]
    return step, MONTH_NAMES[month] % step if month else 0


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("half-year", "half year").split())
