"""Coupons and pickups at the counter: shown before they are taken, and taken once."""

import pytest

from shuke.foundation import ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, State, TemplateDraft
from shuke.rooms.mall import contracts as stall
from shuke.rooms.mall import facade as mall
from shuke.rooms.members.contracts import ID_PREFIX, MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role, StaffTerms, Work
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import ExchangeFact
from shuke.surfaces.cashier.tests.conftest import NOON, TESTER

TEA = TemplateDraft("tea", "一杯茶", Kind.EXCHANGE, "{gift: tea}", "Asia/Shanghai")
TEN = TemplateDraft("ten", "满 50 减 10", Kind.THRESHOLD, "{amount: 10, minimum: {money: 50}}", "Asia/Shanghai")


@pytest.fixture
def coupon(at_work):
    """Return a function that gives the first member a coupon of a template."""

    def give(draft):
        coupons.create_template(draft, TESTER)
        fact = IssueFact("tests", draft.code, draft.code, at_work.members[0], Cause.PUSH, NOON)
        (issued,) = coupons.issue([fact])
        return issued.coupon

    return give


@pytest.fixture
def waiting(at_work):
    """Return a function that lets a mug wait for the first member in a store."""

    def place(store):
        item = mall.create_item(
            stall.ItemDraft("mug", stall.Kind.GOODS, "马克杯", (stall.Price(300),), ways=(stall.Way.PICKUP,)), TESTER
        )
        mall.restock([stall.Restock(item.id, 5, "first delivery")], TESTER)
        member = MemberRef(id=at_work.members[0])
        fact = ExchangeFact("app", "x-1", member, "mug", way=stall.Way.PICKUP, store=store)
        return programs.exchange(fact, TESTER).order

    return place


def kinds(street):
    return [(each.work, each.count) for each in org.shift_report(org.open_shift(street.till.id).id).sums]


def test_nobody_takes_their_own_coupon_or_pickup(at_work, coupon, waiting):
    tea, mug = coupon(TEA), waiting("nanjinglu")
    own = ids.encode(ID_PREFIX, at_work.members[0])
    org.change_staff(at_work.clerk, StaffTerms(Role.CLERK, ["nanjinglu"], None, own), TESTER)

    answers = [at_work.ask("use", key="U-1", code=tea.code), at_work.ask("use", key="U-2", code=mug.pickup_code)]

    assert [(status, answer["code"]) for status, answer in answers] == [(403, "own_account")] * 2
    assert coupons.coupon(tea.id, NOON).state is State.ISSUED
    assert mall.order(mug.id).state is stall.State.READY_FOR_PICKUP
    assert kinds(at_work) == []


def test_a_coupon_for_a_thing_is_shown_and_taken_once(at_work, coupon):
    tea = coupon(TEA)
    status, seen = at_work.ask("read", text=tea.code.lower())
    assert (status, seen["kind"], seen["good"], seen["title"], seen["more"]) == (200, "coupon", True, "一杯茶", "林**")
    assert coupons.coupon(tea.id, NOON).state is State.ISSUED

    answers = [at_work.ask("use", key="U-1", code=tea.code) for _ in range(3)]

    assert answers == [answers[0]] * 3
    assert answers[0][0] == 200
    assert coupons.coupon(tea.id, NOON).state is State.USED
    assert at_work.ask("use", key="U-2", code=tea.code)[1]["code"] == "coupon_not_usable"
    assert at_work.ask("read", text=tea.code)[1]["good"] is False
    assert kinds(at_work) == [(Work.COUPON, 1)]


def test_a_coupon_that_takes_something_off_is_not_taken_without_a_sale(at_work, coupon):
    ten = coupon(TEN)

    status, refused = at_work.ask("use", key="U-1", code=ten.code)

    assert (status, refused["code"]) == (409, "coupon_needs_sale")
    assert coupons.coupon(ten.id, NOON).state is State.ISSUED
    assert kinds(at_work) == []


def test_what_waits_here_is_handed_out_once(at_work, waiting):
    order = waiting("nanjinglu")
    _, seen = at_work.ask("read", text=order.pickup_code)
    assert (seen["kind"], seen["good"], seen["title"]) == ("pickup", True, "马克杯 × 1")

    answers = [at_work.ask("use", key="U-1", code=order.pickup_code) for _ in range(3)]

    assert answers == [answers[0]] * 3
    assert mall.order(order.id).state is stall.State.PICKED_UP
    assert kinds(at_work) == [(Work.PICKUP, 1)]
    for again in (at_work.ask("read", text=order.pickup_code), at_work.ask("use", key="U-2", code=order.pickup_code)):
        assert (again[1]["code"], again[1]["sentence"]) == ("pickup_code_used", "已于 2026-06-15 10:00 领取。")


def test_what_waits_in_another_store_is_red_and_stays(at_work, waiting):
    order = waiting("wukanglu")

    _, seen = at_work.ask("read", text=order.pickup_code)

    assert (seen["good"], seen["why"]) == (False, "须在其他门店自提：武康路店。")
    assert at_work.ask("use", key="U-1", code=order.pickup_code)[1]["code"] == "pickup_elsewhere"
    assert mall.order(order.id).state is stall.State.READY_FOR_PICKUP
    assert at_work.ask("read", text=ids.encode(ID_PREFIX, at_work.members[0]))[1]["kind"] == "members"


def test_the_coupon_that_saves_is_proposed_and_used_with_the_sale(at_work, coupon):
    ten, member = coupon(TEN), ids.encode(ID_PREFIX, at_work.members[0])
    _, priced = at_work.ask("price", member=member, lines=[8_600], points=0)
    (told,) = priced["coupons"]
    assert (told["code"], told["used"], told["off"], priced["pay_minor"]) == (ten.code, True, "−¥10.00", 7_600)

    status, answer = at_work.sale("K-1", member=member, lines=[8_600], expected_minor=7_600)

    assert (status, answer["paid"], answer["earned"]) == (200, "¥76.00", "+91")
    assert coupons.coupon(ten.id, NOON).state is State.USED
    order = at_work.ask("read", text="K-1")[1]["id"]
    at_work.ask("refund", key="R-1", order=order, all=True, occurred_at=NOON.isoformat())
    assert coupons.coupon(ten.id, NOON).state is State.ISSUED


def test_who_leaves_the_best_coupon_out_says_why_and_it_is_kept(at_work, coupon):
    ten, member = coupon(TEN), ids.encode(ID_PREFIX, at_work.members[0])
    sale = {"member": member, "lines": [8_600], "coupons": [], "expected_minor": 8_600}

    assert at_work.sale("K-1", **sale)[1]["code"] == "reason_required"
    assert kinds(at_work) == []
    status, answer = at_work.sale("K-2", **sale, note="keeps it for later")

    assert (status, answer["paid"]) == (200, "¥86.00")
    assert coupons.coupon(ten.id, NOON).state is State.ISSUED
    assert org.shift_report(org.open_shift(at_work.till.id).id).noted == 1
    (line,) = org.audit_lines(5, action="sale.overridden").lines
    assert (line.subject, line.after) == ("K-2", {"reason": "keeps it for later"})


def test_a_scanned_coupon_says_that_it_goes_with_a_sale(at_work, coupon):
    ten = coupon(TEN)
    _, seen = at_work.ask("read", text=ten.code)
    assert (seen["good"], seen["for_sale"], seen["code"]) == (True, True, ten.code)
    _, cheap = at_work.ask("price", member=None, lines=[1_000], points=0, coupons=[ten.code])
    assert (cheap["coupons"][0]["used"], cheap["pay_minor"]) == (False, 1_000)
