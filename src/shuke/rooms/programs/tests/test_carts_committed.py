"""A cart becomes an order with its points and the caps of its offers, all or nothing, and a refund gives back."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.core.offers.model import Given, Reason
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Line, RefundLine
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, OrderFact, RefundFact, Status
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member, order

OFFERS = """\
offers:
  - {code: tens, amount: 10, minimum: {money: 50}, caps: [{per: day, of: member, times: 1}, {per: lifetime, times: 3}]}
  - {code: purse, percent: 10, lines: "item.category = 'wine'", caps: {per: month, money: 25}}
  - {code: mug, gift: mug, when: "order.net >= 100"}
  - {code: double, points_times: 2, when: "item.category = 'tea'"}
"""
SHOP = (
    PROGRAM.replace("value: 0.01", "value: 0.01, redeem: {least: 500, step: 100}, pay: {percent: 50}") + OFFERS
).replace("when: \"item.category = 'tea'\"", "when: \"SUM(item.net) FILTER (WHERE item.category = 'tea') > 0\"")

NO_POINTS = Choice()


@pytest.fixture
def shop(anna, enrol):
    facade.publish(SHOP, ACTOR)
    enrol(2)
    facade.record([order("before", 1000_00)], ACTOR)
    return anna


def cart(id, *lines, who=None, at=NOW):
    made = tuple(Line(category, category, 1, minor) for category, minor in lines)
    listed = sum(line.net_minor for line in made)
    return OrderFact("shop", id, who, at, listed, listed, "USD", lines=made)


def commit(id, *lines, who=1, choice=NO_POINTS, at=NOW, **other):
    return facade.commit_cart(cart(id, *lines, who=member(who) if who else None, at=at), ACTOR, choice, **other)


def applied(done):
    return [each.code for each in done.priced.applied]


def refused(done):
    return {code: reason for code, _, reason in done.priced.refused}


def everything():
    """Return what every table that a cart writes holds."""
    tables = ("orders_order", "points_entry", "programs_cart", "programs_offer_use", "programs_offer_count",
              "business_key", "programs_payment")  # fmt: skip
    with connection.cursor() as cursor:
        return [cursor.execute(f"SELECT * FROM {name} ORDER BY {name}::text").fetchall() for name in tables]


def test_an_order_is_placed_at_what_the_cart_costs_and_its_points_are_used(shop):
    done = commit("a", ("wine", 100_00), ("soap", 20_00), choice=Choice(points=700))
    assert applied(done) == ["tens", "purse", "mug"]
    placed = orders.get(done.order.reference)
    assert (placed.net_minor, placed.gross_minor, placed.points_paid_minor) == (100_83, 120_00, 7_00)
    assert [line.net_minor for line in orders.lines(placed.id)] == [82_49, 18_34]
    assert done.priced.applied[2].gifts == (Given("mug"),)
    assert done.order.points == {"points": 126} == done.priced.earns
    assert facade.standing(shop).balances[0].available == 1000 - 700 + 126


def test_an_offer_that_has_ended_is_not_had_by_naming_a_day_before(shop):
    clock.set_business_clock(NOW + timedelta(days=1))
    facade.publish(SHOP.replace("code: purse, percent: 10", "code: purse, percent: 1"), ACTOR)
    clock.set_business_clock(NOW + timedelta(days=2))
    late = {"at": NOW, "expected_minor": 89_10}

    done = commit("a", ("wine", 100_00), **late)

    assert {each.code: each.off_minor for each in done.priced.applied} == {"tens": 10_00, "purse": 90, "mug": 0}
    assert orders.get(done.order.reference).occurred_at == NOW + timedelta(days=2, minutes=-5)
    clock.set_business_clock(NOW + timedelta(days=3))
    before = everything()
    again = commit("a", ("wine", 100_00), **late)
    assert (again.priced, again.order.status, everything()) == (done.priced, Status.REPEATED, before)
    history = commit("b", ("wine", 100_00), who=2, at=NOW, history=True)
    assert [each.off_minor for each in history.priced.applied] == [10_00, 9_00, 0]
    assert orders.get(history.order.reference).occurred_at == NOW


def test_a_repeat_is_answered_as_before_and_another_cart_of_the_key_is_refused(shop):
    first = commit("a", ("wine", 100_00), choice=Choice(points=700))
    commit("b", ("wine", 100_00), who=2)
    before = everything()
    again = commit("a", ("wine", 100_00), choice=Choice(points=700))
    assert (again.priced, again.order.status) == (first.priced, Status.REPEATED)
    assert (again.order.reference, again.order.points) == (first.order.reference, first.order.points)
    for other in ({"choice": Choice(points=600)}, {"choice": Choice(points=700), "who": 2}):
        with pytest.raises(Refusal, match="recorded before"):
            commit("a", ("wine", 100_00), **other)
    with pytest.raises(Refusal, match="recorded before"):
        facade.commit_cart(replace(cart("before", ("wine", 100_00), who=member(1)), source="till"), ACTOR)
    assert everything() == before


def test_a_dry_run_says_what_a_commit_does_and_writes_nothing(shop):
    before = everything()
    foretold = commit("a", ("wine", 100_00), ("tea", 9_99), choice=Choice(points=900), dry_run=True)
    assert everything() == before
    evaluated = facade.evaluate_cart(cart("a", ("wine", 100_00), ("tea", 9_99), who=member(1)), Choice(points=900))
    done = commit("a", ("wine", 100_00), ("tea", 9_99), choice=Choice(points=900))
    assert foretold.priced == done.priced == evaluated
    assert (foretold.order.points, foretold.order.balances) == (done.order.points, done.order.balances)


_ids = count()
bought = st.lists(st.tuples(st.sampled_from(["wine", "tea", "soap"]), st.integers(0, 90_00)), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought, st.none() | st.integers(0, 3000), st.sampled_from([1, 2, None]))
def test_every_cart_is_committed_as_it_was_evaluated_and_foretold(shop, lines, wanted, who):
    id, choice = f"cart{next(_ids)}", Choice(points=wanted)
    evaluated = facade.evaluate_cart(cart(id, *lines, who=member(who) if who else None), choice)
    foretold = commit(id, *lines, who=who, choice=choice, dry_run=True)
    done = commit(id, *lines, who=who, choice=choice, expected_minor=evaluated.pay_minor)
    assert evaluated == foretold.priced == done.priced
    assert foretold.order.points == done.order.points == evaluated.earns
    placed = orders.get(done.order.reference)
    assert placed.net_minor - placed.points_paid_minor == evaluated.pay_minor
    assert 0 <= evaluated.pay_minor <= placed.gross_minor
    assert sum(line.net_minor for line in orders.lines(placed.id)) == sum(evaluated.lines_minor)


def test_what_costs_something_else_by_now_is_not_committed(shop):
    commit("a", ("soap", 60_00), expected_minor=50_00)
    before = everything()
    with pytest.raises(Refusal) as told:
        commit("b", ("soap", 60_00), expected_minor=50_00)
    assert (told.value.code, told.value.params) == ("price_changed", {"pay": 60_00})
    assert everything() == before


def test_caps_of_a_member_of_all_and_of_money_bound_an_offer(shop):
    assert applied(commit("a", ("soap", 60_00))) == ["tens"]
    assert refused(commit("b", ("soap", 60_00)))["tens"] is Reason.LIMIT_REACHED
    assert applied(commit("c", ("soap", 60_00), at=NOW + timedelta(days=1), history=True)) == ["tens"]
    assert applied(commit("d", ("soap", 60_00), who=2)) == ["tens"]
    assert (
        refused(commit("e", ("soap", 60_00), who=2, at=NOW + timedelta(days=1), history=True))["tens"]
        is Reason.LIMIT_REACHED
    )
    assert refused(commit("f", ("soap", 60_00), who=None))["tens"] is Reason.NOT_THIS_MEMBER
    assert applied(commit("g", ("wine", 49_00), who=None)) == ["purse"]
    assert refused(commit("h", ("wine", 210_00), who=None))["purse"] is Reason.BUDGET_REACHED
    assert applied(commit("i", ("wine", 49_00), who=None)) == ["purse"]
    next_month = NOW + timedelta(days=30)
    assert "purse" in applied(commit("j", ("wine", 210_00), who=None, at=next_month, history=True))


def test_a_refund_of_all_of_an_order_gives_offers_and_points_back_and_of_a_part_its_points(shop):
    done = commit("a", ("soap", 60_00), choice=Choice(points=1000))
    assert refused(commit("b", ("soap", 60_00)))["tens"] is Reason.LIMIT_REACHED
    (half,) = facade.record([RefundFact("shop", "r1", ("shop", "a"), NOW, lines=(RefundLine(1, 0, 25_00),))], ACTOR)
    assert half.status is Status.RECORDED
    assert refused(commit("c", ("soap", 60_00)))["tens"] is Reason.LIMIT_REACHED
    facade.record([RefundFact("shop", "r2", ("shop", "a"), NOW)], ACTOR)
    assert applied(commit("d", ("soap", 60_00))) == ["tens"]
    took = points.takes_of([(shop, found.redemption_id) for found in payments("a")])
    assert sum(take.returnable for takes in took.values() for take in takes) == 0
    assert done.priced.points.used == 1000


def payments(id):
    from shuke.rooms.programs import queries

    return queries.payments([("shop", id)])["shop", id]


def test_a_refund_that_came_before_its_cart_gives_back_at_once(shop):
    facade.record([RefundFact("shop", "early", ("shop", "a"), NOW)], ACTOR)
    assert applied(commit("a", ("soap", 60_00))) == ["tens"]
    assert applied(commit("b", ("soap", 60_00))) == ["tens"]


def test_points_are_multiplied_and_a_gift_earns_nothing(shop):
    tea = commit("a", ("tea", 40_00))
    assert (applied(tea), tea.order.points) == (["double"], {"points": 100})
    gift = commit("b", ("soap", 100_00))
    assert (applied(gift), gift.order.points) == (["tens", "mug"], {"points": 112})
    (back,) = facade.record([RefundFact("shop", "r", ("shop", "a"), NOW, lines=(RefundLine(1, 0, 20_00),))], ACTOR)
    assert back.points == {"points": -50}


def test_an_explanation_tells_the_offers_of_the_cart_and_what_multiplied_its_points(shop):
    told = facade.explain_order(commit("a", ("tea", 60_00)).order.reference)
    assert [each.code for each in told.offers] == ["tens", "double"]
    sentences = facade.told(told, "en")
    assert sentences[:2] == ["The offer «tens» took USD 10.00 off the cart.", "The offer «double» applied to the cart."]
    assert any("points_times:points" in sentence for sentence in sentences)
    assert facade.told(told, "zh")[0] == "优惠“tens”减 USD 10.00。"


def test_a_comparison_names_what_changes_in_offers(shop):
    compared = facade.compare(SHOP.replace("amount: 10,", "amount: 12,"))
    assert [(each.path, each.before, each.after) for each in compared.differences] == [
        ("offers.tens.amount", "10", "12")
    ]  # fmt: skip


def test_nobody_else_promises_points(shop):
    before = everything()
    (answer,) = facade.record([order("a", 10_00, attributes={"points_times": 90})], ACTOR)
    assert (answer.refusal.code, answer.refusal.pointer) == ("invalid_attribute", "/attributes/points_times")
    assert everything() == before


def test_a_cart_whose_points_can_not_be_used_leaves_nothing(shop):
    facade.publish(SHOP.replace("scale: 0", "scale: 0, caps: [{of: redeem, per: day, times: 1}]"), ACTOR)
    commit("a", ("soap", 60_00), choice=Choice(points=500))
    second = commit("b", ("soap", 60_00), choice=Choice(points=500))
    assert (second.priced.points.most, second.priced.points.used) == (0, 0)
    assert facade.verify_all()[0].violations == ()


def _found():
    return sorted((one.invariant, one.holder_id, one.detail) for one in facade.verify().violations)


def test_what_offers_count_is_checked_against_the_orders(shop):
    done = commit("a", ("wine", 100_00), ("tea", 60_00))
    commit("b", ("wine", 100_00), who=2)
    back = facade.record([RefundFact("shop", "back", ("shop", "b"), net_minor=None)], ACTOR)
    assert (applied(done), back[0].refusal, _found()) == (["tens", "purse", "mug", "double"], None, [])


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE programs_offer_count SET times = times - 1 WHERE code = 'tens' AND day = 0",
            [(False, "The offer tens counts 0 times and 1000 off, its orders have 1 times and 1000 off.")],
        ),
        (
            "UPDATE programs_offer_use SET off_minor = 1 WHERE code = 'mug'",
            [(True, "The offer mug took 1 off an order, its cart says 0.")],
        ),
        (
            "UPDATE programs_offer_use SET returned = true WHERE code = 'double'",
            [(True, "The offer double was given back, of its order something is left.")],
        ),
        (
            "DELETE FROM programs_offer_use WHERE code = 'mug'",
            [(False, "The offer mug took 0 off an order, its cart says 0.")],
        ),
    ],
)
def test_a_doctored_count_of_an_offer_is_found(shop, statement, told):
    commit("a", ("wine", 100_00), ("tea", 60_00))
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert _found() == [("I18", shop if of_member else None, detail) for of_member, detail in told]
