"""Stock and orders of the mall as a state machine: a plain model says at each step what is left, held and usable."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Address, ItemDraft, Kind, Limits, Price, Restock, State, Way
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, ExchangeFact

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOME = Address("Anna", "12345678", "", "5 Main Street")
PRICE, POINTS, MOST = 10, 120, 6
PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: UTC
units:
  points: {expiry: {after: 12 months}}
earn:
  - {code: spend, unit: points, points: order.net}
"""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("restock"), st.integers(-4, 6), st.none()),
        st.tuples(st.sampled_from(["take", "reserve"]), st.integers(0, 1), st.integers(1, 3)),
        st.tuples(st.sampled_from(["confirm", "cancel", "ship", "refund", "resell"]), st.integers(0, 7), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 20), st.none()),
    ),
    max_size=14,
)


@dataclass
class Shelf:
    """What should be: pieces left, points of each member, and of each order (member, pieces, state, minute).

    A verb does a step and returns the code of its refusal, "" where it is done.
    """

    left: int = 5
    points: list[int] = field(default_factory=lambda: [POINTS, POINTS])
    orders: list[tuple[int, int, str, int]] = field(default_factory=list)
    minute: int = 0

    def restock(self, change, _):
        if change == 0:
            return "stock_unchanged"
        if self.left + change < 0:
            return "stock_below_zero"
        self.left += change
        return ""

    def take(self, who, pieces, state="waiting"):
        had = sum(each for owner, each, state, _ in self.orders if owner == who and state != "over")
        if pieces > self.left:
            return "sold_out"
        if pieces * PRICE > self.points[who]:
            return "insufficient_points"
        if had + pieces > MOST:
            return "item_limit_reached"
        self.left -= pieces
        self.points[who] -= pieces * PRICE
        self.orders.append((who, pieces, state, self.minute))
        return ""

    def reserve(self, who, pieces):
        return self.take(who, pieces, "held")

    def wait(self, minutes, _):
        self.minute += minutes
        for place, (_, _, state, at) in enumerate(self.orders):
            if state == "held" and at + 15 <= self.minute:
                self._end(place, restocked=True)
        return ""

    def confirm(self, place, _):
        return self._move(place, {"held"}, {"waiting", "sent"}, lambda: self._now(place, "waiting"))

    def ship(self, place, _):
        return self._move(place, {"waiting"}, set(), lambda: self._now(place, "sent"))

    def cancel(self, place, _):
        return self._move(place, {"held", "waiting"}, {"over"}, lambda: self._end(place, restocked=True))

    def refund(self, place, _):
        return self._move(place, {"sent"}, {"over"}, lambda: self._end(place, restocked=False))

    def resell(self, place, _):
        return self._move(place, {"sent"}, {"over"}, lambda: self._end(place, restocked=True))

    def _move(self, place, follows, done, act):
        if place >= len(self.orders):
            return "unknown_mall_order"
        state = self.orders[place][2]
        if state in follows:
            act()
        return "" if state in follows | done else "order_in_other_state"

    def _now(self, place, state):
        who, pieces, _, at = self.orders[place]
        self.orders[place] = (who, pieces, state, at)

    def _end(self, place, *, restocked):
        who, pieces, _, _ = self.orders[place]
        self.left += pieces if restocked else 0
        self.points[who] += pieces * PRICE
        self._now(place, "over")


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_what_is_left_and_usable_is_what_the_steps_say(steps):
    with transaction.atomic():
        _walk(steps)
        transaction.set_rollback(True)


def _walk(steps):
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM, ACTOR)
    new = [NewMember((ExternalId("till", str(number)),), joined_at=NOW) for number in range(2)]
    people = [member.id for member in facade.enrol(new, ACTOR)]
    for number, member_id in enumerate(people):
        facade.adjust(AdjustFact("desk", str(number), MemberRef(id=member_id), POINTS, "gift"), ACTOR, None)
    item = mall.create_item(ItemDraft("mug", Kind.GOODS, "Mug", (Price(PRICE),), limits=Limits(per_member=MOST)), ACTOR)
    mall.restock([Restock(item.id, 5, "first")], ACTOR)
    shelf, placed = Shelf(), []
    for number, (verb, one, other) in enumerate(steps):
        code = getattr(shelf, verb)(one, other)
        assert _done(verb, one, other, people, item.id, placed, number) == code, (verb, one, other, shelf)
        assert mall.item(item.id).left == shelf.left
        assert [facade.standing(person).balances[0].available for person in people] == shelf.points
    assert mall.verify().violations == ()


def _done(verb, one, other, people, item_id, placed, number):
    try:
        with unit_of_work(apart=True):
            _do(verb, one, other, people, item_id, placed, number)
    except Refusal as refused:
        return refused.code
    return ""


def _do(verb, one, other, people, item_id, placed, number):
    if verb == "restock":
        mall.restock([Restock(item_id, one, "count")], ACTOR)
    elif verb in ("take", "reserve"):
        ref = MemberRef(id=people[one])
        fact = ExchangeFact("app", str(number), ref, "mug", other, Way.SHIP, "", HOME, reserve=verb == "reserve")
        placed.append(facade.exchange(fact, ACTOR).order.id)
    elif verb == "wait":
        clock.set_business_clock(clock.business_now() + timedelta(minutes=one))
        facade.lapse_exchanges()
    elif one >= len(placed):
        raise Refusal("unknown_mall_order", "There is none.")
    elif verb == "confirm":
        facade.confirm_exchange(placed[one], ACTOR)
    elif verb == "cancel":
        facade.cancel_exchange(placed[one], ACTOR)
    elif verb == "ship":
        assert mall.ship(placed[one], "SF", "1", ACTOR).state is State.SHIPPED
    else:
        facade.refund_exchange(placed[one], ACTOR, restock=verb == "resell")
