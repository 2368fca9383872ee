"""Civil days as integers: day 0 is 1970-01-01, proleptic Gregorian, in the part of Python that numba compiles.

Nothing here knows a time zone but `local_seconds`, which reads a table of transitions made once per program.
"""

from collections.abc import MutableSequence, Sequence

Ints = MutableSequence[int]  # a list in CPython, an int64 array in columns
Table = Sequence[int]  # read only

NEVER = 1 << 40  # later than any day, and as a lot's or tier's end: it has none
SECONDS_PER_DAY = 86_400


def day_of(year: int, month: int, day: int) -> int:
    """Return the day number of a civil date (days_from_civil of H. Hinnant, "chrono-Compatible Date Algorithms")."""
    y = year - 1 if month <= 2 else year
    era = y // 400
    year_of_era = y - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def month_of(day: int) -> int:
    """Return the month number of a day: year * 12 + month - 1 (civil_from_days, same source)."""
    z = day + 719_468
    era = z // 146_097
    day_of_era = z - era * 146_097
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return (year_of_era + era * 400 + (1 if month <= 2 else 0)) * 12 + month - 1


def first_day(month: int) -> int:
    """Return the first day of a month number."""
    return day_of(month // 12, month % 12 + 1, 1)


def add_months(day: int, months: int) -> int:
    """Return the same day of the month, `months` later (or earlier), clamped to the month's length."""
    month = month_of(day)
    first = first_day(month + months)
    length = first_day(month + months + 1) - first
    return first + min(day - first_day(month), length - 1)


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


FUNCTIONS = (day_of, month_of, first_day, add_months, weekday_of, anniversary_on_or_before, local_seconds)
