"""Versions: immutable, one after the other, and none under which what members hold would have no place."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors, load_program
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.services import timeline
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, member, order
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import Reason, Tier, TierCount

LADDER = PROGRAM.splitlines(keepends=True)[6:13]
NEXT_YEAR = datetime(2027, 2, 1, tzinfo=UTC)
SILVER = "    - {code: silver, from: 500, multiplier: 1.25}\n"
BRONZE = "    - {code: bronze, from: 100, multiplier: 1.1}\n"
DOUBLED = PROGRAM.replace("order.net * tier.multiplier", "order.net * tier.multiplier * 2")


def test_validate_says_what_a_file_holds_and_writes_nothing(now):
    draft = facade.validate(PROGRAM)

    assert (draft.program, draft.currency, draft.units, draft.tiers, draft.rules) == (
        "corner", "USD", ("points",), ("base", "silver"), ("spend",),
    )  # fmt: skip
    assert "def rules(" in draft.source
    assert facade.programs() == []


def test_a_broken_file_is_refused_with_its_places(now):
    with pytest.raises(ProgramErrors) as errors:
        facade.publish(PROGRAM.replace("order.net *", "order.nett *"), ACTOR)
    assert errors.value.refusals[0].pointer == "15:41"
    assert facade.programs() == []


def test_publish_keeps_text_source_and_an_audit_line(program):
    assert (program.number, program.text, program.effective_from) == (1, PROGRAM, NOW)
    assert "order.net * tier.multiplier" in program.source
    assert facade.current() == facade.versions("corner")[0] == program
    (line,) = org.audit_lines(1).lines
    assert (line.action, line.subject, line.after["version"]) == ("program.published", "program:corner", 1)


def test_the_same_text_again_is_the_same_version(program):
    assert facade.publish(PROGRAM, ACTOR) == program
    assert len(facade.versions("corner")) == 1


def test_a_version_never_changes(program):
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE programs_version SET text = 'x'")


def test_a_later_version_decides_what_happens_from_then_on(anna):
    facade.publish(DOUBLED, ACTOR, NOW + timedelta(minutes=2))

    before, after = facade.record([order("a", 10_00), order("b", 10_00, NOW + timedelta(minutes=2))], ACTOR)

    assert (before.points, before.version) == ({"points": 10}, 1)
    assert (after.points, after.version) == ({"points": 20}, 2)
    assert facade.current().number == 1
    clock.set_business_clock(NOW + timedelta(minutes=2))
    assert facade.current().number == 2


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (PROGRAM.replace("program: corner", "program: other"), "one_program"),
        (PROGRAM.replace("  points:", "  miles:").replace("unit: points", "unit: miles"), "unit_dropped"),
        (PROGRAM.replace("code: base,", "code: basic,"), "tier_in_use"),
        (PROGRAM.replace(SILVER, ""), "tier_in_use"),
        (PROGRAM.replace("scale: 0", "scale: 2"), "unit_scale_fixed"),
        (PROGRAM.replace("currency: USD", "currency: JPY"), "currency_fixed"),
        (PROGRAM.replace("America/New_York", "Asia/Shanghai"), "time_zone_fixed"),
    ],
)
def test_a_version_that_has_no_place_for_what_members_hold_is_refused(anna, text, refusal):
    facade.record([order("a", 10_00)], ACTOR)

    with pytest.raises(Refusal) as refused:
        facade.publish(text, ACTOR)

    assert code(refused.value) == refusal
    assert len(facade.versions("corner")) == 1


def test_other_windows_are_filled_from_the_orders_so_far(anna):
    """By the year's end a calendar year is over; twelve months are not, and count what came before the change."""
    facade.record([order("a", 300_00)], ACTOR)
    facade.publish(PROGRAM.replace("this year", "12 months").replace("from: 500", "from: 400"), ACTOR, NEXT_YEAR)
    clock.set_business_clock(NEXT_YEAR)

    (result,) = facade.record([order("b", 100_00, NEXT_YEAR)], ACTOR)

    assert (result.version, result.tier_after) == (2, "silver")
    assert facade.standing(anna).tier.measured == 400


def test_a_ladder_may_come_later(now):
    lines = PROGRAM.replace(" * tier.multiplier", "").splitlines(keepends=True)
    facade.publish("".join(line for line in lines if line not in LADDER), ACTOR)
    (anna,) = facade.enrol([NewMember((ExternalId("till", "1"),), joined_at=NOW)], ACTOR)
    facade.record([order("a", 500_00)], ACTOR)
    facade.publish(PROGRAM, ACTOR)

    (result,) = facade.record([order("b", 1_00, NOW + timedelta(minutes=1))], ACTOR)

    assert (result.tier_before, result.tier_after) == ("base", "silver")
    assert [change.reason for change in tiers.history(anna.id, facade.current().program_id)] == [
        "enrolled",
        "qualified",
    ]


def test_versions_change_within_a_batch(anna):
    facade.publish(PROGRAM.replace("this year", "12 months"), ACTOR, NOW + timedelta(minutes=1))
    facts = [order("a", 300_00), order("b", 200_00, NOW + timedelta(minutes=1)), order("c", 100_00)]

    results = facade.record(facts, ACTOR)

    assert [(result.version, result.tier_after, result.late) for result in results] == [
        (1, "base", False), (2, "silver", False), (2, "silver", True),
    ]  # fmt: skip


def test_points_of_a_later_version_end_within_a_batch(anna):
    """Neither version's points could end before the batch does, but for those earned under the shorter rule."""
    shorter = PROGRAM.replace("{after: 12 months, end_of: month}", "{after: 1 day}")
    facade.publish(shorter, ACTOR, NOW + timedelta(hours=1))
    clock.set_business_clock(NOW + timedelta(days=6))
    facts = [order("a", 100_00, NOW + timedelta(hours=2)), order("b", 30_00, NOW + timedelta(days=5))]

    first, second = facade.record(facts, ACTOR)
    (third,) = facade.record([order("c", 1_00, NOW + timedelta(days=5, hours=1))], ACTOR)

    assert [result.balances["points"] for result in (first, second, third)] == [100, 30, 31]
    kinds = [(entry.kind, entry.amount) for entry in points.entries_page(anna, 9).entries]
    assert kinds == [("accrual", 1), ("accrual", 30), ("expiry", -100), ("accrual", 100)]
    assert not points.verify().violations


def test_a_level_put_between_moves_ranks_and_not_members(anna, enrol):
    enrol(2)
    facade.record([order("a", 600_00)], ACTOR)
    facade.publish(PROGRAM.replace(SILVER, BRONZE + SILVER), ACTOR)
    program_id = facade.current().program_id
    joined = tiers.history(anna, program_id)

    results = facade.record([order("b", 600_00, who=member(2)), order("c", 1_00)], ACTOR)

    assert [result.tier_after for result in results] == ["silver", "silver"]
    assert tiers.distribution(program_id, "main") == (TierCount(Tier("silver", 2), 2),)
    change = tiers.history(anna, program_id)[-1]
    assert len(tiers.history(anna, program_id)) == len(joined) + 1
    assert (change.before, change.after) == (Tier("silver", 1), Tier("silver", 2))
    assert (change.reason, change.reference, change.occurred_at) == (Reason.VERSION_CHANGED, None, NOW)
    assert (change.until_day, change.day) == (joined[-1].until_day, joined[-1].day)
    assert [(month.up, month.down, month.kept) for month in tiers.moves_by_month(program_id, "main")] == [(2, 0, 0)]
    assert not tiers.verify().violations


def test_a_tier_is_one_in_the_distribution_before_anybody_is_moved(anna, enrol):
    enrol(2)
    facade.record([order("a", 600_00)], ACTOR)
    facade.publish(PROGRAM.replace(SILVER, BRONZE + SILVER), ACTOR)

    facade.record([order("b", 600_00, who=member(2))], ACTOR)

    assert tiers.distribution(facade.current().program_id, "main") == (TierCount(Tier("silver", 2), 2),)


def test_a_tier_that_only_a_future_version_has_may_not_be_dropped_either(program):
    facade.publish(PROGRAM.replace(SILVER, BRONZE + SILVER), ACTOR, NOW + timedelta(days=1))

    with pytest.raises(Refusal) as refused:
        facade.publish(PROGRAM, ACTOR, NOW + timedelta(days=2))

    assert (refused.value.code, refused.value.params) == (
        "tier_in_use",
        {"tiers": "bronze", "suggestion": "changes: {tiers: {bronze: base}}"},
    )


def test_now_is_at_once_while_the_clock_stands(anna):
    facade.record([order("a", 10_00)], ACTOR)

    second = facade.publish(DOUBLED, ACTOR)
    (after,) = facade.record([order("b", 10_00)], ACTOR)
    third = facade.publish(PROGRAM.replace("order.net *", "3 * order.net *"), ACTOR)
    (last,) = facade.record([order("c", 10_00)], ACTOR)

    assert [version.effective_from for version in (second, third)] == [NOW, NOW]
    assert [(result.version, result.points["points"]) for result in (after, last)] == [(2, 20), (3, 30)]
    assert facade.current().number == 3
    assert [version.number for version in facade.versions("corner")] == [3, 2, 1]


def test_a_version_that_compiles_to_other_rules_is_not_served(anna, monkeypatch):
    facade.record([order("a", 10_00)], ACTOR)
    monkeypatch.setattr(timeline, "_running", {})
    monkeypatch.setattr(timeline, "load_program", lambda _: load_program(DOUBLED))

    for verb in (lambda: facade.record([order("b", 10_00)], ACTOR), lambda: facade.standing(anna)):
        with pytest.raises(Refusal) as refused:
            verb()
        assert (refused.value.code, refused.value.params) == ("version_recompiled_differently", {"version": 1})


def test_a_version_can_not_begin_in_the_past(program):
    with pytest.raises(Refusal) as refused:
        facade.publish(DOUBLED, ACTOR, NOW - timedelta(seconds=1))
    assert refused.value.code == "effective_in_the_past"


def test_who_was_enrolled_before_the_first_program_gets_a_membership(now):
    (early,) = facade.enrol([NewMember((ExternalId("till", "1"),))], ACTOR)

    facade.publish(PROGRAM, ACTOR)

    assert facade.standing(early.id).tier.code == "base"
    (result,) = facade.record([order("a", 10_00)], ACTOR)
    assert result.points == {"points": 10}


def test_a_refused_person_leaves_nothing_and_the_rest_are_enrolled(anna):
    taken, fresh = facade.enrol([NewMember((ExternalId("till", number),)) for number in ("1", "2")], ACTOR)

    assert code(taken) == "duplicate_external_id"
    assert facade.standing(fresh.id).balances[0].available == 0
    assert members.counts(NOW).total == 2
    assert points.all_units()[0].code == "points"


def test_the_first_fact_under_a_version_is_decided_by_the_tags_that_it_asks_for(program, enrol):
    ann = enrol(1)
    members.set_tags(ann, ["plus"], ACTOR)
    rules = "".join(
        f"  - {{code: {tag}, unit: points, points: {points}, when: TAGGED('{tag}')}}\n"
        for tag, points in (("other", 1_000), ("plus", 7))
    )
    facade.publish(PROGRAM + rules, ACTOR)
    (first,) = facade.record([order("a", 100_00)], ACTOR)
    (next_one,) = facade.record([order("b", 100_00)], ACTOR)
    assert (first.points, next_one.points) == ({"points": 107}, {"points": 107})
