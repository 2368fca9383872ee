"""Idempotency-Key: once done, always answered alike; business ids do the same for ever."""

import pytest
from django.db import connection
from tests.api.conftest import BY, Caller, order

from shuke.core.values.errors import Refusal
from shuke.foundation import idempotency, ids
from shuke.foundation.models import StoredResponse
from shuke.rooms.org import facade as org
from shuke.rooms.points.models import Entry
from shuke.rooms.programs import facade as programs


def redeem(member, points=6):
    return {"member": {"id": member["id"]}, "points": points}


@pytest.fixture
def earned(api, member):
    api.post("/v1/orders", order())
    return member


def test_the_same_request_is_replayed_with_its_answer(api, earned):
    first = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    again = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["X-Request-Id"] != first["X-Request-Id"]
    assert Entry.objects.count() == 2


def test_a_key_is_read_bare_and_quoted(api, earned):
    first = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    assert api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY='"k-1"').content == first.content


def test_the_same_key_with_another_body_is_refused(api, earned):
    api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    answer = api.post("/v1/redemptions", redeem(earned, 7), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Entry.objects.count() == 2


def test_a_refusal_is_replayed_too_even_when_it_would_succeed_now(api, member):
    refused = api.post("/v1/redemptions", redeem(member), HTTP_IDEMPOTENCY_KEY="k-1")
    assert refused.json()["code"] == "insufficient_points"
    api.post("/v1/orders", order())
    again = api.post("/v1/redemptions", redeem(member), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (again.content, again["Content-Type"]) == (refused.content, "application/problem+json")
    assert api.post("/v1/redemptions", redeem(member), HTTP_IDEMPOTENCY_KEY="k-2").status_code == 201


@pytest.mark.parametrize(("code", "status"), [("writers_busy", 409), ("comparison_running", 429), ("unavailable", 503)])
def test_a_refusal_that_asks_for_another_try_keeps_no_answer(api, earned, monkeypatch, code, status):
    def busy(*_facts, **_how):
        raise Refusal(code, "Not now.")

    with monkeypatch.context() as now:
        now.setattr(programs, "record", busy)
        refused = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (Entry.objects.count(), StoredResponse.objects.count()) == (1, 0)

    again = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (again.status_code, "Idempotency-Replayed" in again) == (201, False)
    assert (Entry.objects.count(), StoredResponse.objects.count()) == (2, 1)


def test_a_malformed_request_takes_no_key(api, earned):
    assert api.post("/v1/redemptions", redeem(earned, "6"), HTTP_IDEMPOTENCY_KEY="k-1").status_code == 422
    assert api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1").status_code == 201


def test_nobody_reads_the_answer_of_another_key_or_route(api, earned):
    first = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    other = Caller(org.create_key("other", ["points:write", "orders:write"], BY)[1])
    own = other.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    assert own.status_code == 201
    assert own.json()["id"] != first.json()["id"]
    assert api.post("/v1/orders", order("A-2"), HTTP_IDEMPOTENCY_KEY="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "é", "a\tb"])
def test_an_unusable_key_is_refused(api, earned, key):
    answer = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert Entry.objects.count() == 1


def test_a_dry_run_keeps_no_answer(api, earned):
    api.post("/v1/redemptions?dry_run=true", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
    answer = api.post("/v1/redemptions", redeem(earned, 7), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (answer.status_code, answer.json()["points"]) == (201, 7)


def test_a_business_id_answers_for_ever_and_refuses_other_content(api, earned):
    named = redeem(earned) | {"source": "till-3", "external_id": "R-1"}
    first = api.post("/v1/redemptions", named).json()
    assert api.post("/v1/redemptions", named).json() == first | {"status": "repeated"}
    other = api.post("/v1/redemptions", named | {"points": 7})
    assert (other.status_code, other.json()["code"]) == (409, "already_recorded_differently")
    assert Entry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_in_flight_is_refused(api, earned):
    principal = ids.encode("key", org.list_keys()[0].id)
    slot = idempotency.Slot(principal, "POST /v1/redemptions", "k-1", b"")
    other = connection.copy("other")
    try:
        with other.cursor() as cursor, other.cursor() as _:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [idempotency._lock_number(slot)])
            answer = api.post("/v1/redemptions", redeem(earned), HTTP_IDEMPOTENCY_KEY="k-1")
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_in_flight")
    assert Entry.objects.count() == 1
