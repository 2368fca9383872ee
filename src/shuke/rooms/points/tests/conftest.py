"""Holders, a unit and postings to write to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shuke.core.values.dates import NEVER
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Kind, Move, NewUnit, Posted, Posting

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ANNA, BEN, CARL = (UUID(int=number) for number in (1, 2, 3))
RECORDED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return EPOCH + timedelta(days=day)


def accrual(holder_id: UUID, unit_id: int, lot: int, points: int, day: int, expires_day: int = NEVER) -> Posting:
    expires_at = None if expires_day == NEVER else at(expires_day)
    move = Move(Kind.ACCRUAL, unit_id, lot, points, expires_day, expires_at)
    return Posting(holder_id, day, at(day), UUID(int=day), (move,))


def take(kind: Kind, holder_id: UUID, unit_id: int, day: int, *slices: tuple[int, int]) -> Posting:
    """Make a posting that takes points out of lots: slices of (lot number, points); time alone lets them expire."""
    moves = tuple(Move(kind, unit_id, lot, points) for lot, points in slices)
    return Posting(holder_id, day, at(day), None if kind is Kind.EXPIRY else UUID(int=day), moves)


@pytest.fixture
def unit(db) -> int:
    facade.open_holders([ANNA, BEN, CARL])
    return facade.declare_units([NewUnit("points", 0)])["points"].id


@pytest.fixture
def post() -> Callable[..., list[Posted]]:
    """Lock, read what stands, and post, as the write path does."""

    def write(*postings: Posting) -> list[Posted]:
        holder_ids = sorted({posting.holder_id for posting in postings})
        with unit_of_work():
            facade.lock(holder_ids)
            return facade.post(postings, facade.balances(holder_ids), RECORDED_AT)

    return write
