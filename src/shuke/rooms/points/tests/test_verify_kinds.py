"""Holds, waits, claw-backs, debt, transfers and supply: sound ones have no violation, each way of tampering is found."""

from uuid import UUID

import pytest

from shuke.rooms.points import facade
from shuke.rooms.points.contracts import Clawback, Kind, Move, Uncounted, Wait
from shuke.rooms.points.tests.conftest import ANNA, BEN, accrual
from shuke.rooms.points.tests.test_kinds import HELD, ORDER, REFUND, SPENT, posting
from shuke.rooms.points.tests.test_verify import found, tampering

CAPTURED, GIFT = UUID(int=601), UUID(int=602)


@pytest.fixture
def ledger(unit, post):
    """Anna: a lot that ends, one that waited, one that waits; a hold half used, a redemption half returned, a gift to
    Ben. Ben: a refund that left a debt, repaid in part; his supply is bounded.
    """
    post(
        accrual(ANNA, unit, 1, 100, day=10, expires_day=40),
        posting(10, ORDER, Move(Kind.ACCRUAL_PENDING, unit, 2, 80, wait=Wait(20)),
                Move(Kind.ACCRUAL_PENDING, unit, 3, 5, wait=Wait(event="received", cancel_day=60))),
        posting(12, HELD, Move(Kind.HOLDING, unit, 1, 60), until_day=30),
        posting(13, SPENT, Move(Kind.REDEMPTION, unit, 1, 30)),
        posting(14, CAPTURED, Move(Kind.CAPTURE, unit, 1, 20, taken_by=HELD)),
        posting(15, REFUND, Move(Kind.RETURN, unit, 1, 10, taken_by=SPENT)),
        posting(16, GIFT, Move(Kind.TRANSFER_OUT, unit, 1, 4)),
        posting(16, GIFT, Move(Kind.TRANSFER_IN, unit, 1, 4, gift=True), holder_id=BEN),
        posting(20, None, Move(Kind.ACTIVATION, unit, 2, 80)),
    )  # fmt: skip
    post(
        posting(17, ORDER, Move(Kind.ACCRUAL, unit, 2, 50), holder_id=BEN),
        posting(18, SPENT, Move(Kind.REDEMPTION, unit, 1, 4), Move(Kind.REDEMPTION, unit, 2, 40), holder_id=BEN),
        posting(19, REFUND, Move(Kind.CLAWBACK, unit, 2, 10), Move(Kind.OWED, unit, None, 30), holder_id=BEN),
        posting(21, GIFT, Move(Kind.CREDIT, unit, 3, 25), Move(Kind.REPAYMENT, unit, 3, 25), holder_id=BEN),
    )
    facade.settle([Clawback(BEN, REFUND, unit, 2, 10, 30, 5)], uncounted=[Uncounted(BEN, unit, REFUND, 17, 40)])
    facade.limit_supply(unit, 1_000)
    return unit


def test_a_sound_ledger_of_all_kinds_has_no_violation(ledger):
    assert found() == set()
    assert facade.balances([BEN])[BEN][ledger].debt == 5


OF_ANNA = f"holder_id = '{ANNA}'"
OF_BEN = f"holder_id = '{BEN}'"
TAMPERINGS = {
    "pending raised": (
        f"UPDATE points_account SET pending = 6 WHERE {OF_ANNA}",
        {
            ("I2", None, "points: accounts hold 137, what came less what went is 136."),
            ("I3", ANNA, "points: the account has 6 pending, its entries come to 5."),
            ("I3", ANNA, "points: the account has 6 pending, its lots have 5."),
        },
    ),
    "held lowered": (
        f"UPDATE points_account SET held = 39 WHERE {OF_ANNA}",
        {
            ("I2", None, "points: accounts hold 135, what came less what went is 136."),
            ("I3", ANNA, "points: the account has 39 held, its entries come to 40."),
            ("I3", ANNA, "points: the account has 39 held, its lots have 40."),
        },
    ),
    "debt forgotten": (
        f"UPDATE points_account SET debt = 0 WHERE {OF_BEN}",
        {
            ("I2", None, "points: accounts hold 141, what came less what went is 136."),
            ("I3", BEN, "points: the account has 0 owed, its entries come to 5."),
        },
    ),
    "lot waits for more": (
        f"UPDATE points_lot SET waiting = 4 WHERE {OF_ANNA} AND number = 3",
        {
            ("I3", ANNA, "points: the account has 5 pending, its lots have 4."),
            ("I4", ANNA, "points: lot 3 of 5 has 4 waiting, its entries leave 5."),
        },
    ),
    "lot holds less": (
        f"UPDATE points_lot SET held = 39 WHERE {OF_ANNA} AND number = 1",
        {
            ("I11", ANNA, "points: lot 1 has 39 held, its takes say 40."),
            ("I3", ANNA, "points: the account has 40 held, its lots have 39."),
            ("I4", ANNA, "points: lot 1 of 100 has 39 held, its entries leave 40."),
        },
    ),
    "lot of another origin": (
        f"UPDATE points_lot SET origin = 'credit' WHERE {OF_ANNA} AND number = 2",
        {
            ("I10", ANNA, "points: lot 2 is usable since day 20, its entries say day 10."),
            ("I4", ANNA, "points: lot 2 comes of credit, its first entry is accrual_pending or of another fact."),
        },
    ),
    "lot of another fact": (
        f"UPDATE points_lot SET reference = NULL WHERE {OF_ANNA} AND number = 1",
        {
            ("I4", ANNA, "points: lot 1 comes of accrual, its first entry is accrual or of another fact."),
        },
    ),
    "usable before its day": (
        f"UPDATE points_lot SET active_day = 19 WHERE {OF_ANNA} AND number = 2",
        {
            ("I10", ANNA, "points: lot 2 is usable since day 19, its entries say day 20."),
        },
    ),
    "usable and never activated": (
        f"UPDATE points_lot SET active_day = 20, waiting = 0, remaining = 5 WHERE {OF_ANNA} AND number = 3",
        {
            ("I10", ANNA, "points: lot 3 is usable since day 20, its entries say day never."),
            ("I3", ANNA, "points: the account has 5 pending, its lots have 0."),
            ("I3", ANNA, "points: the account has 96 usable, its lots have 101."),
            ("I4", ANNA, "points: lot 3 of 5 has 5 left, its entries leave 0."),
        },
    ),
    "activated early": (
        f"UPDATE points_lot SET ready_day = 21 WHERE {OF_ANNA} AND number = 2",
        {
            ("I10", ANNA, "points: lot 2 was activated before its day."),
        },
    ),
    "activated and cancelled": (
        f"UPDATE points_entry SET lot_number = 2 WHERE {OF_ANNA} AND kind = 'accrual_pending' AND number = 3",
        {
            ("I10", ANNA, "points: lot 2 stopped waiting and has 5 pending."),
            ("I4", ANNA, "points: lot 2 was opened by 2 entries."),
            ("I4", ANNA, "points: lot 3 was opened by 0 entries."),
        },
    ),
    "released past its end": (
        f"UPDATE points_lot SET expires_day = 16 WHERE {OF_ANNA} AND number = 1",
        {
            ("I8", ANNA, "points: lot 1 gave points past its end."),
        },
    ),
    "claimed back more": (
        f"UPDATE points_lot SET clawed = 46 WHERE {OF_BEN} AND number = 2",
        {
            ("I12", BEN, "points: lot 2 of 50 says 46 were taken back for it, refunds say 45."),
        },
    ),
    "claim of a refund lowered": (
        "UPDATE points_clawback SET taken = 9, forgiven = 6",
        {
            ("I12", BEN, f"points: the refund {REFUND} took 9 back and left 30 owed, its entries say 10 and 30."),
        },
    ),
    "claim of a refund deleted": (
        "DELETE FROM points_clawback",
        {
            ("I12", BEN, "points: lot 2 of 50 says 45 were taken back for it, refunds say 0."),
            ("I12", BEN, f"points: the refund {REFUND} took 0 back and left 0 owed, its entries say 10 and 30."),
        },
    ),
    "hold captured more": (
        "UPDATE points_hold SET captured = 21",
        {
            (
                "I11",
                ANNA,
                "points: holds set 60 aside, captured 21, released 0 and let 0 lapse, the entries say 60, 20, 0 and 0.",
            ),
            ("I11", ANNA, f"points: the hold {HELD} of 60 has 21 captured and 39 left, its lots say 20 and 40."),
        },
    ),
    "hold set aside more": (
        "UPDATE points_hold SET points = 61",
        {
            (
                "I11",
                ANNA,
                "points: holds set 61 aside, captured 20, released 0 and let 0 lapse, the entries say 60, 20, 0 and 0.",
            ),
            ("I11", ANNA, f"points: the hold {HELD} of 61 has 20 captured and 41 left, its lots say 20 and 40."),
        },
    ),
    "hold released": (
        "UPDATE points_hold SET released = 40",
        {
            (
                "I11",
                ANNA,
                "points: holds set 60 aside, captured 20, released 40 and let 0 lapse, the entries say 60, 20, 0 and 0.",
            ),
            ("I11", ANNA, f"points: the hold {HELD} of 60 has 20 captured and 0 left, its lots say 20 and 40."),
        },
    ),
    "hold forgotten": (
        "DELETE FROM points_hold",
        {
            (
                "I11",
                ANNA,
                "points: holds set 0 aside, captured 0, released 0 and let 0 lapse, the entries say 60, 20, 0 and 0.",
            ),
        },
    ),
    "take used less": (
        f"UPDATE points_take SET used = 29 WHERE {OF_ANNA} AND reference = '{SPENT}'",
        {
            ("I13", ANNA, "points: lot 1 gave 50, its takes say 49."),
        },
    ),
    "take holds less": (
        f"UPDATE points_take SET held = 39 WHERE reference = '{HELD}'",
        {
            ("I11", ANNA, "points: lot 1 has 40 held, its takes say 39."),
            ("I11", ANNA, f"points: the hold {HELD} of 60 has 20 captured and 40 left, its lots say 20 and 39."),
        },
    ),
    "take returned more": (
        f"UPDATE points_take SET returned = 11 WHERE {OF_ANNA} AND reference = '{SPENT}'",
        {
            ("I13", ANNA, "points: takes say that 11 came back, the entries 10."),
        },
    ),
    "take forgotten": (
        f"DELETE FROM points_take WHERE {OF_BEN}",
        {
            ("I13", BEN, "points: lot 1 gave 4, its takes say 0."),
            ("I13", BEN, "points: lot 2 gave 40, its takes say 0."),
        },
    ),
    "transfer of more than was taken": (
        f"UPDATE points_entry SET amount = -3 WHERE {OF_ANNA} AND kind = 'transfer_out'",
        {
            ("I2", None, "points: accounts hold 136, what came less what went is 137."),
            ("I22", None, "points: transfers brought 1 more than they took."),
            ("I3", ANNA, "points: entry 8 leaves 16, its amounts come to 17."),
            ("I3", ANNA, "points: the account has 96 usable, its entries come to 97."),
            ("I4", ANNA, "points: lot 1 of 100 has 16 left, its entries leave 17."),
        },
    ),
    "merge from nowhere": (
        f"UPDATE points_entry SET kind = 'merge_in', counter_account = 'merged' WHERE {OF_BEN} AND kind = 'credit'",
        {
            ("I2", None, "points: the supply counts 220 issued, the entries come to 195."),
            ("I22", None, "points: merges brought 25 more than they took."),
            ("I4", BEN, "points: lot 3 was opened by 0 entries."),
        },
    ),
    "more usable than owed": (
        f"UPDATE points_entry SET amount = -24 WHERE {OF_BEN} AND kind = 'repayment'",
        {
            ("I16", BEN, "Transaction 5 leaves 1 usable and 6 owed."),
            ("I3", BEN, "points: entry 8 leaves 0, its amounts come to 1."),
            ("I3", BEN, "points: the account has 0 usable, its entries come to 1."),
            ("I3", BEN, "points: the account has 5 owed, its entries come to 6."),
            ("I4", BEN, "points: lot 3 of 25 has 0 left, its entries leave 1."),
        },
    ),
    "supply counted wrong": (
        "UPDATE points_supply SET issued = issued + 1 WHERE slice = 0",
        {
            ("I2", None, "points: the supply counts 221 issued, the entries come to 220."),
        },
    ),
    "causes of one transaction": (
        f"UPDATE points_entry SET reference = NULL WHERE {OF_BEN} AND kind = 'repayment'",
        {
            ("I1", BEN, "Transaction 5 is not one effect."),
        },
    ),
    "take of another unit": (
        (
            "INSERT INTO points_unit VALUES (30000, 'other', 0); INSERT INTO points_take "
            f"SELECT holder_id, reference, 30000, 9, 2, 0, 0, 0, 0 FROM points_take WHERE reference = '{HELD}'"
        ),
        {
            ("I21", ANNA, f"points: {HELD} takes points of more than one unit."),
        },
    ),
    "lapsed before its end": (
        f"UPDATE points_entry SET kind = 'lapse', counter_account = 'expired' WHERE {OF_ANNA} AND kind = 'capture'",
        {
            (
                "I11",
                ANNA,
                "points: holds set 60 aside, captured 20, released 0 and let 0 lapse, the entries say 60, 0, 0 and 20.",
            ),
            ("I13", ANNA, "points: lot 1 gave 30, its takes say 50."),
            ("I8", ANNA, "points: lot 1 lapsed before its end."),
        },
    ),
    "owed of a lot": (
        f"UPDATE points_entry SET lot_number = 2 WHERE {OF_BEN} AND kind = 'owed'",
        {
            ("I1", BEN, "Transaction 4 names a lot where there is none, or none where there is one."),
        },
    ),
}


@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_found_and_named(ledger, statement, expected):
    with tampering() as cursor:
        for constraint in ("points_entry_of_a_lot", "points_entry_kind"):
            cursor.execute(f"ALTER TABLE points_entry DROP CONSTRAINT {constraint}")
        cursor.execute(statement)

    assert found() == expected
