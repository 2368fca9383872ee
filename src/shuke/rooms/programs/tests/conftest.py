"""A published program, members of it, and facts to record."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, Member, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import OrderFact, RedeemFact

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units:
  points: {scale: 0, round: floor, at: order, value: 0.01, expiry: {after: 12 months, end_of: month}}
tiers:
  ladder: main
  measure: SPEND('this year')
  validity: end of next calendar year
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: silver, from: 500, multiplier: 1.25}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
"""


@pytest.fixture
def now(db) -> datetime:
    clock.set_business_clock(NOW)
    return NOW


@pytest.fixture
def program(now):
    return facade.publish(PROGRAM, ACTOR)


@pytest.fixture
def enrol(program) -> Callable[..., UUID]:
    """Enrol a person known to the till by a number."""

    def one(number: int, joined_at: datetime = NOW - timedelta(days=20)) -> UUID:
        (answer,) = facade.enrol([NewMember((ExternalId("till", str(number)),), joined_at=joined_at)], ACTOR)
        assert isinstance(answer, Member), answer
        return answer.id

    return one


@pytest.fixture
def anna(enrol) -> UUID:
    return enrol(1)


def member(number: int) -> MemberRef:
    return MemberRef(external=ExternalId("till", str(number)))


def order(id: str, net: int, at: datetime = NOW, who: MemberRef | None = None, **other: object) -> OrderFact:
    """Make an order of member 1 (or of `who`), of one line."""
    line = Line("sku", "GROCERY", 1, net)
    return OrderFact("till", id, who or member(1), at, net, net, **{"currency": "USD", "lines": (line,), **other})


def redemption(id: str, points: int, at: datetime | None = None, who: MemberRef | None = None) -> RedeemFact:
    return RedeemFact("till", id, who or member(1), points, occurred_at=at)


def code(refusal: Refusal | None) -> str | None:
    return refusal.code if refusal else None
