"""Publishing, enrolling and reading while others write: nobody is lost, nothing crashes, what is read belongs together."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, OperationalError, connection

from shuke.foundation import clock
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import ImportFile, OrderFact, RedeemFact, RowState
from shuke.rooms.programs.imports import landing
from shuke.rooms.programs.services import enrolling, storing
from shuke.surfaces.cli.demo import PROGRAM
from tests.race.beside import once

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EXPIRED = datetime(2027, 7, 2, tzinfo=UTC)
ANNA = MemberRef(external=ExternalId("till", "1"))
FIRST = PROGRAM.read_text()
SECOND = FIRST + "  - {code: more, unit: points, points: 1}\n"


def _order(id: str, net: int = 10_00, at: datetime = NOW) -> OrderFact:
    return OrderFact("till", id, ANNA, at, net, net, "USD")


def _enrol():
    (member,) = facade.enrol([NewMember((ExternalId("till", "1"),), joined_at=NOW - timedelta(days=20))], ACTOR)
    return member.id


@pytest.fixture
def anna(transactional_db):
    clock.set_business_clock(NOW)
    facade.publish(FIRST, ACTOR)
    return _enrol()


def test_who_enrols_while_the_first_version_is_published_is_a_member_of_it(transactional_db, monkeypatch):
    clock.set_business_clock(NOW)
    ended = once(monkeypatch, enrolling, "locked_timeline", lambda: facade.publish(FIRST, ACTOR), before=False)

    _enrol()
    ended()

    (result,) = facade.record([_order("a")], ACTOR)
    assert (result.undecided, result.points) == (None, {"points": 10})


def _publish_and_record():
    facade.publish(SECOND, ACTOR)
    facade.record([_order("other", at=clock.business_now())], ACTOR)


def test_a_version_published_before_the_locks_is_seen(anna, monkeypatch):
    ended = once(monkeypatch, points, "lock", _publish_and_record, before=True)

    (result,) = facade.record([_order("mine")], ACTOR)
    ended(within=0)

    assert (result.version, result.points, result.balances) == (2, {"points": 11}, {"points": 22})


def test_a_version_published_before_the_locks_is_seen_by_the_nightly_advance(anna, monkeypatch):
    facade.record([_order("a")], ACTOR)
    clock.set_business_clock(EXPIRED)
    ended = once(monkeypatch, points, "lock", _publish_and_record, before=True)

    advanced = facade.advance_due()
    ended(within=0)

    assert (advanced.members, advanced.entries) == (1, 0)  # the order of the other was first
    assert facade.standing(anna).balances[0].available == 11
    assert not points.verify().violations


def test_a_version_published_while_an_order_is_decided_calls_its_member(anna, monkeypatch):
    ended = once(monkeypatch, storing, "store", lambda: facade.publish(SECOND, ACTOR), before=True)

    (result,) = facade.record([_order("a")], ACTOR)
    ended()

    assert (result.version, result.points) == (1, {"points": 10})
    with connection.cursor() as cursor:
        cursor.execute("SELECT version_id = %s FROM programs_membership", [facade.current().id])
        assert cursor.fetchall() == [(False,)]
    assert [facade.advance_due().members for _ in range(2)] == [1, 0]


def test_publishing_and_an_import_that_enrols_do_not_wait_for_each_other(anna, monkeypatch):
    data = b"id,name\n1,Ann\n2,Ben\n"
    file = ImportFile("members.csv", data, "till", {"id": "external_id", "name": "name"})
    ended = once(monkeypatch, landing, "_enrolled", lambda: facade.publish(SECOND, ACTOR), before=True)

    report = facade.check_import(file, ACTOR)
    ended()

    assert report.foreseen == {RowState.CREATED: 1, RowState.UPDATED: 1}
    assert facade.current().number == 2


def test_an_import_enrols_under_the_version_published_after_it_began(anna, monkeypatch):
    file = ImportFile("members.csv", b"id\n2\n", "till", {"id": "external_id"})
    report = facade.check_import(file, ACTOR)
    ended = once(monkeypatch, landing, "_pass", lambda: facade.publish(SECOND, ACTOR), before=True)

    facade.commit_import(report.id, ACTOR)

    ended(within=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM programs_membership WHERE version_id = %s", [facade.current().id])
        assert cursor.fetchone() == (1,)


def test_a_standing_is_of_one_instant(anna, monkeypatch):
    facade.record([_order("a", 600_00)], ACTOR)
    redemption = RedeemFact("till", "r", ANNA, 100)
    ended = once(monkeypatch, points, "open_lots", lambda: facade.redeem(redemption, ACTOR), before=True)

    standing = facade.standing(anna)

    ended(within=0)
    assert (standing.balances[0].available, standing.balances[0].next_expiry.points) == (600, 600)
    assert facade.standing(anna).balances[0].available == 500


def test_what_was_committed_is_told_when_the_database_gives_up(anna, monkeypatch):
    real, calls = orders.record, []

    def record(new, *others):
        calls.append(len(new))
        if len(calls) == 1:
            raise DataError
        if len(calls) == 3:
            raise OperationalError
        real(new, *others)

    monkeypatch.setattr(orders, "record", record)

    results = facade.record([_order(id) for id in "abcd"], ACTOR)

    assert [result.refusal and result.refusal.code for result in results] == [None, None, "unavailable", "unavailable"]
    assert calls == [4, 2, 2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT external_id FROM orders_order ORDER BY 1")
        assert cursor.fetchall() == [("a",), ("b",)]
    assert [result.balances["points"] for result in facade.record([_order(id) for id in "abcd"], ACTOR)] == [
        10, 20, 30, 40,
    ]  # fmt: skip
