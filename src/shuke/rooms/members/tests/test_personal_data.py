"""Personal data: sealed in the tables, bound to its row, readable after a change of keys, shown only with a reason."""

from datetime import date

import pytest
from django.db import connection

from shuke.foundation import ids
from shuke.foundation.encryption import UnreadableSecretError
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import ExternalId, Field, MemberRef, NewMember, Status
from shuke.rooms.members.models import Member
from shuke.rooms.org import facade as org

EXTERNAL = (ExternalId("pos", "7"),)
LIN = {
    "external": EXTERNAL,
    "phone": "13800000001",
    "email": "lin.xiaoyu@example.com",
    "name": "林小雨",
    "birthday": date(1990, 3, 8),
}


def stored_bytes():
    """Return every byte that the room and the audit log keep of members, as PostgreSQL stores the values."""
    found = b""
    with connection.cursor() as cursor:
        for table in ("members_member", "members_identity", "org_audit_line"):
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY 1", [table]
            )
            columns = [name for (name,) in cursor.fetchall()]
            for column in columns:
                cursor.execute(f"SELECT {column} FROM {table}")
                for (value,) in cursor.fetchall():
                    parts = value if isinstance(value, list) else [value]
                    found += b"".join(
                        bytes(part) if isinstance(part, bytes | memoryview) else str(part).encode() for part in parts
                    )
    return found


def test_no_byte_of_personal_data_is_stored_in_clear(enrolled, actor):
    member = enrolled(**LIN)
    facade.update(member.id, {Field.PHONE: "13900000002", Field.NAME: "林大雨"}, actor)
    facade.reveal(member.id, Field.PHONE, "客服来电", actor)
    stored = stored_bytes()
    assert b"pos" in stored
    for plain in (
        "13800000001",
        "3800000001",
        "13900000002",
        "lin.xiaoyu",
        "xiaoyu",
        "林小",
        "小雨",
        "雨",
        "1990",
    ):
        assert plain.encode() not in stored, plain


def test_hashes_of_equal_text_differ_between_what_they_are_for(enrolled):
    member = enrolled(external=EXTERNAL, phone="13800000001", email="a@example.com", name="林林")
    row = Member.objects.get(pk=member.id)
    hashes = [row.phone_blind, row.phone_tail_blind, row.email_blind, *row.name_blinds]
    assert [len(bytes(one)) for one in hashes] == [16] * len(hashes)
    assert len({bytes(one) for one in hashes}) == len(hashes)


def test_a_sealed_value_opens_only_in_its_own_row_and_column(enrolled, actor):
    first, second = enrolled(**LIN), enrolled(phone="13800000002", name="王伟")
    row = Member.objects.get(pk=first.id)
    Member.objects.filter(pk=second.id).update(phone_sealed=row.phone_sealed)
    with pytest.raises(UnreadableSecretError):
        facade.reveal(second.id, Field.PHONE, "why", actor)
    Member.objects.filter(pk=second.id).update(phone_sealed=None, name_sealed=None, email_sealed=row.name_sealed)
    with pytest.raises(UnreadableSecretError):
        facade.reveal(second.id, Field.EMAIL, "why", actor)


def test_members_are_read_after_the_key_was_rotated(enrolled, actor, settings):
    old = enrolled(**LIN)
    settings.SHUKE_FIELD_KEYS = [b"n" * 32, *settings.SHUKE_FIELD_KEYS]
    new = enrolled(phone="13800000002", name="王伟")
    assert facade.get(old.id).display_name == "林**"
    settings.SHUKE_FIELD_KEYS = settings.SHUKE_FIELD_KEYS[:1]
    assert facade.get(new.id).display_name == "王*"
    with pytest.raises(UnreadableSecretError):
        facade.get(old.id)


def test_a_field_is_shown_with_a_reason_that_the_audit_log_keeps(enrolled, actor, refused):
    member = enrolled(**LIN)
    assert facade.reveal(member.id, Field.PHONE, "客服来电", actor) == "+8613800000001"
    assert facade.reveal(member.id, Field.NAME, "客服来电", actor) == "林小雨"
    assert facade.reveal(member.id, Field.EMAIL, "客服来电", actor) == "lin.xiaoyu@example.com"
    assert facade.reveal(member.id, Field.BIRTHDAY, "客服来电", actor) == "1990-03-08"
    lines = org.audit_lines(9, subject=ids.encode("mbr", member.id)).lines
    assert [line.action for line in lines] == ["member.revealed"] * 4 + ["members.enrolled"]
    assert (lines[3].after, lines[3].before, lines[3].actor) == ({"field": "phone", "reason": "客服来电"}, None, actor)
    for reason in ("", "  ", "x" * 201, "a\x00"):
        refused("reason_required", facade.reveal, member.id, Field.PHONE, reason, actor)
    refused("unknown_member", facade.reveal, ids.new_id(), Field.PHONE, "why", actor)
    assert len(org.audit_lines(9, subject=ids.encode("mbr", member.id)).lines) == 5


def test_changed_contact_data_finds_the_member_and_the_old_does_not(enrolled, actor):
    member = enrolled(**LIN)
    changed = facade.update(member.id, {Field.PHONE: "13900000002", Field.EMAIL: None, Field.NAME: "Anna Smith"}, actor)
    assert changed == facade.get(member.id)
    assert (changed.display_name, changed.phone_masked, changed.email_masked) == ("A***", "139****0002", "")
    refs = [MemberRef(phone="13800000001"), MemberRef(phone="13900000002")]
    assert facade.resolve(refs) == [None, member.id]
    assert [facade.search(query) for query in ("林", "0001", "lin.xiaoyu@example.com")] == [[], [], []]
    assert [facade.search(query) for query in ("anna", "0002")] == [[changed], [changed]]
    line = org.audit_lines(1).lines[0]
    assert (line.action, line.subject) == ("member.updated", ids.encode("mbr", member.id))
    assert line.before == {"phone": "138****0001", "email": "l***@example.com", "name": "林**"}
    assert line.after == {"phone": "139****0002", "email": "", "name": "A***"}


def test_birthday_is_changed_with_its_month_and_day(enrolled, actor):
    member = enrolled(**LIN)
    assert facade.update(member.id, {Field.BIRTHDAY: date(1991, 12, 1)}, actor).birth_md == 1201
    assert org.audit_lines(1).lines[0].before == {"birthday": "****-03-08"}
    assert facade.update(member.id, {Field.BIRTHDAY: None}, actor).birth_md == 0
    assert facade.reveal(member.id, Field.BIRTHDAY, "why", actor) == ""


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({Field.PHONE: "13800000002"}, "duplicate_phone"),
        ({Field.EMAIL: "Wang@example.com"}, "duplicate_email"),
        ({Field.NAME: "新", Field.PHONE: "123"}, "invalid_phone"),
        ({Field.EMAIL: "x"}, "invalid_email"),
        ({Field.NAME: ""}, "invalid_name"),
        ({Field.BIRTHDAY: date(2999, 1, 1)}, "invalid_birthday"),
        ({Field.PHONE: None, Field.EMAIL: None}, "identity_required"),
    ],
)
def test_a_refused_change_changes_nothing(enrolled, actor, refused, changes, code):
    enrolled(phone="13800000002", email="wang@example.com")
    member = enrolled(phone="13800000001", email="lin@example.com", name="林小雨")
    before = Member.objects.filter(pk=member.id).values().get()
    audited = len(org.audit_lines(9).lines)
    refused(code, facade.update, member.id, changes, actor)
    assert Member.objects.filter(pk=member.id).values().get() == before
    assert len(org.audit_lines(9).lines) == audited


def test_one_s_own_phone_is_no_duplicate(enrolled, actor):
    member = enrolled(**LIN)
    assert facade.update(member.id, {Field.PHONE: "+86 13800000001"}, actor) == member


def test_status_changes_with_a_reason_that_the_audit_log_keeps(enrolled, actor, refused):
    member = enrolled(**LIN)
    frozen = facade.set_status(member.id, Status.FROZEN, "异常兑换", actor)
    assert frozen.status is Status.FROZEN
    assert facade.facts([member.id])[member.id].status is Status.FROZEN
    line = org.audit_lines(1).lines[0]
    assert (line.action, line.before, line.after) == (
        "member.status_changed",
        {"status": "active"},
        {"status": "frozen", "reason": "异常兑换"},
    )
    assert refused("status_unchanged", facade.set_status, member.id, Status.FROZEN, "again", actor).params == {
        "status": "frozen"
    }
    refused("reason_required", facade.set_status, member.id, Status.ACTIVE, " ", actor)
    refused("unknown_member", facade.set_status, ids.new_id(), Status.ACTIVE, "why", actor)
    assert facade.get(member.id).status is Status.FROZEN
    assert len(org.audit_lines(9).lines) == 3


def test_counts_by_status_leave_out_who_exited(shop, actor):
    answers = facade.enrol([NewMember((ExternalId("pos", str(n)),)) for n in range(4)], actor)
    joined_at = answers[0].joined_at
    facade.touch_active({answer.id: joined_at for answer in answers})
    facade.set_status(answers[0].id, Status.EXITED, "本人要求", actor)
    facade.set_status(answers[1].id, Status.FROZEN, "核实中", actor)
    counts = facade.counts(joined_at)
    assert counts.by_status == {Status.ACTIVE: 2, Status.FROZEN: 1, Status.BLACKLISTED: 0, Status.EXITED: 1}
    assert (counts.total, counts.active) == (3, 3)
