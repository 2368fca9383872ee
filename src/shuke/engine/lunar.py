"""The Chinese calendar from 1900 to 2099 as a table of month lengths, for birthdays and days that follow it.

A leap month counts as its month. Must not know what is celebrated.
"""

from bisect import bisect_right
from functools import cache

from shuke.core.values.dates import day_of

FIRST_YEAR = 1900
FIRST_DAY = day_of(1900, 1, 31)  # first day of the first month of FIRST_YEAR
# Per year: bit i says that its month i has 30 days, not 29; the digit above bit 13 is the month that comes twice.
_YEARS = """
116D2 00752 00EA5 0B64A 0064B 00A9B 09556 0056A 00B59 05752 00752 0DB25 00B25 00A4B 0B4AB 002AD 0056B 04B69 00DA9
0FD92 00E92 00D25 0BA4D 00A56 002B6 095B5 006D4 00EA9 05E92 00E92 0CD26 0052B 00A57 0B2D6 00B5A 006D4 06EC9 00749
0F693 00A93 0052B 0CA5B 00AAD 0056A 09B55 00BA4 00B49 05A93 00A95 0F52D 00536 00AAD 0B5AA 005B2 00BA5 07D4A 00D4A
10A95 00A97 00556 0CAB5 00AD5 006D2 08EA5 00EA5 0064A 06C97 00A9B 0F55A 0056A 00B69 0B752 00B52 00B25 0964B 00A4B
114AB 002AD 005AD 0CB69 00DA9 00D92 09D25 00D25 15A4D 00A56 002B6 0C5B5 006D5 00EA9 0BE92 00E92 00D26 06A56 00A57
114D6 0035A 006D5 0B6C9 00749 00693 0952B 0052B 00A5B 0555A 0056A 0FB55 00BA4 00B49 0BA93 00A95 0052D 08AAD 00AB5
135AA 005D2 00DA5 0DD4A 00D4A 00C95 0952E 00556 00AB5 055B2 006D2 0CEA5 00725 0064B 0AC97 00CAB 0055A 06AD6 00B69
17752 00B52 00B25 0DA4B 00A4B 004AB 0A55B 005AD 00B6A 05B52 00D92 0FD25 00D25 00A55 0B4AD 004B6 005B5 06DAA 00EC9
11E92 00E92 00D26 0CA56 00A57 00556 086D5 00755 00749 06E93 00693 0F52B 0052B 00A5B 0B55A 0056A 00B65 0974A 00B4A
11A95 00A95 0052D 0CAAD 00AB5 005AA 08BA5 00DA5 00D4A 07C95 00C96 0F94E 00556 00AB5 0B5B2 006D2 00EA5 08E4A 0068B
10C97 004AB 0055B 0CAD6 00B6A 00752 09725 00B45 00A8B 0549B
"""


def lunar_of(day: int) -> int:
    """Return month * 100 + day of a civil day by the Chinese calendar; 0 outside of the table."""
    starts, months, end = _table()
    if not FIRST_DAY <= day < end:
        return 0
    index = bisect_right(starts, day) - 1
    return months[index] * 100 + day - starts[index] + 1


def ends_month(day: int) -> bool:
    """Tell whether a month of the Chinese calendar ends with a civil day."""
    return lunar_of(day) > 0 and lunar_of(day + 1) % 100 <= 1


@cache
def _table() -> tuple[list[int], list[int], int]:
    """Return the first day and the number of every month, and the first day after the table."""
    starts: list[int] = []
    months: list[int] = []
    day = FIRST_DAY
    for word in _YEARS.split():
        year = int(word, 16)
        leap = year >> 13
        numbers = [*range(1, leap + 1), *range(leap, 13)] if leap else list(range(1, 13))
        for i, month in enumerate(numbers):
            starts.append(day)
            months.append(month)
            day += 29 + (year >> i & 1)
    return starts, months, day
