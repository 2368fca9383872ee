"""Health, the reference, and what every answer under /v1 has in common."""

import pytest
from django.contrib.auth import get_user_model

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Role

pytestmark = pytest.mark.django_db


def test_liveness_and_readiness(client):
    assert client.get("/v1/health/live").json() == {"status": "live"}
    assert client.get("/v1/health/ready").json() == {"status": "ready", "set_up": False}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/", 404, "not_found"),
        ("DELETE", "/v1/health/live", 405, "method_not_allowed"),
        ("GET", "/v1/health/live?x=1", 422, "invalid_request"),
    ],
)
def test_every_refusal_is_a_problem(client, method, path, status, code):
    answer = client.generic(method, path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_titles_follow_the_reader(client):
    assert client.get("/v1/nothing").json()["title"] == "There is nothing at this address"
    assert client.get("/v1/nothing", HTTP_ACCEPT_LANGUAGE="fr, zh-CN;q=0.8").json()["title"] == "此地址不存在"
    assert client.get("/v1/nothing", HTTP_ACCEPT_LANGUAGE="de").json()["title"] == "There is nothing at this address"


@pytest.mark.parametrize(
    "path", ["/v1/health/live", "/v1/openapi.json", "/v1/docs", "/v1/nothing", "/login", "/static/console/seal.svg"]
)
def test_head_is_answered_as_get_without_content(client, shop, path):
    head, got = client.head(path), client.get(path)
    assert head.status_code == got.status_code
    assert b"".join(head) == b""
    assert int(head["Content-Length"]) > 0
    assert head["Content-Type"] == got["Content-Type"]


def test_head_does_no_work_of_post(client, shop):
    staff, _ = org.create_staff("head@shop.test", "Head", Role.OWNER, Actor(ActorKind.SYSTEM, "test", "test"))
    client.force_login(get_user_model().objects.get(email=staff.email), "django.contrib.auth.backends.ModelBackend")
    assert client.head("/v1/orders").status_code == 405
    assert client.head("/logout").headers["Location"] == "/"
    assert client.get("/overview").status_code == 200
