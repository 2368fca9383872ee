"""People who log in: generated passwords, the last owner, and an audit line for every change."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.db.utils import IntegrityError

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.org import facade
from shuke.rooms.org.contracts import Actor, ActorKind, NewOrganisation, NewStore, Right, Role
from shuke.rooms.org.models import AuditLine, Staff

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.CLI, "cli", "shuke init", "req-1")


@pytest.fixture(autouse=True)
def _fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def authenticate(username, password):
    return ModelBackend().authenticate(None, username=username, password=password)


def refused(code, verb, *arguments):
    with pytest.raises(Refusal) as caught:
        verb(*arguments)
    assert caught.value.code == code
    return caught.value


def test_staff_logs_in_with_the_generated_password_in_any_case_of_the_address():
    staff, password = facade.create_staff(" Lin@Example.com ", "林经理", Role.OPERATOR, ACTOR)
    assert staff.email == "lin@example.com"
    assert len(password) == 19
    assert authenticate(username="LIN@example.com", password=password).id == staff.id
    assert authenticate(username="lin@example.com", password="wrong") is None
    assert [listed.email for listed in facade.list_staff()] == ["lin@example.com"]


def test_passwords_are_never_the_same():
    passwords = {facade.create_staff(f"s{n}@example.com", "S", Role.CLERK, ACTOR)[1] for n in range(20)}
    assert len(passwords) == 20


def test_second_person_with_the_address_is_refused_and_nothing_is_written():
    facade.create_staff("lin@example.com", "林经理", Role.OPERATOR, ACTOR)
    refusal = refused("staff_exists", facade.create_staff, "LIN@example.com", "Other", Role.OWNER, ACTOR)
    assert refusal.pointer == "/email"
    assert Staff.objects.count() == 1
    assert AuditLine.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "name", "language", "code"),
    [
        ("not an address", "N", "en", "invalid_email"),
        ("n@example.com", " ", "en", "invalid_name"),
        ("n@example.com", "N", "fr", "unknown_language"),
    ],
)
def test_bad_staff_is_refused_and_nothing_is_written(email, name, language, code):
    refused(code, facade.create_staff, email, name, Role.CLERK, ACTOR, language)
    assert Staff.objects.count() == 0
    assert AuditLine.objects.count() == 0


def test_reset_password_ends_the_old_one_and_leaves_no_password_in_the_audit():
    staff, old = facade.create_staff("lin@example.com", "林经理", Role.OWNER, ACTOR)
    session_before = Staff.objects.get().get_session_auth_hash()
    new = facade.reset_password("LIN@example.com", ACTOR)
    assert authenticate(username="lin@example.com", password=old) is None
    assert authenticate(username="lin@example.com", password=new).id == staff.id
    assert Staff.objects.get().get_session_auth_hash() != session_before
    line = facade.audit_lines(1).lines[0]
    assert (line.action, line.subject, line.before, line.after) == (
        "staff.password_reset",
        ids.encode("stf", staff.id),
        None,
        None,
    )
    refused("unknown_staff", facade.reset_password, "nobody@example.com", ACTOR)


def test_last_active_owner_stays():
    first, _ = facade.create_staff("a@example.com", "A", Role.OWNER, ACTOR)
    second, _ = facade.create_staff("b@example.com", "B", Role.OWNER, ACTOR)
    assert facade.set_staff_active(first.id, False, ACTOR).is_active is False
    refused("last_owner", facade.set_staff_active, second.id, False, ACTOR)
    assert Staff.objects.get(pk=second.id).is_active is True
    line = facade.audit_lines(1).lines[0]
    assert (line.action, line.before, line.after) == (
        "staff.is_active_changed",
        {"is_active": True},
        {"is_active": False},
    )


def test_inactive_staff_can_do_nothing():
    facade.create_staff("a@example.com", "A", Role.OWNER, ACTOR)
    clerk, password = facade.create_staff("c@example.com", "C", Role.CLERK, ACTOR)
    assert Staff.objects.get(pk=clerk.id).has_perm("points:write")
    facade.set_staff_active(clerk.id, False, ACTOR)
    assert authenticate(username="c@example.com", password=password) is None
    assert not Staff.objects.get(pk=clerk.id).has_perm("points:write")


def test_rights_follow_the_role_and_a_refusal_names_the_right():
    clerk, _ = facade.create_staff("c@example.com", "C", Role.CLERK, ACTOR)
    principal = facade.principal_of(Staff.objects.get(pk=clerk.id))
    facade.require(principal, Right.POINTS_WRITE)
    refusal = refused("forbidden", facade.require, principal, Right.MEMBERS_READ)
    assert refusal.params == {"right": "members:read"}
    assert facade.rights_of(Role.OWNER) == frozenset(Right)
    actor = facade.actor_of(principal, "req-9")
    assert actor == Actor(ActorKind.STAFF, ids.encode("stf", clerk.id), "C", "req-9")


def test_language_of_new_staff_is_the_organisation_s_and_can_be_changed():
    facade.create_organisation(NewOrganisation("Shop", "USD", "America/New_York", "en", "sandbox"), ACTOR)
    staff, _ = facade.create_staff("a@example.com", "A", Role.OWNER, ACTOR)
    assert staff.language == "en"
    assert facade.set_staff_language(staff.id, "zh-hans", ACTOR).language == "zh-hans"
    refused("unknown_language", facade.set_staff_language, staff.id, "fr", ACTOR)
    assert Staff.objects.get().language == "zh-hans"


def test_organisation_is_created_once():
    new = NewOrganisation("Shop", "CNY", "Asia/Shanghai", "zh-hans", "sandbox")
    created = facade.create_organisation(new, ACTOR)
    assert created == facade.organisation()
    assert created.region == "CN"
    refused("organisation_exists", facade.create_organisation, new, ACTOR)
    assert [line.action for line in facade.audit_lines(9).lines] == ["organisation.created"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"name": ""}, "invalid_name", "/name"),
        ({"currency": "usd"}, "unknown_currency", "/currency"),
        ({"time_zone": "Asia/Nowhere"}, "unknown_time_zone", "/time_zone"),
        ({"language": "fr"}, "unknown_language", "/language"),
        ({"kind": "live"}, "wrong_kind", "/kind"),
    ],
)
def test_bad_organisation_is_refused_and_nothing_is_written(change, code, pointer):
    given = {"name": "Shop", "currency": "USD", "time_zone": "UTC", "language": "en", "kind": "sandbox"}
    refusal = refused(code, facade.create_organisation, NewOrganisation(**given | change), ACTOR)
    assert refusal.pointer == pointer
    assert facade.organisation() is None
    assert AuditLine.objects.count() == 0


def test_stores_are_created_all_or_none():
    brand = facade.create_brand("main", "Main", ACTOR)
    refused("brand_exists", facade.create_brand, "main", "Other", ACTOR)
    facade.create_stores(brand.id, [NewStore("1", "One"), NewStore("2", "Two")], ACTOR)
    refusal = refused("store_exists", facade.create_stores, brand.id, [NewStore("3", "T"), NewStore("2", "T")], ACTOR)
    assert refusal.params == {"code": "2"}
    refused("store_exists", facade.create_stores, brand.id, [NewStore("4", "F"), NewStore("4", "F")], ACTOR)
    assert [store.code for store in facade.list_stores()] == ["1", "2"]
    refused("unknown_brand", facade.create_stores, ids.new_id(), [NewStore("5", "Five")], ACTOR)
    assert [line.action for line in facade.audit_lines(9).lines] == ["stores.created", "brand.created"]


@pytest.mark.parametrize("statement", ["UPDATE org_audit_line SET action = 'nothing'", "DELETE FROM org_audit_line"])
def test_audit_lines_never_change(statement):
    facade.create_staff("a@example.com", "A", Role.OWNER, ACTOR)
    with pytest.raises(IntegrityError, match="never changed"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_audit_pages_are_newest_first_and_end():
    for number in range(5):
        facade.audit("thing.changed", f"thing_{number % 2}", {"n": number}, {"n": number + 1}, ACTOR)
    first = facade.audit_lines(2)
    second = facade.audit_lines(2, first.next_cursor)
    third = facade.audit_lines(2, second.next_cursor)
    assert [line.before["n"] for page in (first, second, third) for line in page.lines] == [4, 3, 2, 1, 0]
    assert third.next_cursor is None
    assert first.lines[0].actor == ACTOR
    assert [line.before["n"] for line in facade.audit_lines(9, subject="thing_1").lines] == [3, 1]
    refused("invalid_cursor", facade.audit_lines, 2, "x")
