"""When the clocks of a time zone are changed, from 1970 to 2099: which local times are skipped, and which come twice.

A skipped time is read with the offset before the change, one that comes twice as the first of both: Python's fold=0.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shuke.engine.facts import EARLIEST, LATEST

DAY, HOUR = 86_400, 3_600
SKIPPED, TWICE = 1, 2


@dataclass(frozen=True)
class Clocks:
    """Changes of a zone: the local `hours` since 1970 that they touch, and by how many seconds clocks are put back."""

    hours: tuple[int, ...]
    put_back: tuple[int, ...]


@lru_cache(maxsize=8)
def clocks_of(zone: str) -> Clocks:
    """Return the changes of a time zone; of none where it is empty."""
    hours, put_back = set[int](), set[int]()
    for at, before, after in _changes(ZoneInfo(zone)) if zone else ():
        first, last = at + min(before, after), at + max(before, after) - 1
        hours.update(range(first // HOUR, last // HOUR + 1))
        if after < before:
            put_back.add(before - after)
    return Clocks(tuple(sorted(hours)), tuple(sorted(put_back)))


def _changes(zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """Return every change: its instant, the offset before it and the one after, all in seconds."""

    def offset(at: int) -> int:
        told = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
        assert told is not None
        return told // timedelta(seconds=1)

    found = []
    day, end = int(EARLIEST.timestamp()), int(LATEST.timestamp())
    before = offset(day)
    while day < end:
        after = offset(day + DAY)
        low, high = day, day + DAY
        while before != after and high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        if before != after:
            found.append((high, before, after))
        day, before = day + DAY, after
    return found
