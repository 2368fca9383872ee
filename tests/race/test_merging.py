"""A merge while orders come: whatever came first, every point is in the end with the member that stayed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connections

from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.facts import OrderFact
from shuke.rooms.programs.tests.conftest import PROGRAM

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROUNDS = 12


@pytest.mark.django_db(transaction=True)
def test_no_point_is_left_behind(transactional_db):
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM, ACTOR)
    new = [NewMember((ExternalId("till", str(number)),), joined_at=NOW) for number in range(2 * ROUNDS)]
    everybody = [member.id for member in facade.enrol(new, ACTOR)]
    barrier = threading.Barrier(2)

    def merge(survivor, source):
        barrier.wait()
        try:
            return facade.merge_members(survivor, [source], "race", ACTOR)
        finally:
            connections.close_all()

    def earn(number):
        who = MemberRef(external=ExternalId("till", str(number)))
        barrier.wait()
        try:
            return facade.record([OrderFact("till", f"o{number}", who, NOW, 1_000, 1_000, "USD")], ACTOR)[0]
        finally:
            connections.close_all()

    for number in range(ROUNDS):
        survivor, source = everybody[2 * number : 2 * number + 2]
        with ThreadPoolExecutor(2) as pool:
            merging, earning = pool.submit(merge, survivor, source), pool.submit(earn, 2 * number + 1)
            assert merging.result().source_ids == (source,)
            assert (earning.result().refusal, earning.result().undecided) == (None, None)
        assert [account.available for account in points.balances([survivor])[survivor].values()] == [10]
        assert [account.available for account in points.balances([source])[source].values()] in ([], [0])
    assert [law for each in facade.verify_all() for law in each.violations] == []
