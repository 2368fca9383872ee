"""Notices: once per kind and key, after the commit, sealed, and forgotten in a live deployment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, NewMember
from shuke.rooms.messaging import facade
from shuke.rooms.messaging.contracts import Message, Notice
from shuke.rooms.messaging.models import Notice as Row
from shuke.rooms.org.contracts import Actor, ActorKind

BY = Actor(ActorKind.SYSTEM, "tests", "tests")
PHONE = "+8613800000001"
TEXT = "314159 is your log-in code, good for 5 minutes. Tell it to nobody; our staff never asks for it."


class Postman:
    """A carrier that remembers, and that can be out of order."""

    def __init__(self):
        self.carried, self.broken = [], False

    def carry(self, message):
        if self.broken:
            raise OSError("no line")
        self.carried.append(message)


@pytest.fixture
def postman(db):
    clock.set_business_clock(datetime(2026, 3, 1, 4, tzinfo=UTC))
    postman = Postman()
    facade.carry_with(postman)
    yield postman
    facade.carry_with(None)


def notice(**how):
    return Notice("login_code", "k1", "en", **({"address": PHONE} | how), params={"code": "314159"})


def test_a_notice_is_carried_once_when_it_is_committed(postman, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), unit_of_work():
        assert facade.send(notice())
        assert not facade.send(notice())
        assert postman.carried == []

    (row,) = Row.objects.all()
    assert postman.carried == [Message(row.id, PHONE, TEXT)]
    assert facade.carry_waiting() == 0
    (kept,) = facade.inbox(10)
    assert (kept.kind, kept.address, kept.text, kept.carried) == ("login_code", "+86138****0001", TEXT, True)


def test_what_could_not_be_carried_waits_a_day(postman, django_capture_on_commit_callbacks, monkeypatch):
    postman.broken = True
    with django_capture_on_commit_callbacks(execute=True):
        facade.send(notice())
    assert not facade.inbox(1)[0].carried

    postman.broken = False
    now = clock.machine_now()
    for later, carried in ((timedelta(), 0), (timedelta(days=1, minutes=1), 0), (timedelta(minutes=3), 1)):
        with monkeypatch.context() as patch:
            patch.setattr(clock, "machine_now", lambda later=later: now + later)
            assert facade.carry_waiting() == carried
    assert len(postman.carried) == 1
    assert facade.carry_waiting() == 0


def test_one_that_breaks_the_carrier_keeps_nobody_waiting(postman, monkeypatch):
    def carry(message):
        if message.address == PHONE:
            raise ValueError("no such number")
        postman.carried.append(message)

    monkeypatch.setattr(postman, "carry", carry)
    facade.send(notice())
    facade.send(Notice("login_code", "k2", "en", address="+8613800000002", params={"code": "271828"}))
    assert facade.carry_waiting() == 1
    assert [message.address for message in postman.carried] == ["+8613800000002"]


def test_after_a_month_nobody_can_say_who_was_told_what(postman, monkeypatch):
    facade.send(notice())
    assert facade.prune() == 0
    later = clock.machine_now() + timedelta(days=31)
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    assert (facade.prune(), facade.prune()) == (1, 0)
    (kept,) = facade.inbox(10)
    assert (kept.kind, kept.address, kept.text) == ("login_code", "", "")
    assert not facade.send(notice())


def test_a_member_is_told_by_their_phone_and_without_one_not_at_all(postman, django_capture_on_commit_callbacks):
    people = [NewMember(phone=PHONE), NewMember((ExternalId("pos", "B-1"),))]
    ann, bob = members.enrol(people, BY)
    with django_capture_on_commit_callbacks(execute=True):
        facade.send(notice(address="", member_id=ann.id))
        facade.send(Notice("login_code", "k2", "zh-hans", member_id=bob.id, params={"code": "271828"}))

    assert [message.address for message in postman.carried] == [PHONE]
    assert [(kept.member_id, kept.address, kept.carried) for kept in facade.inbox(10)] == [
        (bob.id, "", False),
        (ann.id, "+86138****0001", True),
    ]
    with pytest.raises(AssertionError):
        facade.send(notice(member_id=ann.id))


def test_text_and_address_are_sealed_and_a_live_deployment_forgets_them(
    postman, django_capture_on_commit_callbacks, settings
):
    settings.SHUKE_KIND = "live"
    facade.carry_with(None)
    assert not facade.reaches_people()
    facade.send(notice())
    with connection.cursor() as cursor:
        cursor.execute("SELECT n::text, n.text_sealed IS NULL FROM messaging_notice n")
        ((stored, forgotten),) = cursor.fetchall()
    assert not forgotten
    assert "314159" not in stored
    assert PHONE.encode().hex() not in stored

    facade.carry_with(postman)
    assert facade.carry_waiting() == 1
    assert Row.objects.get().text_sealed is None
    with pytest.raises(Refusal) as refused:
        facade.inbox(1)
    assert refused.value.code == "inbox_is_live"
