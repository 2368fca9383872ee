"""Writers of the same holders wait for each other in one order: nothing is lost, doubled or deadlocked."""

import threading
from uuid import UUID

import pytest
from django.db import connection

from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import NewUnit, StaleLedgerError
from shuke.rooms.points.tests.conftest import RECORDED_AT, accrual

HOLDERS = [UUID(int=number) for number in range(1, 21)]
ROUNDS = 15


def in_threads(*works):
    """Run each work in a thread with a connection of its own and return the errors."""
    errors = []

    def run(work):
        try:
            work()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return errors


def accrue_all(unit, holders):
    """Give every holder one point, in the order given, as one batch."""
    with unit_of_work():
        facade.lock(holders)
        accounts = facade.balances(holders)
        next_lots = {holder: accounts[holder][unit].lot_count + 1 if accounts[holder] else 1 for holder in holders}
        facade.post([accrual(holder, unit, next_lots[holder], 1, day=1) for holder in holders], accounts, RECORDED_AT)


@pytest.mark.django_db(transaction=True)
def test_two_writers_in_opposite_order_neither_deadlock_nor_lose_points():
    unit = facade.declare_units([NewUnit("points", 0)])["points"].id
    facade.open_holders(HOLDERS)

    errors = in_threads(
        lambda: [accrue_all(unit, HOLDERS) for _ in range(ROUNDS)],
        lambda: [accrue_all(unit, HOLDERS[::-1]) for _ in range(ROUNDS)],
    )

    assert errors == []
    assert {accounts[unit].available for accounts in facade.balances(HOLDERS).values()} == {2 * ROUNDS}
    assert facade.verify().violations == ()


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_that_decided_from_the_same_account_one_is_refused():
    unit = facade.declare_units([NewUnit("points", 0)])["points"].id
    facade.open_holders(HOLDERS[:1])
    accrue_all(unit, HOLDERS[:1])
    seen = facade.balances(HOLDERS[:1])
    both = threading.Barrier(2, timeout=60)

    def post_without_lock():
        both.wait()
        with unit_of_work():
            facade.post([accrual(HOLDERS[0], unit, 2, 1, day=1)], seen, RECORDED_AT)

    errors = in_threads(post_without_lock, post_without_lock)

    assert [type(error) for error in errors] == [StaleLedgerError]
    assert facade.balances(HOLDERS[:1])[HOLDERS[0]][unit].available == 2
    assert facade.verify().violations == ()
