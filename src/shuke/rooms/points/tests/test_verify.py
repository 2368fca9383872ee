"""A sound ledger has no violation; each way of tampering is found, under the law that it breaks."""

from contextlib import contextmanager

import pytest
from django.db import connection

from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Kind, NewUnit
from shuke.rooms.points.tests.conftest import ANNA, BEN, accrual, take


@contextmanager
def tampering():
    """Let the block write without triggers and foreign keys, as somebody with rights on the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def ledger(unit, post):
    """Anna: three lots, two redemptions, the second over two lots, and one expiry. Ben: one lot, untouched."""
    post(
        accrual(ANNA, unit, 1, 100, day=10, expires_day=40),
        accrual(ANNA, unit, 2, 50, day=11, expires_day=50),
        accrual(BEN, unit, 1, 7, day=11),
        accrual(ANNA, unit, 3, 30, day=12, expires_day=60),
        take(Kind.REDEMPTION, ANNA, unit, 13, (1, 60)),
        take(Kind.REDEMPTION, ANNA, unit, 14, (1, 40), (2, 10)),
        take(Kind.EXPIRY, ANNA, unit, 50, (2, 40)),
    )
    return unit


def found() -> set[tuple[str, object, str]]:
    return {(one.invariant, one.holder_id, one.detail) for one in facade.verify().violations}


def test_a_sound_ledger_has_no_violation(ledger, post):
    growth = facade.declare_units([NewUnit("growth", 2)])["growth"].id
    post(accrual(BEN, growth, 1, 5, day=12), accrual(BEN, ledger, 2, 5, day=12))

    verification = facade.verify()
    assert verification.violations == ()
    assert [law.id for law in verification.checked] == [
        *("I1", "I2", "I3", "I4", "I5", "I8", "I9", "I10", "I11", "I12", "I13", "I16", "I21", "I22")
    ]
    assert facade.verify(since_seal=True).violations == ()


def test_an_empty_ledger_has_no_violation(db):
    assert facade.verify().violations == ()


A_LOT = "holder_id = '00000000-0000-0000-0000-000000000001' AND number"
TAMPERINGS = {
    "balance raised": (
        f"UPDATE points_account SET available = 31 WHERE holder_id = '{ANNA}'",
        {
            ("I2", None, "points: accounts hold 38, what came less what went is 37."),
            ("I3", ANNA, "points: the account has 31 usable, its entries come to 30."),
            ("I3", ANNA, "points: the account has 31 usable, its lots have 30."),
        },
    ),
    "entries counted wrong": (
        f"UPDATE points_account SET entry_count = 9 WHERE holder_id = '{ANNA}'",
        {("I3", ANNA, "points: the account counts 9 entries and 3 lots, there are 7 and 3.")},
    ),
    "balance after an entry": (
        f"UPDATE points_entry SET balance_after = 151 WHERE {A_LOT} = 2",
        {("I3", ANNA, "points: entry 2 leaves 151, its amounts come to 150.")},
    ),
    "accrual raised with balances and lot": (
        (
            f"UPDATE points_entry SET amount = 31 WHERE {A_LOT} = 3; "
            f"UPDATE points_account SET available = 31 WHERE holder_id = '{ANNA}'; "
            f"UPDATE points_lot SET remaining = 31, earned = 31 WHERE {A_LOT} = 3"
        ),
        {("I3", ANNA, "points: entry 3 leaves 180, its amounts come to 181.")},
    ),
    "expiry deleted": (
        f"DELETE FROM points_entry WHERE {A_LOT} = 7",
        {
            ("I1", ANNA, "The holder counts 6 transactions, there are 5 and the last is 5."),
            ("I2", None, "points: accounts hold 37, what came less what went is 77."),
            ("I3", ANNA, "points: the account has 30 usable, its entries come to 70."),
            ("I3", ANNA, "points: the account counts 7 entries and 3 lots, there are 6 and 3."),
            ("I4", ANNA, "points: lot 2 of 50 has 0 left, its entries leave 40."),
        },
    ),
    "entry renumbered": (
        f"UPDATE points_entry SET number = 8 WHERE {A_LOT} = 7",
        {("I3", ANNA, "points: entry 8 stands where entry 7 belongs.")},
    ),
    "slices of two times in one transaction": (
        f"UPDATE points_entry SET occurred_at = occurred_at + interval '1 second' WHERE {A_LOT} = 6",
        {("I1", ANNA, "Transaction 5 is not one effect.")},
    ),
    "transaction out of turn": (
        f"UPDATE points_entry SET transaction_number = 2 WHERE {A_LOT} = 4",
        {
            ("I1", ANNA, "The holder counts 6 transactions, there are 5 and the last is 6."),
            ("I1", ANNA, "Transaction 2 comes after a later one."),
        },
    ),
    "transactions counted wrong": (
        f"UPDATE points_holder SET transaction_count = 5 WHERE id = '{ANNA}'",
        {("I1", ANNA, "The holder counts 5 transactions, there are 6 and the last is 6.")},
    ),
    "lot refilled": (
        f"UPDATE points_lot SET remaining = 5 WHERE {A_LOT} = 1",
        {
            ("I3", ANNA, "points: the account has 30 usable, its lots have 35."),
            ("I4", ANNA, "points: lot 1 of 100 has 5 left, its entries leave 0."),
        },
    ),
    "lot earned more": (
        f"UPDATE points_lot SET earned = 101 WHERE {A_LOT} = 1",
        {("I4", ANNA, "points: lot 1 earned 101, its first entry is of 100.")},
    ),
    "lot from nowhere": (
        (
            'INSERT INTO points_lot SELECT (jsonb_populate_record(lot, \'{"number": 4, "remaining": 0}\')).* '
            f"FROM points_lot AS lot WHERE {A_LOT} = 3"
        ),
        {
            ("I3", ANNA, "points: the account counts 7 entries and 3 lots, there are 7 and 4."),
            ("I4", ANNA, "points: lot 4 was opened by 0 entries."),
        },
    ),
    "expired early": (
        f"UPDATE points_lot SET expires_day = 51, expires_at = expires_at + interval '1 day' WHERE {A_LOT} = 2",
        {("I8", ANNA, "points: lot 2 expired before its end.")},
    ),
    "expired without an end": (
        f"UPDATE points_lot SET expires_day = NULL, expires_at = NULL WHERE {A_LOT} = 2",
        {
            ("I8", ANNA, "points: lot 2 expired, though it has no end."),
            ("I9", ANNA, "points: entry 6 takes from lot 2 while lot 3, which ends sooner, has points left."),
        },
    ),
    "given past its end": (
        f"UPDATE points_lot SET expires_day = 14 WHERE {A_LOT} = 1",
        {("I8", ANNA, "points: lot 1 gave points past its end.")},
    ),
    "given before it began": (
        f"UPDATE points_entry SET occurred_at = '1970-01-02', day = 1 WHERE {A_LOT} = 4",
        {("I8", ANNA, "points: lot 1 did not begin with its first entry.")},
    ),
    "one lot for another": (
        (
            f"UPDATE points_entry SET lot_number = 3 WHERE {A_LOT} = 6; "
            f"UPDATE points_lot SET remaining = 10 WHERE {A_LOT} = 2; "
            f"UPDATE points_lot SET remaining = 20 WHERE {A_LOT} = 3"
        ),
        {
            ("I13", ANNA, "points: lot 2 gave 0, its takes say 10."),
            ("I13", ANNA, "points: lot 3 gave 10, its takes say 0."),
            ("I8", ANNA, "points: lot 2 expired and kept some points."),
            ("I9", ANNA, "points: entry 6 takes from lot 3 while lot 2, which ends sooner, has points left."),
        },
    ),
    "trigger switched off": (
        "ALTER TABLE points_entry DISABLE TRIGGER points_entry_append_only",
        {("I5", None, "Entries can be changed: a trigger that refuses it is missing, off or another.")},
    ),
}


@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_found_and_named(ledger, statement, expected):
    with tampering() as cursor:
        cursor.execute(statement)

    assert found() == expected


def test_what_a_constraint_would_refuse_is_found_when_the_constraint_is_gone(ledger):
    with tampering() as cursor:
        cursor.execute("ALTER TABLE points_account DROP CONSTRAINT points_account_available")
        cursor.execute("ALTER TABLE points_entry DROP CONSTRAINT points_entry_kind")
        cursor.execute("DROP INDEX points_entry_one_expiry")
        cursor.execute(f"UPDATE points_account SET available = -1 WHERE holder_id = '{BEN}'")
        cursor.execute(f"UPDATE points_entry SET counter_account = 'redeemed' WHERE holder_id = '{BEN}'")
        cursor.execute(f"UPDATE points_entry SET kind = 'expiry' WHERE {A_LOT} = 6")

    assert {
        ("I4", BEN, "points: the account has -1 usable, less than nothing."),
        ("I1", BEN, "Transaction 1 moves points between accounts that are not its own."),
        ("I1", ANNA, "Transaction 5 moves points between accounts that are not its own."),
        ("I8", ANNA, "points: lot 2 expired 2 times."),
    } <= found()


def test_points_may_be_taken_from_a_later_lot_before_a_sooner_one_is_opened(unit, post):
    post(
        accrual(ANNA, unit, 1, 10, day=10, expires_day=90),
        take(Kind.REDEMPTION, ANNA, unit, 11, (1, 5)),
        accrual(ANNA, unit, 2, 10, day=12, expires_day=60),
        take(Kind.REDEMPTION, ANNA, unit, 13, (2, 5)),
    )

    assert found() == set()


def test_since_the_seal_looks_at_holders_with_newer_entries_only(ledger, post):
    facade.seal()
    with tampering() as cursor:
        cursor.execute("UPDATE points_lot SET earned = earned + 1")
    assert facade.verify(since_seal=True).violations == ()

    post(accrual(BEN, ledger, 2, 5, day=60))
    assert [one.holder_id for one in facade.verify(since_seal=True).violations] == [BEN]
