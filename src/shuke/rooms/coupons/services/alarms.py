"""What of templates is unusual now, in the machine's time: an hour in which far more is taken, a budget near its end.

Counts what members take, one by one; batches are wanted. Whoever is told may pause the template.
"""

from collections.abc import Mapping
from uuid import UUID

from shuke.foundation import clock, ids
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import Alarm, AlarmKind, TemplateState
from shuke.rooms.coupons.models import Template
from shuke.rooms.coupons.services import supply

_HOUR = 3_600_000
_HOURS_BEFORE = 23
_LEAST = 50  # so few in an hour alarm nobody
_TIMES = 5  # as many as usual, which is the mean of the day before
_ENDING = 10  # a tenth is left


def alarms() -> tuple[Alarm, ...]:
    """Return what is unusual of active templates, rushes first, newest template first."""
    now = clock.machine_milliseconds()
    since = ids.first_at(now - _HOUR), ids.first_at(now - (_HOURS_BEFORE + 1) * _HOUR)
    taken = {template_id: (lately, before) for template_id, lately, before in queries.taken_since(*since)}
    rows = [row for row in queries.templates() if row.state == TemplateState.ACTIVE]
    left = queries.room_left([row.id for row in rows])
    rushes = [_rush(row, *taken[row.id]) for row in rows if row.id in taken]
    return tuple(each for each in (*rushes, *(_ending(row, left) for row in rows)) if each is not None)


def _rush(row: Template, lately: int, before: int) -> Alarm | None:
    usual = before // _HOURS_BEFORE
    if lately < _LEAST or lately * _HOURS_BEFORE <= _TIMES * before:
        return None
    return Alarm(row.code, row.name, AlarmKind.RUSH, lately, usual)


def _ending(row: Template, left: Mapping[UUID, int]) -> Alarm | None:
    room = supply.room_of(row)
    if room is None or row.id not in left or left[row.id] * _ENDING > room:
        return None
    return Alarm(row.code, row.name, AlarmKind.ENDING, left[row.id], room)
