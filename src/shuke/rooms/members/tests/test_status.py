"""What becomes of a member's status, and of their identities when they leave and come back."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import ExternalId, IdentityEvent, MemberRef, Status
from shuke.rooms.members.tests.conftest import BY, NOON

PHONE = MemberRef(phone="13800000001")
CARD = MemberRef(external=ExternalId("pos", "A-1"))
ALLOWED = {
    ("active", "frozen"),
    ("frozen", "active"),
    ("active", "blacklisted"),
    ("frozen", "blacklisted"),
    ("blacklisted", "active"),
    ("active", "exited"),
    ("frozen", "exited"),
    ("blacklisted", "exited"),
    ("exited", "active"),
}


@pytest.fixture
def anna(enrol):
    return enrol("A-1", phone="13800000001", email="anna@example.com", name="林小满")


def put(member, status):
    """Bring a member into a status by allowed moves."""
    for step in {"exited": ["exited"], "blacklisted": ["blacklisted"], "frozen": ["frozen"], "active": []}[status]:
        facade.set_status(member.id, Status(step), "test", BY)


@pytest.mark.parametrize("wanted", ["active", "frozen", "blacklisted", "exited", "merged"])
@pytest.mark.parametrize("before", ["active", "frozen", "blacklisted", "exited"])
def test_only_the_allowed_moves_are_made(anna, before, wanted):
    put(anna, before)
    told = len(facade.status_history(anna.id))

    if (before, wanted) in ALLOWED:
        assert facade.set_status(anna.id, Status(wanted), "why", BY).status == wanted
        assert len(facade.status_history(anna.id)) == told + 1
        return
    with pytest.raises(Refusal) as refused:
        facade.set_status(anna.id, Status(wanted), "why", BY)
    assert refused.value.code == ("status_unchanged" if before == wanted else "status_not_allowed")
    assert facade.get(anna.id).status == before
    assert len(facade.status_history(anna.id)) == told


def test_the_history_tells_who_when_and_why(anna):
    facade.set_status(anna.id, Status.FROZEN, "盗号", BY)
    clock.set_business_clock(NOON + timedelta(days=1))
    facade.set_status(anna.id, Status.BLACKLISTED, "查实", BY)

    second, first = facade.status_history(anna.id)

    assert (first.at, first.before, first.after, first.reason, first.actor) == (
        NOON,
        Status.ACTIVE,
        Status.FROZEN,
        "盗号",
        BY,
    )
    assert (second.at, second.before, second.after) == (NOON + timedelta(days=1), Status.FROZEN, Status.BLACKLISTED)


@pytest.mark.parametrize("table", ["members_status_change", "members_identity_change"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET actor_label = 'x'", "TRUNCATE {}"])
def test_histories_are_never_changed(anna, table, statement):
    facade.set_status(anna.id, Status.EXITED, "leaving", BY)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="never changed"):
            cursor.execute(statement.format(table))


def test_leaving_gives_the_identities_free_and_coming_back_takes_them(anna, enrol):
    facade.set_status(anna.id, Status.EXITED, "退会", BY)

    assert facade.resolve([PHONE, CARD, MemberRef(id=anna.id)]) == [None, None, anna.id]
    assert [(one.kind, one.event, one.source, one.was) for one in facade.identity_history(anna.id)] == [
        ("external_id", IdentityEvent.RELEASED, "pos", "A-1"),
        ("email", IdentityEvent.RELEASED, "", "a***@example.com"),
        ("phone", IdentityEvent.RELEASED, "", "138****0001"),
    ]

    facade.set_status(anna.id, Status.ACTIVE, "回心转意", BY)

    assert facade.resolve([PHONE, CARD]) == [anna.id, anna.id]
    assert facade.get(anna.id).external == (ExternalId("pos", "A-1"),)


def test_who_left_is_enrolled_anew_as_somebody_else(anna, enrol):
    facade.set_status(anna.id, Status.EXITED, "退会", BY)

    again = enrol("A-1", phone="13800000001", email="anna@example.com")

    assert again.id != anna.id
    assert facade.resolve([PHONE, CARD]) == [again.id, again.id]
    with pytest.raises(Refusal) as refused:
        facade.set_status(anna.id, Status.ACTIVE, "too", BY)
    assert (refused.value.code, facade.get(anna.id).status) == ("duplicate_phone", Status.EXITED)


def test_coming_back_ends_after_thirty_days(anna):
    facade.set_status(anna.id, Status.EXITED, "退会", BY)
    clock.set_business_clock(NOON + timedelta(days=30) - timedelta(microseconds=1))
    facade.set_status(anna.id, Status.ACTIVE, "in time", BY)
    facade.set_status(anna.id, Status.EXITED, "退会", BY)
    clock.set_business_clock(NOON + timedelta(days=60))

    with pytest.raises(Refusal) as refused:
        facade.set_status(anna.id, Status.ACTIVE, "late", BY)
    assert (refused.value.code, refused.value.params) == ("reinstate_too_late", {"days": 30})
    assert facade.resolve([PHONE]) == [None]


def test_leaving_is_no_way_off_the_blacklist(anna, enrol):
    facade.set_status(anna.id, Status.BLACKLISTED, "黄牛", BY)
    facade.set_status(anna.id, Status.EXITED, "退会", BY)

    with pytest.raises(Refusal) as refused:
        enrol("A-2", phone="13800000001")
    assert refused.value.code == "duplicate_phone"
    assert facade.identity_history(anna.id) == []


def test_who_left_is_not_changed_any_more(anna):
    facade.set_status(anna.id, Status.EXITED, "退会", BY)

    for change in (lambda: facade.update(anna.id, {}, BY), lambda: facade.set_tags(anna.id, ["vip"], BY)):
        with pytest.raises(Refusal) as refused:
            change()
        assert refused.value.code == "member_exited"
