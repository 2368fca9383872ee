"""Tills: who is let in by which PIN, whose shift runs, and what stands under a key for ever."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade
from shuke.rooms.org.contracts import (
    Actor,
    ActorKind,
    Kind,
    NewOrganisation,
    NewStore,
    Role,
    ShiftLine,
    StaffTerms,
    Work,
    WorkSum,
)
from shuke.rooms.org.models import AuditLine, Shift, Till
from shuke.rooms.org.models import ShiftLine as LineRow
from shuke.rooms.org.models import Staff as StaffRow

pytestmark = pytest.mark.django_db
ACTOR = Actor(ActorKind.CLI, "cli", "tests")


def refused(code, verb, *arguments):
    with pytest.raises(Refusal) as caught:
        verb(*arguments)
    assert caught.value.code == code


@pytest.fixture
def till():
    facade.create_organisation(NewOrganisation("街角", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), ACTOR)
    for code in ("nanjinglu", "wukanglu"):
        facade.open_store(NewStore(code, code), None, ACTOR)
    return facade.enrol_till("前台", "nanjinglu", ACTOR)[0]


def clerk(name, *stores, role=Role.CLERK):
    person, _ = facade.create_staff(f"{name}@example.com", name, role, ACTOR, stores=stores)
    return person, facade.give_pin(person.id, ACTOR)


def line(key, work=Work.SALE, **values):
    return ShiftLine(key, b"digest", work, clock.machine_now(), {"told": key}, **values)


def test_a_browser_is_a_till_by_its_secret_until_the_till_is_closed(till):
    other, secret = facade.enrol_till("二号", "wukanglu", ACTOR)
    assert facade.till_of(secret) == other
    refused("unknown_till", facade.till_of, "guessed")

    closed = facade.close_till(other.id, ACTOR)

    assert closed.closed_at is not None
    refused("unknown_till", facade.till_of, secret)
    assert facade.close_till(other.id, ACTOR) == closed
    assert AuditLine.objects.filter(action="till.closed").count() == 1


def test_a_till_needs_a_name_and_a_store_that_there_is(till):
    refused("unknown_store", facade.enrol_till, "前台", "nowhere", ACTOR)
    refused("invalid_name", facade.enrol_till, " ", "nanjinglu", ACTOR)
    assert Till.objects.count() == 1


def test_only_clerks_of_the_store_with_a_pin_may_work(till):
    here, _ = clerk("here", "nanjinglu")
    everywhere, _ = clerk("everywhere")
    elsewhere, pin = clerk("elsewhere", "wukanglu")
    clerk("analyst", role=Role.ANALYST)
    facade.create_staff("nopin@example.com", "no pin", Role.CLERK, ACTOR)

    assert [person.id for person, _ in facade.clerks_of(till.store)] == [everywhere.id, here.id]
    refused("wrong_pin", facade.begin_shift, till, elsewhere.id, pin)
    assert Shift.objects.count() == 0


def test_a_new_pin_changes_the_mark_and_ends_the_old_one(till):
    person, pin = clerk("lin")
    ((_, mark),) = facade.clerks_of(till.store)
    assert len(pin) == 6
    assert pin.isdigit()
    assert pin not in StaffRow.objects.get(pk=person.id).pin

    new = facade.give_pin(person.id, ACTOR)

    assert facade.clerks_of(till.store)[0][1] != mark
    if new != pin:
        refused("wrong_pin", facade.begin_shift, till, person.id, pin)
    assert facade.begin_shift(till, person.id, new).staff_name == "lin"


def test_five_wrong_pins_lock_it_for_a_quarter_of_an_hour(till, monkeypatch):
    person, pin = clerk("lin")
    wrong = "000000" if pin != "000000" else "111111"
    for _ in range(4):
        refused("wrong_pin", facade.begin_shift, till, person.id, wrong)
    refused("pin_locked", facade.begin_shift, till, person.id, wrong)
    refused("pin_locked", facade.begin_shift, till, person.id, pin)
    assert Shift.objects.count() == 0

    later = clock.machine_now() + timedelta(minutes=15)
    monkeypatch.setattr(clock, "machine_now", lambda: later)

    assert facade.begin_shift(till, person.id, pin).staff_id == person.id


def test_who_logs_in_again_goes_on_and_somebody_else_takes_over(till):
    (lin, lins), (zhou, zhous) = clerk("lin"), clerk("zhou")
    first = facade.begin_shift(till, lin.id, lins)
    assert facade.begin_shift(till, lin.id, lins) == first

    second = facade.begin_shift(till, zhou.id, zhous)

    assert facade.open_shift(till.id) == second
    assert facade.shift_report(first.id).shift.ended_at is not None
    ended = facade.end_shift(second.id)
    assert facade.end_shift(second.id) == ended
    assert facade.open_shift(till.id) is None
    assert [report.shift.staff_name for report in facade.shift_reports([till.id], 10)] == ["zhou", "lin"]


def test_a_report_sums_what_was_done_and_a_key_counts_once(till):
    lin, pin = clerk("lin")
    shift = facade.begin_shift(till, lin.id, pin)
    first = line("k-1", money_minor=8_100, points_in=97, points_out=500, note="price match")
    with unit_of_work():
        assert facade.note_work(shift, first) == first
        assert facade.note_work(shift, replace(first, answer={"told": "later"})) == first
        facade.note_work(shift, line("k-2", money_minor=1_000, points_in=10, offline=True))
        facade.note_work(shift, line("k-3", Work.VOID, money_minor=-1_000, points_out=10))

    report = facade.end_shift(shift.id)

    assert report.sums == (WorkSum(Work.SALE, 2, 9_100, 107, 500), WorkSum(Work.VOID, 1, -1_000, 0, 10))
    assert (report.offline, report.noted) == (1, 1)
    assert facade.work_known(till.id, "k-1", b"digest") == first
    assert facade.work_known(till.id, "k-9", b"digest") is None
    refused("already_recorded_differently", facade.work_known, till.id, "k-1", b"other")
    assert LineRow.objects.count() == 3


def test_who_loses_the_store_is_no_clerk_of_it_any_more(till):
    lin, _ = clerk("lin", "nanjinglu")
    facade.change_staff(lin.id, StaffTerms(Role.CLERK, ["wukanglu"], None, None), ACTOR)
    assert facade.clerks_of(till.store) == []
