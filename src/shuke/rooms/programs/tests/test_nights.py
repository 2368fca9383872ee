"""Large nights: in columns where only lots end, two chunks at once, going on where they stopped."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import EntryKey, Kind
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import HoldFact
from shuke.rooms.programs.services import advancing, nights
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member, order

NEW_YEAR = datetime(2028, 1, 1, 5, tzinfo=UTC)
AUTUMN = datetime(2027, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def left(monkeypatch):
    """Let nights of any size pass in columns; the members whom they leave to the desk."""
    ids = []

    def pass_over(*arguments):
        told, rest = nights_pass_over(*arguments)
        ids.extend(rest)
        return told, rest

    nights_pass_over = nights.pass_over
    monkeypatch.setattr(advancing, "MANY", 1)
    monkeypatch.setattr(nights, "pass_over", pass_over)
    return ids


def test_lots_end_in_columns_and_all_else_is_left_to_the_desk(enrol, left):
    anna, ben, cleo = enrol(1), enrol(2), enrol(3)
    facade.record([order("a", 10_00), order("b", 20_00, who=member(2)), order("c", 600_00, who=member(3))], ACTOR)
    facade.record([HoldFact("till", "h", member(2), 5, NEW_YEAR + timedelta(days=9))], ACTOR)
    july = NOW + timedelta(days=31)
    clock.set_business_clock(july)
    facade.record([order("d", 7_50, july), order("e", 2_50, july)], ACTOR)
    clock.set_business_clock(NEW_YEAR)

    advanced = facade.advance_due()

    assert left == sorted([ben, cleo])  # one holds points, the other's tier is reviewed
    assert (advanced.members, advanced.entries, dict(advanced.expired), advanced.tier_changes) == (
        3, 5, {"points": 10 + 7 + 2 + 15 + 600}, 1,
    )  # fmt: skip
    unit = points.all_units()[0].id
    entries = [points.entry(EntryKey(anna, unit, number)) for number in (4, 5, 6)]
    assert [(e.amount, e.balance_after, e.lot_number, e.transaction_number) for e in entries] == [
        (-10, 9, 1, 4), (-7, 2, 2, 5), (-2, 0, 3, 5),
    ]  # fmt: skip
    assert [(e.occurred_at, e.recorded_at, e.reference) for e in entries] == [
        (datetime(2027, month, 1, 4, tzinfo=UTC), NEW_YEAR, None) for month in (7, 8, 8)
    ]
    assert not [found for check in facade.verify_all() for found in check.violations]
    assert facade.advance_due() == advancing.NOTHING


def test_one_night_for_lots_that_end_a_day_apart_is_a_transaction_for_each_day(enrol, left):
    facade.publish(PROGRAM.replace("after: 12 months, end_of: month", "after: 30 days"), ACTOR)
    ids = sorted(enrol(number) for number in range(1, 13))
    who = {id: number for number in range(1, 13) for id in [members.resolve([member(number)])[0]]}
    for day in range(5):
        at = NOW + timedelta(days=day)
        clock.set_business_clock(at)
        bought = [order(f"{day}-{place}", 10_00, at, member(who[id])) for place, id in enumerate(ids)]
        facade.record([bought[place] for place in range(12) if day in (4 - place % 5, place % 3)], ACTOR)
    clock.set_business_clock(NOW + timedelta(days=60))

    facade.advance_due()

    assert left == []
    unit = points.all_units()[0].id
    for id in ids:
        entries = points.entries_page(id, 20, None, unit).entries
        ends = [(entry.day, entry.transaction_number) for entry in reversed(entries) if entry.kind is Kind.EXPIRY]
        first = len(entries) - len(ends) + 1
        assert ends == [(day, first + place) for place, (day, _) in enumerate(sorted(ends))]
    assert not [found for check in facade.verify_all() for found in check.violations]


@pytest.mark.django_db(transaction=True)
def test_a_night_of_many_chunks_goes_on_where_it_stopped(enrol, left, monkeypatch):
    ids = sorted(enrol(number) for number in range(1, 6))
    facade.record([order(f"a{number}", 10_00, who=member(number)) for number in range(1, 6)], ACTOR)
    clock.set_business_clock(AUTUMN)
    advance, threads = advancing.advance, set()

    def stop(member_ids, until):
        threads.add(threading.get_ident())
        if member_ids == [ids[2]]:
            raise RuntimeError
        return advance(member_ids, until)

    with monkeypatch.context() as stopping, pytest.raises(RuntimeError):
        stopping.setattr(advancing, "advance", stop)
        facade.advance_due(chunk=1)
    unit = points.all_units()[0].id
    stopped = [points.balances(ids)[id][unit].available for id in ids]
    advanced = facade.advance_due(chunk=1)

    assert len(threads) == advancing.THREADS
    assert stopped == [0, 0, 10, 0, 10]  # every other chunk is the other thread's
    assert (advanced.members, advanced.entries, dict(advanced.expired)) == (2, 2, {"points": 20})
    assert facade.advance_due(chunk=1) == advancing.NOTHING
    assert left == []
    assert not [found for check in facade.verify_all() for found in check.violations]
