"""An outside id has one effect for ever, also when two ask at once."""

import threading
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection, transaction

from shuke.foundation.business_keys import BusinessKey, Claim, Mismatch, NotFreeError, claim, release
from shuke.foundation.models import BusinessKey as Row

ANNA, BELA = UUID(int=1), UUID(int=2)


def key(external_id, reference, member=ANNA, payload=b"\x01"):
    return BusinessKey("till", "order", external_id, payload, member, UUID(int=reference))


@pytest.mark.django_db
def test_a_repeat_is_answered_from_the_first():
    assert claim([key("1", 10), key("2", 20)]) == [Claim(True, UUID(int=10), ANNA), Claim(True, UUID(int=20), ANNA)]
    assert claim([key("2", 21), key("3", 30)]) == [Claim(False, UUID(int=20), ANNA), Claim(True, UUID(int=30), ANNA)]


@pytest.mark.django_db
def test_a_repeat_within_one_call_is_answered_from_the_first():
    assert claim([key("1", 10), key("1", 11)]) == [Claim(True, UUID(int=10), ANNA), Claim(False, UUID(int=10), ANNA)]


@pytest.mark.django_db
def test_other_content_and_another_member_are_told():
    claim([key("1", 10)])
    other_member, other_payload = claim([key("1", 11, member=BELA), key("1", 12, payload=b"\x02")])
    assert other_member == Claim(False, UUID(int=10), ANNA, Mismatch.MEMBER)
    assert other_payload == Claim(False, UUID(int=10), ANNA, Mismatch.PAYLOAD)


@pytest.mark.django_db
def test_a_fact_of_somebody_unknown_can_be_repeated_by_a_known_one():
    nobody = replace(key("1", 10), member_id=None)
    assert claim([nobody]) == [Claim(True, UUID(int=10), None)]
    assert claim([nobody]) == [Claim(False, UUID(int=10), None)]
    assert claim([key("1", 10)]) == [Claim(False, UUID(int=10), None)]


@pytest.mark.django_db
def test_a_released_key_is_free_again():
    claim([key("1", 10), key("2", 20)])
    release([key("1", 10)])
    assert [row.external_id for row in Row.objects.all()] == ["2"]


@pytest.mark.django_db(transaction=True)
def test_of_two_transactions_at_once_one_is_fresh():
    answers = []

    def compete():
        try:
            with transaction.atomic():
                answers.extend(claim([key("1", 20)]))
        finally:
            connection.close()

    with transaction.atomic():
        answers.extend(claim([key("1", 10)]))
        rival = threading.Thread(target=compete)
        rival.start()
        rival.join(0.3)
        assert rival.is_alive()
    rival.join()
    assert answers == [Claim(True, UUID(int=10), ANNA), Claim(False, UUID(int=10), ANNA)]


@pytest.mark.django_db(transaction=True)
def test_an_id_that_is_held_off_is_claimed_by_others_afterwards():
    answers = []

    def compete():
        try:
            with transaction.atomic():
                answers.extend(claim([key("1", 20)]))
        finally:
            connection.close()

    with transaction.atomic():
        assert claim([key("2", 10)], [key("1", 0).identity]) == [Claim(True, UUID(int=10), ANNA)]
        rival = threading.Thread(target=compete)
        rival.start()
        rival.join(0.3)
        assert rival.is_alive()
    rival.join()
    assert answers == [Claim(True, UUID(int=20), ANNA)]
    assert sorted(row.external_id for row in Row.objects.all()) == ["1", "2"]


@pytest.mark.django_db
def test_an_id_that_was_claimed_is_not_held_off():
    claim([key("1", 10)])
    with pytest.raises(NotFreeError), transaction.atomic():
        claim([key("2", 20)], [key("1", 0).identity])
    assert [row.external_id for row in Row.objects.all()] == ["1"]
