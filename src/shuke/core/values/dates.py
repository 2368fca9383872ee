"""Civil days as integers: day 0 is 1970-01-01, proleptic Gregorian, in the part of Python that numba compiles.

Nothing here knows a time zone but `local_seconds`, which reads a table of transitions made once per program.
"""

from collections.abc import MutableSequence, Sequence

Ints = MutableSequence[int]  # a list in CPython, an int64 array in columns
Table = Sequence[int]  # read only

NEVER = 1 << 40  # later than any day, and as a lot's or tier's end: it has none
SECONDS_PER_DAY = 86_400
LUNAR_ENDS = 10_000  # added to month * 100 + day of the Chinese calendar on the last day of a month
UNKNOWN_DAYS = 9_999  # to or from a day that is not known or has not come yet


def day_of(year: int, month: int, day: int) -> int:
    """Return the day number of a civil date (days_from_civil of H. Hinnant, "chrono-Compatible Date Algorithms")."""
    y = year - 1 if month <= 2 else year
    era = y // 400
    year_of_era = y - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def month_of(day: int) -> int:
    """Return the month number of a day: year * 12 + month - 1 (C. Neri and L. Schneider, "Euclidean affine functions
    and their application to calendar algorithms", whose years begin in March).
    """
    quarters = 4 * (day + 719_468) + 3
    century = quarters // 146_097
    years = 2_939_745 * (quarters - century * 146_097 | 3)
    day_of_year = (years & 0xFFFF_FFFF) // 2_939_745 >> 2
    return (100 * century + (years >> 32)) * 12 + (2_141 * day_of_year + 197_913 >> 16) - 1


def first_day(month: int) -> int:
    """Return the first day of a month number (same source)."""
    year = (month - 2) // 12
    century = year // 100
    since_march = month - 2 - year * 12
    return 365 * year + (year >> 2) - century + (century >> 2) + (979 * since_march + 18 >> 5) - 719_468


def add_months(day: int, months: int) -> int:
    """Return the same day of the month, `months` later (or earlier), clamped to the month's length."""
    month = month_of(day)
    first = first_day(month + months)
    of_month = day - first_day(month)
    if of_month < 28:
        return first + of_month
    return first + min(of_month, first_day(month + months + 1) - first - 1)


def weekday_of(day: int) -> int:
    """Return the ISO weekday: Monday 1 to Sunday 7."""
    return (day + 3) % 7 + 1


def anniversary_on_or_before(day: int, joined: int) -> int:
    """Return the latest anniversary of `joined` that is not after `day`; 29 February becomes 28 in common years."""
    years = (month_of(day) - month_of(joined)) // 12
    start = add_months(joined, years * 12)
    if start > day:
        start = add_months(joined, years * 12 - 12)
    return start


def date_number(day: int) -> int:
    """Return year * 10,000 + month * 100 + day of a day."""
    month = month_of(day)
    return month // 12 * 10_000 + (month % 12 + 1) * 100 + day - first_day(month) + 1


def whole_months(joined: int, day: int) -> int:
    """Return how many whole months lie between two days, as `add_months` counts them; 0 before the first is over."""
    months = month_of(day) - month_of(joined)
    if add_months(joined, months) > day:
        months -= 1
    return max(0, months)


def yearly_day(year: int, month_day: int) -> int:
    """Return the day of a year with month * 100 + day; 29 February is the 28th in common years."""
    month = month_day // 100
    return min(day_of(year, month, month_day % 100), first_day(year * 12 + month) - 1)


def days_to(day: int, month_day: int) -> int:
    """Return the days to the next such day of the year, 0 on the day itself; UNKNOWN_DAYS where `month_day` is 0."""
    if month_day == 0:
        return UNKNOWN_DAYS
    year = month_of(day) // 12
    here = yearly_day(year, month_day)
    return here - day if here >= day else yearly_day(year + 1, month_day) - day


def days_from(day: int, month_day: int) -> int:
    """Return the days since the last such day of the year, 0 on the day itself; UNKNOWN_DAYS where it is 0."""
    if month_day == 0:
        return UNKNOWN_DAYS
    year = month_of(day) // 12
    here = yearly_day(year, month_day)
    return day - here if here <= day else day - yearly_day(year - 1, month_day)


def days_to_anniversary(day: int, joined: int) -> int:
    """Return the days to the next anniversary of joining, 0 on it; the first is a year after joining."""
    last = anniversary_on_or_before(day, joined)
    if last == day and day > joined:
        return 0
    years = (month_of(last) - month_of(joined)) // 12
    return add_months(joined, years * 12 + 12) - day


def days_from_anniversary(day: int, joined: int) -> int:
    """Return the days since the last anniversary of joining, 0 on it; UNKNOWN_DAYS in the first year."""
    last = anniversary_on_or_before(day, joined)
    return day - last if last > joined else UNKNOWN_DAYS


def is_lunar_birthday(lunar: int, born: int) -> bool:
    """Tell whether a Chinese date is a birthday, `born` as month * 100 + day (0: unknown).

    Who was born on the 30th celebrates on the 29th where the month has no more days.
    """
    return born != 0 and (lunar % LUNAR_ENDS == born or (born % 100 == 30 and lunar == LUNAR_ENDS + born - 1))


def local_seconds(at: int, zone_at: Table, zone_offset: Table) -> int:
    """Return the local clock reading, in seconds since day 0, of the UTC second `at`; bisects the zone's table."""
    low = 0
    high = len(zone_at)
    while low < high:
        middle = (low + high) // 2
        if zone_at[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return at + zone_offset[low - 1]


FUNCTIONS = (
    day_of,
    month_of,
    first_day,
    add_months,
    weekday_of,
    anniversary_on_or_before,
    date_number,
    whole_months,
    yearly_day,
    days_to,
    days_from,
    days_to_anniversary,
    days_from_anniversary,
    is_lunar_birthday,
    local_seconds,
)
