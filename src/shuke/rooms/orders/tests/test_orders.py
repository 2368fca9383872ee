"""Orders are stored whole, in the order given, and added up exactly."""

from dataclasses import asdict, replace
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.orders import facade, models
from shuke.rooms.orders.contracts import DaySum, Line, MonthOfOrders, NewOrder, Order, Sales
from shuke.rooms.orders.tests.conftest import ANNA, BEN, LINES, RECORDED_AT, at, order


def stored() -> tuple[int, int]:
    return models.Order.objects.count(), models.Line.objects.count()


def test_an_order_is_stored_as_it_arrived(record):
    lines = (*LINES, Line("card", "GIFT", 1, 50, 60, gift_card=True, attributes={"colour": "紅", "weight": 7}))
    new = order(1, generated=True, tax_minor=90, shipping_minor=10, points_paid_minor=5, brand="north", lines=lines)
    new = replace(new, attributes={"coupon": True})
    record((new, ANNA))

    found = facade.get(new.id)
    arrived = {name: value for name, value in asdict(new).items() if name != "lines"}
    seq = found.recorded_seq
    assert found == Order(**arrived, member_id=ANNA, recorded_at=RECORDED_AT, recorded_seq=seq, refunded_minor=0)
    assert facade.lines(new.id) == lines


def test_an_order_of_nobody_and_one_without_lines_are_stored(record):
    unknown, bare = order(1, counted=False), order(2, lines=())
    record((unknown, None), (bare, ANNA))

    assert facade.get(unknown.id).member_id is None
    assert facade.lines(bare.id) == ()
    assert facade.get_many([bare.id, UUID(int=5)]).keys() == {bare.id}


def test_an_unknown_order_is_refused(record):
    with pytest.raises(Refusal) as refused:
        facade.get(UUID(int=5))

    assert refused.value.code == "unknown_order"


def test_orders_are_numbered_in_the_order_given(record):
    record(*((order(number), ANNA) for number in (3, 1, 2)))
    record((order(0), ANNA))

    recorded = models.Order.objects.order_by("recorded_seq").values_list("external_id", flat=True)
    assert list(recorded) == ["3", "1", "2", "0"]


@pytest.mark.parametrize(
    ("new", "member_id", "error"),
    [
        (order(2, id=order(1).id), ANNA, IntegrityError),
        (order(2, day=-1), ANNA, IntegrityError),
        (order(2, counted=True), None, IntegrityError),
        (order(2, lines=(Line("milk", "DAIRY", 2**31, 1),)), ANNA, DataError),
    ],
    ids=["id taken", "day before 1970", "counted for nobody", "too many pieces"],
)
def test_a_refusal_leaves_nothing(record, new, member_id, error):
    record((order(1), ANNA))

    with pytest.raises(error), unit_of_work():
        record((order(5), BEN), (new, member_id))

    assert stored() == (1, 2)


def test_a_page_begins_with_the_latest_day(record):
    record((order(1, day=100), ANNA), (order(2, day=102), ANNA), (order(3, day=102), BEN), (order(4, day=102), ANNA))
    record((order(5, day=101), ANNA))

    first = facade.page_of_member(ANNA, 2)
    second = facade.page_of_member(ANNA, 2, first.next_cursor)
    assert [found.external_id for found in first.orders] == ["4", "2"]
    assert [found.external_id for found in second.orders] == ["5", "1"]
    assert second.next_cursor is None


def test_a_foreign_cursor_is_refused(record):
    with pytest.raises(Refusal) as refused:
        facade.page_of_member(ANNA, 2, "mbr_1")

    assert refused.value.code == "invalid_cursor"


def test_days_hold_counted_orders_of_each_members_own_span(record):
    record(
        (order(1, day=100), ANNA),
        (order(2, day=101, net_minor=1), ANNA),
        (order(3, day=101, net_minor=5), ANNA),
        (order(4, day=101, counted=False), ANNA),
        (order(5, day=102), ANNA),
        (order(6, day=100), BEN),
        (order(7, day=109), BEN),
    )

    assert facade.days({ANNA: (101, 102), BEN: (90, 100), UUID(int=9): (0, 200)}) == {
        ANNA: [DaySum(101, 6, 2), DaySum(102, 1_200, 1)],
        BEN: [DaySum(100, 1_200, 1)],
        UUID(int=9): [],
    }


def test_months_are_local(record):
    late = NewOrder(UUID(int=9), "till", "9", at(31, 3), 30, 7, 7, "CNY", "S1", "web", ())  # 31 January in New York
    record((order(1, day=10), ANNA), (order(2, day=11, counted=False), None), (late, ANNA))

    assert facade.monthly("America/New_York") == (MonthOfOrders(1970, 1, 3, 2_407),)
    assert facade.monthly("UTC") == (MonthOfOrders(1970, 1, 2, 2_400), MonthOfOrders(1970, 2, 1, 7))


def test_sales_and_active_members_of_a_time(record):
    record(
        (order(1, day=100), ANNA),
        (order(2, day=101), ANNA),
        (order(3, day=102, net_minor=5), BEN),
        (order(4, day=101, counted=False, net_minor=3), None),
    )

    assert facade.active_members([(at(100), at(102)), (at(100), at(103)), (at(200), at(300))]) == [1, 2, 0]
    assert facade.sales(at(101), at(103)) == Sales(3, 1_208, 2, 1_205, 0)
    assert facade.sales(at(200), at(300)) == Sales(0, 0, 0, 0, 0)


@pytest.mark.parametrize("size", [1, 200])
def test_the_number_of_statements_does_not_grow_with_the_batch(record, size, django_assert_num_queries):
    with django_assert_num_queries(3):  # savepoint, orders, lines, release
        record(*((order(number), ANNA) for number in range(size)))


def test_orders_and_members_run_side_by_side(record):
    with pytest.raises(AssertionError):
        facade.record([order(1), order(2)], [ANNA], RECORDED_AT)

    assert stored() == (0, 0)
