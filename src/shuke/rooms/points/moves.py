"""Tells what facts did by hand to the points of holders: all that neither orders, behaviours nor time moved."""

from collections.abc import Sequence
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.foundation import sql
from shuke.rooms.points.contracts import Kind, MoveByHand

BY_HAND = (
    *(Kind.REDEMPTION, Kind.RETURN, Kind.HOLDING, Kind.CAPTURE, Kind.RELEASE, Kind.CREDIT, Kind.DEBIT, Kind.OPENING),
    *(Kind.TRANSFER_OUT, Kind.TRANSFER_IN, Kind.MERGE_OUT, Kind.MERGE_IN, Kind.DEPOSIT, Kind.WITHDRAWAL),
)


def moves_by_hand(holder_ids: Sequence[UUID]) -> list[MoveByHand]:
    """Return what facts did to the points of holders, by holder and as it was written. Raises: nothing."""
    asked = {"holder_id": list(holder_ids), "kinds": [kind.value for kind in BY_HAND]}
    return [
        MoveByHand(holder, reference, unit, Kind(kind), points, at, _day(ends), _day(earned), until)
        for holder, reference, unit, kind, points, at, ends, earned, until in sql.fetch(
            sql.load("shuke.rooms.points", "moves_by_hand"), asked
        )
    ]


def _day(day: int | None) -> int:
    return NEVER if day is None else day
