"""Points by the month in which their lot was opened and the month of what became of them, and sales beside them.

What a study leaves for the forecast; knows neither how it was counted nor what is made of it.
"""

import datetime as dt
from dataclasses import dataclass
from zlib import crc32

from shuke.engine.history import Column

GROUPS = 20  # of members, so that figures have intervals: each group is a sample of its own


@dataclass(frozen=True)
class Cohorts:
    """Points of units and sales by month, for each of GROUPS groups of members.

    `months` are the first days of M consecutive local months. Arrays are int64: `issued` [unit, group, M]; `used`,
    `expired` and `taken_back` [unit, group, M of the lot, M of the event]; `net_minor`, `orders`, `joined` and `active`
    (members with an order) [group, M]. What a member has is always issued − used − expired − taken_back: `issued`
    counts every point of a lot however it came, pending or not; `used` is less what was returned, in the month of the
    return; `taken_back` is everything else that left a lot: refunds, debits by hand, what was owed, cancelled pending.
    """

    months: tuple[dt.date, ...]
    issued: Column
    used: Column
    expired: Column
    taken_back: Column
    net_minor: Column
    orders: Column
    joined: Column
    active: Column


def group_of(member_id: str) -> int:
    """Return the group of a member: by a hash of the id, the same in every study."""
    return crc32(member_id.encode()) % GROUPS
