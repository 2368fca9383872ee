"""What somebody is for: stores, personal limit, own account; each change with its audit line, none on a refusal."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.org import facade
from shuke.rooms.org.contracts import Actor, ActorKind, NewStore, Role, StaffTerms
from shuke.rooms.org.models import AuditLine, Staff

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.CLI, "cli", "tests")
MEMBER = "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
OTHER = "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NN"


@pytest.fixture
def stores():
    """The stores A and B of the brand tea, and C of the brand coffee, by code."""
    tea, coffee = facade.create_brand("tea", "Tea", ACTOR), facade.create_brand("coffee", "Coffee", ACTOR)
    made = facade.create_stores(tea.id, [NewStore("A", "Store A"), NewStore("B", "Store B")], ACTOR)
    made += facade.create_stores(coffee.id, [NewStore("C", "Store C")], ACTOR)
    return {store.code: store.id for store in made}


def employ(role, **terms):
    given = {"stores": (), "adjust_limit": None, "own_account": None} | terms
    staff, _ = facade.create_staff(f"{role}@example.com", role.value, role, ACTOR)
    facade.change_staff(staff.id, StaffTerms(role, **given), ACTOR)
    return facade.principal_of(Staff.objects.get(pk=staff.id))


def key_principal():
    _, secret = facade.create_key("till", ["points:adjust"], ACTOR)
    return facade.authenticate_key(secret)


def refused(code, verb, *arguments):
    with pytest.raises(Refusal) as caught:
        verb(*arguments)
    assert caught.value.code == code
    return caught.value


def test_a_person_of_a_store_passes_there_and_nowhere_else(stores):
    clerk = employ(Role.CLERK, stores=["A"])
    assert (clerk.stores, clerk.store_codes) == (frozenset({stores["A"]}), frozenset({"A"}))
    facade.require_store(clerk, "A")
    assert refused("store_forbidden", facade.require_store, clerk, "B").params == {"store": "B"}
    refused("store_forbidden", facade.require_store, clerk, "nowhere")
    refused("store_forbidden", facade.require_store, clerk, "")


def test_who_has_no_store_and_every_key_pass_everywhere(stores):
    operator = employ(Role.OPERATOR)
    assert (operator.stores, operator.store_codes) == (None, None)
    for principal in (operator, key_principal()):
        for store in ("A", "B", "nowhere"):
            facade.require_store(principal, store)


def test_a_new_person_begins_with_their_stores(stores):
    staff, _ = facade.create_staff("a@example.com", "A", Role.CLERK, ACTOR, stores=["B", "A"])
    assert set(staff.stores) == {stores["A"], stores["B"]}
    assert facade.audit_lines(1).lines[0].after["stores"] == ["A", "B"]
    refused("unknown_store", facade.create_staff, "b@example.com", "B", Role.CLERK, ACTOR, None, ["Z"])
    assert Staff.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "own", "scale", "within", "above"),
    [
        (Role.OWNER, None, 0, 10**12, None),
        (Role.OPERATOR, None, 0, 5_000, 5_001),
        (Role.SERVICE, None, 0, 500, 501),
        (Role.SERVICE, None, 2, 50_000, 50_001),
        (Role.SERVICE, 800, 0, 800, 801),
        (Role.SERVICE, 0, 0, 0, 1),
        (Role.OWNER, 10, 0, 10, 11),
    ],
)
def test_an_approval_is_needed_from_one_above_the_limit_on(role, own, scale, within, above):
    principal = employ(role, adjust_limit=own)
    assert not facade.needs_approval(principal, within, scale)
    assert not facade.needs_approval(principal, -within, scale)
    if above is not None:
        assert facade.needs_approval(principal, above, scale)
        assert facade.needs_approval(principal, -above, scale)


def test_a_key_has_no_limit():
    assert not facade.needs_approval(key_principal(), 10**12, 0)


def test_nobody_touches_their_own_account():
    service = employ(Role.SERVICE, own_account=MEMBER)
    refused("own_account", facade.require_other_account, service, MEMBER)
    facade.require_other_account(service, OTHER)
    facade.require_other_account(employ(Role.OPERATOR), MEMBER)
    facade.require_other_account(key_principal(), MEMBER)


def test_a_change_is_told_field_by_field_and_no_change_is_not_told(stores):
    staff, _ = facade.create_staff("a@example.com", "A", Role.SERVICE, ACTOR)
    terms = StaffTerms(Role.CLERK, ["B", "A"], 20, None)
    changed = facade.change_staff(staff.id, terms, ACTOR)
    assert (changed.role, set(changed.stores), changed.adjust_limit) == (Role.CLERK, {stores["A"], stores["B"]}, 20)
    line = facade.audit_lines(1).lines[0]
    assert (line.action, line.subject) == ("staff.changed", ids.encode("stf", staff.id))
    assert line.before == {"role": "service", "stores": [], "adjust_limit": None}
    assert line.after == {"role": "clerk", "stores": ["A", "B"], "adjust_limit": 20}
    lines = AuditLine.objects.count()
    assert facade.change_staff(staff.id, terms, ACTOR) == changed
    assert AuditLine.objects.count() == lines


@pytest.mark.parametrize(
    ("terms", "code", "pointer"),
    [
        (StaffTerms(Role.SERVICE, ["Z"], None, None), "unknown_store", "/stores"),
        (StaffTerms(Role.SERVICE, [], -1, None), "limit_out_of_range", "/adjust_limit"),
        (StaffTerms(Role.SERVICE, [], 10**12 + 1, None), "limit_out_of_range", "/adjust_limit"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(terms, code, pointer):
    staff, _ = facade.create_staff("a@example.com", "A", Role.CLERK, ACTOR)
    assert refused(code, facade.change_staff, staff.id, terms, ACTOR).pointer == pointer
    assert facade.list_staff() == [staff]
    assert AuditLine.objects.count() == 1
    refused("unknown_staff", facade.change_staff, ids.new_id(), StaffTerms(Role.CLERK, (), None, None), ACTOR)


def test_the_last_active_owner_keeps_the_role():
    first, _ = facade.create_staff("a@example.com", "A", Role.OWNER, ACTOR)
    second, _ = facade.create_staff("b@example.com", "B", Role.OWNER, ACTOR)
    facade.set_staff_active(second.id, False, ACTOR)
    clerk = StaffTerms(Role.CLERK, (), None, None)
    refused("last_owner", facade.change_staff, first.id, clerk, ACTOR)
    assert Staff.objects.get(pk=first.id).role == "owner"
    facade.set_staff_active(second.id, True, ACTOR)
    assert facade.change_staff(first.id, clerk, ACTOR).role is Role.CLERK


def test_a_store_s_brand_is_found_by_code(stores):
    assert facade.brand_of_store(["A", "C", "nowhere"]) == {"A": "tea", "C": "coffee"}
    assert facade.brand_of_store([]) == {}
