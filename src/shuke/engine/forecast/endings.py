"""When the points of a month end, by the expiry of their unit: how many months later, and how far into that month.

Known from the program, so nothing here is estimated. Days are civil day numbers of `core.values.dates`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuke.core.program.model import ExpiryKind, PendingKind, Unit
from shuke.core.state.endings import duration_end, lot_end
from shuke.core.values.dates import NEVER, day_of, first_day, month_of

Floats = NDArray[np.float64]
LONGEST = 120  # months that anything is followed: what is not used by then counts as never used


@dataclass(frozen=True)
class Endings:
    """Of points opened in month i, the share [i, k] ends in the k-th month after it, `into` [i, k] of which is lived.

    Rows sum to 1 at most: the rest does not end within LONGEST months.
    """

    share: Floats
    into: Floats


def month_number(month: dt.date) -> int:
    """Return year * 12 + month - 1, as `core.values.dates` counts months."""
    return month.year * 12 + month.month - 1


def month_date(number: int) -> dt.date:
    """Return the first day of a month number."""
    return dt.date(number // 12, number % 12 + 1, 1)


def days_in(months: Sequence[dt.date]) -> Floats:
    """Return the days of each month."""
    numbers = [month_number(month) for month in months]
    return np.array([first_day(number + 1) - first_day(number) for number in numbers], np.float64)


def endings(unit: Unit, months: Sequence[dt.date]) -> Endings:
    """Return when the points of `months` end, one lot opened on each day; by inactivity nothing has a date."""
    share, into = np.zeros((len(months), LONGEST + 1)), np.zeros((len(months), LONGEST + 1))
    expiry, after = unit.expiry, unit.expiry.after
    if expiry.kind not in (ExpiryKind.AFTER, ExpiryKind.DATES):
        return Endings(share, into)
    row = [expiry.kind.value, after.months, after.days, after.step, after.shift, len(expiry.dates), *expiry.dates]
    for i, month in enumerate(months):
        first = day_of(month.year, month.month, 1)
        days = range(first, first_day(month_of(first) + 1))
        for day in days:
            end = lot_end(row, 0, _usable(unit, day))
            later = month_of(end) - month_of(day)
            if end < NEVER and later <= LONGEST:
                start = first_day(month_of(end))
                share[i, later] += 1 / len(days)
                into[i, later] += (end - start) / (first_day(month_of(end) + 1) - start) / len(days)
    return Endings(share, np.divide(into, share, out=np.zeros_like(into), where=share > 0))


def _usable(unit: Unit, day: int) -> int:
    """Return the day on which points earned on `day` can be used, where that is known before."""
    pending = unit.pending
    if pending is None or pending.kind is not PendingKind.PERIOD:
        return day
    after = pending.after
    return duration_end(day, after.months, after.days + pending.workdays, after.step, after.shift)
