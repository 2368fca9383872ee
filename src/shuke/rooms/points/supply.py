"""Counts what is issued of units that have a most, in slices, so that writers seldom meet on a row. Never over.

A slice has a share of the most and of what was issued; where it has no room, all are locked and spread evenly anew.
Shared by all holders, it is touched last: after every row of a holder's own.
"""

from collections import Counter
from collections.abc import Collection

from django.db import transaction

from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.rooms.points import queries
from shuke.rooms.points.contracts import SUPPLIES
from shuke.rooms.points.posting import Plan

SLICES = 16


def limit(unit_id: int, most: int | None) -> None:
    """Let at most so many points of a unit exist from now on, those issued before included; None: any number."""
    queries.hold_entries_off()
    queries.lock_supply(unit_id)
    if most is None:
        queries.delete_supply(unit_id)
    else:
        queries.write_supply(unit_id, _spread(check(unit_id, most), most))


def check(unit_id: int, most: int) -> int:
    """Return how many points of a unit were issued, or refuse that no more than so many may exist."""
    counted = queries.issued_of_supply(unit_id)
    issued = queries.issued(unit_id) if counted is None else counted
    if issued > most:
        told = {"issued": _written(unit_id, issued), "most": _written(unit_id, most)}
        detail = f"{told['issued']} were issued already, so the most cannot be {told['most']}."
        raise Refusal("supply_below_issued", detail, params=told)
    return issued


def count(plan: Plan, limited: Collection[int]) -> None:
    """Count what a plan issues and takes back of the units that have a most."""
    changes: Counter[int] = Counter()
    first_holder = 0
    for holder_id, unit_id, _, _, _, _, amount, *_, counter_account in plan.entries:
        if unit_id in limited and counter_account in SUPPLIES:
            changes[unit_id] += amount
            first_holder = first_holder or holder_id.int
    for unit_id, change in sorted(changes.items()):
        if change and not _count_in(first_holder % SLICES, unit_id, change):
            _count_anew(unit_id, change)


def _count_in(slice: int, unit_id: int, change: int) -> bool:
    """Count in one slice; where it has no room, let go of its row, which is locked even so."""
    with transaction.atomic():
        counted = queries.count_supply(unit_id, slice, change)
        if not counted:
            transaction.set_rollback(True)
    return counted


def _count_anew(unit_id: int, change: int) -> None:
    slices = queries.lock_supply(unit_id)
    most = sum(share for _, share, _ in slices)
    issued = sum(points for _, _, points in slices)
    if issued + change > most:
        left = _written(unit_id, most - issued)
        raise Refusal("supply_exhausted", f"Only {left} more of this unit can be issued.", params={"left": left})
    queries.write_supply(unit_id, _spread(issued + change, most))


def _written(unit_id: int, points: int) -> str:
    """Write points of a unit as people read them."""
    return written(points, next(scale for id, _, scale in queries.units() if id == unit_id))


def _spread(issued: int, most: int) -> list[tuple[int, int, int]]:
    """Return (slice, share of the most, issued) of each slice, room and points spread evenly."""
    shares = zip(_evenly(most - issued), _evenly(issued), strict=True)
    return [(number, room + points, points) for number, (room, points) in enumerate(shares)]


def _evenly(points: int) -> list[int]:
    return [points * (number + 1) // SLICES - points * number // SLICES for number in range(SLICES)]
