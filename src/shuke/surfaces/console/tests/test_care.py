"""The profile tab and the page of duplicates: what staff see and change of a member beside points."""

from datetime import timedelta

import pytest
from django.utils import translation

from shuke.foundation import clock, ids
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import Attribute, AttributeKind, Choice, ExternalId, MemberRef, NewMember, Status
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import HoldFact
from shuke.surfaces.console.tests.conftest import TESTER
from shuke.surfaces.wording import refusals

SKIN = Attribute("skin", "肤质", "Skin", AttributeKind.CHOICE, required=True, choices=(Choice("dry", "干性", "Dry"),))


@pytest.fixture
def member_id(member):
    people.define_attribute(SKIN, TESTER)
    people.define_attribute(Attribute("diet", "忌口", "Diet", AttributeKind.TEXT, personal=True), TESTER)
    return ids.encode("mbr", member.id)


def test_staff_change_contact_attributes_and_tags(log_in, member, member_id):
    client = log_in(Role.SERVICE)

    answer = client.post(
        f"/members/{member_id}/profile",
        {"phone": "+86 13900000002", "attribute_skin": "dry", "attribute_diet": "花生", "tags": "vip aunt"},
    )

    assert answer.status_code == 302
    assert people.resolve([MemberRef(phone="+8613800000001"), MemberRef(phone="+8613900000002")]) == [None, member.id]
    page = client.get(f"/members/{member_id}/profile").content.decode()
    assert "资料已完整" in page
    assert "干性" in page
    assert "花*" in page
    assert "花生" not in page
    assert "138****0001" in page
    assert people.get(member.id).tags == ("aunt", "vip")
    client.post(f"/members/{member_id}/profile", {"attribute_skin": "", "tags": ""})
    assert dict(people.profile(member.id).attributes) == {"diet": "花*"}


def test_a_refused_change_says_so_beside_its_field_and_changes_nothing(log_in, member, member_id):
    before = people.get(member.id)

    answer = log_in(Role.SERVICE).post(
        f"/members/{member_id}/profile", {"phone": "12", "attribute_skin": "dry", "tags": "vip"}
    )

    assert answer.status_code == 422
    assert "手机号格式不正确" in answer.content.decode()
    assert people.get(member.id) == before


def test_nobody_changes_a_profile_without_the_right(log_in, member, member_id):
    client = log_in(Role.APPROVER)

    assert "修改资料" not in client.get(f"/members/{member_id}/profile").content.decode()
    assert client.post(f"/members/{member_id}/profile", {"tags": "vip"}).status_code == 403
    assert people.get(member.id).tags == ()


def test_the_blacklist_needs_a_right_of_its_own(log_in, member, member_id):
    form = {"status": "blacklisted", "reason": "黄牛"}

    assert log_in(Role.SERVICE).post(f"/members/{member_id}/status", form).status_code == 403
    assert people.get(member.id).status is Status.ACTIVE
    client = log_in(Role.OPERATOR)
    client.post(f"/members/{member_id}/status", form)
    assert people.get(member.id).status is Status.BLACKLISTED
    page = client.get(f"/members/{member_id}/profile").content.decode()
    assert "黄牛" in page
    assert "Test operator" in page


def test_duplicates_stand_side_by_side_masked(log_in, member):
    new = NewMember((ExternalId("web", "W-1"),), phone="+8613900000001", name="林小满")
    (double,) = programs.enrol([new], TESTER)

    page = log_in(Role.SERVICE).get("/members/duplicates").content.decode()

    assert "138****0001" in page
    assert "139****0001" in page
    assert "web W-1" in page
    assert "587 points" in page
    assert ids.encode("mbr", double.id) in page
    assert "13900000001" not in page


def test_two_records_are_merged_and_taken_apart_with_reasons(log_in, member, member_id):
    new = NewMember((ExternalId("web", "W-1"),), phone="+8613900000001", name="林小满")
    (double,) = programs.enrol([new], TESTER)
    other, client = ids.encode("mbr", double.id), log_in(Role.SERVICE)

    client.post("/members/duplicates/merge", {"pair": "elder", "elder": member_id, "younger": other, "reason": ""})
    assert people.get(double.id).status is Status.ACTIVE
    form = {"pair": "elder", "elder": other, "younger": member_id, "reason": "同一人"}
    page = client.post("/members/duplicates/merge", form).content.decode()
    assert "+587" in page
    assert people.get(member.id).status is Status.ACTIVE
    form = {"pair": "elder", "elder": member_id, "younger": other, "reason": "同一人", "confirm": "yes"}
    assert client.post("/members/duplicates/merge", form)["Location"] == f"/members/{member_id}/profile"

    assert people.get(double.id).merged_into == member.id
    assert "此会员已被合并" in client.get(f"/members/{other}").content.decode()
    assert "同一人" in client.get(f"/members/{member_id}/profile").content.decode()
    (record,) = people.merges(member.id)
    client.post(f"/merges/{ids.encode('mrg', record.id)}/undo", {"reason": "认错人"})
    assert people.get(double.id).status is Status.ACTIVE


def test_a_merge_that_is_refused_says_why_and_of_which_record(log_in, member, member_id):
    new = NewMember((ExternalId("web", "W-1"),), phone="+8613900000001", name="林小满")
    (double,) = programs.enrol([new], TESTER)
    held = HoldFact("till", "h", MemberRef(id=member.id), 7, clock.business_now() + timedelta(hours=1))
    assert programs.record([held], TESTER)[0].refusal is None
    other, client = ids.encode("mbr", double.id), log_in(Role.SERVICE)

    form = {"pair": "younger", "elder": member_id, "younger": other, "reason": "同一人"}
    page = client.post("/members/duplicates/merge", form, follow=True).content.decode()

    assert "将并入的会员尚有待生效 0、预占 7、还不清的欠分 0（points）：请先结清，或改为保留该会员。" in page
    assert people.get(member.id).status is Status.ACTIVE


def test_a_refusal_that_was_kept_by_its_code_alone_is_told_without_its_values():
    with translation.override("zh-hans"):
        told = refusals.refusal("merge_unsettled")
    assert told == "将并入的会员尚有待生效 …、预占 …、还不清的欠分 …（…）：请先结清，或改为保留该会员。"
