"""What is read back is what was posted: pages, single things, sums."""

from uuid import UUID

import pytest

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Entry, EntryKey, Kind, Lot, LotKey, MonthOfPoints, NewUnit, Totals
from shuke.rooms.points.tests.conftest import ANNA, BEN, RECORDED_AT, accrual, at, take


@pytest.fixture
def growth(db):
    return facade.declare_units([NewUnit("growth", 0)])["growth"].id


@pytest.fixture
def ledger(unit, growth, post):
    """January and February 1970: Anna earns in two units, redeems over two lots, loses the rest of one; Ben earns."""
    post(
        accrual(ANNA, unit, 1, 100, day=10, expires_day=40),
        accrual(ANNA, growth, 1, 9, day=10),
        accrual(ANNA, unit, 2, 50, day=12, expires_day=90),
        take(Kind.REDEMPTION, ANNA, unit, 20, (1, 70)),
        accrual(BEN, unit, 1, 7, day=35),
        take(Kind.EXPIRY, ANNA, unit, 40, (1, 30)),
        take(Kind.REDEMPTION, ANNA, unit, 41, (2, 10)),
    )
    return unit


def numbers(entries):
    return [(entry.key.unit_id, entry.key.number) for entry in entries]


def test_an_entry_is_read_whole(ledger):
    assert facade.entry(EntryKey(ANNA, ledger, 3)) == Entry(
        EntryKey(ANNA, ledger, 3), 4, Kind.REDEMPTION, 1, -70, 80, 20, at(20), RECORDED_AT, UUID(int=20)
    )
    assert facade.entry(EntryKey(ANNA, ledger, 3)).counter_account == "redeemed"


def test_what_does_not_exist_is_refused(ledger):
    with pytest.raises(Refusal) as no_entry:
        facade.entry(EntryKey(ANNA, ledger, 6))
    with pytest.raises(Refusal) as no_lot:
        facade.lot(ANNA, ledger, 3)

    assert (no_entry.value.code, no_lot.value.code) == ("unknown_entry", "unknown_lot")


def test_entries_of_a_fact_a_transaction_and_a_lot(ledger, growth):
    found = facade.entries_of([(ANNA, UUID(int=10)), (BEN, UUID(int=77))])
    assert {reference: numbers(entries) for reference, entries in found.items()} == {
        UUID(int=10): [(ledger, 1), (growth, 1)],
        UUID(int=77): [],
    }
    assert facade.entries_of([]) == {}
    assert numbers(facade.entries_of_transaction(ANNA, 4)) == [(ledger, 3)]
    assert numbers(facade.entries_of_lot(ANNA, ledger, 1)) == [(ledger, 1), (ledger, 3), (ledger, 4)]


def test_entries_page_newest_first(ledger, growth):
    pages, cursor = [], None
    while not pages or cursor:
        page = facade.entries_page(ANNA, 2, cursor)
        pages.append(numbers(page.entries))
        cursor = page.next_cursor

    assert pages == [[(ledger, 5), (ledger, 4)], [(ledger, 3), (ledger, 2)], [(growth, 1), (ledger, 1)]]
    assert numbers(facade.entries_page(ANNA, 9, unit_id=growth).entries) == [(growth, 1)]


def test_lots_page_open_ones_first_by_their_end(ledger, growth):
    first = facade.lots_page(ANNA, 2)
    second = facade.lots_page(ANNA, 2, first.next_cursor)

    assert first.lots == (
        Lot(ANNA, ledger, 2, 50, 40, at(12), at(90), 90, 0, 0, 0, Kind.ACCRUAL, False, 12, None, UUID(int=12)),
        Lot(ANNA, growth, 1, 9, 9, at(10), None, NEVER, 0, 0, 0, Kind.ACCRUAL, False, 10, None, UUID(int=10)),
    )
    assert second.lots == (
        Lot(ANNA, ledger, 1, 100, 0, at(10), at(40), 40, 0, 0, 0, Kind.ACCRUAL, False, 10, None, UUID(int=10)),
    )
    assert second.next_cursor is None
    assert facade.lots_page(ANNA, 9, unit_id=growth).lots == first.lots[1:]
    assert facade.lot(ANNA, ledger, 2) == first.lots[0]
    assert first.lots[0].key == facade.entry(EntryKey(ANNA, ledger, 2)).lot_key == LotKey(ANNA, ledger, 2)


def test_foreign_cursors_are_refused(ledger):
    for page in (facade.entries_page, facade.lots_page):
        with pytest.raises(Refusal) as refused:
            page(ANNA, 2, "1.2")
        assert refused.value.code == "invalid_cursor"


def test_sums_by_unit_holder_month_and_end(ledger, growth):
    assert facade.totals(ledger) == Totals(157, 80, 30)
    assert facade.totals(ledger).outstanding == facade.all_accounts(ledger).available == 47
    assert facade.all_accounts(ledger, [BEN]).available == 7
    assert facade.all_accounts(ledger, []).available == 0
    assert facade.totals(ledger, BEN) == Totals(7, 0, 0)
    assert facade.totals(growth) == Totals(9, 0, 0)
    assert facade.totals(growth + 1) == Totals(0, 0, 0)
    assert facade.monthly(ledger) == (
        MonthOfPoints(1970, 1, 150, 0, 70, 0, 0),
        MonthOfPoints(1970, 2, 7, 0, 10, 0, 30),
    )


def test_expiring_counts_what_is_not_usable_afterwards(ledger):
    assert facade.expiring(ledger, 88) == 0  # the lot of day 90 is still usable on day 89
    assert facade.expiring(ledger, 89) == 40


def test_entries_stream_by_holder_unit_and_number(ledger, growth):
    (whole,) = facade.stream_entries()
    assert list(zip(whole.holder_id, whole.unit_id, whole.number, strict=True)) == [
        *((ANNA, ledger, number) for number in range(1, 6)),
        (ANNA, growth, 1),
        (BEN, ledger, 1),
    ]
    assert whole.kind == ["accrual", "accrual", "redemption", "expiry", "redemption", "accrual", "accrual"]
    assert whole.amount == [100, 50, -70, -30, -10, 9, 7]
    assert whole.lot_number == [1, 2, 1, 1, 2, 1, 1]
    assert whole.transaction_number == [1, 3, 4, 5, 6, 2, 1]
    assert whole.day == [10, 12, 20, 40, 41, 10, 35]
    assert [run.amount for run in facade.stream_entries(chunk=4)] == [[100, 50, -70, -30], [-10, 9, 7]]
