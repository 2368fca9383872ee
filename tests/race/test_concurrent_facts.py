"""Many senders at once: every fact has one effect, no points are spent twice, nothing deadlocks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from shuke.foundation import clock, randomness
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import OrderFact, RedeemFact, Status
from shuke.surfaces.cli.demo import PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SENDERS = 8
MEMBERS = 12


@pytest.fixture
def shop(transactional_db):
    clock.set_business_clock(NOW)
    facade.publish(PROGRAM.read_text(), ACTOR)
    new = [NewMember((ExternalId("till", str(number)),), joined_at=NOW) for number in range(MEMBERS)]
    return [member.id for member in facade.enrol(new, ACTOR)]


def _who(number: int) -> MemberRef:
    return MemberRef(external=ExternalId("till", str(number)))


def _order(id: int, net: int = 10_00) -> OrderFact:
    return OrderFact("till", str(id), _who(id % MEMBERS), NOW + timedelta(seconds=id % 60), net, net, "USD")


def _at_once(work, count: int = SENDERS):
    """Run `work(number)` in threads that start together, each with a connection of its own."""
    barrier = threading.Barrier(count)

    def one(number: int):
        barrier.wait()
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # a name of our own
        return cursor.fetchone()[0]


def test_the_same_facts_from_everybody_have_one_effect(shop):
    facts = [_order(number) for number in range(240)]

    def send(number: int):
        """Send all of them in an order of one's own: half of the senders one by one, the others in batches."""
        mine = randomness.seeded(number).sample(facts, len(facts))
        step = 1 if number % 2 else 40
        batches = [mine[first : first + step] for first in range(0, len(mine), step)]
        return [result for batch in batches for result in facade.record(batch, ACTOR)]

    results = [result for sender in _at_once(send) for result in sender]

    recorded = [result for result in results if result.status is Status.RECORDED]
    assert {result.status for result in results} == {Status.RECORDED, Status.REPEATED}
    assert len(recorded) == len({result.reference for result in results}) == len(facts)
    assert (_count("orders_order"), _count("business_key"), _count("programs_decision")) == (240, 240, 240)
    assert points.totals(points.all_units()[0].id).issued == sum(result.points["points"] for result in recorded)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_points_are_never_spent_twice(shop):
    facade.record([_order(0, 1_000_00)], ACTOR)

    def spend(number: int):
        mine = [RedeemFact("till", f"r{number}-{place}", _who(0), 70) for place in range(5)]
        return [facade.record([fact], ACTOR)[0] for fact in mine]

    results = [result for sender in _at_once(spend) for result in sender]

    taken = [result for result in results if result.status is Status.RECORDED]
    assert len(taken) == 1_000 // 70
    assert {result.refusal.code for result in results if result.refusal} == {"insufficient_points"}
    assert facade.standing(shop[0]).balances[0].available == 1_000 - 70 * len(taken)
    assert _count("business_key") == 1 + len(taken)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_one_fact_for_two_members_is_recorded_for_one(shop):
    facts = [OrderFact("till", "same", _who(number), NOW, 10_00, 10_00, "USD") for number in range(SENDERS)]

    results = [result for (result,) in _at_once(lambda number: facade.record([facts[number]], ACTOR))]

    assert sorted(result.status.value for result in results) == ["recorded"] + ["refused"] * (SENDERS - 1)
    assert _count("orders_order") == 1


def test_the_nightly_advance_meets_facts(shop):
    facade.record([_order(number, 600_00) for number in range(MEMBERS)], ACTOR)
    clock.set_business_clock(datetime(2028, 1, 1, 5, tzinfo=UTC))

    def work(number: int):
        if number == 0:
            return facade.advance_due(chunk=5).members
        late = OrderFact("till", f"x{number}", _who(number), clock.business_now(), 10_00, 10_00, "USD")
        return facade.record([late], ACTOR)[0].status

    _at_once(work)

    facade.advance_due()
    unit = points.all_units()[0].id
    totals = points.totals(unit)
    assert (totals.issued, totals.expired) == (MEMBERS * 600 + (SENDERS - 1) * 10, MEMBERS * 600)
    assert not [found for check in facade.verify_all() for found in check.violations]
