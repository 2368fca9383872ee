"""Counts what is issued of templates that have a most, in slices, so that writers seldom meet on a row. Never over.

A slice has a share of the most and of what was issued, and of a lucky packet money; where it has no room, all are
locked and spread evenly anew. Shared by everybody, it is touched last.
"""

from django.db import OperationalError, connection, transaction

from shuke.foundation import randomness
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.models import Template

SLICES = 16


def room_of(row: Template) -> int | None:
    """Return how many coupons of a template its most, budget and packet allow in all; None: any number."""
    rooms = [] if row.most is None else [row.most]
    if row.budget_minor is not None and row.cost_minor is not None:
        rooms.append(row.budget_minor // row.cost_minor)
    if row.shares is not None:
        rooms.append(row.shares)
    return min(rooms, default=None)


def open_supply(row: Template) -> None:
    """Let as many coupons of a new template be issued as it allows."""
    room = room_of(row)
    if room is not None:
        queries.write_slices(row.id, _spread(room, 0, row.pot_minor or 0, row.least_minor or 0))


def widen(row: Template) -> None:
    """Let more coupons be issued after the template's most or budget has grown."""
    room = room_of(row)
    slices = queries.lock_slices(row.id)
    if room is not None and slices:
        issued = sum(issued for _, _, issued, _ in slices)
        queries.write_slices(row.id, _spread(room, issued, 0, 0))


def take(row: Template, wanted: int) -> tuple[int, list[int | None]]:
    """Count up to `wanted` coupons as issued; return how many there was room for, and the value drawn for each."""
    if wanted == 0 or room_of(row) is None:
        return wanted, [None] * wanted
    if queries.room_left([row.id]).get(row.id, 0) == 0:  # as others have committed: nobody waits for what is gone
        return 0, []
    taken = _take_of_slice(row, wanted, randomness.below(SLICES))
    return taken if taken is not None else _take_of_all(row, wanted)


def give(row: Template, count: int) -> None:
    """Take back what was counted of a template, of coupons that turned out not to be used."""
    if count == 0 or room_of(row) is None:
        return
    slices = queries.lock_slices(row.id)
    issued = sum(issued for _, _, issued, _ in slices)
    most = sum(most for _, most, _, _ in slices)
    queries.write_slices(row.id, _spread(most, max(0, issued - count), sum(pot for *_, pot in slices), 0))


def _take_of_slice(row: Template, wanted: int, slice: int) -> tuple[int, list[int | None]] | None:
    """Take of one slice; where it has no room, let go of its row and return None."""
    with transaction.atomic():
        ((_, most, issued, pot),) = queries.lock_slices(row.id, slice)
        if issued + wanted <= most:
            values, left = _values(row, wanted, most - issued, pot)
            queries.write_slices(row.id, [(slice, most, issued + wanted, left)])
            return wanted, values
        transaction.set_rollback(True)
    if connection.needs_rollback:  # the row could not be let go of: the connection is gone
        raise OperationalError("The database connection was lost.")
    return None


def _take_of_all(row: Template, wanted: int) -> tuple[int, list[int | None]]:
    slices = queries.lock_slices(row.id)
    most = sum(most for _, most, _, _ in slices)
    issued = sum(issued for _, _, issued, _ in slices)
    granted = min(wanted, most - issued)
    values, left = _values(row, granted, most - issued, sum(pot for *_, pot in slices))
    queries.write_slices(row.id, _spread(most, issued + granted, left, row.least_minor or 0))
    return granted, values


def _values(row: Template, count: int, shares: int, pot: int) -> tuple[list[int | None], int]:
    """Draw the values of so many coupons out of `pot`, which `shares` coupons share; return them and what is left."""
    if row.pot_minor is None:
        return [None] * count, pot
    values: list[int | None] = []
    for left in range(shares, shares - count, -1):
        value = draw(pot, left, row.least_minor or 1)
        values.append(value)
        pot -= value
    return values, pot


def draw(pot: int, shares: int, least: int) -> int:
    """Draw one share of what is left of a packet: from `least` up to twice the mean; the last takes what is there."""
    return pot if shares == 1 else least + randomness.below(2 * (pot - shares * least) // shares + 1)


def _spread(most: int, issued: int, pot: int, least: int) -> list[tuple[int, int, int, int]]:
    """Return (slice, share of the most, issued, pot left) of each slice: room and coupons evenly, money as the room."""
    rooms, done = _evenly(most - issued), _evenly(issued)
    free = pot - (most - issued) * least
    before, slices = 0, []
    for number, (room, points) in enumerate(zip(rooms, done, strict=True)):
        after = before + room
        share = 0 if most == issued else free * after // (most - issued) - free * before // (most - issued)
        slices.append((number, room + points, points, share + room * least))
        before = after
    return slices


def _evenly(count: int) -> list[int]:
    return [count * (number + 1) // SLICES - count * number // SLICES for number in range(SLICES)]
