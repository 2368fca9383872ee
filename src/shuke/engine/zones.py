"""A time zone as a table of integers, so that online and columns read local time by the same bisection."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from shuke.core.values.dates import SECONDS_PER_DAY, local_seconds

FIRST_YEAR, LAST_YEAR = 1970, 2100


@cache
def zone_table(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (instants, offsets): from each UTC second on, local time is UTC plus the offset in seconds; 1970 to 2100.

    Transitions are found by bisection over the zone's offsets, a week at a time.
    """
    zone = ZoneInfo(name)

    def offset(at: int) -> int:
        delta = dt.datetime.fromtimestamp(at, zone).utcoffset()
        return int(delta.total_seconds()) if delta else 0

    first = int(dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC).timestamp())
    last = int(dt.datetime(LAST_YEAR, 1, 1, tzinfo=dt.UTC).timestamp())
    instants, offsets = [-(1 << 40)], [offset(first)]
    week = 7 * SECONDS_PER_DAY
    for start in range(first, last, week):
        if offset(start + week) == offsets[-1]:
            continue
        low, high = start, start + week
        while high - low > 1:
            middle = (low + high) // 2
            if offset(middle) == offsets[-1]:
                low = middle
            else:
                high = middle
        instants.append(high)
        offsets.append(offset(high))
    return tuple(instants), tuple(offsets)


def local_day(at: int, zone: str) -> int:
    """Return the local day of a UTC second."""
    instants, offsets = zone_table(zone)
    return local_seconds(at, instants, offsets) // SECONDS_PER_DAY


def day_start(day: int, zone: str) -> int:
    """Return the first UTC second of a local day (where midnight is skipped, the first second after it)."""
    instants, offsets = zone_table(zone)
    low, high = (day - 2) * SECONDS_PER_DAY, (day + 2) * SECONDS_PER_DAY
    while high - low > 1:
        middle = (low + high) // 2
        if local_seconds(middle, instants, offsets) // SECONDS_PER_DAY < day:
            low = middle
        else:
            high = middle
    return high
