"""Reads when points end and when they begin: expiry and pending of units, rules and levels, and rounded durations.

Owns the shape of these parts of the file; must not know which part of a program they belong to.
"""

from collections.abc import Collection
from dataclasses import replace

from shuke.core.program.model import NO_EXPIRY, Duration, Expiry, ExpiryKind, Pending, PendingKind
from shuke.core.state.slots import DATES_MAX
from shuke.engine.fields import Fields, Problems, read_choice, read_texts
from shuke.engine.spans import (
    DURATION_EXAMPLES,
    END_EXAMPLES,
    read_date,
    read_duration,
    read_end_of,
    read_month_day,
    read_workdays,
)
from shuke.engine.yaml_tree import Mapping, Scalar, Value

EXPIRY_KEYS = {
    "after": "12 months",
    "end_of": "month",
    "dates": "[03-31, 12-31]",
    "inactive": "6 months",
    "activities": "[earn, redeem]",
}
PENDING_KEYS = {
    "for": "7 days",
    "end_of": "month",
    "dates": "[03-15]",
    "until": "2026-12-01",
    "within": "30 days",
}
ROUNDED_KEYS = {"after": "1 month", "end_of": "month"}
ACTIVITIES = ("earn", "redeem")


def read_expiry(value: Value, behaviours: Collection[str] | None, problems: Problems) -> Expiry:
    """Read when points end: none, after a duration, on dates of the year, or after inactivity.

    `behaviours` None: what counts as activity is said elsewhere.
    """
    if isinstance(value, Scalar) and value.value == "none":
        return NO_EXPIRY
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{after: 12 months}")
        return NO_EXPIRY
    fields = Fields(value, EXPIRY_KEYS, problems)
    if "end_of" in fields and not ({"after", "dates", "inactive"} & set(fields)):
        return Expiry(ExpiryKind.AFTER, _rounded(Duration(), fields))
    dated = "dates" in fields and "inactive" not in fields  # after a time, then to the next of the dates
    found = "dates" if dated else fields.one_of("after", "dates", "inactive")
    if "activities" in fields and (found != "inactive" or behaviours is None):
        detail = "«activities» say what counts as active; they stand with inactive, once for a unit."
        fields.misplaced("activities", detail, "inactive")
    if found == "dates":
        after = _rounded(_duration(fields.optional("after"), problems), fields)
        return Expiry(ExpiryKind.DATES, after, read_dates(fields))
    if found is None:
        return NO_EXPIRY
    after = _rounded(_duration(fields.scalar(found), problems), fields)
    if found == "after":
        return Expiry(ExpiryKind.AFTER, after)
    return Expiry(ExpiryKind.IDLE, after, activities=_activities(fields, behaviours or ()))


def read_pending(value: Value, behaviours: Collection[str], country: str, problems: Problems) -> Pending:
    """Read what points wait for: nothing, a period, a date, or a behaviour about the same order.

    `country` is whose working days there are ("": nobody's).
    """
    if isinstance(value, Scalar) and value.value == "none":
        return Pending(PendingKind.NONE)
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{for: 7 days}")
        return Pending(PendingKind.NONE)
    fields = Fields(value, PENDING_KEYS, problems)
    if "until" in fields or not {"for", "end_of", "dates"} & set(fields):
        return _until(fields, behaviours) if fields.one_of("for", "until") == "until" else Pending(PendingKind.NONE)
    if "within" in fields:
        detail = "«within» bounds the wait for a behaviour; it stands with until."
        fields.misplaced("within", detail, "until")
    dates = read_dates(fields) if "dates" in fields else ()
    period = fields.optional("for")
    workdays = read_workdays(period.value) if period else None
    if period is None or workdays is None:
        return Pending(PendingKind.PERIOD, _rounded(_duration(period, problems), fields), dates=dates)
    if "end_of" in fields:
        fields.misplaced("end_of", "«end_of» rounds months and days up, not working days.", "for")
    if not country:
        detail = "Working days need a calendar; declare whose, such as country: CN."
        problems.add("no_country", detail, period.place(), found=period.value, suggestion="country: CN")
    return Pending(PendingKind.PERIOD, workdays=workdays, dates=dates)


def read_rounded(value: Value, problems: Problems) -> Duration:
    """Read a duration that may be rounded up: `1 month` or {after: 1 month, end_of: month}."""
    if isinstance(value, Scalar):
        return _duration(value, problems)
    if not isinstance(value, Mapping):
        problems.wrong_type(value, "mapping", "{after: 1 month, end_of: month}")
        return Duration()
    fields = Fields(value, ROUNDED_KEYS, problems)
    return _rounded(_duration(fields.scalar("after"), problems), fields)


def read_days(scalar: Scalar, problems: Problems) -> int:
    """Read a duration that is counted in days."""
    duration = _duration(scalar, problems)
    if duration.months:
        problems.unreadable("bad_duration", "duration in days", scalar, ("7 days", "2 weeks"))
    return duration.days


def read_dates(fields: Fields) -> tuple[int, ...]:
    """Read the days of the year under `dates` as MMDD, ascending."""
    found: list[int] = []
    texts = read_texts(fields.value("dates"), DATES_MAX, EXPIRY_KEYS["dates"], fields.problems)
    for text in texts:
        month_day = read_month_day(text.value)
        if month_day is None:
            fields.problems.unreadable("bad_date", "day of the year", text, ("03-31", "12-31"))
        else:
            found.append(month_day)
    return tuple(sorted(found))


def _until(fields: Fields, behaviours: Collection[str]) -> Pending:
    problems = fields.problems
    for key in ("end_of", "dates"):
        if key in fields:
            fields.misplaced(key, f"«{key}» says when a period is over; it stands with for.", "for")
    until = fields.scalar("until")
    within = fields.optional("within")
    wait = _duration(within, problems) if within else None
    if until is None:
        return Pending(PendingKind.NONE)
    day = read_date(until.value)
    if day is not None and within is None:
        return Pending(PendingKind.DATE, day=day)
    if day is not None or until.value[:1].isdecimal():
        problems.unreadable("bad_date", "date that needs no within", until, ("2026-12-01",))
        return Pending(PendingKind.NONE)
    event = read_choice(until, tuple(behaviours), "unknown_behaviour", problems)
    return Pending(PendingKind.EVENT, event=event or "", within=wait)


def _activities(fields: Fields, behaviours: Collection[str]) -> tuple[str, ...]:
    value = fields.optional_value("activities")
    if value is None:
        return ACTIVITIES
    known = (*ACTIVITIES, *behaviours)
    texts = read_texts(value, len(known), EXPIRY_KEYS["activities"], fields.problems)
    found = (read_choice(text, known, "unknown_behaviour", fields.problems) for text in texts)
    return tuple(activity for activity in found if activity)


def _rounded(duration: Duration, fields: Fields) -> Duration:
    text = fields.optional("end_of")
    period = read_end_of(text.value) if text else None
    if text is not None and period is None:
        fields.problems.unreadable("unknown_period", "period", text, END_EXAMPLES)
    return replace(duration, step=period[0], shift=period[1]) if period else duration


def _duration(scalar: Scalar | None, problems: Problems) -> Duration:
    if scalar is None:
        return Duration()
    duration = read_duration(scalar.value)
    if duration is None:
        problems.unreadable("bad_duration", "duration", scalar, DURATION_EXAMPLES)
    return duration or Duration()
