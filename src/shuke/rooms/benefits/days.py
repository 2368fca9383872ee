"""The organisation's local days: quotas, seasons and occasions begin at its midnight."""

from datetime import UTC, datetime

from shuke.engine.zones import day_start, local_day
from shuke.foundation.transactions import once_per_unit
from shuke.rooms.org import facade as org


def zone() -> str:
    """Return the organisation's time zone, UTC before it is set up."""
    return once_per_unit("benefits.zone", _zone)


def day_of(at: datetime) -> int:
    """Return the local day of an instant."""
    return local_day(int(at.timestamp()), zone())


def start_of(day: int) -> datetime:
    """Return the instant at which a local day begins."""
    return datetime.fromtimestamp(day_start(day, zone()), UTC)


def _zone() -> str:
    own = org.organisation()
    return own.time_zone if own else "UTC"
