"""Times as people say and read them: in the organisation's time zone, which is named once. JSON has instants in UTC."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli.terminal import words


def zone() -> ZoneInfo:
    """Return the organisation's time zone; the deployment is open."""
    from shuke.rooms.org import facade as org

    own = org.organisation()
    return ZoneInfo(own.time_zone if own else "UTC")


def local(at: datetime) -> str:
    """Write an instant as the organisation's clocks show it, with the zone: once in a sentence."""
    here = zone()
    return f"{clock_time(at, here)} {here.key}"


def clock_time(at: datetime, here: ZoneInfo) -> str:
    """Write an instant as the clocks of a zone show it, for a table whose head names the zone."""
    return f"{at.astimezone(here):%Y-%m-%d %H:%M:%S}"


def when(here: ZoneInfo) -> str:
    """Return the head of a column of times."""
    return words(f"when ({here.key})", f"时间（{here.key}）")


def instant(text: str | None, here: ZoneInfo | None = None) -> datetime | None:
    """Read an RFC 3339 instant with an offset, or a date: its midnight in `here`, by default the organisation's zone.

    Raises: Refusal `date_invalid`.
    """
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, here or zone())
    except ValueError:
        pass  # then with its time
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _invalid(text) from error
    if at.tzinfo is None:
        raise _invalid(text)
    return at


def day(text: str | None) -> date | None:
    """Read a date.

    Raises: Refusal `date_invalid`.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("date_invalid", f"{text!r} is not a date such as 2018-02-01.", params={"text": text}) from error


def _invalid(text: str) -> Refusal:
    detail = f"{text!r} is neither a date such as 2018-02-01 nor an RFC 3339 instant with an offset."
    return Refusal("date_invalid", detail, params={"text": text})
