"""Members and orders of theirs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.apps import apps

from shuke.rooms.orders import facade
from shuke.rooms.orders.contracts import Line, NewOrder

ANNA, BEN = UUID(int=1), UUID(int=2)
RECORDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
LINES = (Line("milk", "DAIRY", 2, 300), Line("wine", "WINE", 1, 900))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    return EPOCH + timedelta(days=day, hours=hour)


def order(number: int, day: int = 100, **changes: object) -> NewOrder:
    usual = NewOrder(
        UUID(int=1_000 + number), "till", str(number), at(day), day, 1_200, 1_500, "CNY", "S1", "store", LINES
    )
    return replace(usual, **changes)


@pytest.fixture
def record(db):
    members = apps.get_model("members", "Member").objects  # only rows to point at, so not through the room's door
    for id in (ANNA, BEN):
        members.create(
            id=id, status="active", joined_at=EPOCH, recorded_at=EPOCH, language="en", birth_md=0, name_blinds=[]
        )

    def write(*pairs):
        facade.record([order for order, _ in pairs], [member_id for _, member_id in pairs], RECORDED_AT)

    return write
