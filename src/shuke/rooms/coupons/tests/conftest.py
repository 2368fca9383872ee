"""Members, templates and the facts that are told of them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from shuke.foundation import clock, ids
from shuke.rooms.coupons import facade
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, TemplateDraft, Use
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday, 20:00 in Shanghai
TEN_OFF = "{amount: 10, minimum: {money: 50}}"
_numbers = count(1)


@pytest.fixture
def now(db) -> datetime:
    clock.set_business_clock(NOW)
    return NOW


@pytest.fixture
def people(now) -> list[UUID]:
    new = [NewMember((ExternalId("shop", str(number)),), joined_at=NOW) for number in range(3)]
    return [member.id for member in members.enrol(new, ACTOR)]


def template(code="ten", **other):
    draft = {"name": "Ten off", "kind": Kind.THRESHOLD, "offer": TEN_OFF, "time_zone": "Asia/Shanghai"} | other
    return facade.create_template(TemplateDraft(code=code, **draft), ACTOR)


def fact(member_id, of="ten", key=None, cause=Cause.PUSH, at=NOW):
    given_for = ids.new_id() if cause is Cause.RULE else None
    return IssueFact("tests", key or f"issue-{next(_numbers)}", of, member_id, cause, at, given_for)


def issued(member_id, **other):
    """Issue one coupon and return it."""
    (answer,) = facade.issue([fact(member_id, **other)])
    assert answer.refusal is None, answer.refusal
    return answer.coupon


def refusals(answers):
    return [answer.refusal and answer.refusal.code for answer in answers]


def use(coupon, order="o1", off=1000, at=NOW, who=None):
    return Use(coupon.id, who or coupon.member_id, "till", order, off, at)


def state(coupon, at=NOW):
    return facade.coupon(coupon.id, at).state


def later(**span):
    return NOW + timedelta(**span)
