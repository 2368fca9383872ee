"""Seals cover every committed entry once, chain up, and show each change, removal and insertion in what they cover."""

import hashlib
import struct
import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Kind, NewUnit
from shuke.rooms.points.tests.conftest import ANNA, BEN, RECORDED_AT, accrual, take
from shuke.rooms.points.tests.test_verify import tampering

COLUMNS = (
    "account,amount,balance_after,counter_account,day,holder_id,kind,lot_number,number,occurred_at,recorded_at,reference,"
    "transaction_number,unit_id"
)
SEALED_AT = datetime(2026, 5, 1, 2, 7, tzinfo=UTC)


@pytest.fixture
def sealed(unit, post):
    """Seal 1 over two entries of Anna and one of Ben; seal 2 over one more of Anna's."""
    post(
        accrual(ANNA, unit, 1, 100, day=10),
        take(Kind.REDEMPTION, ANNA, unit, 11, (1, 60)),
        accrual(BEN, unit, 1, 7, day=9),
    )
    facade.seal()
    post(accrual(ANNA, unit, 2, 5, day=12))
    facade.seal()
    return unit


def found():
    return [(one.holder_id, one.detail) for one in facade.verify_seals().violations]


def tamper(*statements):
    with tampering() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_seal_covers_what_was_committed_since_the_last_one(unit, post):
    assert facade.seal() is None
    assert facade.last_seal() is None
    post(accrual(ANNA, unit, 1, 100, day=10), accrual(BEN, unit, 1, 7, day=9), accrual(BEN, unit, 2, 7, day=9))

    first = facade.seal()
    assert (first.number, first.accounts, first.entries, first.previous) == (1, 2, 3, bytes(32))
    assert facade.seal() is None
    post(take(Kind.REDEMPTION, ANNA, unit, 11, (1, 60)))
    second = facade.seal()
    assert (second.number, second.accounts, second.entries, second.previous) == (2, 1, 1, first.digest)
    assert facade.last_seal() == second
    assert found() == []


def test_a_digest_is_what_plain_hashing_makes_of_the_rows(unit, post, monkeypatch):
    monkeypatch.setattr("shuke.foundation.clock.machine_now", lambda: SEALED_AT)
    post(accrual(ANNA, unit, 1, 100, day=10), take(Kind.REDEMPTION, ANNA, unit, 11, (1, 60)))
    row = "(available,{amount},{after},{counter},{day},{holder},{kind},1,{number},{at},{recorded},{reference},{number},{unit})"
    known = {"holder": ANNA, "unit": unit, "recorded": '"2026-01-01 00:00:00+00"'}
    lines = [
        row.format(amount=100, after=100, counter="issued", day=10, kind="accrual", number=1,
                   at='"1970-01-11 00:00:00+00"', reference="00000000-0000-0000-0000-00000000000a", **known),
        row.format(amount=-60, after=40, counter="redeemed", day=11, kind="redemption", number=2,
                   at='"1970-01-12 00:00:00+00"', reference="00000000-0000-0000-0000-00000000000b", **known),
    ]  # fmt: skip
    rows = hashlib.sha256("\n".join(lines).encode()).digest()
    head = bytes(32) + struct.pack(">iqq", 1, 2, int(SEALED_AT.timestamp()) * 1_000_000) + COLUMNS.encode() + b"\0"
    made = facade.seal()

    assert made.sealed_at == SEALED_AT
    assert made.digest == hashlib.sha256(head + ANNA.bytes + struct.pack(">hii", unit, 1, 2) + rows).digest()


TAMPERINGS = {
    "changed": (
        [f"UPDATE points_entry SET recorded_at = recorded_at + interval '1 microsecond' WHERE holder_id = '{BEN}'"],
        [(BEN, "points: entries 1 to 1 are not as they were sealed (seal 1).")],
    ),
    "removed": (
        [f"DELETE FROM points_entry WHERE holder_id = '{ANNA}' AND number = 3"],
        [(ANNA, "points: entries 3 to 3 are not as they were sealed (seal 2).")],
    ),
    "inserted": (
        [
            "ALTER TABLE points_entry DROP CONSTRAINT points_entry_pkey",
            f"INSERT INTO points_entry SELECT * FROM points_entry WHERE holder_id = '{ANNA}' AND number = 2",
        ],
        [(ANNA, "points: entries 1 to 2 are not as they were sealed (seal 1).")],
    ),
    "moved to another holder": (
        [f"UPDATE points_entry SET holder_id = '{BEN}', number = 2 WHERE holder_id = '{ANNA}' AND number = 3"],
        [(ANNA, "points: entries 3 to 3 are not as they were sealed (seal 2).")],
    ),
    "changed with its range": (
        [
            f"UPDATE points_entry SET amount = 8 WHERE holder_id = '{BEN}'",
            f"UPDATE points_seal_range SET digest = sha256('') WHERE holder_id = '{BEN}'",
        ],
        [(None, "Seal 1 was changed."), (BEN, "points: entries 1 to 1 are not as they were sealed (seal 1).")],
    ),
    "range removed": (
        [f"DELETE FROM points_seal_range WHERE holder_id = '{ANNA}' AND seal_number = 1"],
        [(None, "Seal 1 was changed."), (ANNA, "points: seal 2 begins with entry 3 where entry 1 belongs.")],
    ),
    "seal made anew": (
        ["UPDATE points_seal SET digest = sha256('') WHERE number = 1"],
        [(None, "Seal 1 was changed."), (None, "Seal 2 does not follow the one before it.")],
    ),
    "seal dated back": (
        ["UPDATE points_seal SET sealed_at = sealed_at - interval '1 day' WHERE number = 2"],
        [(None, "Seal 2 was changed.")],
    ),
    "seal removed": (
        ["DELETE FROM points_seal WHERE number = 1"],
        [(None, "Seal 1 is missing."), (None, "Seal 2 does not follow the one before it.")],
    ),
    "column dropped": (
        ["ALTER TABLE points_entry DROP COLUMN day"],
        [(None, "Seal 1 covers the column day, which the ledger has no more.")],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_with_what_is_sealed_is_found(sealed, statements, expected):
    tamper(*statements)

    assert sorted(found(), key=str) == sorted(expected, key=str)


def test_the_check_of_the_whole_ledger_looks_at_the_seals(sealed):
    tamper(f"UPDATE points_entry SET reference = NULL WHERE holder_id = '{BEN}'")

    assert [(one.invariant, one.holder_id, one.detail) for one in facade.verify().violations] == [
        ("I4", BEN, "points: lot 1 comes of accrual, its first entry is accrual or of another fact."),
        ("I5", BEN, "points: entries 1 to 1 are not as they were sealed (seal 1)."),
    ]
    assert facade.verify(since_seal=True).violations == ()


def test_a_column_that_is_added_later_belongs_to_later_seals(sealed, post):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE points_entry ADD COLUMN note text DEFAULT 'as ever, with \"quotes\"'")
    post(accrual(ANNA, sealed, 3, 5, day=13))
    facade.seal()
    assert found() == []

    tamper(f"UPDATE points_entry SET note = NULL WHERE holder_id = '{ANNA}'")
    assert found() == [(ANNA, "points: entries 4 to 4 are not as they were sealed (seal 3).")]


def test_other_settings_of_a_session_do_not_change_a_digest(sealed):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Shanghai'; SET LOCAL DateStyle = 'German'")
    assert found() == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE points_seal SET entries = 9", "DELETE FROM points_seal_range", "TRUNCATE points_seal, points_seal_range"],
)
def test_seals_are_never_changed(sealed, statement):
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_is_committed_late_belongs_to_the_next_seal():
    unit = facade.declare_units([NewUnit("points", 0)])["points"].id
    facade.open_holders([ANNA, BEN])
    written, sealed = threading.Event(), threading.Event()

    def write_late():
        with unit_of_work():
            facade.lock([ANNA])
            facade.post([accrual(ANNA, unit, 1, 5, day=1)], facade.balances([ANNA]), RECORDED_AT)
            written.set()
            sealed.wait(30)
        connection.close()

    writer = threading.Thread(target=write_late)
    writer.start()
    assert written.wait(30)
    with unit_of_work():
        facade.lock([BEN])
        facade.post([accrual(BEN, unit, 1, 5, day=2)], facade.balances([BEN]), RECORDED_AT)
    first = facade.seal()
    sealed.set()
    writer.join(30)
    second = facade.seal()

    assert [(made.number, made.accounts, made.entries) for made in (first, second)] == [(1, 1, 1), (2, 1, 1)]
    assert facade.verify().violations == ()
