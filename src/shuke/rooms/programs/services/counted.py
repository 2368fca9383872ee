"""What was counted of members on each day, added up from the facts themselves: spend, orders, points, behaviours."""

from collections.abc import Mapping
from uuid import UUID

from shuke.core.state.slots import COUNT_EARNED, COUNT_EVENTS, COUNT_ORDERS, COUNT_SPEND
from shuke.rooms.orders import facade as orders
from shuke.rooms.points import facade as points
from shuke.rooms.programs.services.timeline import Running


def days_of(running: Running, spans: Mapping[UUID, tuple[int, int]]) -> dict[UUID, list[tuple[int, ...]]]:
    """Return what was counted of members on each day of a span (first, last): the day, then every counter."""
    counters = running.desk.compiled.counters
    found: dict[UUID, dict[int, list[int]]] = {member_id: {} for member_id in spans}
    if any(kind in (COUNT_SPEND, COUNT_ORDERS) for kind, _ in counters):
        sums = orders.days(spans)
    for counter, (kind, of) in enumerate(counters):
        if kind == COUNT_EARNED:
            unit_id = running.unit_ids[of]
            earned = points.earned_days([(id, unit_id, first, last) for id, (first, last) in spans.items()])
            amounts = [(id, day, amount) for (id, _), days in earned.items() for day, amount in days]
        elif kind == COUNT_EVENTS:
            behaviour = running.kinds[of - 1]
            events = orders.event_days([(id, behaviour, first, last) for id, (first, last) in spans.items()])
            amounts = [(id, day, amount) for (id, _), days in events.items() for day, amount in days]
        else:
            spend = kind == COUNT_SPEND
            amounts = [
                (id, day.day, day.spend_minor if spend else day.orders) for id, days in sums.items() for day in days
            ]
        for member_id, day, amount in amounts:
            found[member_id].setdefault(day, [0] * len(counters))[counter] += amount
    return {id: [(day, *counts[day]) for day in sorted(counts)] for id, counts in found.items()}
