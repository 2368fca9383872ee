"""Local days of the organisation: where periods begin and end."""

from datetime import UTC, datetime

from shuke.core.values import dates
from shuke.engine import zones
from shuke.rooms.org import facade as org


def day_of(at: datetime) -> int:
    """Return the local day of an instant."""
    return zones.local_day(int(at.timestamp()), _zone())


def start_of(day: int) -> datetime:
    """Return the first instant of a local day."""
    return datetime.fromtimestamp(zones.day_start(day, _zone()), UTC)


def months_after(anchor_day: int, months: int) -> datetime:
    """Return the first instant of the day that lies months after another, clamped to the month's length."""
    return start_of(dates.add_months(anchor_day, months))


def _zone() -> str:
    own = org.organisation()
    return own.time_zone if own else "UTC"
