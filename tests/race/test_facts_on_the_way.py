"""A fact on its way meets what it is about: a refund its order, any fact a merge of its member. Nothing of it is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connections

from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members import statuses
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import facade
from shuke.rooms.programs.facts import OrderFact, RedeemFact, RefundFact, TransferFact
from shuke.rooms.programs.services import claims, recording, storing
from shuke.rooms.programs.tests.conftest import PROGRAM
from tests.race.beside import once

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
REFUND = RefundFact("till", "r", ("till", "o"))


def who(number: int) -> MemberRef:
    return MemberRef(external=ExternalId("till", str(number)))


def order(id: str = "o", number: int = 0) -> OrderFact:
    return OrderFact("till", id, who(number), NOW, 10_00, 10_00, "USD")


def record(fact):
    (result,) = facade.record([fact], ACTOR)
    assert result.refusal is None
    return result


@pytest.fixture
def people(transactional_db):
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM.replace("{scale: 0,", "{scale: 0, transfer: yes,"), ACTOR)
    new = [NewMember((ExternalId("till", str(number)),), joined_at=NOW - timedelta(days=20)) for number in range(3)]
    return [member.id for member in facade.enrol(new, ACTOR)]


def merge(survivor, source):
    try:
        facade.merge_members(survivor, [source], "race", ACTOR)
    finally:
        connections.close_all()


def owned(people):
    found = [next(iter(accounts.values()), None) for accounts in points.balances(people).values()]
    return [(one.available, one.debt) if one else (0, 0) for one in found]


def booked(member_id):
    return [(entry.kind, entry.amount) for entry in reversed(points.entries_page(member_id, 9).entries)]


def test_a_refund_finds_the_order_that_is_being_recorded(people, monkeypatch):
    ended = once(monkeypatch, storing, "store", lambda: record(REFUND), before=False)

    record(order())
    ended()

    assert booked(people[0]) == [(Kind.ACCRUAL, 10), (Kind.CLAWBACK, -10)]
    assert owned(people)[0] == (0, 0)
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_an_order_finds_the_refund_that_is_being_parked(people, monkeypatch):
    ended = once(monkeypatch, storing, "store", lambda: record(order()), before=False)

    assert record(REFUND).undecided.value == "parked"
    ended()

    assert booked(people[0]) == [(Kind.ACCRUAL, 10), (Kind.CLAWBACK, -10)]
    assert owned(people)[0] == (0, 0)
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_a_refund_finds_in_whom_the_member_lives_on_meanwhile(people, monkeypatch):
    record(order())
    ended = once(
        monkeypatch,
        recording.points,
        "lock",
        lambda: facade.merge_members(people[1], people[:1], "race", ACTOR),
        before=True,
    )

    record(REFUND)
    ended(within=0)

    assert members.get(people[0]).merged_into == people[1]
    assert owned(people)[:2] == [(0, 0), (0, 0)]
    assert [law for each in facade.verify_all() for law in each.violations] == []


@pytest.fixture
def merged(people):
    """The first has nothing and earned what is refunded, lives on in the second, who has 10; the record of that."""
    record(order())
    record(RedeemFact("till", "spent", who(0), 10))
    record(order("other", 1))
    return facade.merge_members(people[1], people[:1], "race", ACTOR)


def test_a_refund_finds_that_its_member_was_taken_apart_meanwhile(people, merged, monkeypatch):
    part = partial(facade.unmerge_members, merged.id, "race", ACTOR)
    ended = once(monkeypatch, recording.points, "lock", part, before=True)

    record(REFUND)
    ended(within=0)

    assert members.get(people[0]).merged_into is None
    assert owned(people)[:2] == [(0, 10), (10, 0)]
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_a_refund_finds_that_its_member_lives_on_in_another_meanwhile(people, merged, monkeypatch):
    def move():
        facade.unmerge_members(merged.id, "race", ACTOR)
        facade.merge_members(people[2], people[:1], "race", ACTOR)

    ended = once(monkeypatch, recording.points, "lock", move, before=True)

    record(REFUND)
    ended(within=0)

    assert members.get(people[0]).merged_into == people[2]
    assert owned(people) == [(0, 10), (10, 0), (0, 0)]
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_a_transfer_finds_in_whom_the_receiver_lives_on_meanwhile(people, monkeypatch):
    record(order())
    ended = once(
        monkeypatch,
        recording.points,
        "lock",
        lambda: facade.merge_members(people[2], people[1:2], "race", ACTOR),
        before=True,
    )

    record(TransferFact("till", "t", who(0), who(1), 4))
    ended(within=0)

    assert owned(people) == [(6, 0), (0, 0), (4, 0)]
    assert members.get(people[1]).merged_into == people[2]


def test_a_fact_follows_its_member_through_merge_after_merge(people, monkeypatch):
    real, merges = points.lock, [(1, 0), (2, 1)]

    def lock(holder_ids):
        if merges and len(holder_ids) == 1:
            survivor, source = merges.pop(0)
            with ThreadPoolExecutor(1) as beside:
                beside.submit(merge, people[survivor], people[source]).result()
        real(holder_ids)

    monkeypatch.setattr(recording.points, "lock", lock)

    assert record(order()).member_id == people[2]
    assert owned(people) == [(0, 0), (0, 0), (10, 0)]


@pytest.mark.parametrize("place", [(recording.points, "lock", True), (storing, "store", False)])
def test_a_refund_in_a_chain_of_merges_meets_one_that_is_taken_apart(people, monkeypatch, place):
    """What paid comes to whom the first record lives on in when all is over, and every merge can be taken apart."""
    record(order("other"))
    record(RedeemFact("till", "paid", who(0), 10, order=("till", "o")))
    record(OrderFact("till", "o", who(0), NOW, 0, 0, "USD"))
    first = facade.merge_members(people[1], people[:1], "race", ACTOR)
    second = facade.merge_members(people[2], people[1:2], "race", ACTOR)
    module, name, before = place
    part = partial(facade.unmerge_members, second.id, "race", ACTOR)
    ended = once(monkeypatch, module, name, part, before=before)

    record(REFUND)
    ended()

    assert members.get(people[1]).merged_into is None
    assert owned(people) == [(0, 0), (10, 0), (0, 0)]
    facade.unmerge_members(first.id, "race", ACTOR)
    assert owned(people) == [(10, 0), (0, 0), (0, 0)]
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_nobody_in_a_chain_of_merges_moves_while_a_refund_is_written(people, monkeypatch):
    record(order())
    facade.merge_members(people[1], people[:1], "race", ACTOR)
    facade.merge_members(people[2], people[1:2], "race", ACTOR)
    locked = []

    def lock(holder_ids, real=points.lock):
        locked.append(list(holder_ids))
        real(holder_ids)

    monkeypatch.setattr(recording.points, "lock", lock)

    record(REFUND)

    assert locked == [sorted(people)]


def freeze(people):
    facade.set_status(people[0], members.Status.FROZEN, "stolen card", ACTOR)


def test_a_freeze_is_acknowledged_after_what_was_on_its_way(people, monkeypatch):
    record(order())
    acknowledged, seen = [], []
    ended = once(monkeypatch, storing, "store", lambda: acknowledged.append(freeze(people)), before=False)
    monkeypatch.setattr(recording, "_audit", lambda *_: seen.append(len(acknowledged)))

    record(RedeemFact("till", "spent", who(0), 4))
    ended()

    assert seen == [0]
    assert owned(people)[0] == (6, 0)
    assert members.get(people[0]).status is members.Status.FROZEN


def test_nothing_is_decided_after_a_freeze_that_it_met(people, monkeypatch):
    record(order())
    answers = []

    def redeem():
        answers.extend(facade.record([RedeemFact("till", "spent", who(0), 4)], ACTOR))

    ended = once(monkeypatch, statuses, "move", redeem, before=False)

    freeze(people)
    ended()

    assert [answer.refusal.code for answer in answers] == ["member_frozen"]
    assert owned(people)[0] == (10, 0)


def test_holders_are_locked_before_keys_and_all_keys_together(people, monkeypatch):
    done = []

    def noted(name, real):
        return lambda *given: done.append((name, len(given[0]), len(given[1:] and given[1]))) or real(*given)

    monkeypatch.setattr(recording.points, "lock", noted("lock", points.lock))
    monkeypatch.setattr(claims.business_keys, "claim", noted("claim", claims.business_keys.claim))

    assert [result.refusal for result in facade.record([REFUND, order("other")], ACTOR)] == [None, None]

    assert done == [("lock", 1, 0), ("claim", 2, 1)]


def test_a_refund_is_recorded_again_where_its_order_came_meanwhile(people, monkeypatch):
    ended = once(monkeypatch, recording, "claim", lambda: record(order()), before=True)

    assert record(REFUND).member_id == people[0]
    ended(within=0)

    assert booked(people[0]) == [(Kind.ACCRUAL, 10), (Kind.CLAWBACK, -10)]
