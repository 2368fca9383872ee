"""What time does: standing in memory, the nightly advance, the test clock."""

import gc
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role, StaffPrincipal
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import EntryKey
from shuke.rooms.programs import facade, tasks
from shuke.rooms.programs.contracts import Expiring
from shuke.rooms.programs.services import advancing
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member, order, redemption
from shuke.rooms.programs.tests.test_record import everything
from shuke.rooms.tiers import facade as tiers

EXPIRY = datetime(2027, 7, 1, 4, tzinfo=UTC)  # 1 July 2027, 00:00 in New York
NEW_YEAR = datetime(2028, 1, 1, 5, tzinfo=UTC)


def test_standing_says_balance_end_tier_and_the_way_to_the_next(anna):
    facade.record([order("a", 123_45), order("b", 100_00)], ACTOR)

    standing = facade.standing(anna)

    (balance,) = standing.balances
    assert (balance.unit, balance.available, balance.expiring_30_days) == ("points", 223, 0)
    assert balance.next_expiry == Expiring(223, date(2027, 7, 1))
    tier = standing.tier
    assert (tier.code, tier.rank, tier.measured, tier.next_code) == ("base", 0, Fraction("223.45"), "silver")
    assert (tier.threshold, tier.next_threshold, tier.missing, tier.until) == (0, 500, Fraction("276.55"), None)


def test_standing_advances_in_memory_only(anna):
    facade.record([order("a", 600_00)], ACTOR)
    before = everything()

    later = facade.standing(anna, NEW_YEAR)

    assert (later.balances[0].available, later.tier.code, later.tier.measured) == (0, "base", 0)
    assert facade.standing(anna, EXPIRY - timedelta(seconds=1)).balances[0].available == 600
    assert facade.standing(anna, EXPIRY).balances[0].available == 0
    assert everything() == before


def test_standing_of_a_stranger_is_refused(program):
    with pytest.raises(Refusal) as refused:
        facade.standing(UUID(int=1))
    assert refused.value.code == "not_enrolled"


def test_the_nightly_advance_expires_and_reviews_once(anna, enrol):
    enrol(2)
    facade.record([order("a", 600_00), redemption("r", 100)], ACTOR)
    clock.set_business_clock(NEW_YEAR)

    advanced = facade.advance_due()
    again = facade.advance_due()

    assert (advanced.members, advanced.entries, dict(advanced.expired), advanced.tier_changes) == (
        1, 1, {"points": 500}, 1,
    )  # fmt: skip
    assert (again.members, again.entries, again.tier_changes) == (0, 0, 0)
    unit = points.all_units()[0].id
    entry = points.entry(EntryKey(anna, unit, 3))
    assert (entry.kind, entry.amount, entry.occurred_at, entry.reference) == ("expiry", -500, EXPIRY, None)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_the_nightly_advance_goes_in_chunks(enrol):
    for number in range(1, 6):
        enrol(number)
        facade.record([order(f"a{number}", 10_00, who=member(number))], ACTOR)
    clock.set_business_clock(EXPIRY)

    assert facade.advance_due(chunk=2).members == 5


def test_a_chunk_runs_without_the_garbage_collector_which_runs_again_where_it_failed(enrol, monkeypatch):
    enrol(1)
    facade.record([order("a", 600_00, who=member(1))], ACTOR)
    running = []

    def fail(member_ids, until):
        running.append(gc.isenabled())
        raise RuntimeError

    monkeypatch.setattr(advancing, "advance", fail)
    clock.set_business_clock(NEW_YEAR)
    with pytest.raises(RuntimeError):
        facade.advance_due()
    assert (running, gc.isenabled()) == ([False], True)


def test_an_order_after_a_review_names_the_tier_that_decided_it(anna):
    """The review is of time, whoever comes first finds it: it has no order behind it, and the order sees its result."""
    facade.record([order("a", 600_00)], ACTOR)
    clock.set_business_clock(NEW_YEAR)

    (result,) = facade.record([order("b", 100_00, NEW_YEAR)], ACTOR)

    told = facade.explain_order(result.reference)
    assert (result.points, result.tier_before, result.tier_after) == ({"points": 100}, "base", "base")
    assert (told.tier_before, told.decision.tier, told.tier_after) == ("base", "base", "base")
    assert facade.record([order("b", 100_00, NEW_YEAR)], ACTOR)[0].tier_before == "base"
    changes = tiers.history(anna, facade.current().program_id)
    assert [change.reason for change in changes] == ["enrolled", "qualified", "reviewed"]
    assert changes[1].reference is not None
    assert changes[2].reference is None


def test_a_redemption_after_the_end_finds_nothing_though_no_job_ran(anna):
    facade.record([order("a", 600_00)], ACTOR)
    clock.set_business_clock(EXPIRY)

    with pytest.raises(Refusal) as refused:
        facade.redeem(redemption("r", 1), ACTOR)

    assert refused.value.params == {"asked": "1", "usable": "0"}


def test_moving_the_clock_does_each_day_what_is_due(anna):
    facade.record([order("a", 600_00)], ACTOR)
    steps = []

    moved = facade.move_clock(EXPIRY + timedelta(hours=1), ACTOR, lambda done, days: steps.append((done, days)))

    assert (moved.members, dict(moved.expired)) == (1, {"points": 600})
    assert clock.business_now() == EXPIRY + timedelta(hours=1)
    assert steps[0] == (1, len(steps))
    assert steps[-1] == (len(steps), len(steps))
    with pytest.raises(Refusal) as refused:
        facade.move_clock(NOW, ACTOR)
    assert refused.value.code == "clock_moves_back"


def test_a_job_moves_the_clock_that_was_asked_for(program):
    asked = facade.ask_clock_move(NOW + timedelta(days=3), ACTOR)
    assert (asked.days, asked.days_done, asked.done) == (3, 0, False)
    job = ProcrastinateJob.objects.get(task_name="move_clock")

    facade.move_clock(datetime.fromisoformat(job.args["to"]), ACTOR)  # what the job does, in the test's connection

    move = facade.clock_move()
    assert (move.days_done, move.done) == (3, True)


def test_a_second_move_is_refused_while_the_first_is_under_way(program):
    facade.ask_clock_move(NOW + timedelta(days=3), ACTOR)

    for status in ("todo", "doing"):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE task_name = 'move_clock'", [status])
        with pytest.raises(Refusal) as refused:
            facade.ask_clock_move(NOW + timedelta(days=30), ACTOR)
        assert refused.value.code == "clock_is_moving"
    assert facade.clock_move().to == NOW + timedelta(days=3)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'move_clock'")
    assert facade.ask_clock_move(NOW + timedelta(days=30), ACTOR).days == 30


def test_a_job_keeps_the_id_of_who_asked_and_no_name(program):
    staff, _ = org.create_staff("anna@example.com", "Anna Bell", Role.OWNER, ACTOR, "en")
    actor = org.actor_of(StaffPrincipal(staff.id, staff.name, staff.role, frozenset(), None, None, None, None), None)
    facade.ask_clock_move(NOW + timedelta(days=1), actor)

    arguments = ProcrastinateJob.objects.get(task_name="move_clock").args
    assert arguments == {"to": (NOW + timedelta(days=1)).isoformat(), "kind": "staff", "id": actor.id}
    tasks.move_clock.func.__wrapped__(**arguments)  # what the job does, in the test's connection
    assert [line.actor for line in org.audit_lines(10).lines if line.action == "clock.moved"] == [actor]
