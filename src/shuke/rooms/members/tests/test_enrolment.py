"""Enrolling: what is refused leaves nothing, the rest is there, and a thousand cost as few statements as one."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.members import facade
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember, Status
from shuke.rooms.members.models import Identity, Member
from shuke.rooms.org import facade as org
from shuke.rooms.org.models import AuditLine


def pos(number):
    return ExternalId("pos", str(number))


def people(first, count):
    return [
        NewMember((pos(number),), f"139{number:08d}", f"m{number}@example.com", "王小明", date(1990, 3, 8))
        for number in range(first, first + count)
    ]


def test_a_member_is_shown_masked(shop, actor):
    joined_at = datetime(2024, 5, 1, 8, tzinfo=UTC)
    given = NewMember((pos(7),), "138 0000 0001", "Lin@Example.com", "林小雨", date(1990, 3, 8), joined_at, "en")
    [member] = facade.enrol([given], actor)
    assert member == facade.get(member.id)
    assert (member.display_name, member.phone_masked, member.email_masked) == (
        "林**",
        "138****0001",
        "l***@example.com",
    )
    assert (member.birth_md, member.status, member.language) == (308, Status.ACTIVE, "en")
    assert (member.joined_at, member.last_active_at, member.external) == (joined_at, None, (pos(7),))


def test_what_is_not_given_is_empty_or_the_organisation_s(enrolled):
    before = clock.business_now()
    member = enrolled(phone="13800000001")
    assert (member.display_name, member.email_masked, member.birth_md, member.external) == ("", "", 0, ())
    assert member.language == "zh-hans"
    assert before <= member.joined_at <= clock.business_now()


@pytest.mark.parametrize(
    ("given", "code", "pointer"),
    [
        ({}, "identity_required", None),
        ({"name": "林小雨"}, "identity_required", None),
        ({"phone": "1380000"}, "invalid_phone", "/phone"),
        ({"phone": "x" * 400}, "invalid_phone", "/phone"),
        ({"email": "lin@"}, "invalid_email", "/email"),
        ({"email": "a@\ud800x.com"}, "invalid_email", "/email"),
        ({"name": " "}, "invalid_name", "/name"),
        ({"name": "a\x00b"}, "invalid_name", "/name"),
        ({"name": "林" * 101}, "invalid_name", "/name"),
        ({"birthday": date(1899, 12, 31)}, "invalid_birthday", "/birthday"),
        ({"birthday": date(2999, 1, 1)}, "invalid_birthday", "/birthday"),
        ({"language": "fr"}, "unknown_language", "/language"),
        ({"joined_at": datetime(2999, 1, 1, tzinfo=UTC)}, "joined_in_future", "/joined_at"),
        ({"external": (ExternalId("pos", "1"), ExternalId("pos", ""))}, "invalid_external_id", "/external_ids/1"),
        ({"external": (ExternalId("p\x00s", "1"),)}, "invalid_external_id", "/external_ids/0"),
    ],
)
def test_a_bad_person_is_refused_and_leaves_nothing(shop, actor, given, code, pointer):
    known = {"phone": "13800000001"} if code != "identity_required" else {}
    [answer] = facade.enrol([NewMember(**known | given)], actor)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == (code, pointer)
    assert (Member.objects.count(), Identity.objects.count()) == (0, 0)
    assert AuditLine.objects.filter(action="members.enrolled").count() == 0


def test_duplicates_are_refused_one_by_one_and_the_others_are_enrolled(enrolled, actor):
    known = enrolled(external=(pos(1),), phone="13800000001", email="lin@example.com")
    answers = facade.enrol(
        [
            NewMember((pos(2),), "13800000001"),  # the phone is another's: external id 2 must stay free
            NewMember((pos(3), pos(1))),
            NewMember(email="LIN@example.com"),
            NewMember((pos(2),), "13800000002"),
            NewMember(phone="+86 138-0000-0002"),  # a phone of this very batch
            NewMember((pos(4),)),
        ],
        actor,
    )
    [second] = [answer for answer in answers if not isinstance(answer, Refusal) and pos(2) in answer.external]
    refusals = [(one.code, one.pointer, one.params) for one in answers if isinstance(one, Refusal)]
    assert refusals == [
        ("duplicate_phone", "/phone", {"member": ids.encode("mbr", known.id)}),
        ("duplicate_external_id", "/external_ids/1", {"member": ids.encode("mbr", known.id)}),
        ("duplicate_email", "/email", {"member": ids.encode("mbr", known.id)}),
        ("duplicate_phone", "/phone", {"member": ids.encode("mbr", second.id)}),
    ]
    assert [isinstance(answer, Refusal) for answer in answers] == [True, True, True, False, True, False]
    assert Member.objects.count() == 3
    assert sorted(Identity.objects.values_list("external_id", flat=True)) == ["1", "2", "4"]


def test_numbers_of_other_countries_keep_their_prefix(enrolled):
    chinese, american = enrolled(phone="13800000001"), enrolled(phone="+1 202 555 0123")
    assert facade.resolve([MemberRef(phone="+8613800000001"), MemberRef(phone="+1 (202) 555-0123")]) == [
        chinese.id,
        american.id,
    ]
    assert facade.resolve([MemberRef(phone="2025550123"), MemberRef(phone="nonsense")]) == [None, None]


def test_a_thousand_take_as_many_statements_as_two(shop, actor):
    with CaptureQueriesContext(
        connection,
    ) as two:
        facade.enrol(people(0, 2), actor)
    with CaptureQueriesContext(connection) as thousand:
        answers = facade.enrol(people(1_000, 1_000), actor)
    assert len({answer.id for answer in answers}) == 1_000
    assert len(thousand) == len(two)
    assert Member.objects.count() == 1_002
    page = org.audit_lines(1)
    assert (page.lines[0].action, page.lines[0].subject, page.lines[0].after) == (
        "members.enrolled",
        "members",
        {"count": 1_000},
    )


def test_more_than_a_thousand_are_refused_whole(shop, actor, refused):
    refusal = refused("batch_too_large", facade.enrol, people(0, 1_001), actor)
    assert refusal.params == {"limit": 1_000}
    assert Member.objects.count() == 0


def test_look_up_by_each_way_is_one_statement_each(enrolled):
    first, second = enrolled(external=(pos(1),)), enrolled(phone="13800000002")
    refs = [
        MemberRef(external=pos(1)),
        MemberRef(phone="138 0000 0002"),
        MemberRef(id=second.id),
        MemberRef(id=ids.new_id()),
        MemberRef(external=ExternalId("web", "1")),
        MemberRef(external=ExternalId("pos", "\x00")),
        MemberRef(phone="13800000009"),
    ]
    with CaptureQueriesContext(connection) as captured:
        found = facade.resolve(refs)
    assert found == [first.id, second.id, second.id, None, None, None, None]
    assert len(captured) == 4  # the fourth reads the organisation's region
    assert facade.find(refs[0]) == first


def test_a_reference_names_one_way(refused):
    refused("ambiguous_member", MemberRef)
    refused("ambiguous_member", lambda: MemberRef(id=ids.new_id(), phone="13800000001"))


def test_unknown_members_are_refused(shop, refused):
    refused("unknown_member", facade.get, ids.new_id())
    refused("unknown_member", facade.find, MemberRef(external=pos(1)))


def test_facts_and_activity_of_many_members(enrolled):
    first, second = enrolled(external=(pos(1),), birthday=date(2000, 12, 31)), enrolled(external=(pos(2),))
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert facade.facts([first.id, second.id, ids.new_id()]) == {
        first.id: facade.MemberFacts(Status.ACTIVE, 1231, first.joined_at),
        second.id: facade.MemberFacts(Status.ACTIVE, 0, second.joined_at),
    }
    with CaptureQueriesContext(connection) as captured:
        facade.touch_active({first.id: noon, second.id: noon})
    assert len(captured) == 1
    facade.touch_active({first.id: noon - timedelta(hours=1), second.id: noon + timedelta(hours=1)})
    assert facade.get(first.id).last_active_at == noon
    assert facade.get(second.id).last_active_at == noon + timedelta(hours=1)
    assert facade.counts(noon + timedelta(minutes=1)).active == 1
    assert facade.counts(noon).total == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enrol_the_same_people_at_once_each_person_is_enrolled_once(shop, actor):
    def enrol(batch, answers):
        with transaction.atomic():
            answers.extend(facade.enrol(batch, actor))
        connections.close_all()

    first, second = [], []
    batch = people(0, 300)
    threads = [
        threading.Thread(target=enrol, args=(batch, first)),
        threading.Thread(target=enrol, args=(batch[::-1], second)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [not isinstance(answer, Refusal) for answer in first]
    assert winners == [isinstance(answer, Refusal) for answer in reversed(second)]
    assert (Member.objects.count(), Identity.objects.count()) == (300, 300)
