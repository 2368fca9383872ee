"""Until when something is good, as people count: what is over at midnight has the day before as its last."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo


def last_day(over_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day, in a time zone, of something that is over at an instant."""
    return (over_at - datetime.resolution).astimezone(zone).date()


def through(over_at: datetime, zone: ZoneInfo) -> str:
    """Write until when something is good that is over at an instant: its last day, or the minute within a day."""
    local = over_at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" if local.time() != time() else f"{last_day(over_at, zone):%Y-%m-%d}"


def written(day: date | None, language: str) -> str:
    """Write a day in a sentence of a language, "" where there is none."""
    if day is None:
        return ""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if language.startswith("zh") else f"{day.day} {day:%B %Y}"
