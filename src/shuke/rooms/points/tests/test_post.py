"""Postings become entries, lots and balances exactly, or nothing at all."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Account, EntryKey, Kind, LotKey, NewUnit, OpenLot, Posted, StaleLedgerError
from shuke.rooms.points.tests.conftest import ANNA, BEN, CARL, RECORDED_AT, accrual, at, take

UNKNOWN = UUID(int=99)


def rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def ledger() -> list[list[tuple[object, ...]]]:
    """Return everything that stands in the ledger's tables."""
    tables = ("holder", "account", "lot", "entry", "hold", "take", "clawback", "uncounted")
    return [rows(f"SELECT * FROM points_{table} ORDER BY 1, 2") for table in tables]


def test_postings_become_entries_lots_and_balances(unit, post):
    posted = post(
        accrual(ANNA, unit, 1, 100, day=10, expires_day=400),
        accrual(BEN, unit, 1, 7, day=10),
        accrual(ANNA, unit, 2, 50, day=11, expires_day=401),
        take(Kind.REDEMPTION, ANNA, unit, 12, (1, 100), (2, 20)),
    )

    assert posted == [
        Posted(1, (EntryKey(ANNA, unit, 1),)),
        Posted(1, (EntryKey(BEN, unit, 1),)),
        Posted(2, (EntryKey(ANNA, unit, 2),)),
        Posted(3, (EntryKey(ANNA, unit, 3), EntryKey(ANNA, unit, 4))),
    ]
    assert facade.balances([ANNA, BEN]) == {ANNA: {unit: Account(unit, 30, 4, 2)}, BEN: {unit: Account(unit, 7, 1, 1)}}
    assert facade.open_lots([ANNA, BEN]) == {
        ANNA: [OpenLot(unit, 2, 30, 401, UUID(int=11))],
        BEN: [OpenLot(unit, 1, 7, NEVER, UUID(int=10))],
    }
    entries = rows(
        "SELECT number, transaction_number, kind, lot_number, amount, balance_after, account, counter_account, day,"
        f" occurred_at, recorded_at, reference FROM points_entry WHERE holder_id = '{ANNA}' ORDER BY number"
    )
    assert entries == [
        (1, 1, "accrual", 1, 100, 100, "available", "issued", 10, at(10), RECORDED_AT, UUID(int=10)),
        (2, 2, "accrual", 2, 50, 150, "available", "issued", 11, at(11), RECORDED_AT, UUID(int=11)),
        (3, 3, "redemption", 1, -100, 50, "available", "redeemed", 12, at(12), RECORDED_AT, UUID(int=12)),
        (4, 3, "redemption", 2, -20, 30, "available", "redeemed", 12, at(12), RECORDED_AT, UUID(int=12)),
    ]


def test_numbers_go_on_where_they_stopped(unit, post):
    post(accrual(ANNA, unit, 1, 100, day=10, expires_day=400))
    post(accrual(ANNA, unit, 2, 5, day=11, expires_day=400), take(Kind.REDEMPTION, ANNA, unit, 11, (1, 99)))
    (posted,) = post(take(Kind.EXPIRY, ANNA, unit, 400, (1, 1), (2, 5)))

    assert posted == Posted(4, (EntryKey(ANNA, unit, 4), EntryKey(ANNA, unit, 5)))
    assert facade.balances([ANNA]) == {ANNA: {unit: Account(unit, 0, 5, 2)}}
    assert facade.open_lots([ANNA]) == {ANNA: []}


def test_units_of_one_holder_are_apart(unit, post):
    growth = facade.declare_units([NewUnit("growth", 2)])["growth"].id
    post(accrual(ANNA, unit, 1, 100, day=10), accrual(ANNA, growth, 1, 3, day=10))

    assert facade.balances([ANNA]) == {ANNA: {unit: Account(unit, 100, 1, 1), growth: Account(growth, 3, 1, 1)}}


def test_lots_come_soonest_end_first_and_endless_ones_last(unit, post):
    post(
        accrual(ANNA, unit, 1, 1, day=10),
        accrual(ANNA, unit, 2, 1, day=10, expires_day=500),
        accrual(ANNA, unit, 3, 1, day=10, expires_day=400),
        accrual(ANNA, unit, 4, 1, day=10, expires_day=400),
    )

    assert [lot.number for lot in facade.open_lots([ANNA])[ANNA]] == [3, 4, 2, 1]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"available": 99}, {"entry_count": 2, "available": 100}],
    ids=["thought to be empty", "other balance", "other count"],
)
def test_a_stale_account_is_refused_and_nothing_stays(unit, post, wrong):
    post(accrual(ANNA, unit, 1, 100, day=10))
    before = ledger()
    stale = {ANNA: {unit: Account(unit, wrong["available"], wrong.get("entry_count", 1), 1)}} if wrong else {}
    posting = accrual(ANNA, unit, 2 if wrong else 1, 1, day=11)

    with pytest.raises(StaleLedgerError), unit_of_work():
        facade.post([accrual(BEN, unit, 1, 1, day=11), posting], stale, RECORDED_AT)

    assert ledger() == before


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (lambda unit: take(Kind.REDEMPTION, ANNA, unit, 11, (1, 101)), IntegrityError),
        (lambda unit: take(Kind.REDEMPTION, ANNA, unit, 11, (2, 1)), StaleLedgerError),
        (lambda unit: take(Kind.REDEMPTION, BEN, unit, 11, (1, 1)), IntegrityError),
        (lambda unit: accrual(ANNA, unit, 3, 1, day=11), ValueError),
        (lambda unit: accrual(ANNA, unit, 2, 0, day=11), IntegrityError),
        (lambda unit: accrual(ANNA, unit, 2, -1, day=11), IntegrityError),
        (lambda unit: accrual(ANNA, unit, 2, 1, day=11, expires_day=11), IntegrityError),
        (lambda unit: accrual(ANNA, 32_000, 1, 1, day=11), IntegrityError),
        (lambda unit: take(Kind.REDEMPTION, ANNA, unit, 11), ValueError),
    ],
    ids=[
        "too much",
        "no such lot",
        "no account",
        "lot out of turn",
        "nothing",
        "negative",
        "ends at once",
        "no unit",
        "no move",
    ],
)
def test_a_refusal_leaves_nothing(unit, post, refused, error):
    post(accrual(ANNA, unit, 1, 100, day=10))
    before = ledger()

    with pytest.raises(error):
        post(accrual(CARL, unit, 1, 1, day=11), refused(unit))

    assert ledger() == before


def test_a_lot_opened_in_the_same_call_gives_no_more_than_it_has(unit, post):
    with pytest.raises(ValueError, match="cannot give 11"):
        post(accrual(ANNA, unit, 1, 10, day=10), take(Kind.REDEMPTION, ANNA, unit, 10, (1, 11)))


def test_a_lot_expires_at_most_once(unit, post):
    post(accrual(ANNA, unit, 1, 100, day=10, expires_day=20), take(Kind.EXPIRY, ANNA, unit, 20, (1, 60)))

    with pytest.raises(IntegrityError, match="points_entry_one_expiry"):
        post(take(Kind.EXPIRY, ANNA, unit, 21, (1, 40)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_entry SET amount = amount + 1",
        "DELETE FROM points_entry",
    ],
)
def test_entries_are_never_changed(unit, post, statement):
    post(accrual(ANNA, unit, 1, 100, day=10))

    with pytest.raises(IntegrityError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_locking_an_unknown_holder_is_refused(unit):
    with pytest.raises(Refusal) as refused, unit_of_work():
        facade.lock([ANNA, UNKNOWN])

    assert refused.value.code == "unknown_holder"


def test_a_unit_keeps_its_scale(unit):
    with pytest.raises(Refusal) as refused:
        facade.declare_units([NewUnit("growth", 1), NewUnit("points", 2)])

    assert refused.value.code == "unit_scale_fixed"
    assert [known.code for known in facade.all_units()] == ["points"]


@pytest.mark.parametrize("size", [1, 300])
def test_the_number_of_statements_does_not_grow_with_the_batch(unit, post, size, django_assert_num_queries):
    holders = [UUID(int=1_000 + number) for number in range(size)]
    facade.open_holders(holders)
    post(*(accrual(holder, unit, 1, 10, day=1) for holder in holders))

    with django_assert_num_queries(8):  # savepoint; lock, accounts; accounts, draws, entries with lots, takes; release
        post(
            *(accrual(holder, unit, 2, 10, day=2) for holder in holders),
            *(take(Kind.REDEMPTION, holder, unit, 2, (1, 10), (2, 1)) for holder in holders),
        )


@pytest.mark.parametrize(("key_type", "other"), [(EntryKey, LotKey), (LotKey, EntryKey)])
def test_entries_and_lots_have_outside_ids(key_type, other):
    key = key_type(ANNA, 3, 70_000)

    assert key_type.of(key.id) == key
    for wrong in (other(ANNA, 3, 70_000).id, key_type(ANNA, 3, 2**31).id, key.id[:-1] + "!"):
        with pytest.raises(Refusal) as refused:
            key_type.of(wrong)
        assert refused.value.code == "invalid_id"


def test_an_instant_keeps_its_microseconds(unit, post):
    posting = accrual(ANNA, unit, 1, 1, day=10)
    odd = posting.occurred_at + timedelta(microseconds=123_457)
    post(replace(posting, occurred_at=odd))

    assert rows("SELECT occurred_at FROM points_entry") == [(odd,)]
