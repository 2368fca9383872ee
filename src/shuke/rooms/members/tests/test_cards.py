"""Member codes: another each minute, taken once, known for ten minutes, and never another member's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import Status
from shuke.rooms.members.models import Card
from shuke.rooms.members.tests.conftest import BY

NOW = datetime(2026, 3, 1, 4, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def refused(text, now, **how):
    before = list(Card.objects.values_list("member_id", "number", "used_step"))
    with pytest.raises(Refusal) as refusal:
        facade.read_code(text, now, **how)
    assert list(Card.objects.values_list("member_id", "number", "used_step")) == before
    return refusal.value.code


def test_a_code_is_good_once_and_so_is_none_before_it(enrol):
    ann, bob = enrol("A-1").id, enrol("B-1").id
    first, second = facade.show_codes(ann, NOW, 2)

    assert (len(first.text), first.text[0], first.until) == (18, "8", NOW + MINUTE / 2)
    assert first == facade.show_code(ann, NOW) != facade.show_code(bob, NOW)
    assert second == facade.show_code(ann, NOW + MINUTE)
    assert facade.read_code(first.text, NOW, use=False) == ann
    assert facade.read_code(f"{second.text[:4]} {second.text[4:]}\n", NOW + MINUTE) == ann
    assert refused(second.text, NOW + MINUTE) == "member_code_used"
    assert refused(second.text, NOW + MINUTE, use=False) == "member_code_used"
    assert refused(first.text, NOW + MINUTE) == "member_code_used"
    assert facade.read_code(facade.show_code(bob, NOW).text, NOW + MINUTE) == bob


def test_a_code_is_known_for_ten_minutes(enrol):
    ann = enrol("A-1").id
    Card.objects.create(member_id=ann, number=8_123_456_789, used_step=0)  # no two of its codes of that day are equal
    code = facade.show_code(ann, NOW).text

    assert facade.read_code(code, NOW - MINUTE, use=False) == ann  # its phone is fast
    assert facade.read_code(code, NOW + 9 * MINUTE, use=False) == ann
    assert refused(code, NOW + 10 * MINUTE) == "member_code_expired"
    assert refused(code, NOW - 2 * MINUTE) == "member_code_unknown"


def test_a_slip_of_the_finger_is_no_code(enrol):
    code = facade.show_code(enrol("A-1").id, NOW).text
    swapped = next(code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(17) if code[at] != code[at + 1])
    slips = {code[:at] + str((int(code[at]) + 1) % 10) + code[at + 1 :] for at in range(18)} | {swapped}

    assert {refused(slip, NOW) for slip in (*slips, "", code[:-1], code + "1", "x" * 18, "８" * 18)} == {
        "member_code_unknown"
    }


def test_who_left_has_no_code_and_who_was_merged_is_who_they_live_on_in(enrol):
    ann, bob, cy = (enrol(code).id for code in ("A-1", "B-1", "C-1"))
    codes = {one: facade.show_code(one, NOW).text for one in (ann, bob, cy)}
    facade.set_status(cy, Status.EXITED, "moved away", BY)
    facade.merge(ann, [bob], BY, "one person")

    assert refused(codes[cy], NOW) == "member_code_unknown"
    assert facade.read_code(codes[bob], NOW) == ann
    assert facade.show_code(bob, NOW) == facade.show_code(ann, NOW)
    with pytest.raises(Refusal, match="no such member"):
        facade.show_code(ids.new_id(), NOW)


def test_nothing_secret_is_stored(enrol):
    code = facade.show_code(enrol("A-1").id, NOW).text
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM members_card c")
        ((row,),) = cursor.fetchall()
    assert code[:10] in row
    assert code[10:16] not in row.replace(code[:10], "")
