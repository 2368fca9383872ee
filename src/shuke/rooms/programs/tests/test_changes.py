"""What a new version means for members who are there: tiers, thresholds, units, windows, caps, pending points."""

from datetime import date, timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import HoldFact, OrderFact, RedeemFact, ReleaseFact, Reviews
from shuke.rooms.programs.services import comparing
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import Reason

FIRST = """\
shuke: 1
program: corner
currency: USD
time_zone: America/New_York
behaviours: {delivered: {}}
units:
  points: {expiry: {after: 12 months}, caps: [{per: month, points: 150}]}
  late: {pending: {for: 7 days}}
tiers:
  ladder: main
  measure: SPEND('12 months')
  validity: 12 months
  levels:
    - {code: base, from: 0}
    - {code: silver, from: 100}
    - {code: gold, from: 500}
earn:
  - {code: spend, unit: points, points: order.net}
  - {code: later, unit: late, points: 10, expiry: {after: 30 days}}
"""
LATER = NOW + timedelta(days=10)


@pytest.fixture
def program(now):
    return facade.publish(FIRST, ACTOR)


def buy(id: str, net: int, at=NOW, number: int = 1):
    (result,) = facade.record([OrderFact("till", id, member(number), at, net, net, "USD")], ACTOR)
    return result


def tier(member_id) -> str:
    return facade.standing(member_id).tier.code


def reach(instant) -> None:
    clock.set_business_clock(instant)
    facade.advance_due(instant)


def test_a_tier_that_is_removed_needs_a_place_for_its_members(anna):
    buy("a", 12_000)
    without = FIRST.replace("    - {code: silver, from: 100}\n", "")
    with pytest.raises(Refusal) as refused:
        facade.publish(without, ACTOR, LATER)
    assert (refused.value.code, refused.value.params) == (
        "tier_in_use",
        {"tiers": "silver", "suggestion": "changes: {tiers: {silver: base}}"},
    )
    facade.publish(without + "changes: {tiers: {silver: gold}}\n", ACTOR, LATER)
    assert tier(anna) == "silver"
    reach(LATER)
    assert tier(anna) == "gold"
    (program_id,) = {facade.current().program_id}
    last = tiers.history(anna, program_id)[-1]
    assert (last.before.code, last.after.code, last.reason) == ("silver", "gold", Reason.VERSION_CHANGED)


def test_higher_thresholds_wait_for_the_review_and_lower_ones_for_the_next_fact(anna, enrol):
    enrol(2)
    buy("a", 12_000)
    facade.publish(FIRST.replace("from: 100", "from: 130"), ACTOR, LATER)
    reach(LATER)
    assert tier(anna) == "silver"
    standing = facade.standing(anna).tier
    assert (standing.until, standing.projected) == (date(2027, 5, 31), "base")


def test_thresholds_move_members_at_once_where_the_file_says_so(anna, enrol):
    ben = enrol(2)
    buy("a", 12_000)
    buy("b", 45_000, number=2)
    changed = FIRST.replace("from: 100", "from: 130").replace("from: 500", "from: 400")
    facade.publish(changed + "changes: {downgrades: at once, upgrades: at once}\n", ACTOR, LATER)
    assert (tier(anna), tier(ben)) == ("silver", "silver")
    reach(LATER)
    assert (tier(anna), tier(ben)) == ("base", "gold")


def test_caps_pending_points_and_new_units_are_carried_over(anna):
    buy("a", 12_000)
    more = FIRST.replace("  late: {", "  late: {scale: 0, ").replace(
        "per: month, points: 150", "per: month, points: 160"
    )
    more = more.replace("tiers:\n", "  stars: {}\ntiers:\n", 1)
    more += "  - {code: star, unit: stars, points: 1}\n"
    facade.publish(more, ACTOR, LATER)
    reach(LATER)
    result = buy("b", 12_000, LATER)
    assert result.points == {"points": 40, "late": 10, "stars": 1}
    clock.set_business_clock(NOW + timedelta(days=45))
    late = {each.unit: each for each in facade.standing(anna).balances}["late"]
    assert (late.available, late.pending) == (10, 0)  # the first ten were usable on day 7 and ended 30 days later


@pytest.mark.parametrize("cap", ["points: 50", "times: 1"])
def test_a_new_cap_on_redeeming_counts_what_is_set_aside(anna, cap):
    buy("a", 15_000)
    later, until = NOW + timedelta(hours=1), NOW + timedelta(days=5)
    facade.record([HoldFact("till", "h", member(1), 50, until)], ACTOR)
    limited = f"caps: [{{per: month, points: 150}}, {{of: redeem, per: day, {cap}}}]"
    facade.publish(FIRST.replace("caps: [{per: month, points: 150}]", limited), ACTOR, later)
    clock.set_business_clock(later)

    def redeem(id: str, points: int = 50):
        (result,) = facade.record([RedeemFact("till", id, member(1), points)], ACTOR)
        return result.refusal and result.refusal.code

    def usable():
        return {each.unit: each.available for each in facade.standing(anna).balances}["points"]

    assert (redeem("1"), usable()) == ("cap_reached", 100)
    facade.record([ReleaseFact("till", "r", ("till", "h"))], ACTOR)
    assert (redeem("2"), usable()) == (None, 100)
    assert (redeem("3", 1), usable()) == ("cap_reached", 100)
    assert [law for each in facade.verify_all() for law in each.violations] == []


@pytest.mark.parametrize(("span", "refused"), [("day", None), ("month", "cap_reached")])
def test_a_new_cap_on_redeeming_counts_holds_of_its_window_only(anna, span, refused):
    buy("a", 15_000)
    later = NOW + timedelta(days=1)
    facade.record([HoldFact("till", "h", member(1), 50, NOW + timedelta(days=5))], ACTOR)
    limited = f"caps: [{{per: month, points: 150}}, {{of: redeem, per: {span}, points: 50}}]"
    facade.publish(FIRST.replace("caps: [{per: month, points: 150}]", limited), ACTOR, later)
    clock.set_business_clock(later)

    (result,) = facade.record([RedeemFact("till", "1", member(1), 50)], ACTOR)

    assert (result.refusal and result.refusal.code) == refused


def test_a_second_ladder_may_come_beside_the_first(anna):
    buy("a", 12_000)
    beside = FIRST.replace("tiers:\n  ladder: main\n", "tiers:\n- ladder: main\n").replace(
        "earn:", "- {ladder: club, measure: ORDERS('lifetime'), validity: forever, "
        "levels: [{code: guest, from: 0}, {code: fan, from: 2}]}\nearn:"
    )  # fmt: skip
    facade.publish(beside, ACTOR, LATER)
    reach(LATER)
    assert [each.code for each in facade.standing(anna).tiers] == ["silver", "guest"]
    buy("b", 100, LATER)
    assert [each.code for each in facade.standing(anna).tiers] == ["silver", "fan"]
    assert facade.verify().violations == ()


def test_a_file_is_compared_with_the_version_in_force_and_members_are_counted(anna, enrol):
    enrol(2)
    buy("a", 12_000)
    buy("b", 45_000, number=2)
    changed = (
        FIRST.replace("from: 100", "from: 130")
        .replace("from: 500", "from: 400")
        .replace("  late: {", "  late: {scale: 0, ")
    )
    found = facade.compare(changed + "  - {code: more, unit: points, points: 1}\n")
    assert (found.number, found.looked_at, found.members) == (1, 2, 2)
    assert [(each.path, each.before, each.after) for each in found.differences] == [
        ("units.late.scale", None, "0"),
        ("tiers.levels.silver.from", "100", "130"),
        ("tiers.levels.gold.from", "500", "400"),
        ("earn.more.code", None, "more"),
        ("earn.more.unit", None, "points"),
        ("earn.more.points", None, "1"),
    ]
    assert found.moves == ()
    assert found.reviews == (
        Reviews("main", "silver", "silver", "base", 1),
        Reviews("main", "silver", "silver", "gold", 1),
    )
    assert (tier(anna), facade.current().number) == ("silver", 1)


def test_whom_a_review_moves_anyway_is_not_counted(now, enrol):
    resetting = FIRST.replace("tiers:\n", "tiers:\n  reset: on upgrade\n")
    facade.publish(resetting, ACTOR)
    anna = enrol(1)
    buy("a", 12_000)
    assert tier(anna) == "silver"
    assert facade.compare(resetting.replace("program: corner", "program: corner\nname: The Corner")).moves == ()


def test_one_file_is_compared_at_a_time(anna, monkeypatch):
    refused = []

    def compare_too(*_):
        with pytest.raises(Refusal) as caught:
            facade.compare(FIRST)
        refused.append(caught.value.code)

    monkeypatch.setattr(comparing, "_compare", compare_too)
    facade.compare(FIRST)
    monkeypatch.undo()

    assert refused == ["comparison_running"]
    with pytest.raises(Refusal):
        facade.compare(FIRST.replace("program: corner", "program: elsewhere"))
    assert facade.compare(FIRST).differences == ()
