"""Members from files: what each row comes to, foreseen and done, resumed, repeated, and undone."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Attribute, AttributeKind, ExternalId, Field, MemberRef, NewMember, Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, NewOrganisation
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import ImportFile, ImportState, RowState
from shuke.rooms.programs.imports import importing, landing
from shuke.rooms.programs.models import ImportRow

BY = Actor(ActorKind.STAFF, "stf_1", "Ann")
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
HEADER = "会员编号,手机号,邮箱,姓名,生日,入会时间,标签,子女数"
GOOD = "A-1,13800000001,anna@example.com,林小满,1990-05-06,2020/1/2 18:30,vip aunt,2"


@pytest.fixture
def shop(db):
    clock.set_business_clock(NOON)
    org.create_organisation(NewOrganisation("街角", "CNY", "Asia/Shanghai", "zh-hans", Kind.SANDBOX), BY)
    members.define_attribute(Attribute("children", "子女数", "Children", AttributeKind.NUMBER), BY)


def file(*rows, header=HEADER, **options):
    given = {"name": "old.csv", "source": "crm", "mapping": {}, **options}
    return ImportFile(data="\n".join([header, *rows]).encode(), **given)


def people():
    return {known.external_id: member for member in members.page(200).members for known in member.external}


def states(report):
    return {state.value: count for state, count in report.counts.items()}


def test_a_check_changes_nothing_and_says_what_would_come(shop):
    known = NewMember((ExternalId("crm", "B-1"),), phone="13900000002")
    facade.enrol([known], BY)

    report = facade.check_import(file(GOOD, "B-1,,,张三,,,,", "B-1,,,,,,,", "C-1,12,,,,,,"), BY)

    assert report.state is ImportState.CHECKED
    assert report.rows == 4
    assert dict(report.foreseen) == {
        RowState.CREATED: 1,
        RowState.UPDATED: 1,
        RowState.SKIPPED: 1,
        RowState.FAILED: 1,
    }
    (fault,) = report.faults
    assert (fault.code, fault.column, fault.count, fault.rows, fault.found) == (
        "invalid_phone",
        "手机号",
        1,
        (5,),
        "12",
    )
    assert list(people()) == ["B-1"]
    assert people()["B-1"].display_name == ""


def test_a_commit_brings_every_field(shop):
    report = facade.commit_import(facade.check_import(file(GOOD), BY).id, BY)

    assert (report.state, states(report)) == (ImportState.COMMITTED, {"created": 1})
    anna = people()["A-1"]
    assert anna.external == (ExternalId("crm", "A-1"),)
    assert anna.joined_at == datetime(2020, 1, 2, 10, 30, tzinfo=UTC)
    assert (anna.birth_md, anna.tags, anna.phone_masked) == (506, ("aunt", "vip"), "138****0001")
    assert members.attributes([anna.id]) == {anna.id: {"children": 2}}
    assert members.reveal(anna.id, Field.BIRTHDAY, "test", BY) == "1990-05-06"
    assert ImportRow.objects.get().sealed is None


def test_the_same_file_twice_creates_nobody(shop):
    facade.commit_import(facade.check_import(file(GOOD), BY).id, BY)

    report = facade.commit_import(facade.check_import(file(GOOD), BY).id, BY)

    assert states(report) == {"skipped": 1}
    assert len(people()) == 1


PHONE = "a phone number, with its country code where it is of another country"
BAD = {
    "identity_required": ",,,没有身份,,,,",
    "invalid_phone": "X-1,12345,,,,,,",
    "invalid_email": "X-2,,nobody at home,,,,,",
    "invalid_name": f"X-3,,,{'长' * 101},,,,",
    "not_a_time": "X-4,,,,1990年2月30日,,,",
    "invalid_birthday": "X-5,,,,1850-01-01,,,",
    "joined_in_future": "X-6,,,,,2030-01-01,,",
    "joined_at_out_of_range": "X-7,,,,,1960-01-01,,",
    "invalid_tag": "X-8,,,,,,老客,",
    "invalid_attribute": "X-9,,,,,,,两个",
    "too_many_cells": "X-10,,,,,,,,,extra",
    "cell_too_long": f"X-11,,,{'x' * 2001},,,,",
    "unreadable_characters": "X-12,,,a\x00b,,,,",
    "unclosed_quote": 'X-13,,,"never closed,,,,',
    "two_members": "A-1,13900000009,,,,,,",
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_row_is_told_and_leaves_nothing_beside_good_ones(shop, code):
    facade.enrol([NewMember((ExternalId("crm", "B-1"),), phone="13900000009")], BY)
    report = facade.commit_import(facade.check_import(file(GOOD, BAD[code], "C-1,,,王五,,,,"), BY).id, BY)

    assert states(report) == {"created": 2, "failed": 1}
    (fault,) = report.faults
    assert (fault.code, fault.count, fault.rows) == (code, 1, (3,))
    assert fault.expected
    assert sorted(people()) == ["A-1", "B-1", "C-1"]
    assert people()["B-1"].phone_masked == "139****0009"


def test_the_file_of_bad_rows_has_reasons_and_no_formulas_and_is_read_again(shop):
    bad = 'X-1,12,,"=HYPERLINK(""x"")",,,,'
    report = facade.check_import(file(GOOD, bad, "+X-2,,,,,nonsense,,"), BY)

    lines = list(facade.import_bad_rows(report.id))

    assert lines == [
        "row,会员编号,手机号,邮箱,姓名,生日,入会时间,标签,子女数,reason,column,expected\r\n",
        f'3,X-1,12,,"\'=HYPERLINK(""x"")",,,,,invalid_phone,手机号,"{PHONE}"\r\n',
        "4,'+X-2,,,,,nonsense,,,not_a_time,入会时间,a date or time such as 2020-01-31 18:30\r\n",
    ]
    again = facade.check_import(
        file(
            lines[1].replace(",12,", ",13800000009,").strip(),
            header=lines[0].strip(),
            mapping={"row": "-", "reason": "-", "column": "-", "expected": "-"},
        ),
        BY,
    )
    facade.commit_import(again.id, BY)
    assert members.reveal(people()["X-1"].id, Field.NAME, "test", BY) == '=HYPERLINK("x")'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_are_read_in_the_encodings_of_the_field(shop, encoding):
    data = f"{HEADER}\r\n{GOOD}\r\n".encode(encoding)
    report = facade.check_import(ImportFile("old.csv", data, "crm", {}), BY)

    facade.commit_import(report.id, BY)

    assert members.reveal(people()["A-1"].id, Field.NAME, "test", BY) == "林小满"


def test_a_row_in_another_encoding_is_told_and_the_others_are_read(shop):
    rows = [f"A-{number},,,林小满,,,," for number in range(19)]
    data = f"{HEADER}\n".encode() + "\n".join(rows).encode() + "\nX-1,,,王五,,,,\n".encode("gb18030")

    report = facade.check_import(ImportFile("old.csv", data, "crm", {}), BY)

    assert dict(report.foreseen) == {RowState.CREATED: 19, RowState.FAILED: 1}
    assert (report.faults[0].code, report.faults[0].rows) == ("unreadable_characters", (21,))


def test_a_workbook_is_read_with_its_numbers_and_dates(shop):
    book = openpyxl.Workbook()
    book.active.append(["会员编号", "手机", "生日", "入会日期"])
    book.active.append([1001, 13800000001.0, datetime(1990, 5, 6), "2020年1月2日"])  # noqa: DTZ001  # as Excel says it
    out = io.BytesIO()
    book.save(out)

    facade.commit_import(facade.check_import(ImportFile("old.xlsx", out.getvalue(), "crm", {}), BY).id, BY)

    anna = people()["1001"]
    assert (anna.birth_md, anna.phone_masked) == (506, "138****0001")
    assert anna.joined_at == datetime(2020, 1, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_not_readable"),
        (HEADER.encode(), "file_empty"),
        (b"PK\x03\x04 no archive", "file_not_readable"),
        ("会员编号,星座\nA-1,x".encode(), "unknown_columns"),
        ("会员编号,会员号\nA-1,A-1".encode(), "duplicate_columns"),
        ("姓名,生日\n张三,1990-01-01".encode(), "identity_column_missing"),
    ],
)
def test_a_file_that_is_no_list_of_members_is_refused(shop, data, code):
    with pytest.raises(Refusal) as refused:
        facade.check_import(ImportFile("old.csv", data, "crm", {}), BY)
    assert refused.value.code == code
    assert facade.imports(10) == []


def test_several_rows_of_one_person_fill_in_turn(shop):
    rows = ("A-1,13800000001,,,,,,", ",138 0000 0001,anna@example.com,,,,vip,", "A-1,,other@example.com,林小满,,,,")

    report = facade.commit_import(facade.check_import(file(*rows), BY).id, BY)

    assert states(report) == {"created": 1, "updated": 2}
    anna = people()["A-1"]
    assert (anna.email_masked, anna.display_name, anna.tags) == ("a***@example.com", "林**", ("vip",))


def test_without_filling_who_is_there_is_left_alone(shop):
    facade.enrol([NewMember((ExternalId("crm", "A-1"),))], BY)
    before = people()

    report = facade.commit_import(facade.check_import(file(GOOD, fill=False), BY).id, BY)

    assert states(report) == {"skipped": 1}
    assert people() == before


@pytest.fixture
def killed_half_way(shop, monkeypatch):
    """A commit of 25 rows in chunks of 10 that broke off in the third."""
    monkeypatch.setattr(importing, "CHUNK", 10)
    given = file(*(f"A-{number},,,,,,," for number in range(25)))
    checked = facade.check_import(given, BY)
    chunks, land = [], landing.land

    def broken(rows, *positional, **named):
        chunks.append(len(rows))
        outcomes = land(rows, *positional, **named)
        if len(chunks) == 3:
            raise KeyboardInterrupt
        return outcomes

    monkeypatch.setattr(importing, "land", broken)
    with pytest.raises(KeyboardInterrupt):
        facade.commit_import(checked.id, BY)
    monkeypatch.setattr(importing, "land", land)
    return given, checked


def test_a_commit_that_was_killed_goes_on_and_every_row_lands_once(killed_half_way):
    given, checked = killed_half_way
    assert len(people()) == 20
    assert states(facade.import_report(checked.id)) == {"created": 20, "waiting": 5}

    again = facade.check_import(given, BY)
    report = facade.commit_import(again.id, BY)

    assert again.id == checked.id
    assert (report.state, states(report)) == (ImportState.COMMITTED, {"created": 25})
    assert len(people()) == 25
    with pytest.raises(Refusal) as refused:
        facade.commit_import(checked.id, BY)
    assert refused.value.code == "import_in_other_state"


def test_what_was_committed_half_way_is_undone(killed_half_way):
    _, checked = killed_half_way

    report = facade.undo_import(checked.id, BY)

    assert (report.state, states(report)) == (ImportState.UNDONE, {"undone": 20, "waiting": 5})
    assert members.counts(NOON).total == 0


def test_an_undo_takes_back_what_nobody_touched_since(shop):
    (bella, dora) = facade.enrol(
        [NewMember((ExternalId("crm", n),), phone=p) for n, p in (("B-1", "13900000002"), ("D-1", "13900000004"))], BY
    )
    before = members.get(bella.id)
    rows = (GOOD, "B-1,,bella@example.com,,,,vip,1", "C-1,,,王五,,,,", "D-1,,dora@example.com,,,,,", "A-1,,,,,,more,")
    report = facade.commit_import(facade.check_import(file(*rows), BY).id, BY)
    assert states(report) == {"created": 2, "updated": 3}
    members.set_tags(people()["C-1"].id, ["loyal"], BY)
    members.update(dora.id, {Field.NAME: "Dora"}, BY)

    undone = facade.undo_import(report.id, BY)

    assert states(undone) == {"undone": 3, "kept": 2}
    assert [(one.code, one.rows) for one in undone.faults] == [("touched_since", (4, 5))]
    assert members.resolve([MemberRef(phone="13800000001")]) == [None]
    assert people()["C-1"].status is Status.ACTIVE
    after = members.get(bella.id)
    assert (after.email_masked, after.tags, after.external) == (before.email_masked, (), before.external)
    assert members.attributes([bella.id]) == {bella.id: {}}
    assert members.get(dora.id).email_masked == "d***@example.com"


def test_rows_are_sealed_while_they_wait(shop):
    facade.check_import(file(GOOD), BY)

    (row,) = ImportRow.objects.all()
    assert "林小满".encode() not in bytes(row.sealed)
    assert b"13800000001" not in bytes(row.sealed)


def test_columns_are_mapped_by_hand_and_source_by_row(shop):
    given = file(
        "c1,A-1,13800000001,x",
        header="no,来源,Handy,note",
        mapping={"no": "external_id", "Handy": "phone", "NOTE": "-"},
    )

    facade.commit_import(facade.check_import(given, BY).id, BY)

    assert people()["c1"].external == (ExternalId("A-1", "c1"),)


def test_rows_that_were_tampered_with_are_not_committed(shop):
    checked = facade.check_import(file("A-1,,,,,,,", "A-2,13800000002,,,,,,"), BY)
    first, second = ImportRow.objects.order_by("number")
    ImportRow.objects.filter(pk=first.pk).update(sealed=second.sealed)

    with pytest.raises(Refusal) as refused:
        facade.commit_import(checked.id, BY)

    assert (refused.value.code, refused.value.params) == ("import_damaged", {"row": 2})
    assert people() == {}
    assert states(facade.import_report(checked.id)) == {"waiting": 2}


def columns_with(*texts):
    """Return the columns, of any table, in which one of the texts stands in clear."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'jsonb', 'character varying', 'ARRAY')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE ANY(%s)', [[f"%{t}%" for t in texts]]
            )
            if cursor.fetchone() != (0,):
                found.add((table, column))
    return found


@pytest.mark.parametrize("worth", ["", "2"])
def test_of_whom_an_undone_import_enrolled_nothing_personal_is_left(shop, program, worth):
    row = GOOD.removesuffix("2") + worth
    given = file(row, "A-1,,,,,,more,", header=HEADER.replace(",子女数", ",积分"))
    report = facade.commit_import(facade.check_import(given, BY).id, BY)
    anna = people()["A-1"]
    assert columns_with("A-1", "vip") != set()

    undone = facade.undo_import(report.id, BY)

    assert states(undone) == {"undone": 2}
    closed = members.get(anna.id)
    assert (closed.status, closed.display_name, closed.phone_masked, closed.email_masked) == (Status.EXITED, "", "", "")
    assert (closed.external, closed.tags, closed.birth_md) == ((), (), 0)
    assert [members.reveal(anna.id, field, "test", BY) for field in Field] == [""] * len(Field)
    assert members.identity_history(anna.id) == []
    assert columns_with("A-1", "vip") == set()
    assert [each.available for each in facade.standing(anna.id).balances] == [0]
    assert [law for each in facade.verify_all() for law in each.violations] == []
    (line,) = org.audit_lines(1, action="members.taken_back").lines
    assert line.after == {"count": 1, "reason": "old.csv"}
    again = facade.commit_import(facade.check_import(given, BY).id, BY)
    assert states(again) == {"created": 1, "updated": 1}
