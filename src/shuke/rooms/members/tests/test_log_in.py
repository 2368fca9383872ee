"""Log-in by phone: codes that are good once and for five minutes, locks, limits, devices, and what members agree to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import facade, log_in, models
from shuke.rooms.members.contracts import Purpose, Status
from shuke.rooms.members.tests.conftest import BY, NOON
from shuke.rooms.org import facade as org

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PHONE, OTHER = "13800000001", "13800000002"


def code_of(verb, *arguments):
    with pytest.raises(Refusal) as refused:
        verb(*arguments)
    return refused.value.code


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_proves_a_phone_once_and_for_five_minutes(shop):
    number, code = facade.ask_log_in_code("138 0000 0001", "10.0.0.1", NOW)
    assert (number, len(code), code.isdigit()) == ("+8613800000001", 6, True)
    assert facade.check_log_in_code(PHONE, f" {code[:3]} {code[3:]}", NOW + 5 * MINUTE - timedelta(seconds=1)) == number
    assert code_of(facade.check_log_in_code, PHONE, code, NOW) == "log_in_code_wrong"

    _, late = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW + MINUTE)
    assert code_of(facade.check_log_in_code, PHONE, late, NOW + 6 * MINUTE) == "log_in_code_wrong"
    assert code_of(facade.check_log_in_code, OTHER, late, NOW + MINUTE) == "log_in_code_wrong"
    assert code_of(facade.check_log_in_code, "12", late, NOW) == "invalid_phone"


def test_a_new_code_takes_the_place_of_the_old_one_and_none_is_stored_in_clear(shop):
    _, old = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW)
    _, new = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW + MINUTE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM members_phone_check t")
        ((stored,),) = cursor.fetchall()
    assert new not in stored.split("(")[-1].split(",")
    assert PHONE.encode().hex() not in stored
    if old != new:
        assert code_of(facade.check_log_in_code, PHONE, old, NOW + MINUTE) == "log_in_code_wrong"
    assert facade.check_log_in_code(PHONE, new, NOW + MINUTE) == "+8613800000001"


def test_the_sixth_wrong_code_locks_the_phone_for_a_quarter_of_an_hour_and_nobody_else(shop):
    _, code = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW)
    _, others = facade.ask_log_in_code(OTHER, "10.0.0.1", NOW)
    answers = [code_of(facade.check_log_in_code, PHONE, wrong(code), NOW) for _ in range(6)]

    assert answers == ["log_in_code_wrong"] * 5 + ["log_in_locked"]
    assert code_of(facade.check_log_in_code, PHONE, code, NOW + 14 * MINUTE) == "log_in_locked"
    assert code_of(facade.ask_log_in_code, PHONE, "10.0.0.1", NOW + 14 * MINUTE) == "log_in_locked"
    assert facade.check_log_in_code(OTHER, others, NOW) == "+8613800000002"
    _, fresh = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW + 15 * MINUTE)
    assert facade.check_log_in_code(PHONE, fresh, NOW + 15 * MINUTE) == "+8613800000001"


def test_wrong_codes_count_on_over_new_codes(shop):
    answers = []
    for turn in range(3):
        _, code = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW + turn * MINUTE)
        answers += [code_of(facade.check_log_in_code, PHONE, wrong(code), NOW + turn * MINUTE) for _ in range(2)]
    assert answers == ["log_in_code_wrong"] * 5 + ["log_in_locked"]


def test_where_no_code_is_there_nobody_is_locked_out_and_nothing_is_written(shop):
    assert {code_of(facade.check_log_in_code, PHONE, "123456", NOW) for _ in range(9)} == {"log_in_code_wrong"}
    assert models.PhoneCheck.objects.count() == 0
    _, code = facade.ask_log_in_code(PHONE, "10.0.0.1", NOW)
    assert facade.check_log_in_code(PHONE, code, NOW) == f"+86{PHONE}"
    assert {code_of(facade.check_log_in_code, PHONE, "123456", NOW) for _ in range(9)} == {"log_in_code_wrong"}


def test_an_address_is_as_much_of_the_net_as_one_asker_has(shop):
    for number in range(30):
        facade.ask_log_in_code(f"+861390000{number:04}", f"2001:db8:1:1::{number:x}", NOW)
    assert code_of(facade.ask_log_in_code, PHONE, "2001:db8:1:1:ffff::1", NOW) == "too_many_codes"
    facade.ask_log_in_code(PHONE, "2001:db8:1:2::1", NOW)


def test_codes_in_all_are_limited(shop, monkeypatch):
    monkeypatch.setattr(log_in, "_IN_ALL", 2)
    for number in range(2):
        facade.ask_log_in_code(f"+861390000{number:04}", f"10.0.0.{number}", NOW)
    assert code_of(facade.ask_log_in_code, PHONE, "10.0.0.9", NOW) == "too_many_codes"
    facade.ask_log_in_code(PHONE, "10.0.0.9", NOW + 61 * MINUTE)


def test_codes_are_limited_for_a_phone_and_for_an_address(shop):
    facade.ask_log_in_code(PHONE, "10.0.0.1", NOW)
    assert code_of(facade.ask_log_in_code, PHONE, "10.0.0.2", NOW + timedelta(seconds=59)) == "too_many_codes"
    for turn in range(1, 5):
        facade.ask_log_in_code(PHONE, "10.0.0.1", NOW + turn * 2 * MINUTE)
    assert code_of(facade.ask_log_in_code, PHONE, "10.0.0.1", NOW + 59 * MINUTE) == "too_many_codes"
    facade.ask_log_in_code(PHONE, "10.0.0.1", NOW + 60 * MINUTE)

    for turn in range(30):
        facade.ask_log_in_code(f"139000000{turn:02d}", "10.0.0.9", NOW)
    assert code_of(facade.ask_log_in_code, "13900000099", "10.0.0.9", NOW) == "too_many_codes"
    facade.ask_log_in_code("13900000099", "10.0.0.8", NOW)


def test_a_device_is_known_by_its_secret_until_it_is_logged_out(enrol):
    ann, bob = enrol("A-1").id, enrol("B-1").id
    phone, tablet = facade.log_in_device(ann, "iPhone", NOW), facade.log_in_device(ann, "iPad", NOW + MINUTE)
    mine = facade.known_device(phone, NOW + MINUTE)

    assert (mine.member_id, mine.label, mine.seen_at) == (ann, "iPhone", NOW)
    assert [each.label for each in facade.devices_of(ann, NOW)] == ["iPad", "iPhone"]
    assert facade.devices_of(bob, NOW) == []
    assert not facade.log_out_device(bob, mine.id, NOW)
    assert not facade.log_out_device(ann, ids.new_id(), NOW)
    assert facade.log_out_device(ann, mine.id, NOW)
    assert facade.known_device(phone, NOW) is None
    assert facade.known_device(tablet, NOW).label == "iPad"
    assert facade.known_device(tablet + "x", NOW) is None
    assert facade.known_device(tablet, NOW + timedelta(days=91)) is None
    assert not models.Device.objects.filter(digest__contains=tablet.encode()).exists()


def test_the_device_of_a_merged_member_is_that_of_whom_they_live_on_in(enrol):
    ann, bob = enrol("A-1").id, enrol("B-1").id
    secret = facade.log_in_device(bob, "iPhone", NOW)
    facade.merge(ann, [bob], BY, "one person")

    assert facade.known_device(secret, NOW).member_id == ann
    assert [each.label for each in facade.devices_of(ann, NOW)] == ["iPhone"]
    assert facade.log_out_device(ann, facade.known_device(secret, NOW).id, NOW)


def test_consents_keep_every_yes_and_no(enrol):
    ann = enrol("A-1").id
    facade.consent(ann, {Purpose.SERVICE: True, Purpose.SMS_MARKETING: False}, BY, "store_qr nanjinglu")
    facade.consent(ann, {Purpose.SERVICE: True, Purpose.SMS_MARKETING: True}, BY)
    facade.consent(ann, {Purpose.SMS_MARKETING: False}, BY)

    told = {purpose.value: (one.given, one.at, one.through) for purpose, one in facade.consents_of(ann).items()}
    assert told == {"service": (True, NOON, "store_qr nanjinglu"), "sms_marketing": (False, NOON, "")}
    lines = org.audit_lines(10, subject=ids.encode("mbr", ann)).lines
    assert [(line.before, line.after) for line in lines if line.action == "member.consents_changed"] == [
        ({"sms_marketing": True}, {"sms_marketing": False}),
        ({"sms_marketing": False}, {"sms_marketing": True}),
        ({"service": None, "sms_marketing": None}, {"service": True, "sms_marketing": False}),
    ]


def test_the_membership_rests_on_one_consent_and_who_left_is_not_asked(enrol):
    ann = enrol("A-1").id
    facade.consent(ann, {Purpose.SERVICE: True}, BY)
    assert code_of(facade.consent, ann, {Purpose.SERVICE: False, Purpose.SMS_MARKETING: True}, BY) == "consent_needed"
    facade.set_status(ann, Status.EXITED, "moved", BY)
    assert code_of(facade.consent, ann, {Purpose.SMS_MARKETING: True}, BY) == "member_exited"
    assert code_of(facade.consent, ids.new_id(), {Purpose.SERVICE: True}, BY) == "unknown_member"
    assert list(facade.consents_of(ann)) == [Purpose.SERVICE]


def test_a_member_chooses_a_language(enrol):
    ann = enrol("A-1").id
    facade.set_language(ann, "en", BY)
    assert facade.get(ann).language == "en"
    assert code_of(facade.set_language, ann, "fr", BY) == "unknown_language"
    assert facade.get(ann).language == "en"


def test_what_lets_nobody_in_any_more_is_forgotten(enrol, monkeypatch):
    facade.ask_log_in_code(PHONE, "10.0.0.1", NOW)
    facade.log_in_device(enrol("A-1").id, "iPhone", NOW)
    monkeypatch.setattr(facade.clock, "machine_now", lambda: NOW + timedelta(days=91))
    assert facade.prune_log_ins() == 2
    assert not models.PhoneCheck.objects.exists()
