"""The overview's figures: what can be used now and what it may cost, sales after refunds, points by month."""

from datetime import timedelta

import pytest

from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, TemplateDraft
from shuke.rooms.members.contracts import MemberRef, NewMember, Status
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import AdjustFact, HoldFact, OpeningFact, OrderFact, RedeemFact, RefundFact
from shuke.surfaces.console.tests.conftest import NOON, TESTER
from shuke.surfaces.console.tests.test_acts import text

PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units:
  growth: {spendable: no}
  stars: {scale: 1, round: floor, at: order, value: 0.01, pending: {for: 30 days}, expiry: {after: 45 days}}
earn:
  - {code: spend, unit: stars, points: order.net}
  - {code: grow, unit: growth, points: order.net}
"""


def at(days):
    return NOON - timedelta(days=days)


@pytest.fixture
def shop_in_use(shop):
    """Members with usable, pending, held, owed, expired and barred points, by every way that points come and go."""
    programs.publish(PROGRAM, TESTER)
    new = [NewMember(phone=f"+861380000000{n}", joined_at=at(160)) for n in range(1, 6)]
    lin, zhou, gone, frozen, old = (MemberRef(id=one.id) for one in programs.enrol(new, TESTER))

    def order(id, who, days, net):
        return OrderFact("pos", id, who, at(days), net, net, "USD", "nanjinglu")

    facts = [
        order("old", old, 150, 700),
        order("a", lin, 60, 10_000),
        order("b", zhou, 60, 4_000),
        order("c", gone, 60, 1_000),
        order("d", frozen, 60, 300),
        RedeemFact("pos", "x", zhou, 400, "stars", at(20)),
        RedeemFact("pos", "y", lin, 200, "stars", at(19), order=("pos", "e")),
        order("e", lin, 18, 3_260),
        RefundFact("pos", "r1", ("pos", "b"), occurred_at=at(10)),
        RefundFact("pos", "r2", ("pos", "e"), net_minor=1_630, occurred_at=at(9)),
        OpeningFact("old", "o", lin, 9_000, "stars", occurred_at=at(8)),
        AdjustFact("pos", "up", lin, 50, "service", "stars", occurred_at=at(7)),
        AdjustFact("pos", "down", lin, -30, "wrong", "stars", occurred_at=at(6)),
        HoldFact("pos", "h", lin, 200, NOON + timedelta(days=9), "stars", occurred_at=at(1)),
    ]
    results = programs.record(facts, TESTER, history=True)
    assert [result.refusal for result in results] == [None] * len(facts)
    programs.set_status(gone.id, Status.EXITED, "moved", TESTER)
    programs.set_status(frozen.id, Status.FROZEN, "asked", TESTER)
    programs.advance_due(clock.business_now())


@pytest.mark.usefixtures("shop_in_use")
def test_what_is_usable_leaves_out_what_nobody_can_use_and_nets_no_debt(log_in):
    page = text(log_in().get("/overview"))

    assert "可用积分 972.0 会员现在可用 · 待生效 16.3 · 已预占 20.0 · 会员不能使用 13.0 · 欠分 40.0" in page
    assert "积分负债 $9.72 若全部可用积分都被使用 · 不含另列的积分" in page


@pytest.mark.usefixtures("shop_in_use")
def test_what_members_spent_is_after_refunds(log_in):
    page = text(log_in().get("/overview"))

    assert "近 30 天会员消费 $16.30 100.0% 占全部销售 · 已扣退款 $16.30 ·" in page


@pytest.mark.usefixtures("shop_in_use")
def test_each_month_tells_apart_what_came_and_what_was_taken_or_given_back(log_in):
    lines = log_in().get("/overview/points.csv").content.decode("utf-8-sig").splitlines()

    assert lines[1:] == [
        "月份,发放,追回,兑换,退回,过期",
        "2026-01,7,0,0,0,0",
        "2026-02,0,0,0,0,0",
        "2026-03,0,0,0,0,0",
        "2026-04,153,0,0,0,7",
        "2026-05,32,0,60,0,0",
        "2026-06,905,59,0,10,0",
    ]
    stars = next(unit for unit in points.all_units() if unit.code == "stars")
    assert points.totals(stars.id).outstanding == 9_720 + 163 + 200 + 130 - 400


@pytest.mark.usefixtures("shop_in_use")
def test_the_overview_says_which_coupons_need_a_look(log_in):
    budget = TemplateDraft("gone", "十元券", Kind.CASH, "amount: 10", "UTC", claimable=True, most=1)
    coupons.create_template(budget, TESTER)
    desk = log_in()
    assert "剩余" not in text(desk.get("/overview"))
    (lin,) = programs.enrol([NewMember(phone="+8613800000099")], TESTER)
    coupons.issue([IssueFact("app", "1", "gone", lin.id, Cause.CLAIM, NOON)])
    assert "十元券 · 剩余 0，总量 1。" in text(desk.get("/overview"))
