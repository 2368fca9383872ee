"""The oracle's own calendar: durations, periods, ends of points, windows and validities, from their texts.

Every function is about civil days; a first day on which something no longer holds is called its end.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)
FAR = 9_999  # days to or from a day that is not known or has not come yet
PERIODS = {"month": 1, "quarter": 3, "half year": 6, "year": 12}
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
COUNTED = re.compile(r"(\d+) (day|week|month|quarter|half year|year)s?")
PERIOD = r"(month|quarter|half year|year)s?(?: from (\w+))?"
LAST = re.compile(rf"last (?:(\d+) )?{PERIOD}(?: ending (\d+) [a-z ]+ ago)?")
RUNNING = re.compile(rf"(\d+) calendar {PERIOD}")
END_OF = re.compile(
    rf"end of (this|next) (?:(\d+) )?(?:calendar )?(?:(membership) years?|{PERIOD})(?: and (\d+) months?)?"
)


def plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("half-year", "half year").split())


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months on, at most the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def duration(text: str) -> Callable[[date], date]:
    """Return what adds «12 months», «1 year», «2 weeks» or «90 days» to a day."""
    found = COUNTED.fullmatch(plain(text))
    assert found, text
    count, unit = int(found[1]), found[2]
    if unit in ("day", "week"):
        return lambda day: day + count * (7 if unit == "week" else 1) * DAY
    return lambda day: add_months(day, count * PERIODS[unit])


def days_in(text: str) -> int:
    """Return the days of a duration that is counted in days or weeks."""
    return (duration(text)(date(2001, 1, 1)) - date(2001, 1, 1)).days


def period_start(day: date, step: int, shift: int) -> date:
    """Return the first day of the period of `step` months, moved by `shift` months, in which a day lies."""
    months = (day.year * 12 + day.month - 1 - shift) // step * step + shift
    return date(months // 12, months % 12 + 1, 1)


def period_end(day: date, step: int, shift: int) -> date:
    return add_months(period_start(day, step, shift), step)


def period(text: str) -> tuple[int, int]:
    """Return (step, shift) of «month», «year from April», or of a month's name: the year that ends with it."""
    text = plain(text)
    if text in MONTHS:
        return 12, (MONTHS.index(text) + 1) % 12
    found = re.fullmatch(PERIOD, text)
    assert found, text
    step = PERIODS[found[1]]
    return step, MONTHS.index(found[2]) % step if found[2] else 0


def rounded(after: str | None, end_of: str | None) -> Callable[[date], date]:
    """Return what adds a duration to a day and, with `end_of`, goes on to the end of the period that it lies in."""
    add = duration(after) if after else lambda day: day
    if end_of is None:
        return add
    step, shift = period(end_of)
    return lambda day: period_end(add(day), step, shift)


def rounded_of(value: Any) -> Callable[[date], date]:
    """Return what `1 month` or {after: 1 month, end_of: month} adds to a day."""
    return rounded(value, None) if isinstance(value, str) else rounded(value.get("after"), value.get("end_of"))


def grace(value: Any, day: date) -> date:
    """Return the end of a grace that begins on a day: rounded, it ends with the period of its last day."""
    if isinstance(value, str) or "end_of" not in value:
        return rounded_of(value)(day)
    return period_end(duration(value["after"])(day) - DAY, *period(value["end_of"]))


def of_year(year: int, month: int, day: int) -> date:
    """Return a day of a year; 29 February is the 28th in common years."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def next_date(texts: list[str], day: date) -> date:
    """Return the first of some days of the year («12-31») that is not before a day."""
    pairs = [tuple(map(int, text.split("-"))) for text in texts]
    return min(end for y in (day.year, day.year + 1) for m, d in pairs if (end := of_year(y, m, d)) >= day)


def comes_on(terms: Any, day: date) -> bool:
    """Tell whether a day is one of some `dates` of the year, or begins a period of `every`."""
    every = terms.get("every")
    if every is not None:
        return every == "day" or period_start(day, *period(every)) == day
    said = terms["dates"]
    return day in [
        of_year(day.year, *map(int, text.split("-"))) for text in ([said] if isinstance(said, str) else said)
    ]


def ready(pending: Any, day: date, is_workday: Callable[[date], bool]) -> date:
    """Return the day from which points are usable that wait for a period, earned on a day."""
    wait = pending.get("for", "")
    if "working" in wait:
        ready, left = day, int(wait.split()[0])
        while left:
            ready += DAY
            left -= is_workday(ready)
    else:
        ready = rounded(wait or None, pending.get("end_of"))(day)
    if "dates" in pending:
        said = pending["dates"]
        ready = next_date([said] if isinstance(said, str) else said, max(ready, day + DAY))
    return ready


def lot_end(expiry: Any, day: date) -> date | None:
    """Return the first day on which points usable from a day can no longer be used; None for never, or by activity."""
    if expiry in (None, "none") or "inactive" in expiry:
        return None
    if "dates" in expiry:
        dates = expiry["dates"]
        start = rounded(expiry.get("after"), expiry.get("end_of"))(day)
        return next_date([dates] if isinstance(dates, str) else dates, start) + DAY
    return rounded(expiry.get("after"), expiry.get("end_of"))(day)


def anniversary(joined: date, day: date) -> date:
    """Return the day on which the membership year of a day began."""
    years = day.year - joined.year
    begun = add_months(joined, 12 * years)
    return begun if begun <= day else add_months(joined, 12 * (years - 1))


def next_anniversary(joined: date, day: date) -> date:
    """Return the first anniversary of joining after a day."""
    return add_months(joined, 12 * (anniversary(joined, day).year - joined.year + 1))


def window(text: str, today: date, joined: date) -> tuple[date, date]:
    """Return the first and the last day of a window as of a day."""
    text = plain(text)
    if text in ("lifetime", "this tier"):
        return date.min, today
    if text in ("day", "this day", "week", "this week"):
        return today - (today.isoweekday() - 1 if "week" in text else 0) * DAY, today
    if text == "membership year":
        return anniversary(joined, today), today
    running = RUNNING.fullmatch(text)
    if running:
        step, shift = period(f"{running[2]} from {running[3]}" if running[3] else running[2])
        return add_months(period_start(today, step, shift), step * (1 - int(running[1]))), today
    last = LAST.fullmatch(text)
    if last:
        step, shift = period(f"{last[2]} from {last[3]}" if last[3] else last[2])
        present = period_start(today, step, shift)
        offset = step * int(last[4] or 0)
        end = add_months(present, -offset)
        return add_months(end, -step * int(last[1] or 1)), end - DAY
    rolling = COUNTED.fullmatch(text)
    if rolling and rolling[2] == "day":
        return today - (int(rolling[1]) - 1) * DAY, today
    if rolling:
        return add_months(today, -int(rolling[1]) * PERIODS[rolling[2]]) + DAY, today
    return period_start(today, *period(text.removeprefix("this "))), today


def validity_end(text: str, day: date, joined: date) -> date | None:
    """Return the end of a tier that is valid from a day."""
    text = plain(text)
    if text in ("forever", "as measured"):
        return None
    found = END_OF.fullmatch(text)
    if found is None:
        return duration(text)(day)
    length, more = 0 if found[1] == "this" else int(found[2] or 1), int(found[6] or 0)
    if found[3]:
        return add_months(joined, 12 * (next_anniversary(joined, day).year - joined.year + length) + more)
    step, shift = period(f"{found[4]} from {found[5]}" if found[5] else found[4])
    return add_months(period_end(day, step, shift), step * length + more)


def validity_more(text: str) -> int:
    """Return the months that a validity by calendar lasts after the end of its period."""
    found = END_OF.fullmatch(plain(text))
    return int(found[6] or 0) if found else 0


def validity_periods(text: str) -> int | None:
    """Return how many whole periods after the current one a validity by calendar or membership year has, else None."""
    found = END_OF.fullmatch(plain(text))
    if found is None:
        return None
    return 0 if found[1] == "this" else int(found[2] or 1)


def months_between(joined: date, day: date) -> int:
    """Return the whole months since joining."""
    months = (day.year - joined.year) * 12 + day.month - joined.month
    return max(0, months if add_months(joined, months) <= day else months - 1)


def days_to_birthday(birthday: tuple[int, int], day: date) -> int:
    if birthday == (0, 0):
        return FAR
    return min((b - day).days for y in (day.year, day.year + 1) if (b := of_year(y, *birthday)) >= day)


def days_from_birthday(birthday: tuple[int, int], day: date) -> int:
    if birthday == (0, 0):
        return FAR
    return min((day - b).days for y in (day.year, day.year - 1) if (b := of_year(y, *birthday)) <= day)


def days_to_anniversary(joined: date, day: date) -> int:
    begun = anniversary(joined, day)
    return 0 if begun == day > joined else (next_anniversary(joined, day) - day).days


def days_from_anniversary(joined: date, day: date) -> int:
    begun = anniversary(joined, day)
    return (day - begun).days if begun > joined else FAR


def in_week(birthday: tuple[int, int], day: date) -> bool:
    """Tell whether the ISO week of a day holds the birthday."""
    monday = day - (day.isoweekday() - 1) * DAY
    return birthday != (0, 0) and days_to_birthday(birthday, monday) < 7
