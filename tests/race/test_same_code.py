"""Many who make something of the same code at once: one of them does, the others are told that it is there."""

from datetime import UTC, datetime

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Codes, Kind, TemplateDraft
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ItemDraft, Price, SupplierDraft, SupplierKind, Way
from shuke.rooms.mall.contracts import Kind as Goods
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Kind as Sold
from shuke.rooms.paid.contracts import Length, PlanDraft, Terms
from tests.race.test_concurrent_facts import _at_once

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
MAKERS, ROUNDS = 8, 3


def template(code, **other):
    return coupons.create_template(
        TemplateDraft(code=code, name="Ten", time_zone="UTC", kind=Kind.CASH, offer="amount: 10", **other), ACTOR
    )


def one_code(code, number):
    return template(f"{code}-{number}", codes=Codes.ONE, one_code=f"SAME{code}")


def plan(code, _):
    terms = Terms({Length.YEAR: 150_00})
    return paid.create_plan(PlanDraft(code, Sold.SERVICE, "计划", "Plan", "plus", terms), ACTOR)


def item(code, _):
    return mall.create_item(ItemDraft(code, Goods.GOODS, "Tea", (Price(10),), ways=(Way.PICKUP,)), ACTOR)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda code, _: template(code), "coupon_template_exists"),
        (one_code, "coupon_code_taken"),
        (plan, "plan_exists"),
        (item, "item_exists"),
    ],
    ids=["template", "one code for many", "plan", "item"],
)
def test_one_makes_it_and_the_others_are_told(transactional_db, make, told):
    clock.set_business_clock(datetime(2026, 6, 1, 12, tzinfo=UTC))

    def trying(code):
        def attempt(number):
            try:
                make(code, number)
            except Refusal as refused:
                return refused.code
            return "made"

        return sorted(_at_once(attempt, MAKERS))

    answers = [trying(f"ten{place}") for place in range(ROUNDS)]

    assert answers == [sorted(["made"] + [told] * (MAKERS - 1))] * ROUNDS


def test_a_supplier_that_many_write_at_once_is_one(transactional_db):
    draft = SupplierDraft("cards", "Cards", SupplierKind.POOL)

    written = _at_once(lambda _: mall.write_supplier(draft, ACTOR).id, MAKERS)

    assert len(set(written)) == 1
    assert [each.code for each in mall.suppliers()] == ["cards"]
