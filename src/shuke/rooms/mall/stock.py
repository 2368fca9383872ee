"""Counts what is left of items, and of what may go in one day, in slices, so that buyers seldom meet on a row.

A slice has its share of what is left; where it has too little, all are locked in their order and spread evenly anew.
Shared by all buyers, it is touched last: after every row of the buyer's own. Never below zero: a constraint says so.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.mall import queries
from shuke.rooms.mall.contracts import Cause

SLICES = 64  # on two cores, sixteen buyers of one item are then as fast as of many
OF_ITEM = 0  # the day under which the stock itself is kept


def open_stock(item_id: UUID) -> None:
    """Begin to count an item's stock, at none."""
    queries.open_slices(item_id, OF_ITEM, [0] * SLICES)


def change(item_id: UUID, pieces: int, cause: Cause, reason: str, actor: str, at: datetime) -> int:
    """Add pieces to the stock or take them off, and return what is left.

    Raises:
        Refusal: `stock_below_zero`, `too_much_stock`.
    """
    left = sum(queries.lock_slices(item_id, OF_ITEM)) + pieces
    if left < 0:
        detail = f"Only {left - pieces} pieces are left to take off."
        raise Refusal("stock_below_zero", detail, pointer="/change", params={"left": left - pieces})
    queries.write_slices(item_id, OF_ITEM, spread(left))
    queries.add_movement(item_id, ids.new_id(), cause, pieces, None, reason, actor, at)
    return left


def take(item_id: UUID, day: int, quantity: int, turn: int) -> None:
    """Take pieces of the stock, or of a day; `turn` says which slice is asked first.

    Raises:
        Refusal: `sold_out`, `sold_out_today`.
    """
    with transaction.atomic():
        if queries.take_of_slice(item_id, day, turn % SLICES, quantity):
            return
        transaction.set_rollback(True)  # lets go of the slice, which is locked even so
    left = sum(queries.lock_slices(item_id, day)) - quantity
    if left < 0:
        raise sold_out(day)
    queries.write_slices(item_id, day, spread(left))


def give_back(item_id: UUID, day: int, quantity: int, turn: int) -> None:
    """Give pieces back to a slice; a day that is not counted takes nothing."""
    queries.take_of_slice(item_id, day, turn % SLICES, -quantity)


def open_day(item_id: UUID, day: int, order_id: UUID) -> None:
    """Begin to count what may go in a day, less what orders of that day but this have taken; repeatable."""
    if queries.is_counted(item_id, day):
        return
    most, taken = queries.day_limit(item_id, day, order_id)
    if most is not None:
        queries.open_slices(item_id, day, spread(max(0, most - taken)))


def forget_days(item_id: UUID) -> None:
    """Let the days be counted anew, for their limit was changed."""
    queries.drop_days(item_id)


def sold_out(day: int) -> Refusal:
    if day == OF_ITEM:
        return Refusal("sold_out", "There are not so many pieces left.", pointer="/quantity")
    return Refusal("sold_out_today", "There are not so many pieces left for today.", pointer="/quantity")


def spread(left: int) -> Sequence[int]:
    """Return the share of every slice."""
    return [left * (number + 1) // SLICES - left * number // SLICES for number in range(SLICES)]
