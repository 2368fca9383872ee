"""Behaviours are stored as they arrived, in the order given, and counted by kind and day."""

from dataclasses import asdict, replace
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.orders import facade, models
from shuke.rooms.orders.contracts import Behaviour, NewBehaviour
from shuke.rooms.orders.tests.conftest import ANNA, BEN, RECORDED_AT, at, order


def behaviour(number, day=100, **changes):
    usual = NewBehaviour(UUID(int=8_000 + number), "app", str(number), "review", at(day), day)
    return replace(usual, **changes)


@pytest.fixture
def did(record):
    def write(*pairs):
        facade.record_behaviours([each for each, _ in pairs], [member_id for _, member_id in pairs], RECORDED_AT)

    return write


def test_a_behaviour_is_stored_as_it_arrived(did, record):
    record((order(1), ANNA))
    new = behaviour(1, store="S1", channel="app", order_id=order(1).id, attributes={"stars": 5, "text": "好"})
    did((new, ANNA), (behaviour(2, counted=False), None))

    found = facade.behaviour(new.id)
    seq = found.recorded_seq
    assert found == Behaviour(**asdict(new), member_id=ANNA, recorded_at=RECORDED_AT, recorded_seq=seq)
    assert facade.behaviour(behaviour(2).id).member_id is None
    assert facade.behaviour(behaviour(2).id).recorded_seq == seq + 1 == facade.get(order(1).id).recorded_seq + 2


def test_an_unknown_behaviour_is_refused(db):
    with pytest.raises(Refusal) as refused:
        facade.behaviour(UUID(int=5))

    assert refused.value.code == "unknown_behaviour"


@pytest.mark.parametrize(
    ("new", "member_id"),
    [(behaviour(1), ANNA), (behaviour(2, day=-1), ANNA), (behaviour(2), None), (behaviour(2), UUID(int=9))],
    ids=["id taken", "day before 1970", "counted for nobody", "no such member"],
)
def test_a_refusal_leaves_nothing(did, new, member_id):
    did((behaviour(1), ANNA))

    with pytest.raises(IntegrityError), unit_of_work():
        did((behaviour(5), BEN), (new, member_id))
        connection.check_constraints()

    assert models.Behaviour.objects.count() == 1


def test_days_hold_counted_behaviours_of_a_kind(did):
    did(
        (behaviour(1, day=100), ANNA),
        (behaviour(2, day=101), ANNA),
        (behaviour(3, day=101), ANNA),
        (behaviour(4, day=101, counted=False), ANNA),
        (behaviour(5, day=101, kind="share"), ANNA),
        (behaviour(6, day=101), BEN),
        (behaviour(7, day=103), ANNA),
    )

    spans = [(ANNA, "review", 100, 102), (ANNA, "share", 0, 200), (BEN, "share", 0, 200)]
    assert facade.event_days(spans) == {
        (ANNA, "review"): [(100, 1), (101, 2)],
        (ANNA, "share"): [(101, 1)],
        (BEN, "share"): [],
    }
    assert facade.event_days([]) == {}


def test_a_page_begins_with_the_latest_day(did):
    did((behaviour(1, day=100), ANNA), (behaviour(2, day=102), ANNA), (behaviour(3, day=102), ANNA))
    did((behaviour(4, day=103), BEN))

    first = facade.behaviours_of_member(ANNA, 2)
    second = facade.behaviours_of_member(ANNA, 2, first.next_cursor)
    assert [found.external_id for found in first.behaviours] == ["3", "2"]
    assert [found.external_id for found in second.behaviours] == ["1"]
    assert second.next_cursor is None


@pytest.mark.parametrize("size", [1, 200])
def test_the_number_of_statements_does_not_grow_with_the_batch(did, size, django_assert_num_queries):
    with django_assert_num_queries(1):
        did(*((behaviour(number), ANNA) for number in range(size)))
