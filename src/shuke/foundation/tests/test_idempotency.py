"""A repeated request gets the first one's response; both the deed and the response stand or neither."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from shuke.core.values.errors import Refusal
from shuke.foundation import idempotency
from shuke.foundation.idempotency import Replay, Slot
from shuke.foundation.models import StoredResponse

SLOT = Slot("key_1", "POST /v1/members", "abc", b"\x01")


@pytest.mark.django_db
def test_a_repeat_gets_the_stored_response():
    assert idempotency.claim(SLOT) is None
    idempotency.keep(SLOT, 201, b'{"id": 1}')
    assert idempotency.claim(SLOT) == Replay(201, b'{"id": 1}')


@pytest.mark.django_db
def test_another_content_is_refused():
    idempotency.keep(SLOT, 201, b"{}")
    with pytest.raises(Refusal) as refused:
        idempotency.claim(replace(SLOT, payload_hash=b"\x02"))
    assert refused.value.code == "idempotency_key_reused"


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"principal": "key_2"}, {"route": "POST /v1/orders"}, {"key": "abd"}])
def test_nobody_reads_anothers_response(other):
    idempotency.keep(SLOT, 201, b"{}")
    assert idempotency.claim(replace(SLOT, **other)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(key):
    with pytest.raises(Refusal) as refused:
        idempotency.claim(replace(SLOT, key=key))
    assert refused.value.code == "idempotency_key_invalid"


@pytest.mark.django_db(transaction=True)
def test_while_the_first_runs_a_second_is_refused_and_after_a_rollback_it_runs():
    codes = []

    def ask():
        try:
            with transaction.atomic():
                codes.append(idempotency.claim(SLOT))
        except Refusal as refused:
            codes.append(refused.code)
        finally:
            connection.close()

    with transaction.atomic():
        idempotency.claim(SLOT)
        idempotency.keep(SLOT, 201, b"{}")
        second = threading.Thread(target=ask)
        second.start()
        second.join()
        transaction.set_rollback(True)
    third = threading.Thread(target=ask)
    third.start()
    third.join()
    assert codes == ["idempotency_key_in_flight", None]


@pytest.mark.django_db
def test_responses_are_kept_for_48_hours():
    now = datetime(2026, 1, 3, tzinfo=UTC)
    with time_machine.travel(now - timedelta(hours=49), tick=False):
        idempotency.keep(SLOT, 201, b"{}")
    with time_machine.travel(now, tick=False):
        idempotency.keep(replace(SLOT, key="younger"), 201, b"{}")
        assert idempotency.prune() == 1
    assert [row.key for row in StoredResponse.objects.all()] == ["younger"]
