"""What a paid plan has saved: what its prices, offers, free shipping and coupons took off carts, less what refunds take."""

from datetime import timedelta

import pytest

from shuke.foundation import clock
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Benefit, Catalogue, SetRow
from shuke.rooms.benefits.contracts import Kind as BenefitKind
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, TemplateDraft
from shuke.rooms.orders.contracts import Line, RefundLine
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Kind as Kept
from shuke.rooms.org.contracts import NewOrganisation
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Kind as PlanKind
from shuke.rooms.paid.contracts import Length, Order, PlanDraft, Terms
from shuke.rooms.payments import facade as payments
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, OrderFact, RefundFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member

OFFERS = """\
offers:
  - {code: members, name: Member price, prices: {tea: 8}, when: "TAGGED('plus')", lines: "item.sku = 'tea'"}
  - {code: tenth, percent: 10, when: "TAGGED('plus')", lines: "item.sku = 'mug'"}
  - {code: delivery, shipping: 100, when: "TAGGED('plus')"}
  - {code: either, amount: 1, when: "TAGGED('plus') OR order.net >= 100", lines: "item.sku = 'soap'"}
  - {code: everybody, amount: 2, lines: "item.sku = 'pot'"}
"""


@pytest.fixture
def shop(now):
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kept.SANDBOX), ACTOR)
    facade.publish(PROGRAM + OFFERS, ACTOR)
    for code in ("gift", "own"):
        facade.create_coupon_template(TemplateDraft(code, code, Kind.CASH, "amount: 3", "UTC"), ACTOR)
    terms = Terms({Length.MONTH: 15_00, Length.YEAR: 120_00})
    for code in ("plus", "other"):
        paid.create_plan(PlanDraft(code, PlanKind.SERVICE, code, code, code, terms), ACTOR)
    coupon = Benefit("voucher", "券", "Voucher", BenefitKind.COUPON, quota=1, gives="gift")
    benefits.apply(Catalogue((coupon,), (SetRow("plan:plus", "voucher"),)), ACTOR)


@pytest.fixture
def plan(shop, enrol):
    """Return the subscription of member 1, who paid 15.00 for a month."""
    return buy(enrol(1))


@pytest.fixture
def program():
    """The shop publishes the program itself."""


def buy(member_id, code="plus", length=Length.MONTH):
    bought = paid.buy(Order(member_id, code, length, "counter"), ACTOR)
    payments.start(bought.payment_id)
    return paid.subscription(bought.subscription.id)


def commit(id, *lines, shipping=0, coupons=(), who=1, dry_run=False):
    made = tuple(Line(sku, sku, quantity, minor) for sku, quantity, minor in lines)
    listed = sum(line.net_minor for line in made) + shipping
    at = clock.business_now()
    cart = OrderFact("shop", id, member(who), at, listed, listed, "USD", shipping_minor=shipping, lines=made)
    return facade.commit_cart(cart, ACTOR, Choice(coupons=coupons), dry_run=dry_run)


def refund(id, lines=(), minor=None):
    (result,) = facade.record(
        [
            RefundFact(
                "shop",
                f"back-{id}-{len(lines)}-{minor}",
                ("shop", id),
                clock.business_now(),
                lines=lines,
                net_minor=minor,
            )
        ],
        ACTOR,
    )
    assert result.refusal is None, result.refusal


def saved(plan):
    found = paid.savings([plan.id])[plan.id]
    return found.saved_minor, found.period_saved_minor, found.to_break_even_minor


def test_member_prices_plan_offers_and_free_shipping_count_and_what_everybody_has_does_not(plan):
    assert saved(plan) == (0, 0, 15_00)
    done = commit("a", ("tea", 2, 20_00), ("mug", 1, 9_99), ("pot", 1, 30_00), ("soap", 1, 10_00), shipping=6_00)
    assert {each.code: each.off_minor for each in done.priced.applied} == {
        "members": 4_00,
        "tenth": 1_00,
        "delivery": 6_00,
        "either": 1_00,
        "everybody": 2_00,
    }
    assert saved(plan) == (12_00, 12_00, 3_00)  # what `either` took needed the plan: the order is below 100.00
    commit("b", ("soap", 1, 120_00), shipping=5_00)
    assert saved(plan) == (17_00, 17_00, 0)  # and here it did not


def test_a_coupon_counts_where_the_plan_gave_it(plan):
    mine = coupons.of_member(plan.member_id, clock.business_now())
    assert [each.template_code for each in mine] == ["gift"]
    (own,) = coupons.issue([IssueFact("app", "own", "own", plan.member_id, Cause.PUSH, NOW)])
    commit("a", ("soap", 1, 50_00), coupons=(mine[0].code, own.coupon.code))
    assert saved(plan)[0] == 3_00 + 1_00


def test_a_repeat_a_dry_run_and_a_stranger_add_nothing(plan, enrol):
    enrol(2)
    for id, other in (("a", {}), ("a", {}), ("b", {"who": 2}), ("c", {"dry_run": True})):
        commit(id, ("tea", 1, 10_00), **other)
    assert saved(plan) == (2_00, 2_00, 13_00)


def test_refunds_take_it_back_by_line_by_amount_and_whole(plan):
    commit("a", ("tea", 3, 30_00), ("mug", 1, 10_00), shipping=6_00)  # 24.00 and 9.00 are left: 13.00 off
    commit("b", ("tea", 1, 10_00))  # 8.00 is left
    assert saved(plan)[0] == 13_00 + 2_00
    refund("a", (RefundLine(1, 1, 8_00),))  # a third of the tea
    assert saved(plan)[0] == 4_00 + 1_00 + 6_00 + 2_00
    refund("b", minor=4_00)  # a half of it
    assert saved(plan)[0] == 11_00 + 1_00
    refund("a", minor=5_00)  # a fifth of the 25.00 that are left
    assert saved(plan)[0] == 8_80 + 1_00
    refund("b")
    assert saved(plan) == (8_80, 8_80, 6_20)
    refund("a")
    assert saved(plan) == (0, 0, 15_00)


def test_each_period_has_its_own_and_the_whole_run_has_all(plan):
    commit("a", ("tea", 1, 10_00))
    paid.gift(plan.member_id, "plus", Length.MONTH, "why", ACTOR)
    clock.set_business_clock(NOW + timedelta(days=40))
    commit("b", ("tea", 2, 20_00))
    found = paid.savings([plan.id])[plan.id]
    assert (found.saved_minor, found.paid_minor, found.by_period) == (6_00, 15_00, {1: 2_00, 2: 4_00})
    assert (found.period_saved_minor, found.period_paid_minor, found.to_break_even_minor) == (4_00, 0, 0)


def test_who_has_left_saves_no_more_and_another_plan_saves_nothing(plan):
    other = buy(plan.member_id, "other")
    commit("a", ("tea", 1, 10_00))
    paid.cancel(plan.id, ACTOR, at_once=True)
    commit("b", ("tea", 1, 10_00))
    assert (saved(plan), saved(other)) == ((2_00, 2_00, 0), (0, 0, 15_00))


def test_what_any_number_of_plans_saved_is_read_by_five_statements(plan, enrol, django_assert_num_queries):
    second, other = buy(enrol(2)), buy(plan.member_id, "other")
    for id, who in (("a", 1), ("b", 1), ("c", 2)):
        commit(id, ("tea", 1, 10_00), who=who)
    for asked in ([plan], [plan, second, other]):
        with django_assert_num_queries(5):  # what was taken off, the orders and their lines, the periods, the clock
            found = paid.savings([one.id for one in asked])
        assert [found[one.id].saved_minor for one in asked] == [4_00, 2_00, 0][: len(asked)]
