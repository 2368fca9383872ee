"""Two records of one person: one lives on in the other, found by the ids of both, and comes back exactly."""

from datetime import date

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import (
    Attribute,
    AttributeKind,
    ExternalId,
    Field,
    IdentityEvent,
    Likeness,
    MemberRef,
    Status,
)
from shuke.rooms.members.tests.conftest import BY

BOTH = [
    MemberRef(phone="13800000001"),
    MemberRef(phone="13900000001"),
    MemberRef(external=ExternalId("pos", "A-1")),
    MemberRef(external=ExternalId("pos", "B-1")),
]


@pytest.fixture
def anna(enrol):
    facade.define_attribute(Attribute("children", "子女数", "Children", AttributeKind.NUMBER), BY)
    facade.define_attribute(Attribute("diet", "忌口", "Diet", AttributeKind.TEXT, personal=True), BY)
    return enrol("A-1", phone="13800000001", name="林小满", attributes={"children": 1}, tags=("vip",))


@pytest.fixture
def double(enrol):
    return enrol(
        "B-1",
        phone="13900000001",
        email="anna@example.com",
        name="林小满",
        birthday=date(1990, 5, 6),
        attributes={"children": 2, "diet": "花生"},
        tags=("aunt",),
    )


def rows():
    """Return what is stored of everybody, sealed values in clear where facades show them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, birth_md, phone_blind, phone_tail_blind, email_blind, name_blinds, attributes, tags,"
            " merged_into_id FROM members_member ORDER BY id"
        )
        stored = cursor.fetchall()
        cursor.execute("SELECT source, external_id, member_id FROM members_identity ORDER BY 1, 2")
        return stored, cursor.fetchall(), [facade.profile(row[0]) for row in stored]


def test_the_survivor_keeps_its_own_takes_what_it_lacks_and_is_found_by_both(anna, double):
    record = facade.merge(anna.id, [double.id], BY, "同一人")

    assert facade.resolve([*BOTH, MemberRef(id=double.id)]) == [anna.id] * 5
    merged = facade.get(anna.id)
    assert (merged.phone_masked, merged.email_masked, merged.birth_md) == ("138****0001", "a***@example.com", 506)
    assert merged.tags == ("aunt", "vip")
    assert dict(facade.profile(anna.id).attributes) == {"children": 1, "diet": "花*"}
    assert merged.external == (ExternalId("pos", "A-1"), ExternalId("pos", "B-1"))
    closed = facade.get(double.id)
    assert (closed.status, closed.merged_into, closed.phone_masked) == (Status.MERGED, anna.id, "139****0001")
    assert (record.source_ids, record.filled, record.undone_at) == ((double.id,), ("email", "birthday"), None)
    assert facade.merges(double.id) == facade.merges(anna.id) == [record]
    assert [one.after for one in facade.status_history(double.id)] == [Status.MERGED]
    assert [(one.event, one.was) for one in facade.identity_history(anna.id)] == [(IdentityEvent.MOVED, "B-1")]
    assert [one.id for one in facade.search("0001")] == [anna.id]


def test_the_record_keeps_personal_data_sealed(anna, double):
    facade.merge(anna.id, [double.id], BY, "同一人")

    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM members_merge m")
        (text,) = cursor.fetchone()
    assert "花生" not in text
    assert "1990-05-06" not in text


def test_undoing_restores_exactly(anna, double):
    before = rows()
    record = facade.merge(anna.id, [double.id], BY, "同一人")

    undone = facade.unmerge(record.id, BY, "认错人")

    assert rows() == before
    assert undone.undone_at is not None
    assert facade.resolve(BOTH) == [anna.id, double.id, anna.id, double.id]
    with pytest.raises(Refusal) as refused:
        facade.unmerge(record.id, BY, "again")
    assert refused.value.code == "merge_undone"


def test_undoing_keeps_what_was_changed_since(anna, double):
    record = facade.merge(anna.id, [double.id], BY, "同一人")
    facade.update(anna.id, {Field.EMAIL: "new@example.com"}, BY, {"children": 3})

    facade.unmerge(record.id, BY, "认错人")

    assert facade.get(anna.id).email_masked == "n***@example.com"
    assert facade.get(double.id).email_masked == "a***@example.com"
    assert dict(facade.profile(anna.id).attributes) == {"children": 3}
    assert facade.get(anna.id).birth_md == 0


def test_a_merge_of_a_merge_is_found_through_both_and_undone_in_turn(anna, double, enrol):
    third = enrol("C-1", phone="13700000001")
    first = facade.merge(anna.id, [double.id], BY, "one")
    before = rows()
    second = facade.merge(third.id, [anna.id], BY, "two")

    assert facade.resolve([*BOTH, MemberRef(id=double.id)]) == [third.id] * 5
    with pytest.raises(Refusal) as refused:
        facade.unmerge(first.id, BY, "not yet")
    assert refused.value.code == "merge_covered"
    facade.unmerge(second.id, BY, "back")
    assert rows() == before


def test_only_open_members_are_merged_and_nobody_into_themselves(anna, double, enrol):
    gone = enrol("C-1")
    facade.set_status(gone.id, Status.EXITED, "left", BY)
    before = rows()

    for survivor, sources, code in (
        (anna.id, [], "nothing_to_merge"),
        (anna.id, [anna.id], "nothing_to_merge"),
        (anna.id, [double.id, double.id], "nothing_to_merge"),
        (anna.id, [gone.id], "not_mergeable"),
        (gone.id, [anna.id], "not_mergeable"),
        (anna.id, [ids.new_id()], "unknown_member"),
        (anna.id, [ids.new_id() for _ in range(21)], "too_many_to_merge"),
    ):
        with pytest.raises(Refusal) as refused:
            facade.merge(survivor, sources, BY, "why")
        assert refused.value.code == code
    assert rows() == before


def test_the_phone_of_a_merged_record_is_still_taken_but_free_for_the_survivor(anna, double, enrol):
    record = facade.merge(anna.id, [double.id], BY, "同一人")

    with pytest.raises(Refusal) as refused:
        enrol("D-1", phone="13900000001")
    assert (refused.value.code, refused.value.params) == ("duplicate_phone", {"member": ids.encode("mbr", anna.id)})
    facade.update(anna.id, {Field.PHONE: "13900000001"}, BY)
    assert facade.resolve(BOTH[:2]) == [None, anna.id]
    with pytest.raises(Refusal) as refused:
        facade.unmerge(record.id, BY, "both need it")
    assert refused.value.code == "duplicate_phone"
    assert facade.get(double.id).status is Status.MERGED


def test_duplicates_are_equal_names_with_the_same_tail_or_birthday(anna, double, enrol):
    enrol("C-1", phone="13700000002", name="林小满", birthday=date(1991, 5, 6))
    fourth = enrol("D-1", name="林小满", birthday=date(1990, 5, 6))
    enrol("E-1", phone="13600000001", name="满小林")
    left = enrol("F-1", phone="13500000001", name="林小满")
    facade.set_status(left.id, Status.EXITED, "left", BY)

    pairs, cursor, pages = [], None, 0
    while cursor or not pages:
        page = facade.duplicates(1, cursor)
        pairs += [(one.elder.id, one.younger.id, one.because) for one in page.pairs]
        cursor, pages = page.next_cursor, pages + 1

    assert pairs == [
        (anna.id, double.id, (Likeness.PHONE_TAIL,)),
        (double.id, fourth.id, (Likeness.BIRTHDAY,)),
    ]
    assert pages == 4  # two more share the day, not the year
    with pytest.raises(Refusal):
        facade.duplicates(10, "nonsense")
