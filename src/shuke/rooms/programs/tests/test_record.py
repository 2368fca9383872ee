"""The one write path: what is recorded, repeated, refused, left undecided, and that refusals leave nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DataError, IntegrityError, connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import Line
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import (
    AdjustFact,
    HoldFact,
    OpeningFact,
    OrderFact,
    ReturnFact,
    Status,
    TierFact,
    Undecided,
)
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, member, order, redemption

TABLES = (
    "business_key", "orders_order", "orders_line", "points_holder", "points_account", "points_lot", "points_entry",
    "tiers_state", "tiers_change", "programs_membership", "programs_decision", "members_member",
)  # fmt: skip


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Return every row that a fact could touch."""
    rows = {}
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # names of our own list
            rows[table] = cursor.fetchall()
    return rows


def test_an_order_gives_points_a_lot_and_a_decision(anna):
    (result,) = facade.record([order("a", 12_34)], ACTOR)

    assert (result.status, result.points, result.balances) == (Status.RECORDED, {"points": 12}, {"points": 12})
    assert (result.tier_before, result.tier_after, result.late, result.version) == ("base", "base", False, 1)
    (entry,) = (points.entry(key) for key in result.entries)
    assert (entry.amount, entry.balance_after, entry.occurred_at, entry.reference) == (12, 12, NOW, result.reference)
    lot = points.lot(anna, entry.key.unit_id, entry.lot_number)
    assert lot.expires_at == datetime(2027, 7, 1, 4, tzinfo=UTC)
    assert orders.get(result.reference).counted
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_a_batch_decides_in_the_order_given_with_orders_and_redemptions_mixed(anna, enrol):
    ben = enrol(2)
    facts = [
        order("a", 500_00, NOW - timedelta(hours=3)),
        order("b", 100_00, NOW - timedelta(hours=2), member(2)),
        redemption("r", 450, NOW - timedelta(hours=2)),
        order("c", 100_00, NOW - timedelta(hours=1)),
        redemption("s", 101, NOW, member(2)),
    ]

    results = facade.record(facts, ACTOR)

    assert [code(result.refusal) for result in results] == [None, None, None, None, "insufficient_points"]
    assert [result.points for result in results[:4]] == [
        {"points": 500}, {"points": 100}, {"points": 450}, {"points": 125},
    ]  # fmt: skip
    assert [result.tier_after for result in results[:4]] == ["silver", "base", "", "silver"]
    assert facade.standing(anna).balances[0].available == 175
    assert facade.standing(ben).balances[0].available == 100
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_a_repeat_is_answered_from_what_was_stored(anna):
    (first,) = facade.record([order("a", 600_00)], ACTOR)
    (nothing,) = facade.record([order("b", 9)], ACTOR)
    before = everything()

    repeated, again, nothing_again = facade.record([order("a", 600_00), order("a", 600_00), order("b", 9)], ACTOR)

    assert repeated == again == replace(first, status=Status.REPEATED)
    assert nothing_again == replace(nothing, status=Status.REPEATED)
    assert everything() == before


def test_repeats_of_redemptions_and_undecided_orders_are_answered_too(anna):
    facade.record([order("a", 600_00)], ACTOR)
    redeemed = facade.redeem(redemption("r", 100, NOW - timedelta(hours=1)), ACTOR)
    members.set_status(anna, MemberStatus.FROZEN, "test", ACTOR)
    frozen, stranger = facade.record([order("b", 1_00), order("c", 1_00, who=member(9))], ACTOR)
    members.set_status(anna, MemberStatus.ACTIVE, "test", ACTOR)
    before = everything()

    facts = [redemption("r", 100, NOW - timedelta(hours=1)), order("b", 1_00), order("c", 1_00, who=member(9))]
    again = facade.record(facts, ACTOR)

    assert redeemed.late
    assert again == [replace(first, status=Status.REPEATED) for first in (redeemed, frozen, stranger)]
    assert everything() == before


def test_a_repeat_within_a_batch_has_one_effect(anna):
    first, second = facade.record([order("a", 600_00), order("a", 600_00)], ACTOR)

    assert second == replace(first, status=Status.REPEATED)
    assert facade.standing(anna).balances[0].available == 600


@pytest.mark.parametrize(
    ("other", "difference"), [(order("a", 601_00), "payload"), (order("a", 600_00, who=member(2)), "member")]
)
def test_an_id_with_other_content_or_member_is_refused(anna, enrol, other, difference):
    enrol(2)
    facade.record([order("a", 600_00)], ACTOR)
    before = everything()

    (result,) = facade.record([other], ACTOR)

    assert (code(result.refusal), result.refusal.params) == ("already_recorded_differently", {"difference": difference})
    assert everything() == before


@pytest.mark.parametrize(
    ("fact", "refusal", "pointer"),
    [
        (order("", 1), "text_length", "/external_id"),
        (order("a", -1), "out_of_bounds", "/net_minor"),
        (order("a", 10**9 + 1), "out_of_bounds", "/net_minor"),
        (order("a", 1, NOW - timedelta(days=31)), "too_old", "/occurred_at"),
        (order("a", 1, NOW + timedelta(minutes=6)), "too_far_ahead", "/occurred_at"),
        (order("a", 1, datetime(2026, 6, 1)), "time_without_zone", "/occurred_at"),  # noqa: DTZ001
        (order("a", 1, datetime(1969, 12, 31, tzinfo=UTC)), "out_of_bounds", "/occurred_at"),
        (order("a", 1, datetime(2100, 1, 1, tzinfo=UTC)), "out_of_bounds", "/occurred_at"),
        (order("a", 100, tax_minor=101), "part_above_net", "/tax_minor"),
        (order("a", 100, tax_minor=100, shipping_minor=101), "part_above_net", "/shipping_minor"),
        (order("a", 100, points_paid_minor=101), "part_above_net", "/points_paid_minor"),
        (order("a", 100, lines=(Line("x", "", 1, 10**9), Line("y", "", 1, 1))), "out_of_bounds", "/lines"),
        (HoldFact("desk", "a", member(1), 1, datetime(2100, 1, 1, tzinfo=UTC)), "out_of_bounds", "/until"),
        (AdjustFact("desk", "a", member(1), 1, "sorry", expires_on=date(2100, 1, 1)), "out_of_bounds", "/expires_on"),
        (OpeningFact("desk", "a", member(1), 1, earned_on=date(1969, 1, 1)), "out_of_bounds", "/earned_on"),
        (OpeningFact("desk", "a", member(1), 1, earned_on=date(2026, 6, 2)), "earned_in_future", "/earned_on"),
        (TierFact("desk", "a", member(1), "gold", "match", date(9999, 12, 31)), "out_of_bounds", "/until"),
        (AdjustFact("desk", "a", member(1), 1, " \u3000"), "reason_required", "/reason"),
        (AdjustFact("desk", "a", member(1), 1, "two\nlines"), "reason_required", "/reason"),
        (AdjustFact("desk", "a", member(1), 1, "x" * 201), "reason_too_long", "/reason"),
        (TierFact("desk", "a", member(1), "silver", "  "), "reason_required", "/reason"),
        (order("a", 1, currency="EUR"), "currency_mismatch", "/currency"),
        (order("a\x00", 1), "text_characters", "/external_id"),
        (order("a", 1, store="\ud800"), "text_characters", "/store"),
        (redemption("a", 0), "out_of_bounds", "/points"),
        (redemption("a", 1), "insufficient_points", "/points"),
        (redemption("a", 1, who=member(9)), "unknown_member", "/member"),
        (replace(redemption("a", 1), unit="miles"), "unknown_unit", "/unit"),
    ],
)
def test_a_refused_fact_leaves_nothing(anna, fact, refusal, pointer):
    before = everything()

    (result,) = facade.record([fact], ACTOR)

    assert (result.status, code(result.refusal), result.refusal.pointer) == (Status.REFUSED, refusal, pointer)
    assert everything() == before


def test_a_reason_may_hold_the_wide_space_of_chinese(anna):
    (result,) = facade.record([AdjustFact("desk", "a", member(1), 1, "漏记\u3000补分")], ACTOR)

    assert result.balances == {"points": 1}


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize(
    "fact",
    [
        lambda at: order("a", 1, at),
        lambda at: AdjustFact("desk", "a", member(1), 5, "typo", occurred_at=at),
        lambda at: replace(redemption("a", 1), occurred_at=at),
    ],
)
def test_a_live_deployment_takes_no_fact_of_a_far_future(anna, settings, monkeypatch, fact, history):
    settings.SHUKE_KIND = "live"
    monkeypatch.setattr(clock, "machine_now", lambda: NOW)
    facade.record([order("first", 100_00)], ACTOR)
    before = everything()

    (result,) = facade.record([fact(NOW + timedelta(hours=24, seconds=1))], ACTOR, history=history)

    assert (code(result.refusal), result.refusal.pointer) == ("occurs_in_future", "/occurred_at")
    assert result.refusal.detail == "Nobody records a fact more than 24 hours before it happens."
    assert everything() == before


def test_a_live_deployment_takes_facts_a_day_ahead_with_history_and_a_sandbox_any(anna, settings, monkeypatch):
    monkeypatch.setattr(clock, "machine_now", lambda: NOW)
    far, near = NOW + timedelta(days=9_000), NOW + timedelta(hours=24)
    settings.SHUKE_KIND = "live"

    (refused,) = facade.record([order("a", 1_00, near)], ACTOR)
    (taken,) = facade.record([order("a", 1_00, near)], ACTOR, history=True)

    assert (code(refused.refusal), taken.status) == ("too_far_ahead", Status.RECORDED)
    settings.SHUKE_KIND = "sandbox"
    (toy,) = facade.record([order("b", 1_00, far)], ACTOR, history=True)
    assert toy.status is Status.RECORDED


def test_old_facts_need_history(anna):
    old = order("a", 1_00, NOW - timedelta(days=400))

    (result,) = facade.record([old], ACTOR, history=True)

    assert (result.status, result.late) == (Status.RECORDED, True)


def test_a_late_order_is_decided_where_its_member_stands(anna):
    facade.record([order("a", 600_00)], ACTOR)

    (result,) = facade.record([order("b", 100_00, NOW - timedelta(days=2))], ACTOR)

    assert (result.late, result.effective_at, result.points) == (True, NOW, {"points": 125})
    assert orders.get(result.reference).occurred_at == NOW - timedelta(days=2)


def test_orders_of_unknown_people_are_stored_undecided(program):
    stranger, nobody = facade.record([order("a", 1_00, who=member(9)), replace(order("b", 1_00), member=None)], ACTOR)

    assert (stranger.undecided, nobody.undecided) == (Undecided.UNKNOWN_MEMBER, Undecided.UNKNOWN_MEMBER)
    assert not orders.get(stranger.reference).counted
    assert orders.get(nobody.reference).member_id is None


@pytest.mark.parametrize("status", [MemberStatus.FROZEN, MemberStatus.BLACKLISTED, MemberStatus.EXITED])
def test_who_takes_no_part_has_orders_stored_and_redemptions_refused(anna, status):
    facade.record([order("a", 600_00)], ACTOR)
    with connection.cursor() as cursor:  # no verb sets the later two yet
        cursor.execute("UPDATE members_member SET status = %s WHERE id = %s", [status.value, anna])

    stored, redeemed = facade.record([order("b", 100_00), redemption("r", 10)], ACTOR)

    assert stored.undecided is Undecided(f"member_{status.value}")
    assert code(redeemed.refusal) == f"member_{status.value}"
    assert facade.standing(anna).balances[0].available == 600


@pytest.mark.parametrize("status", [MemberStatus.FROZEN, MemberStatus.BLACKLISTED, MemberStatus.EXITED])
def test_who_takes_no_part_gets_back_what_is_returned(anna, status):
    facade.record([order("a", 600_00), redemption("r", 10)], ACTOR)
    facade.set_status(anna, status, "test", ACTOR)

    (returned,) = facade.record([ReturnFact("till", "b", ("till", "r"))], ACTOR)

    assert (returned.refusal, returned.points, returned.balances) == (None, {"points": 10}, {"points": 600})
    assert facade.standing(anna).balances[0].available == 600


def test_orders_before_any_program_are_stored(now):
    (result,) = facade.record([order("a", 1_00)], ACTOR)

    assert result.undecided is Undecided.UNKNOWN_MEMBER


def test_a_dry_run_answers_the_same_and_writes_nothing(anna):
    before = everything()

    (dry,) = facade.record([order("a", 600_00)], ACTOR, dry_run=True)

    assert everything() == before
    (real,) = facade.record([order("a", 600_00)], ACTOR)
    assert dry == replace(real, reference=dry.reference)


def test_a_unit_of_a_version_to_come_is_not_known_yet(anna):
    more = PROGRAM.replace("tiers:", "  miles: {scale: 0, expiry: none}\ntiers:")
    facade.publish(more, ACTOR, NOW + timedelta(days=1))
    before = everything()

    (result,) = facade.record([replace(redemption("r", 1, who=member(9)), unit="miles")], ACTOR)

    assert (code(result.refusal), result.refusal.params) == ("unknown_unit", {"known": "points"})
    assert everything() == before


@pytest.mark.parametrize("failure", [DataError, IntegrityError, ValueError, IndexError])
def test_a_fact_that_can_not_be_stored_is_refused_alone(anna, monkeypatch, failure):
    real, sizes = orders.record, []

    def record(new, *others):
        sizes.append(len(new))
        if any(order.external_id == "c" for order in new):
            raise failure
        real(new, *others)

    monkeypatch.setattr(orders, "record", record)

    results = facade.record([order(id, 10_00) for id in "abcde"], ACTOR)

    assert [code(result.refusal) for result in results] == [None, None, "not_recordable", None, None]
    assert [result.balances["points"] for result in results if result.refusal is None] == [10, 20, 30, 40]
    assert sizes == [5, 2, 3, 1, 2]  # halved at once: trying again would not help
    assert not points.verify().violations


def test_a_batch_holds_a_thousand_facts(anna):
    with pytest.raises(Refusal, match="1 to 1000"):
        facade.record([order(str(number), 1) for number in range(1_001)], ACTOR)
    with pytest.raises(Refusal, match="1 to 1000"):
        facade.record([], ACTOR)


def test_a_redemption_draws_what_ends_soonest_and_raises_its_refusal(anna):
    old = [order("a", 10_00, NOW - timedelta(days=20)), order("b", 30_00, NOW)]
    facade.record(old, ACTOR)

    result = facade.redeem(redemption("r", 15), ACTOR)

    assert [points.entry(key).amount for key in result.entries] == [-10, -5]
    assert [points.entry(key).lot_number for key in result.entries] == [1, 2]
    with pytest.raises(Refusal) as refused:
        facade.redeem(redemption("s", 26), ACTOR)
    assert (refused.value.code, refused.value.params) == ("insufficient_points", {"asked": "26", "usable": "25"})


def test_statements_do_not_grow_with_the_batch(anna, enrol, django_assert_max_num_queries):
    enrol(2)
    facts: list[OrderFact] = [order(str(number), 1_00, who=member(1 + number % 2)) for number in range(40)]

    with django_assert_max_num_queries(30):
        facade.record(facts, ACTOR)
    with django_assert_max_num_queries(20):
        assert {result.status for result in facade.record(facts, ACTOR)} == {Status.REPEATED}


def test_lots_that_are_not_what_the_balance_says_are_not_spent(anna):
    assert facade.record([order("1", 10_000)], ACTOR)[0].refusal is None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE points_lot SET remaining = 60")

    (refused,) = facade.record([redemption("1", 80)], ACTOR)

    assert code(refused.refusal) == "not_recordable"
    assert [entry.amount for entry in points.entries_page(anna, 9).entries] == [100]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE points_lot SET remaining = 100")
    assert points.verify().violations == ()
