"""The two clocks, and the only place that reads the machine's.

Business time says when things happen to members (tiers, expiry, campaigns); in a sandbox it is the test clock.
Machine time is for log-in sessions, leases, rate limits and log lines.
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.foundation import sql, transactions

_REMEMBERED = "business_now"
AHEAD = timedelta(days=3_653)  # as far as one may look


def machine_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


def machine_milliseconds() -> int:
    """Return the machine's time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def business_now() -> datetime:
    """Return business time in UTC: one instant for a whole unit of work, the test clock's in a sandbox."""
    return transactions.once_per_unit(_REMEMBERED, _read_business_clock)


def is_tested() -> bool:
    """Say whether business time is a test clock, which only a sandbox has."""
    return bool(settings.SHUKE_KIND == "sandbox")


def set_business_clock(to: datetime) -> None:
    """Set the test clock of a sandbox to `to`, which has a time zone.

    Raises: Refusal `clock_is_live` outside a sandbox, `clock_moves_back` when `to` lies before the test clock.
    """
    if not is_tested():
        raise Refusal("clock_is_live", "Only a sandbox has a test clock; a live deployment follows the machine's.")
    from shuke.foundation.models import BusinessClock  # the clock is read before Django's models are

    with transactions.unit_of_work():
        row = BusinessClock.objects.select_for_update().filter(pk=1).first()
        if row is not None and to < row.at:
            raise Refusal(
                "clock_moves_back",
                f"The test clock stands at {row.at.isoformat()} and never moves back.",
                params={"at": row.at.isoformat()},
            )
        BusinessClock.objects.update_or_create(pk=1, defaults={"at": to})
        transactions.forget(_REMEMBERED)


def imagine_business_clock(at: datetime) -> datetime:
    """Let the open dry run stand at `at`, in a live deployment too, and return where business time really stands.

    Raises: Refusal as `check_ahead`.
    """
    now = check_ahead(at)
    transactions.imagine(_REMEMBERED, at)
    return now


def check_ahead(at: datetime) -> datetime:
    """Refuse an instant that nobody can look ahead to, and return where business time stands.

    Raises: Refusal `clock_moves_back` when `at` lies before business time, `clock_too_far` ten years after it.
    """
    now = business_now()
    if at < now:
        detail = f"Business time is {now.isoformat()}; one looks ahead, never back."
        raise Refusal("clock_moves_back", detail, pointer="query:now", params={"at": now.isoformat()})
    if at > now + AHEAD:
        raise Refusal("clock_too_far", "One looks ten years ahead at most.", pointer="query:now")
    return now


def _read_business_clock() -> datetime:
    if not is_tested():
        return machine_now()
    rows = sql.fetch("SELECT at FROM foundation_business_clock WHERE id = 1", {})
    return rows[0][0].astimezone(UTC) if rows else machine_now()
