"""Changing what a member is found by: one member's alone, written down with the old value masked."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import Amended, Amendment, ExternalId, Field, IdentityEvent, MemberRef, NewMember
from shuke.rooms.members.tests.conftest import BY


@pytest.fixture
def anna(enrol):
    return enrol("A-1", phone="13800000001", email="anna@example.com", name="林小满")


def test_a_changed_phone_is_found_and_the_old_one_is_told_masked(anna):
    facade.update(anna.id, {Field.PHONE: "139 0000 0002", Field.EMAIL: None}, BY)

    assert facade.resolve([MemberRef(phone="13800000001"), MemberRef(phone="13900000002")]) == [None, anna.id]
    assert [(one.kind, one.event, one.was, one.actor) for one in facade.identity_history(anna.id)] == [
        ("email", IdentityEvent.REMOVED, "a***@example.com", BY),
        ("phone", IdentityEvent.CHANGED, "138****0001", BY),
    ]


@pytest.mark.parametrize(
    ("fields", "external", "code"),
    [
        ({Field.PHONE: "13900000009"}, (), "duplicate_phone"),
        ({Field.EMAIL: "BELLA@example.com"}, (), "duplicate_email"),
        ({}, (ExternalId("pos", "B-1"),), "duplicate_external_id"),
        ({Field.PHONE: "12"}, (), "invalid_phone"),
        ({}, (ExternalId("", "x"),), "invalid_external_id"),
    ],
)
def test_what_another_member_has_is_refused_and_nothing_changes(anna, enrol, fields, external, code):
    bella = enrol("B-1", phone="13900000009", email="bella@example.com")

    with pytest.raises(Refusal) as refused:
        facade.update(anna.id, {Field.NAME: "Other", **fields}, BY, external=external)

    assert refused.value.code == code
    assert facade.get(anna.id) == anna
    assert facade.get(bella.id) == bella
    assert facade.identity_history(anna.id) == []


def test_an_external_id_is_added(anna):
    member = facade.update(anna.id, {}, BY, external=[ExternalId("web", "42"), ExternalId("pos", "A-1")])

    assert member.external == (ExternalId("pos", "A-1"), ExternalId("web", "42"))
    assert facade.resolve([MemberRef(external=ExternalId("web", "42"))]) == [anna.id]


def test_filling_leaves_what_is_there(anna, enrol):
    bella = enrol("B-1")
    same = {Field.NAME: "New", Field.PHONE: "13900000009", Field.EMAIL: None}

    first, second = facade.amend(
        [
            Amendment(anna.id, same, add_tags=("vip",), overwrite=False),
            Amendment(bella.id, same, overwrite=False),
        ],
        BY,
    )

    assert first == Amended(anna.id, 1, tags=("vip",))
    assert second == Amended(bella.id, 1, (Field.NAME, Field.PHONE))
    assert facade.get(anna.id).display_name == "林**"
    assert facade.get(anna.id).tags == ("vip",)
    assert facade.resolve([MemberRef(phone="13900000009")]) == [bella.id]
    assert facade.amend([Amendment(bella.id, same, overwrite=False)], BY) == [Amended(bella.id, 1, changed=False)]


def test_of_two_who_ask_for_one_phone_the_first_has_it(anna, enrol):
    bella = enrol("B-1")

    first, second = facade.amend(
        [Amendment(one.id, {Field.PHONE: "13900000009"}) for one in (bella, anna)],
        BY,
    )

    assert isinstance(first, Amended)
    assert second.code == "duplicate_phone"
    assert facade.resolve([MemberRef(phone="13800000001"), MemberRef(phone="13900000009")]) == [anna.id, bella.id]


def test_what_was_added_is_dropped_again_but_never_the_last_identity(anna, enrol):
    card = ExternalId("web", "42")
    facade.amend([Amendment(anna.id, external=(card,), add_tags=("vip",))], BY)

    facade.amend([Amendment(anna.id, drop_external=(card,), drop_tags=("vip",))], BY)

    assert facade.get(anna.id).external == (ExternalId("pos", "A-1"),)
    assert facade.get(anna.id).tags == ()
    bella = enrol("B-1")
    (refused,) = facade.amend([Amendment(bella.id, drop_external=bella.external)], BY)
    assert refused.code == "identity_required"
    assert facade.get(bella.id) == bella


def test_who_has_any_of_the_identities_is_matched(anna, enrol):
    bella = enrol("B-1", phone="13900000009")
    asked = [
        NewMember((ExternalId("pos", "A-1"),), phone="13900000009"),
        NewMember(email="ANNA@example.com"),
        NewMember(phone="nonsense"),
        NewMember(phone="13700000000"),
    ]

    assert facade.matches(asked) == [frozenset({anna.id, bella.id}), frozenset({anna.id}), frozenset(), frozenset()]
