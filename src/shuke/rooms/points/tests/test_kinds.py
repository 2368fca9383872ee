"""Every kind of entry moves accounts, lots, holds and takes exactly; what is out of order is refused whole."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import facade
from shuke.rooms.points.contracts import (
    WAYS,
    Account,
    Clawback,
    EntryKey,
    Forfeit,
    Hold,
    Kind,
    Lot,
    Move,
    NewUnit,
    OpenLot,
    PastLot,
    Posting,
    StaleLedgerError,
    Take,
    Totals,
    Uncounted,
    Wait,
    WaitingLot,
)
from shuke.rooms.points.tests.conftest import ANNA, BEN, accrual, at, take
from shuke.rooms.points.tests.test_post import ledger

ORDER, SPENT, HELD, REFUND = (UUID(int=number) for number in (501, 502, 503, 504))


def posting(day, reference, *moves, holder_id=ANNA, until_day=None):
    return Posting(holder_id, day, at(day), reference, moves, until_day and at(until_day))


def account(unit, holder_id=ANNA):
    return facade.balances([holder_id])[holder_id][unit]


def lot(unit, number):
    return facade.lot(ANNA, unit, number)


def pending(unit, number, points, day=10, wait=Wait(ready_day=20, expiry_rule=3)):  # noqa: B008
    return posting(day, ORDER, Move(Kind.ACCRUAL_PENDING, unit, number, points, wait=wait))


def test_pending_points_wait_and_become_usable(unit, post):
    post(pending(unit, 1, 80), pending(unit, 2, 5, 11, Wait(event="received", cancel_day=41)))
    assert account(unit) == Account(unit, 0, 2, 2, pending=85)
    assert facade.open_lots([ANNA]) == {ANNA: []}
    assert facade.waiting_lots([ANNA, BEN]) == {
        ANNA: [
            WaitingLot(unit, 1, 80, ORDER, Wait(20, None, NEVER, 3)),
            WaitingLot(unit, 2, 5, ORDER, Wait(NEVER, "received", 41, None)),
        ],
        BEN: [],
    }

    post(posting(20, None, Move(Kind.ACTIVATION, unit, 1, 80, 385, at(385))))
    post(posting(41, None, Move(Kind.CANCELLATION, unit, 2, 5)))

    assert account(unit) == Account(unit, 80, 4, 2)
    assert facade.open_lots([ANNA]) == {ANNA: [OpenLot(unit, 1, 80, 385, ORDER)]}
    assert facade.waiting_lots([ANNA]) == {ANNA: []}
    assert lot(unit, 1) == Lot(
        *(ANNA, unit, 1, 80, 80, at(10), at(385), 385, 0, 0, 0),
        *(Kind.ACCRUAL_PENDING, False, 20, Wait(20, None, NEVER, 3), ORDER),
    )
    assert lot(unit, 2).active_day == NEVER
    amounts = [
        (entry.kind, entry.account, entry.counter_account, entry.amount, entry.balance_after)
        for entry in facade.entries_page(ANNA, 9).entries[::-1]
    ]
    assert amounts == [
        (Kind.ACCRUAL_PENDING, "pending", "issued", 80, 0),
        (Kind.ACCRUAL_PENDING, "pending", "issued", 5, 0),
        (Kind.ACTIVATION, "available", "pending", 80, 80),
        (Kind.CANCELLATION, "pending", "issued", -5, 80),
    ]
    assert facade.totals(unit) == Totals(80, 0, 0)


def test_a_wait_ends_once_and_nothing_is_taken_of_it_before(unit, post):
    post(pending(unit, 1, 80), accrual(ANNA, unit, 2, 100, day=10))
    before = ledger()

    for wrong in (
        take(Kind.REDEMPTION, ANNA, unit, 11, (1, 1)),
        posting(20, None, Move(Kind.ACTIVATION, unit, 1, 81)),
        posting(20, None, Move(Kind.ACTIVATION, unit, 1, 79)),
    ):
        with pytest.raises(IntegrityError, match=r"points_(lot|account)_"):
            post(wrong)
    assert ledger() == before

    post(posting(20, None, Move(Kind.ACTIVATION, unit, 1, 80)))
    with pytest.raises(IntegrityError, match="points_account_not_negative"):
        post(posting(21, None, Move(Kind.ACTIVATION, unit, 1, 80)))
    post(pending(unit, 3, 7))
    with pytest.raises(IntegrityError, match="points_entry_one_end_of_wait"):
        post(
            posting(21, None, Move(Kind.CANCELLATION, unit, 3, 3)),
            posting(21, None, Move(Kind.CANCELLATION, unit, 3, 4)),
        )


def test_a_hold_is_captured_released_and_lapses_lot_by_lot(unit, post):
    post(accrual(ANNA, unit, 1, 60, day=10, expires_day=40), accrual(ANNA, unit, 2, 50, day=11))
    post(posting(12, HELD, Move(Kind.HOLDING, unit, 1, 60), Move(Kind.HOLDING, unit, 2, 20), until_day=45))
    assert account(unit) == Account(unit, 30, 4, 2, held=80)
    assert (lot(unit, 1).held, lot(unit, 2).held, lot(unit, 2).remaining) == (60, 20, 30)
    (hold,) = facade.open_holds([ANNA])[ANNA]
    first, second = Take(HELD, unit, 1, 1, 60, 0, 0, 0, 40, False), Take(HELD, unit, 2, 2, 20, 0, 0, 0, NEVER, False)
    assert hold == Hold(HELD, unit, 80, 0, 0, 0, at(45), at(12), (first, second))
    assert hold.left == 80

    post(posting(13, SPENT, Move(Kind.CAPTURE, unit, 1, 25, taken_by=HELD)))
    post(posting(14, SPENT, Move(Kind.RELEASE, unit, 2, 5, taken_by=HELD)))
    post(
        posting(45, None, Move(Kind.LAPSE, unit, 1, 35, taken_by=HELD), Move(Kind.RELEASE, unit, 2, 15, taken_by=HELD))
    )

    assert account(unit) == Account(unit, 50, 8, 2)
    assert facade.open_holds([ANNA]) == {ANNA: []}
    used, freed = replace(first, held=0, used=25), replace(second, held=0)
    assert facade.hold(ANNA, HELD) == Hold(HELD, unit, 80, 25, 20, 35, at(45), at(12), (used, freed))
    assert facade.totals(unit) == Totals(110, 25, 35)


def test_a_hold_made_and_captured_in_one_call_is_written_once(unit, post):
    post(
        accrual(ANNA, unit, 1, 60, day=10),
        posting(12, HELD, Move(Kind.HOLDING, unit, 1, 40), until_day=45),
        posting(12, SPENT, Move(Kind.CAPTURE, unit, 1, 30, taken_by=HELD)),
        posting(12, REFUND, Move(Kind.RETURN, unit, 1, 10, taken_by=HELD)),
    )

    (hold,) = facade.open_holds([ANNA])[ANNA]
    assert hold == Hold(
        HELD, unit, 40, 30, 0, 0, at(45), at(12), (Take(HELD, unit, 1, 1, 10, 30, 10, 0, NEVER, False),)
    )
    assert account(unit) == Account(unit, 30, 4, 1, held=10)
    assert lot(unit, 1).held == 10


def test_no_more_is_captured_than_is_held_nor_returned_than_was_used(unit, post):
    post(accrual(ANNA, unit, 1, 100, day=10))
    post(posting(12, HELD, Move(Kind.HOLDING, unit, 1, 40), until_day=45))
    post(posting(12, SPENT, Move(Kind.REDEMPTION, unit, 1, 30)))
    before = ledger()

    for wrong, error in (
        (Move(Kind.CAPTURE, unit, 1, 41, taken_by=HELD), IntegrityError),
        (Move(Kind.RELEASE, unit, 1, 1, taken_by=SPENT), StaleLedgerError),
        (Move(Kind.CAPTURE, unit, 1, 1), ValueError),
        (Move(Kind.RETURN, unit, 1, 31, taken_by=SPENT), IntegrityError),
        (Move(Kind.RETURN, unit, 1, 1, taken_by=ORDER), StaleLedgerError),
        (Move(Kind.HOLDING, unit, 1, 31), IntegrityError),
    ):
        with pytest.raises(error):
            post(posting(13, REFUND, wrong, until_day=50))
    with pytest.raises(IntegrityError, match="points_hold_made"):
        post(posting(13, REFUND, Move(Kind.HOLDING, unit, 1, 1), until_day=13))

    assert ledger() == before


def test_points_return_to_their_lot_or_into_a_new_one(unit, post):
    post(accrual(ANNA, unit, 1, 60, day=10, expires_day=40), accrual(ANNA, unit, 2, 50, day=11))
    post(posting(12, SPENT, Move(Kind.REDEMPTION, unit, 1, 60), Move(Kind.REDEMPTION, unit, 2, 10)))

    post(posting(50, REFUND, Move(Kind.RETURN, unit, 2, 10, taken_by=SPENT),
                 Move(Kind.RETURN, unit, 3, 20, 60, at(60), taken_by=SPENT, taken_from=1)))  # fmt: skip
    facade.settle(forfeits=[Forfeit(ANNA, SPENT, unit, 1, 15)])

    assert account(unit) == Account(unit, 70, 6, 3)
    assert facade.takes_of([(ANNA, SPENT), (BEN, ORDER)]) == {
        SPENT: [Take(SPENT, unit, 1, 1, 0, 60, 20, 15, 40, False), Take(SPENT, unit, 2, 2, 0, 10, 10, 0, NEVER, False)],
        ORDER: [],
    }
    assert (lot(unit, 3).origin, lot(unit, 3).expires_day, lot(unit, 3).reference) == (Kind.RETURN, 60, REFUND)
    with pytest.raises(IntegrityError, match="points_take_parts"), unit_of_work():
        facade.settle(forfeits=[Forfeit(ANNA, SPENT, unit, 1, 26)])


def test_a_refund_takes_back_what_there_is_owes_the_rest_and_credits_repay_first(unit, post):
    post(posting(10, ORDER, Move(Kind.ACCRUAL, unit, 1, 97)), accrual(ANNA, unit, 2, 5, day=11))
    post(posting(12, SPENT, Move(Kind.REDEMPTION, unit, 1, 90)))
    post(posting(13, REFUND, Move(Kind.CLAWBACK, unit, 1, 7), Move(Kind.CLAWBACK, unit, 2, 5),
                 Move(Kind.OWED, unit, None, 37)))  # fmt: skip
    facade.settle([Clawback(ANNA, REFUND, unit, 1, 12, 37, 0)], uncounted=[Uncounted(ANNA, unit, REFUND, 10, 49)])

    assert account(unit) == Account(unit, 0, 6, 2, debt=37)
    owed = facade.entry(EntryKey(ANNA, unit, 6))
    assert (owed.lot_number, owed.lot_key, owed.amount, owed.balance_after) == (None, None, -37, 0)
    assert [lot.clawed for lot in facade.lots_of([(ANNA, ORDER)])[ORDER]] == [49]
    assert facade.totals(unit).outstanding == -37

    post(posting(20, UUID(int=20), Move(Kind.ACCRUAL, unit, 3, 50), Move(Kind.REPAYMENT, unit, 3, 37)))
    assert account(unit) == Account(unit, 13, 8, 3)
    assert facade.totals(unit) == Totals(103, 90, 0)
    assert facade.earned_days([(ANNA, unit, 10, 20)]) == {(ANNA, unit): [(10, 48), (11, 5), (20, 50)]}


def test_nothing_is_usable_while_something_is_owed(unit, post):
    post(posting(10, ORDER, Move(Kind.ACCRUAL, unit, 1, 9)))
    before = ledger()

    with pytest.raises(IntegrityError, match="points_account_debt_first"):
        post(posting(13, REFUND, Move(Kind.CLAWBACK, unit, 1, 8), Move(Kind.OWED, unit, None, 1)))
    with pytest.raises(IntegrityError, match="points_account_"):
        post(posting(13, REFUND, Move(Kind.REPAYMENT, unit, 1, 1)))

    assert ledger() == before


def test_no_more_is_taken_back_for_a_lot_than_it_earned_and_once_a_refund(unit, post):
    post(posting(10, ORDER, Move(Kind.ACCRUAL, unit, 1, 97)))
    facade.settle([Clawback(ANNA, REFUND, unit, 1, 0, 0, 49)])
    before = ledger()

    for wrong in (Clawback(ANNA, REFUND, unit, 1, 0, 0, 1), Clawback(ANNA, SPENT, unit, 1, 0, 0, 49)):
        with pytest.raises(IntegrityError), unit_of_work():
            facade.settle([wrong])
    with pytest.raises(StaleLedgerError), unit_of_work():
        facade.settle(forfeits=[Forfeit(ANNA, ORDER, unit, 1, 1)])

    assert ledger() == before


def test_adjustments_transfers_merges_and_openings(unit, post):
    post(
        posting(10, ORDER, Move(Kind.OPENING, unit, 1, 40, 60, at(60), earned_day=3, earned_at=at(3))),
        posting(11, SPENT, Move(Kind.CREDIT, unit, 2, 10), Move(Kind.DEBIT, unit, 1, 4)),
        posting(12, HELD, Move(Kind.TRANSFER_OUT, unit, 1, 6)),
        posting(12, HELD, Move(Kind.TRANSFER_IN, unit, 1, 6, 60, at(60), gift=True), holder_id=BEN),
        posting(13, REFUND, Move(Kind.MERGE_OUT, unit, 1, 6), holder_id=BEN),
        posting(13, REFUND, Move(Kind.MERGE_IN, unit, 3, 6, 60, at(60), gift=True)),
    )

    assert account(unit) == Account(unit, 46, 5, 3)
    assert account(unit, BEN) == Account(unit, 0, 2, 1)
    assert (lot(unit, 1).earned_at, lot(unit, 1).active_day, lot(unit, 1).origin) == (at(3), 3, Kind.OPENING)
    assert facade.open_lots([ANNA])[ANNA] == [
        OpenLot(unit, 1, 30, 60, ORDER),
        OpenLot(unit, 3, 6, 60, REFUND, gift=True),
        OpenLot(unit, 2, 10, NEVER, SPENT),
    ]
    assert facade.totals(unit) == Totals(0, 0, 0, adjusted=6, opening=40)
    assert facade.totals(unit, ANNA) == Totals(0, 0, 0, adjusted=6, opening=40, transferred=-6, merged=6)
    assert facade.totals(unit, ANNA).outstanding == 46
    assert facade.earned_days([(ANNA, unit, 0, 99)]) == {(ANNA, unit): [(3, 40)]}

    post(posting(14, REFUND, Move(Kind.MERGE_OUT, unit, 3, 6)))
    post(posting(14, REFUND, Move(Kind.MERGE_IN, unit, 1, 6), holder_id=BEN))  # undone: back into the lot
    assert account(unit, BEN) == Account(unit, 6, 3, 1)


def test_points_are_converted_into_another_unit(unit, post):
    money = facade.declare_units([NewUnit("money", 2)])["money"].id
    post(accrual(ANNA, unit, 1, 250, day=10, expires_day=20))
    post(posting(20, None, Move(Kind.CONVERSION_OUT, unit, 1, 200), Move(Kind.CONVERSION_IN, money, 1, 400),
                 Move(Kind.EXPIRY, unit, 1, 50)))  # fmt: skip

    assert (account(unit).available, account(money).available) == (0, 400)
    assert facade.totals(unit) == Totals(250, 0, 50, converted=-200)
    assert facade.totals(money) == Totals(0, 0, 0, converted=400)
    assert facade.lot(ANNA, money, 1).origin is Kind.CONVERSION_IN
    assert facade.earned_days([(ANNA, money, 0, 99)]) == {(ANNA, money): []}
    assert facade.verify().violations == ()


def test_activated_points_count_on_the_day_before_or_with_the_event(unit, post):
    post(pending(unit, 1, 80), pending(unit, 2, 5))
    post(posting(20, None, Move(Kind.ACTIVATION, unit, 1, 80)), posting(20, ORDER, Move(Kind.ACTIVATION, unit, 2, 5)))

    assert facade.earned_days([(ANNA, unit, 19, 19)]) == {(ANNA, unit): [(19, 80)]}
    assert facade.earned_days([(ANNA, unit, 20, 30)]) == {(ANNA, unit): [(20, 5)]}


def test_what_a_fact_earned_is_known_with_what_went_of_it_by_itself(unit, post):
    wait = Wait(ready_day=20)
    post(
        posting(10, ORDER, Move(Kind.ACCRUAL, unit, 1, 60, 30, at(30)),
                *(Move(Kind.ACCRUAL_PENDING, unit, number, 8, wait=wait) for number in (2, 3, 4))),
        posting(12, HELD, Move(Kind.HOLDING, unit, 1, 20), until_day=40),
        posting(20, None, Move(Kind.ACTIVATION, unit, 2, 8), Move(Kind.CANCELLATION, unit, 3, 8)),
        posting(21, SPENT, Move(Kind.CREDIT, unit, 5, 9)),
        posting(30, None, Move(Kind.EXPIRY, unit, 1, 40)),
        posting(40, None, Move(Kind.LAPSE, unit, 1, 20, taken_by=HELD)),
    )  # fmt: skip
    past = [PastLot(unit, 1, 60, 0, 60, 10), PastLot(unit, 2, 8, 0, 0, 19), PastLot(unit, 3, 8, 0, 8, NEVER)]
    past.append(PastLot(unit, 4, 8, 0, 0, NEVER))
    assert facade.past_lots([(ANNA, ORDER), (ANNA, SPENT), (BEN, REFUND)]) == {ORDER: past, SPENT: [], REFUND: []}

    facade.settle([Clawback(ANNA, REFUND, unit, 1, 5, 0, 45), Clawback(ANNA, REFUND, unit, 2, 0, 0, 3)])
    past[:2] = [PastLot(unit, 1, 60, 50, 15, 10), PastLot(unit, 2, 8, 3, 0, 19)]
    assert facade.past_lots([(ANNA, ORDER)]) == {ORDER: past}


def test_what_one_cause_does_is_one_transaction_in_the_order_given(unit, post):
    other = facade.declare_units([NewUnit("growth", 0)])["growth"].id
    (posted,) = post(
        posting(10, ORDER, Move(Kind.ACCRUAL, other, 1, 4), Move(Kind.ACCRUAL_PENDING, unit, 1, 3, wait=Wait(20)),
                Move(Kind.ACCRUAL, unit, 2, 9), Move(Kind.REDEMPTION, unit, 2, 2))
    )  # fmt: skip

    assert posted.transaction_number == 1
    assert posted.entries == tuple(EntryKey(ANNA, *key) for key in ((other, 1), (unit, 1), (unit, 2), (unit, 3)))
    kinds = [entry.kind for entry in facade.entries_of_transaction(ANNA, 1) if entry.key.unit_id == unit]
    assert kinds == [Kind.ACCRUAL_PENDING, Kind.ACCRUAL, Kind.REDEMPTION]


def test_every_kind_moves_points_between_a_holders_account_and_another():
    assert set(WAYS) == set(Kind)
    assert {account for account, _, _ in WAYS.values()} == {"available", "pending", "held", "debt"}


def test_the_end_of_an_unknown_hold_is_refused(unit):
    with pytest.raises(Refusal) as refused:
        facade.hold(ANNA, HELD)

    assert refused.value.code == "unknown_hold"


def test_an_instant_later_than_a_hold_was_made_ends_it(unit, post):
    post(accrual(ANNA, unit, 1, 60, day=10))
    held = posting(12, HELD, Move(Kind.HOLDING, unit, 1, 1), until_day=13)
    post(replace(held, until_at=held.occurred_at + timedelta(microseconds=1)))

    assert facade.open_holds([ANNA])[ANNA][0].left == 1
