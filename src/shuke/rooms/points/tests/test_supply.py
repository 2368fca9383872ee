"""A unit's supply is never exceeded, whoever issues, and what comes back can be issued again."""

import threading
from uuid import UUID

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Kind, Move, NewUnit, Posting
from shuke.rooms.points.tests.conftest import ANNA, BEN, RECORDED_AT, accrual, at, take
from shuke.rooms.points.tests.test_post import ledger, rows


def issue(unit, *postings):
    holder_ids = sorted({posting.holder_id for posting in postings})
    with unit_of_work():
        facade.lock(holder_ids)
        facade.post(postings, facade.balances(holder_ids), RECORDED_AT, limited=[unit])


def supply(unit):
    return rows(f"SELECT sum(most), sum(issued) FROM points_supply WHERE unit_id = {unit}")[0]


def test_what_was_issued_before_counts_and_the_rest_can_be_issued_to_the_last(unit, post):
    post(accrual(ANNA, unit, 1, 60, day=10), take(Kind.REDEMPTION, ANNA, unit, 10, (1, 20)))
    facade.limit_supply(unit, 100)
    assert supply(unit) == (100, 60)

    issue(unit, accrual(ANNA, unit, 2, 1, day=11), accrual(BEN, unit, 1, 38, day=11))
    assert supply(unit) == (100, 99)
    before = ledger()
    with pytest.raises(Refusal) as refused:
        issue(unit, accrual(ANNA, unit, 3, 2, day=11))
    assert (refused.value.code, refused.value.params) == ("supply_exhausted", {"left": "1"})
    assert ledger() == before

    issue(unit, accrual(ANNA, unit, 3, 1, day=11))
    assert supply(unit) == (100, 100)


def test_what_is_taken_back_can_be_issued_again(unit, post):
    facade.limit_supply(unit, 50)
    issue(unit, accrual(ANNA, unit, 1, 50, day=10))
    back = Move(Kind.CLAWBACK, unit, 1, 10), Move(Kind.DEBIT, unit, 1, 5)
    issue(unit, Posting(ANNA, 11, at(11), UUID(int=11), back))
    assert supply(unit) == (50, 35)

    issue(unit, Posting(BEN, 12, at(12), None, (Move(Kind.CREDIT, unit, 1, 15),)))
    assert supply(unit) == (50, 50)


def test_the_most_is_never_below_what_was_issued_and_can_be_taken_away(unit, post):
    facade.limit_supply(unit, 50)
    issue(unit, accrual(ANNA, unit, 1, 30, day=10))

    with pytest.raises(Refusal) as refused:
        facade.limit_supply(unit, 29)
    assert (refused.value.code, supply(unit)) == ("supply_below_issued", (50, 30))
    facade.limit_supply(unit, 31)
    assert supply(unit) == (31, 30)
    facade.limit_supply(unit, None)
    assert supply(unit) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_many_writers_issue_the_last_point_once():
    unit = facade.declare_units([NewUnit("tokens", 0)])["tokens"].id
    holders = [UUID(int=number) for number in range(1, 9)]
    facade.open_holders(holders)
    facade.limit_supply(unit, 20)
    refused = []

    def run(holder_id):
        lots = 0
        for _ in range(5):
            try:
                issue(unit, accrual(holder_id, unit, lots + 1, 1, day=10))
                lots += 1
            except Refusal as refusal:
                refused.append(refusal.code)
        connection.close()

    threads = [threading.Thread(target=run, args=(holder_id,)) for holder_id in holders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert refused == ["supply_exhausted"] * 20
    assert supply(unit) == (20, 20)
    assert facade.totals(unit).outstanding == 20
