"""Refunds are parked, applied once and never take off more than there was; day sums are less what they took."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.orders import facade, models
from shuke.rooms.orders.contracts import (
    Application,
    DaySum,
    LineLeft,
    NewRefund,
    OrderLeft,
    Refund,
    RefundLine,
    RefundState,
    Sales,
    Unfit,
)
from shuke.rooms.orders.tests.conftest import ANNA, BEN, LINES, RECORDED_AT, at, order

FIRST, SECOND = UUID(int=7_001), UUID(int=7_002)
WINE = RefundLine(2, 1, 900)


def refund(id=FIRST, net_minor=900, lines=(WINE,), of="1"):
    return NewRefund(id, "till", f"r{id.int}", "till", of, at(103), net_minor, lines)


def applied(id=FIRST, order_day=100, empties=False, net_minor=900):
    return Application(id, order(1).id, ANNA, 103, order_day, empties, net_minor)


def stored():
    tables = (models.Order, models.Line, models.Refund, models.RefundLine)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.fixture
def _bought(record):
    record((order(1), ANNA), (order(2), ANNA), (order(3), BEN))


@pytest.mark.usefixtures("_bought")
def test_a_refund_waits_for_its_order_and_is_taken_off_it_once():
    facade.record_refunds([refund(), refund(SECOND, 20, (), of="9")], RECORDED_AT)
    assert facade.refund(FIRST).state is RefundState.PARKED
    assert facade.refund(FIRST).order_id is None
    parked = facade.parked_refunds([("till", "1"), ("till", "2")])
    assert {key: [found.id for found in waiting] for key, waiting in parked.items()} == {
        ("till", "1"): [FIRST],
        ("till", "2"): [],
    }

    facade.apply_refunds([applied()])

    found = facade.refund(FIRST)
    assert found == Refund(
        *(FIRST, ANNA, order(1).id, "till", "r7001", "till", "1", at(103), RECORDED_AT, found.recorded_seq),
        *(103, 100, False, 900, RefundState.APPLIED, (WINE,)),
    )
    assert facade.refunds_of(order(1).id) == (found,)
    assert facade.parked_refunds([("till", "1")]) == {("till", "1"): []}
    (left,) = facade.lock_orders([order(1).id, UUID(int=5)]).values()
    assert left == OrderLeft(facade.get(order(1).id), (LineLeft(1, LINES[0], 0, 0), LineLeft(2, LINES[1], 1, 900)))
    assert left.order.refunded_minor == 900
    assert facade.sales(at(0), at(300)) == Sales(3, 2_700, 3, 2_700, 900)
    before = stored()
    with pytest.raises(ValueError, match="not parked"), unit_of_work():
        facade.apply_refunds([applied()])
    with pytest.raises(ValueError, match="not parked"), unit_of_work():
        facade.refuse_refunds([Unfit(FIRST, order(1).id, ANNA, "more_than_left")])
    assert stored() == before


@pytest.mark.usefixtures("_bought")
@pytest.mark.parametrize(
    ("second", "error"),
    [
        (refund(SECOND, 301, ()), IntegrityError),
        (refund(SECOND, 100, (RefundLine(2, 0, 1),)), IntegrityError),
        (refund(SECOND, 100, (RefundLine(1, 3, 1),)), IntegrityError),
        (refund(SECOND, 100, (RefundLine(3, 1, 1),)), ValueError),
    ],
    ids=["more than was paid", "more than the line", "more pieces", "no such line"],
)
def test_no_more_is_taken_off_than_there_was(second, error):
    facade.record_refunds([refund(), second], RECORDED_AT)
    facade.apply_refunds([applied()])
    before = stored()

    with pytest.raises(error), unit_of_work():
        facade.apply_refunds([applied(SECOND, net_minor=second.net_minor)])

    assert stored() == before


@pytest.mark.usefixtures("_bought")
def test_day_sums_are_less_what_was_taken_off_on_the_day_of_the_order(record):
    record((order(4, counted=False), ANNA))
    facade.record_refunds([refund(), refund(SECOND, 300, (RefundLine(1, 2, 300),))], RECORDED_AT)
    facade.apply_refunds([applied()])
    assert facade.days({ANNA: (100, 100)}) == {ANNA: [DaySum(100, 1_500, 2)]}

    facade.apply_refunds([applied(SECOND, empties=True, net_minor=300)])
    assert facade.days({ANNA: (90, 110), BEN: (90, 110)}) == {
        ANNA: [DaySum(100, 1_200, 1)],
        BEN: [DaySum(100, 1_200, 1)],
    }

    uncounted = replace(refund(UUID(int=7_003), 5, ()), order_external_id="4")
    facade.record_refunds([uncounted], RECORDED_AT)
    facade.apply_refunds([Application(uncounted.id, order(4).id, ANNA, 103, None, empties=False, net_minor=5)])
    assert facade.days({ANNA: (90, 110)}) == {ANNA: [DaySum(100, 1_200, 1)]}


@pytest.mark.usefixtures("_bought")
def test_a_day_of_which_nothing_is_left_is_gone():
    """The second refund is of all that is left, which is told when its order is known."""
    facade.record_refunds([refund(), replace(refund(SECOND, None, ()), order_external_id="2")], RECORDED_AT)
    rest = refund(UUID(int=7_003), 300, ())
    facade.record_refunds([rest], RECORDED_AT)
    facade.apply_refunds([applied(), applied(rest.id, empties=True, net_minor=300)])
    facade.apply_refunds([replace(applied(SECOND, empties=True, net_minor=1_200), order_id=order(2).id)])

    assert facade.days({ANNA: (0, 200)}) == {ANNA: []}


@pytest.mark.usefixtures("_bought")
def test_a_refund_that_does_not_fit_is_refused_for_good():
    facade.record_refunds([refund()], RECORDED_AT)
    facade.refuse_refunds([Unfit(FIRST, order(1).id, ANNA, "more_than_left")])

    found = facade.refund(FIRST)
    assert (found.state, found.refused_because) == (RefundState.REFUSED, "more_than_left")
    assert (found.order_id, found.member_id, found.day) == (order(1).id, ANNA, None)
    assert facade.refunds_of(order(1).id) == (found,)
    assert facade.get(order(1).id).refunded_minor == 0
    assert facade.parked_refunds([("till", "1")]) == {("till", "1"): []}
    assert facade.days({ANNA: (100, 100)}) == {ANNA: [DaySum(100, 2_400, 2)]}


@pytest.mark.usefixtures("_bought")
def test_orders_and_refunds_are_numbered_together():
    facade.record_refunds([refund()], RECORDED_AT)

    last_order = models.Order.objects.order_by("recorded_seq").last()
    assert facade.refund(FIRST).recorded_seq == last_order.recorded_seq + 1


def test_an_unknown_refund_is_refused(db):
    with pytest.raises(Refusal) as refused:
        facade.refund(FIRST)

    assert refused.value.code == "unknown_refund"
    assert facade.parked_refunds([]) == {}


@pytest.mark.usefixtures("_bought")
@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        (
            "UPDATE orders_order SET refunded_minor = 1199 WHERE refunded_minor > 0",
            "Order 00000000-0000-0000-0000-0000000003e9 of 1200 counts 1199 as refunded, its refunds took off 1200.",
        ),
        (
            "UPDATE orders_line SET refunded_minor = 899 WHERE refunded_minor = 900",
            (
                "Line 2 of order 00000000-0000-0000-0000-0000000003e9 counts 899 and 1 pieces as refunded, "
                "its refunds took off 900 and 1."
            ),
        ),
        (
            "UPDATE orders_line SET refunded_quantity = 0 WHERE refunded_minor = 900",
            (
                "Line 2 of order 00000000-0000-0000-0000-0000000003e9 counts 900 and 0 pieces as refunded, "
                "its refunds took off 900 and 1."
            ),
        ),
        (
            "UPDATE orders_refund SET order_day = 99 WHERE empties",
            "Refund 00000000-0000-0000-0000-000000001b5a does not count where its order does.",
        ),
        (
            "UPDATE orders_refund SET empties = true",
            "Order 00000000-0000-0000-0000-0000000003e9 was emptied 2 times.",
        ),
    ],
)
def test_tampering_with_what_was_refunded_is_found(statement, detail):
    facade.record_refunds([refund(), refund(SECOND, 300, ())], RECORDED_AT)
    facade.apply_refunds([applied(), applied(SECOND, empties=True, net_minor=300)])
    with connection.cursor() as cursor:
        assert facade.verify().violations == ()
        cursor.execute(statement)

    assert [(one.invariant, one.holder_id, one.detail) for one in facade.verify().violations] == [("I38", ANNA, detail)]
