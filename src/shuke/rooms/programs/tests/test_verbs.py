"""Every kind of fact through the one write path, on a program that has all that they need; exact values."""

from datetime import date, timedelta

import pytest

from shuke.foundation import clock
from shuke.rooms.orders.contracts import Line
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import (
    AdjustFact,
    BehaviourFact,
    CaptureFact,
    HoldFact,
    OpeningFact,
    OrderFact,
    RedeemFact,
    RefundFact,
    ReleaseFact,
    ReturnFact,
    Status,
    TierFact,
    TransferFact,
    Undecided,
)
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, code, member

FULL = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
behaviours: {review: {stars: number}, delivered: {}}
units:
  points: {expiry: {after: 12 months, end_of: month}, transfer: {least: 10, cool_down: 7 days}, reinstate: 30 days}
  growth: {spendable: no}
  cash: {scale: 2, pending: {until: delivered, within: 10 days}}
  late: {pending: {for: 7 days}}
tiers:
  ladder: main
  measure: EARNED('growth', '12 months')
  validity: 12 months
  levels:
    - {code: base, from: 0, multiplier: 1}
    - {code: silver, from: 500, multiplier: 1.2}
    - {code: gold, from: 5000, multiplier: 2}
earn:
  - {code: spend, unit: points, points: order.net * tier.multiplier}
  - {code: grow, unit: growth, points: order.net}
  - {code: back, unit: cash, points: order.net * 0.01}
  - {code: later, unit: late, when: order.net >= 1000, points: 10}
  - {code: review, unit: points, on: review, points: 5 * event.stars, caps: [{per: day, times: 1}]}
"""


@pytest.fixture
def program(now):
    return facade.publish(FULL, ACTOR)


def bought(id: str, net: int, number: int = 1, **other) -> OrderFact:
    return OrderFact("till", id, member(number), NOW, net, net, "USD", **other)


def record(*facts):
    return facade.record(list(facts), ACTOR)


def balance(member_id, unit: str = "points"):
    found = {each.unit: each for each in facade.standing(member_id).balances}[unit]
    return found.available, found.pending, found.held, found.debt


def test_the_worked_refund_takes_49_and_48_and_returns_250_and_250(enrol):
    anna = enrol(1)
    record(bought("first", 60_000))  # 600 points at the base tier; growth 600: silver
    paid = RedeemFact("till", "pay", member(1), 500, order=("till", "sale"))
    results = record(paid, bought("sale", 8_100, points_paid_minor=500))
    assert [result.status for result in results] == [Status.RECORDED] * 2
    assert results[1].points["points"] == 97
    assert balance(anna) == (197, 0, 0, 0)
    (half,) = record(RefundFact("till", "r1", ("till", "sale"), net_minor=4_050))
    assert half.points == {"points": 250 - 49, "growth": -41, "cash": -41}
    assert balance(anna) == (197 - 49 + 250, 0, 0, 0)
    (rest,) = record(RefundFact("till", "r2", ("till", "sale")))
    assert balance(anna) == (600, 0, 0, 0)
    assert rest.points == {"points": 250 - 48, "growth": -40, "cash": -40}
    (third,) = record(RefundFact("till", "r3", ("till", "sale")))
    assert code(third.refusal) == "already_refunded"
    assert balance(anna) == (600, 0, 0, 0)
    assert record(RefundFact("till", "r1", ("till", "sale"), net_minor=4_050))[0].status is Status.REPEATED


def test_a_refund_of_spent_points_is_owed_and_repaid_first(enrol):
    anna = enrol(1)
    record(bought("a", 10_000), RedeemFact("till", "x", member(1), 80))
    (refund,) = record(RefundFact("till", "r", ("till", "a")))
    assert refund.owed == {"points": 80}
    assert balance(anna) == (0, 0, 0, 80)
    record(bought("b", 10_000))
    assert balance(anna) == (20, 0, 0, 0)


def test_a_refund_before_its_order_is_parked_and_matched(enrol):
    anna, ben = enrol(1), enrol(2)
    (parked,) = record(RefundFact("till", "r", ("till", "a"), net_minor=4_000))
    assert (parked.status, parked.undecided) == (Status.RECORDED, Undecided.PARKED)
    record(bought("a", 10_000), bought("b", 10_000, 2))
    record(RefundFact("till", "r2", ("till", "b"), net_minor=4_000))
    assert balance(anna) == balance(ben) == (60, 0, 0, 0)


def test_pending_points_come_by_time_or_event_or_are_cancelled(enrol):
    anna = enrol(1)
    record(bought("a", 100_000), bought("b", 50_000))
    assert balance(anna, "late") == (0, 10, 0, 0)
    assert balance(anna, "cash") == (0, 1_500, 0, 0)
    (done,) = record(BehaviourFact("till", "d", member(1), "delivered", NOW, order=("till", "a")))
    assert done.status is Status.RECORDED, done
    assert balance(anna, "cash") == (1_000, 500, 0, 0)
    facade.move_clock(NOW + timedelta(days=7), ACTOR)
    assert balance(anna, "late") == (10, 0, 0, 0)
    facade.move_clock(NOW + timedelta(days=11), ACTOR)
    assert balance(anna, "cash") == (1_000, 0, 0, 0)


def test_holds_are_captured_released_and_lapse(enrol):
    anna = enrol(1)
    record(bought("a", 10_000))
    until = NOW + timedelta(hours=2)
    record(HoldFact("till", "h", member(1), 60, until))
    assert balance(anna) == (40, 0, 60, 0)
    assert code(record(HoldFact("till", "h2", member(1), 60, until))[0].refusal) == "insufficient_points"
    record(CaptureFact("till", "c", ("till", "h"), 25))
    assert balance(anna) == (40, 0, 35, 0)
    record(ReleaseFact("till", "e", ("till", "h")))
    assert balance(anna) == (75, 0, 0, 0)
    assert code(record(CaptureFact("till", "c2", ("till", "h"), 1))[0].refusal) == "hold_closed"
    record(ReturnFact("till", "back", ("till", "h"), 5))
    assert balance(anna) == (80, 0, 0, 0)
    record(HoldFact("till", "h3", member(1), 30, until))
    facade.move_clock(NOW + timedelta(hours=3), ACTOR)
    assert balance(anna) == (80, 0, 0, 0)
    assert code(record(CaptureFact("till", "c3", ("till", "h3"), 1))[0].refusal) == "hold_closed"


def test_points_are_given_to_somebody_else_and_not_given_on(enrol):
    anna, ben = enrol(1), enrol(2)
    record(bought("a", 10_000))
    (given,) = record(TransferFact("till", "t", member(1), member(2), 30))
    assert given.points == {"points": -30}
    assert (balance(anna)[0], balance(ben)[0]) == (70, 30)
    refused = record(
        TransferFact("till", "t2", member(2), member(1), 30),
        TransferFact("till", "t3", member(1), member(1), 30),
        TransferFact("till", "t4", member(1), member(2), 5),
        TransferFact("till", "t5", member(1), member(2), 10, unit="growth"),
    )
    assert [code(each.refusal) for each in refused] == [
        "gifts_not_given_on", "transfer_to_oneself", "transfer_bounds", "not_transferable",
    ]  # fmt: skip
    assert (balance(anna)[0], balance(ben)[0]) == (70, 30)


def test_points_are_adjusted_and_opened_with_their_own_dates(enrol):
    anna = enrol(1)
    record(AdjustFact("desk", "1", member(1), 50, "goodwill", expires_on=date(2026, 6, 10)))
    record(OpeningFact("import", "1", member(1), 30, expires_on=date(2026, 7, 31), earned_on=date(2026, 1, 2)))
    record(OpeningFact("import", "2", member(1), 700, unit="growth", earned_on=date(2026, 1, 2)))
    standing = facade.standing(anna)
    assert standing.tier.code == "silver"
    record(AdjustFact("desk", "2", member(1), -20, "mistake"))
    assert balance(anna) == (60, 0, 0, 0)
    assert code(record(AdjustFact("desk", "3", member(1), -61, "mistake"))[0].refusal) == "insufficient_points"
    facade.move_clock(NOW + timedelta(days=20), ACTOR)
    assert balance(anna) == (30, 0, 0, 0)


def test_a_tier_given_by_hand_holds_to_its_day(enrol):
    anna = enrol(1)
    (given,) = record(TierFact("desk", "1", member(1), "gold", "status match", until=date(2026, 7, 1)))
    assert given.tier_after == "gold"
    tier = facade.standing(anna).tier
    assert (tier.code, tier.until, tier.gift, tier.projected) == ("gold", date(2026, 7, 1), "gold", "base")
    facade.move_clock(NOW + timedelta(days=31), ACTOR)
    assert facade.standing(anna).tier.code == "base"


def test_a_behaviour_earns_once_a_day(enrol):
    anna = enrol(1)
    first, second = record(
        BehaviourFact("app", "1", member(1), "review", NOW, attributes={"stars": 4}),
        BehaviourFact("app", "2", member(1), "review", NOW, attributes={"stars": 5}),
    )
    assert (first.points["points"], second.points["points"]) == (20, 0)
    assert code(record(BehaviourFact("app", "3", member(1), "dance", NOW))[0].refusal) == "unknown_behaviour"
    assert balance(anna) == (20, 0, 0, 0)


def test_a_dry_run_says_the_same_and_leaves_nothing(enrol):
    anna = enrol(1)
    facts = [bought("a", 10_000), RefundFact("till", "r", ("till", "a"), net_minor=3_300)]
    tried = facade.record(facts, ACTOR, dry_run=True)
    assert balance(anna) == (0, 0, 0, 0)
    done = record(*facts)
    assert [(each.points, each.balances) for each in tried] == [(each.points, each.balances) for each in done]
    assert balance(anna) == (67, 0, 0, 0)
    assert points.verify().violations == ()
    assert clock.business_now() == NOW


@pytest.mark.parametrize(
    ("attributes", "refused"),
    [
        ({"stars": 6}, ("out_of_bounds", "/attributes/stars")),
        ({"stars": -1}, ("out_of_bounds", "/attributes/stars")),
        ({"stars": "5"}, ("invalid_attribute", "/attributes/stars")),
        ({"stars": True}, ("invalid_attribute", "/attributes/stars")),
        ({"photo": 1}, ("invalid_attribute", "/attributes/photo")),
        ({"words": 1}, ("invalid_attribute", "/attributes/words")),
    ],
)
def test_an_attribute_unlike_declared_is_refused(now, enrol, attributes, refused):
    declared = "{stars: {type: number, to: 5}, photo: flag, words: text}"
    facade.publish(FULL.replace("{stars: number}", declared), ACTOR)
    anna = enrol(1)
    (said,) = record(BehaviourFact("till", "b", member(1), "review", NOW, attributes=attributes))
    assert (said.refusal.code, said.refusal.pointer) == refused
    assert balance(anna) == (0, 0, 0, 0)
    fine = {"stars": 5, "photo": True, "words": "good", "more": 7}
    record(BehaviourFact("till", "b", member(1), "review", NOW, attributes=fine))
    assert balance(anna) == (25, 0, 0, 0)


def test_an_attribute_of_orders_and_lines_unlike_declared_is_refused(now, enrol):
    attributes = "attributes: {order: {guests: {type: number, to: 9}}, item: {colour: text}}\n"
    facade.publish(FULL.replace("units:\n", attributes + "units:\n", 1), ACTOR)
    anna = enrol(1)
    lines = (Line("A", "tea", 1, 10_000, attributes={"colour": 7}),)
    many, colour = record(bought("a", 10_000, attributes={"guests": 10}), bought("b", 10_000, lines=lines))
    assert (many.refusal.code, many.refusal.pointer) == ("out_of_bounds", "/attributes/guests")
    assert (colour.refusal.code, colour.refusal.pointer) == ("invalid_attribute", "/lines/0/attributes/colour")
    assert balance(anna) == (0, 0, 0, 0)


DAILY = "caps: [{of: redeem, per: day, points: 100}, {of: redeem, per: day, times: 2}]"


@pytest.fixture
def limited(now, enrol):
    """Anna has 500 points, and may use 100 of them, in two parts, a day."""
    facade.publish(FULL.replace("reinstate: 30 days}", f"reinstate: 30 days, {DAILY}}}", 1), ACTOR)
    anna = enrol(1)
    record(bought("a", 50_000))
    return anna


def held(id: str, points: int, hours: int = 2) -> HoldFact:
    return HoldFact("till", id, member(1), points, clock.business_now() + timedelta(hours=hours))


def redeemed(id: str, points: int) -> str | None:
    return code(record(RedeemFact("till", id, member(1), points))[0].refusal)


def test_what_is_released_of_a_hold_was_never_spent(limited):
    record(held("h", 100))
    assert redeemed("1", 1) == "cap_reached"
    record(ReleaseFact("till", "e", ("till", "h")))
    record(held("h2", 100), CaptureFact("till", "c", ("till", "h2"), 30), ReleaseFact("till", "e2", ("till", "h2")))
    assert redeemed("2", 71) == "cap_reached"
    assert redeemed("3", 40) is None
    assert redeemed("4", 30) == "cap_reached"  # the second hold was one of two times
    assert balance(limited) == (430, 0, 0, 0)


def test_a_hold_that_lapses_leaves_the_times_of_its_day(limited):
    record(held("h", 10), held("h2", 10))
    assert redeemed("1", 1) == "cap_reached"
    facade.move_clock(NOW + timedelta(hours=3), ACTOR)
    assert (redeemed("2", 40), redeemed("3", 60), redeemed("4", 1)) == (None, None, "cap_reached")


def test_a_hold_of_yesterday_gives_no_room_back_today(limited):
    record(held("h", 100, hours=30))
    facade.move_clock(NOW + timedelta(days=1), ACTOR)
    assert redeemed("1", 80) is None
    record(ReleaseFact("till", "e", ("till", "h")))
    assert (redeemed("2", 21), redeemed("3", 20)) == ("cap_reached", None)
