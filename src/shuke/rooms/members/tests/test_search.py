"""Search by whatever somebody types, and pages of all members in one order."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shuke.foundation import ids
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import ExternalId, NewMember, Status

PEOPLE = {
    "林小雨": "13800000001",
    "雨小林": "13800000002",
    "单晓明": "13800000003",
    "吕 布": "13800000004",
    "欧阳娜娜": "13800000005",
    "Anna Smith": "13800010001",
    "José Müller": "13800000007",
}


@pytest.fixture
def found(shop, actor):
    """Return the names that a search finds among the people above, in order."""
    new = [
        NewMember((ExternalId("card", f"C-{n}"),), phone, f"p{n}@example.com", name)
        for n, (name, phone) in enumerate(PEOPLE.items())
    ]
    names = dict(zip([member.id for member in facade.enrol(new, actor)], PEOPLE, strict=True))
    return lambda query: [names[member.id] for member in facade.search(query)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("林", ["雨小林", "林小雨"]),
        ("小雨", ["林小雨"]),
        ("林小雨", ["林小雨"]),
        ("雨林", []),
        ("lin", ["雨小林", "林小雨"]),
        ("LIN xiao", ["雨小林", "林小雨"]),
        ("linxiaoyu", ["林小雨"]),
        ("xiaoyu", ["林小雨"]),
        ("林 xiaoyu", ["林小雨"]),
        ("shanxiaoming", ["单晓明"]),
        ("dan", ["单晓明"]),
        ("lvbu", []),
        ("lv bu", ["吕 布"]),
        ("lü", ["吕 布"]),
        ("ouyang", ["欧阳娜娜"]),
        ("nana", ["欧阳娜娜"]),
        ("anna", ["Anna Smith"]),
        ("SMI", ["Anna Smith"]),
        ("smith anna", ["Anna Smith"]),
        ("naan", []),
        ("jose muller", ["José Müller"]),
        ("a", []),
        ("", []),
        ("\x00", []),
        ("x" * 300, []),
    ],
)
def test_names_are_found_by_characters_pinyin_and_letters(found, query, names):
    assert found(query) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("0001", ["Anna Smith", "林小雨"]),
        ("0009", []),
        ("13800000001", ["林小雨"]),
        ("+86 138 0000 0001", ["林小雨"]),
        ("138000000", []),
        ("P2@Example.com", ["单晓明"]),
        ("p2@example", []),
        ("C-3", ["吕 布"]),
        ("c-3", []),
    ],
)
def test_contact_data_and_external_ids_are_found_whole_and_phones_by_their_tail(found, query, names):
    assert found(query) == names


def test_a_member_is_found_by_their_id(enrolled):
    member = enrolled(phone="13800000001")
    assert facade.search(f" {ids.encode('mbr', member.id)} ") == [member]
    assert facade.search(ids.encode("mbr", ids.new_id())) == []
    assert facade.search("mbr_nonsense") == []


def test_the_surest_way_comes_first_and_the_limit_holds(enrolled):
    by_tail = enrolled(phone="13800000777")
    also_by_tail = enrolled(phone="13900000777")
    by_external_id = enrolled(external=(ExternalId("card", "0777"),), phone="13800000001")
    assert facade.search("0777") == [by_external_id, also_by_tail, by_tail]
    assert facade.search("0777", 2) == [by_external_id, also_by_tail]


def test_search_takes_few_statements(found, enrolled):
    with CaptureQueriesContext(connection) as captured:
        assert len(facade.search("lin xiao")) == 2
    assert len(captured) == 4  # the organisation, external ids, names, external ids of those found


def test_pages_hold_everybody_once_last_joined_first(shop, actor):
    start = datetime(2024, 1, 1, tzinfo=UTC)
    new = [NewMember((ExternalId("pos", str(n)),), joined_at=start + timedelta(days=n // 3)) for n in range(10)]
    members = facade.enrol(new, actor)
    cursor, seen, sizes = None, [], []
    while True:
        page = facade.page(4, cursor)
        seen += page.members
        sizes.append(len(page.members))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sizes == [4, 4, 2]
    assert seen == sorted(members, key=lambda member: (member.joined_at, member.id), reverse=True)


def test_pages_of_one_status(shop, actor):
    members = facade.enrol([NewMember((ExternalId("pos", str(n)),)) for n in range(3)], actor)
    facade.set_status(members[1].id, Status.FROZEN, "核实中", actor)
    assert [member.id for member in facade.page(9, status=Status.FROZEN).members] == [members[1].id]
    assert facade.page(2, status=Status.ACTIVE).next_cursor is None


def test_a_page_of_two_hundred_takes_two_statements(shop, actor):
    facade.enrol([NewMember((ExternalId("pos", str(n)),), name="王伟") for n in range(200)], actor)
    with CaptureQueriesContext(connection) as captured:
        assert len(facade.page(200).members) == 200
    assert len(captured) == 2


@pytest.mark.parametrize("cursor", ["", "x", "mbr_1", "cur_" + "0" * 26, "cur_" + "0" * 26 + "-1"])
def test_a_cursor_of_no_page_is_refused(shop, refused, cursor):
    refused("invalid_cursor", facade.page, 2, cursor)
