"""The mall's laws hold in the database itself, and a check tells where somebody went round it."""

import pytest
from django.db import IntegrityError, connection, transaction

from shuke.foundation import clock
from shuke.rooms.mall import checks, facade, ordering
from shuke.rooms.mall.contracts import ItemDraft, Kind, Period, Price, Restock
from shuke.rooms.org.contracts import Actor, ActorKind

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")


@pytest.fixture
def mug(db):
    clock.set_business_clock(clock.machine_now())
    item = facade.create_item(ItemDraft("mug", Kind.GOODS, "Mug", (Price(10),)), ACTOR)
    facade.restock([Restock(item.id, 130, "first")], ACTOR)
    return facade.item(item.id)


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def found():
    return [violation.detail for violation in facade.verify().violations]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mall_movement SET change = 1",
        "DELETE FROM mall_movement",
        "UPDATE mall_stock SET remaining = remaining - 10",
    ],
)
def test_the_database_refuses_what_must_never_be(mug, statement):
    with pytest.raises(IntegrityError):
        run(statement)
    assert found() == []
    assert facade.item(mug.id) == mug


def test_stock_that_its_movements_do_not_know_is_told(mug):
    run("UPDATE mall_stock SET remaining = remaining + 1 WHERE slice = 7")
    assert found() == ["Item mug has 131 pieces left, its movements come to 130."]


def test_a_guard_that_is_off_is_told(mug):
    run("SET CONSTRAINTS ALL IMMEDIATE")  # what a test's own transaction still has to check
    run("ALTER TABLE mall_movement DISABLE TRIGGER mall_movement_append_only")
    assert found() == ["Movements of stock can be changed: a trigger that refuses it is missing, off or another."]


def test_what_is_left_is_spread_evenly(mug):
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(remaining), max(remaining), sum(remaining)::int, count(*) FROM mall_stock")
        assert cursor.fetchone() == (2, 3, 130, 64)


@pytest.mark.parametrize("digits", ["00000000", "12345678", "99999999", "40219573"])
def test_a_check_digit_tells_every_wrong_digit_and_most_that_are_swapped(digits):
    right = checks.luhn(digits)
    wrong = [digits[:place] + other + digits[place + 1 :] for place in range(8) for other in "0123456789"]
    assert [other for other in wrong if other != digits and checks.luhn(other) == right] == []
    swapped = [digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :] for place in range(7)]
    kept = [other for other in swapped if other != digits and checks.luhn(other) == right]
    assert all({"0", "9"} == {a for a, b in zip(digits, other, strict=True) if a != b} for other in kept)


@pytest.mark.parametrize(
    ("period", "first"),
    [(Period.DAY, 20_605), (Period.WEEK, 20_605), (Period.MONTH, 20_605), (Period.YEAR, 20_454)],
)
def test_periods_begin_on_their_first_day(period, first):
    """2026-06-01 is a Monday and day 20,605; 2026-01-01 is day 20,454."""
    assert ordering.first_day(period, 20_605) == first
    assert ordering.first_day(period, 20_605 + 6) == (20_611 if period is Period.DAY else first)
