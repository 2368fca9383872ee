"""A version that is planned can be taken back until somebody comes to it; it keeps its place and decides nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, code, order

DOUBLED = PROGRAM.replace("order.net * tier.multiplier", "order.net * tier.multiplier * 2")
TRIPLED = PROGRAM.replace("order.net * tier.multiplier", "order.net * tier.multiplier * 3")
FAR = NOW.replace(year=2036)
SOON = NOW + timedelta(minutes=1)


def refused(number: int, slug: str = "corner") -> tuple[str | None, object]:
    """Withdraw a version, which is refused and changes nothing; return why."""
    before = facade.versions("corner"), org.audit_lines(1).lines
    with pytest.raises(Refusal) as caught:
        facade.withdraw(slug, number, ACTOR)
    assert (facade.versions("corner"), org.audit_lines(1).lines) == before
    return code(caught.value), caught.value.params


def test_a_withdrawn_version_locks_nobody_out_and_decides_nothing(anna):
    facade.publish(DOUBLED, ACTOR, FAR)

    withdrawn = facade.withdraw("corner", 2, ACTOR)
    third = facade.publish(TRIPLED, ACTOR)
    (result,) = facade.record([order("a", 10_00)], ACTOR)
    clock.set_business_clock(FAR + timedelta(days=1))
    facade.advance_due()
    (later,) = facade.record([order("b", 10_00, FAR + timedelta(days=1))], ACTOR)

    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_by, withdrawn.effective_from) == (NOW, "tests", FAR)
    assert (third.number, third.effective_from) == (3, NOW)
    assert [(each.number, each.withdrawn_at) for each in facade.versions("corner")] == [(3, None), (2, NOW), (1, None)]
    assert [(each.version, each.points["points"]) for each in (result, later)] == [(3, 30), (3, 30)]
    assert [law for each in facade.verify_all() for law in each.violations] == []


def test_withdrawing_is_audited_once_and_its_repeat_is_answered(program):
    facade.publish(DOUBLED, ACTOR, FAR)

    first = facade.withdraw("corner", 2, ACTOR)
    again = facade.withdraw("corner", 2, ACTOR)

    assert first == again == facade.versions("corner")[0]
    (line, before) = org.audit_lines(2).lines
    assert (line.action, line.subject) == ("program.withdrawn", "program:corner")
    assert (line.before["version"], line.before["effective_from"], line.after) == (2, FAR.isoformat(), {"version": 1})
    assert before.action == "program.published"


def test_the_text_of_a_withdrawn_version_may_be_published_anew(program):
    facade.publish(DOUBLED, ACTOR, FAR)
    facade.withdraw("corner", 2, ACTOR)

    assert facade.publish(PROGRAM, ACTOR).number == 1
    assert facade.publish(DOUBLED, ACTOR).number == 3


def test_only_a_planned_version_is_withdrawn(program):
    assert refused(1) == ("version_in_force", {"version": 1})
    assert refused(2)[0] == "version_not_found"
    assert refused(1, "other")[0] == "no_program"
    facade.publish(DOUBLED, ACTOR, SOON)
    clock.set_business_clock(SOON)
    assert refused(2) == ("version_in_force", {"version": 2})


def test_the_last_planned_version_is_withdrawn_first(program):
    facade.publish(DOUBLED, ACTOR, SOON)
    facade.publish(TRIPLED, ACTOR, FAR)

    assert refused(2) == ("version_followed", {"version": 2, "later": 3})
    facade.withdraw("corner", 3, ACTOR)
    facade.withdraw("corner", 2, ACTOR)

    assert facade.current().number == 1
    assert [each.withdrawn_at for each in facade.versions("corner")] == [NOW, NOW, None]


def test_a_version_to_which_a_fact_has_brought_a_member_stays(anna):
    facade.publish(DOUBLED, ACTOR, SOON)
    (result,) = facade.record([order("a", 10_00, SOON)], ACTOR)

    assert (result.version, facade.current().number) == (2, 1)
    assert refused(2) == ("version_in_force", {"version": 2})


def test_units_are_again_what_the_version_before_says(anna):
    limited = PROGRAM.replace("expiry:", "supply: 1000, expiry:")
    facade.publish(limited, ACTOR)
    stars = "  stars: {scale: 0, supply: 7}\ntiers:"
    facade.publish(limited.replace("supply: 1000", "supply: 500").replace("tiers:", stars, 1), ACTOR, FAR)

    facade.withdraw("corner", 3, ACTOR)
    (result,) = facade.record([order("a", 700_00)], ACTOR)

    assert result.points == {"points": 700}
    assert [unit.code for unit in points.all_units()] == ["points"]
    stars = "  stars: {scale: 2}\ntiers:"
    assert facade.publish(limited.replace("tiers:", stars, 1), ACTOR).number == 4
    assert [(unit.code, unit.scale) for unit in points.all_units()] == [("points", 0), ("stars", 2)]


def test_a_supply_that_was_used_is_not_taken_back(anna):
    facade.publish(PROGRAM.replace("expiry:", "supply: 100, expiry:"), ACTOR)
    facade.publish(PROGRAM.replace("expiry:", "supply: 1000, expiry:"), ACTOR, FAR)
    facade.record([order("a", 700_00)], ACTOR)

    assert refused(3) == ("supply_below_issued", {"issued": "700", "most": "100"})


def test_a_withdrawal_is_for_good(program):
    facade.publish(DOUBLED, ACTOR, FAR)
    facade.withdraw("corner", 2, ACTOR)

    for statement in ("UPDATE programs_withdrawal SET withdrawn_by = 'x'", "DELETE FROM programs_withdrawal"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert facade.versions("corner")[0].withdrawn_by == "tests"


def test_the_first_version_begins_now_or_before(now):
    with pytest.raises(Refusal) as caught:
        facade.publish(PROGRAM, ACTOR, SOON)

    assert (code(caught.value), caught.value.params) == ("effective_too_late", {"latest": NOW.isoformat()})
    assert facade.programs() == []
    assert facade.publish(PROGRAM, ACTOR, NOW - timedelta(days=900)).number == 1


def test_a_version_comes_into_force_within_ten_years(program):
    with pytest.raises(Refusal) as caught:
        facade.publish(DOUBLED, ACTOR, FAR + timedelta(seconds=1))

    assert (code(caught.value), caught.value.params) == ("effective_too_late", {"latest": FAR.isoformat()})
    assert facade.publish(DOUBLED, ACTOR, FAR).effective_from == FAR
