"""Whoever looks is told of a rush for a template, and of one that nears its end; what is as usual alarms nobody."""

from shuke.foundation import clock, ids
from shuke.rooms.coupons import facade
from shuke.rooms.coupons.contracts import Alarm, AlarmKind, Cause, IssueFact, MemberLimit, TemplateChange, TemplateState
from shuke.rooms.coupons.tests.conftest import ACTOR, NOW, template


def take(people, count, code="ten", first=0):
    facts = [
        IssueFact("app", f"{code}{number}", code, people[number % len(people)], Cause.CLAIM, NOW)
        for number in range(first, first + count)
    ]
    assert [answer.refusal for answer in facade.issue(facts)] == [None] * count


def at(monkeypatch, hours):
    monkeypatch.setattr(ids, "_last", 0)  # put back afterwards, so that no other test has ids of then
    monkeypatch.setattr(clock, "machine_milliseconds", lambda: 1_900_000_000_000 + int(hours * 3_600_000))


def test_five_times_as_many_as_usual_in_an_hour_are_a_rush(people, monkeypatch):
    template(claimable=True)
    at(monkeypatch, 0)
    take(people, 230)
    at(monkeypatch, 20)
    take(people, 50, first=230)
    assert facade.alarms() == ()  # 50 an hour against a mean of 10
    take(people, 1, first=280)
    assert facade.alarms() == (Alarm("ten", "Ten off", AlarmKind.RUSH, 51, 10),)
    at(monkeypatch, 21.5)
    assert facade.alarms() == ()


def test_the_last_tenth_of_a_budget_alarms_while_it_can_be_had(people, monkeypatch):
    made = template(claimable=True, most=20, per_member=MemberLimit(20))
    take(people, 17)
    assert facade.alarms() == ()
    take(people, 1, first=17)
    assert facade.alarms() == (Alarm("ten", "Ten off", AlarmKind.ENDING, 2, 20),)
    facade.change_template(made.id, TemplateChange(state=TemplateState.PAUSED), ACTOR)
    assert facade.alarms() == ()
