"""Attributes that a merchant defines, tags, and what of them is stored, shown and told to rules."""

from datetime import date

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import Attribute, AttributeKind, Choice, Field
from shuke.rooms.members.tests.conftest import BY

SKIN = Attribute(
    "skin",
    "肤质",
    "Skin",
    AttributeKind.CHOICE,
    required=True,
    choices=(Choice("dry", "干性", "Dry"), Choice("oily", "油性", "Oily")),
)
CHILDREN = Attribute("children", "子女数", "Children", AttributeKind.NUMBER)
DRIVES = Attribute("drives", "有车", "Drives", AttributeKind.BOOLEAN)
WEDDING = Attribute("wedding", "结婚日", "Wedding day", AttributeKind.DATE)
NOTE = Attribute("note", "备注", "Note", AttributeKind.TEXT)
DIET = Attribute("diet", "忌口", "Diet", AttributeKind.TEXT, personal=True)
ALL = (SKIN, CHILDREN, DRIVES, WEDDING, NOTE, DIET)


@pytest.fixture
def anna(enrol):
    for one in ALL:
        facade.define_attribute(one, BY)
    return enrol("A-1", phone="13800000001", name="林小满", birthday=date(1990, 5, 6))


def stored(member):
    with connection.cursor() as cursor:
        cursor.execute("SELECT attributes::text, attributes_sealed FROM members_member WHERE id = %s", [member.id])
        return cursor.fetchone()


def test_values_are_stored_by_their_kind_and_told_to_rules_as_numbers_and_codes(anna):
    values = {"skin": "dry", "children": 2, "drives": True, "wedding": date(2015, 6, 1), "note": " 老  客 "}

    facade.update(anna.id, {}, BY, {**values, "diet": "花生"})

    assert dict(facade.profile(anna.id).attributes) == {
        "skin": "dry",
        "children": 2,
        "drives": True,
        "wedding": "2015-06-01",
        "note": "老 客",
        "diet": "花*",
    }
    assert facade.attributes([anna.id]) == {anna.id: {"skin": "dry", "children": 2, "drives": 1, "wedding": 16587}}
    clear, sealed = stored(anna)
    assert "花生" not in clear
    assert "花生".encode() not in bytes(sealed)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("skin", "干性"),
        ("skin", 1),
        ("children", "2"),
        ("children", True),
        ("children", 10**12 + 1),
        ("drives", 1),
        ("drives", "yes"),
        ("wedding", "2015-02-30"),
        ("wedding", "1899-12-31"),
        ("note", ""),
        ("note", "x" * 201),
        ("note", "a\x00b"),
        ("diet", 7),
    ],
)
def test_a_value_of_another_kind_is_refused(anna, code, value):
    with pytest.raises(Refusal) as refused:
        facade.update(anna.id, {Field.NAME: "Other"}, BY, {code: value})

    assert (refused.value.code, refused.value.pointer) == ("invalid_attribute", f"/attributes/{code}")
    assert stored(anna) == ("{}", None)
    assert facade.get(anna.id).display_name == "林**"


def test_what_is_not_defined_is_refused(anna):
    with pytest.raises(Refusal) as refused:
        facade.update(anna.id, {}, BY, {"shoe": 42})
    assert refused.value.code == "unknown_attribute"


def test_a_profile_is_complete_with_name_birthday_and_what_is_required(anna, enrol):
    bare = enrol("A-2")

    assert facade.profile(anna.id).missing == ("skin",)
    assert facade.profile(bare.id).missing == ("name", "birthday", "skin")
    facade.update(anna.id, {}, BY, {"skin": "oily"})
    assert facade.completed_profiles([anna.id, bare.id]) == {anna.id: True, bare.id: False}
    facade.update(anna.id, {}, BY, {"skin": None})
    assert facade.completed_profiles([anna.id]) == {anna.id: False}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (CHILDREN, "２", 2),
        (CHILDREN, "1.5", "1.5"),
        (DRIVES, "是", True),
        (DRIVES, "No", False),
        (DRIVES, "maybe", "maybe"),
        (WEDDING, "2015/6/1", "2015-06-01"),
        (SKIN, "干性", "dry"),
        (SKIN, "Oily", "oily"),
        (SKIN, "wet", "wet"),
    ],
)
def test_values_of_files_are_read_as_people_write_them(kind, text, value):
    assert facade.attribute_value(kind, text) == value


def test_kind_and_choices_stay_names_and_required_change(anna):
    for changed, code in (
        (Attribute("skin", "肤质", "Skin", AttributeKind.TEXT), "attribute_kind_fixed"),
        (Attribute("diet", "忌口", "Diet", AttributeKind.TEXT), "attribute_kind_fixed"),
        (Attribute("skin", "肤质", "Skin", AttributeKind.CHOICE, choices=SKIN.choices[:1]), "choice_dropped"),
        (Attribute("Skin", "肤质", "Skin", AttributeKind.TEXT), "invalid_attribute_definition"),
        (Attribute("size", "尺码", "Size", AttributeKind.CHOICE), "invalid_attribute_definition"),
        (Attribute("size", "", "Size", AttributeKind.TEXT), "invalid_attribute_definition"),
    ):
        with pytest.raises(Refusal) as refused:
            facade.define_attribute(changed, BY)
        assert refused.value.code == code
    assert tuple(facade.defined_attributes()) == ALL

    more = Attribute(
        "skin", "皮肤", "Skin type", AttributeKind.CHOICE, choices=(*SKIN.choices, Choice("mixed", "混合", "Mixed"))
    )
    facade.define_attribute(more, BY)
    assert facade.defined_attributes()[0] == more


def test_a_definition_is_dropped_while_nobody_has_a_value(anna):
    facade.update(anna.id, {}, BY, {"children": 1})

    with pytest.raises(Refusal) as refused:
        facade.drop_attribute("children", BY)
    assert refused.value.code == "attribute_in_use"
    facade.drop_attribute("note", BY)
    assert [one.code for one in facade.defined_attributes()] == ["skin", "children", "drives", "wedding", "diet"]


def test_tags_are_a_set_of_at_most_63_codes(anna):
    facade.set_tags(anna.id, ["vip", "aunt", "vip"], BY)

    assert facade.tags([anna.id]) == {anna.id: frozenset({"aunt", "vip"})}
    for wrong, code in ((["老客"], "invalid_tag"), ([f"t{n}" for n in range(64)], "too_many_tags")):
        with pytest.raises(Refusal) as refused:
            facade.set_tags(anna.id, wrong, BY)
        assert refused.value.code == code
    assert facade.get(anna.id).tags == ("aunt", "vip")
    facade.set_tags(anna.id, [f"t{n}" for n in range(63)], BY)
    assert len(facade.tags([anna.id])[anna.id]) == 63


def test_decisions_are_told_tags_and_both_birthdays(anna, enrol):
    facade.set_tags(anna.id, ["vip"], BY)
    new_year = enrol("A-2", birthday=date(1990, 1, 27))
    bare = enrol("A-3")

    facts = facade.facts([anna.id, new_year.id, bare.id])

    assert (facts[anna.id].birth_md, facts[anna.id].lunar_md, facts[anna.id].tags) == (506, 412, frozenset({"vip"}))
    assert (facts[new_year.id].birth_md, facts[new_year.id].lunar_md) == (127, 101)
    assert (facts[bare.id].lunar_md, facts[bare.id].tags) == (0, frozenset())
    facade.update(anna.id, {Field.BIRTHDAY: None}, BY)
    assert facade.facts([anna.id])[anna.id].lunar_md == 0
