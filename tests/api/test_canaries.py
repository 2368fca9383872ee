"""Nothing that names a person, and no secret, ever reaches a log line: through every flow, refusals and breakdowns."""

import io
import json
import logging
import re

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from tests.api.conftest import BY, Caller, order

from shuke.adapters.messages_recording import Recording
from shuke.foundation import ids, logs
from shuke.rooms.members import facade as members
from shuke.rooms.members.models import Identity
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Role
from shuke.rooms.programs import facade as programs

PHONE, EMAIL, NAME = "+12125550187", "canary.bird@example.com", "Kanarienvogel"
EXTERNAL_ID, PASSWORD = "canary-7f3a", "canary-password-51"


@pytest.fixture
def lines():
    """Every line that the product would write, as text."""
    handler = logs.LineHandler()
    handler.stream = io.StringIO()
    root, own = logging.getLogger(), logging.getLogger("shuke")
    levels = root.level, own.level
    root.addHandler(handler)
    own.setLevel(logging.DEBUG)
    root.setLevel(logging.DEBUG)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def walk(caller, canaries):
    """Carry the canaries through every kind of request and refusal."""
    person = {"phone": PHONE, "email": EMAIL, "name": NAME, "birthday": "1987-03-09"}
    named = person | {"external_ids": [{"source": "shop", "external_id": EXTERNAL_ID}]}
    caller.post("/v1/members", named)
    caller.post("/v1/members", named)
    caller.post("/v1/members", person | {"phone": PHONE + "x", NAME: PHONE})
    caller.post("/v1/members", json.dumps(person)[:-5])
    caller.post("/v1/members", json.dumps({"name": NAME + "\x00"}))
    caller.post(f"/v1/members?{PHONE}={EMAIL}", person)
    caller.client.generic("POST", "/v1/members", NAME, content_type=f"text/{NAME}", **caller.headers)
    caller.post("/v1/members/lookup", {"member": {"phone": PHONE}})
    caller.post("/v1/members/lookup", {"member": {"phone": PHONE + "00"}})
    caller.get(f"/v1/members/by-external-id/shop/{EXTERNAL_ID}")
    caller.get(f"/v1/members/by-external-id/{NAME}/{PHONE}")
    caller.get(f"/v1/{NAME}/{PHONE}")
    caller.get(f"/v1/members/{PHONE}")
    by_id = {"external_id": {"source": "shop", "external_id": EXTERNAL_ID}}
    caller.post("/v1/orders", order("A-1", member=by_id, store=NAME))
    caller.post("/v1/orders", order("A-1", member=by_id, store=PHONE))
    caller.post(
        "/v1/orders/batch", {"orders": [order("A-2", member={"phone": PHONE}), order("A-3", channel=EMAIL), PHONE]}
    )
    caller.post("/v1/redemptions", {"member": by_id, "points": 10**6}, HTTP_IDEMPOTENCY_KEY=EXTERNAL_ID)
    caller.post("/v1/programs/publish", {"text": f"program: {NAME}\nname: [{PHONE}"})
    caller.get("/v1/health/live", HTTP_AUTHORIZATION=f"Bearer {PASSWORD}", HTTP_COOKIE=f"sessionid={PASSWORD}")
    Caller(canaries["other"]).get("/v1/members/by-external-id/shop/x")
    Caller(PASSWORD).post("/v1/members", person)
    caller.client.post("/login", {"email": EMAIL, "username": EMAIL, "password": PASSWORD})


def walk_console():
    """Carry the canaries through the pages where staff search, look, reset and read."""
    client = Client(raise_request_exception=False)
    owner = get_user_model().objects.filter(role="owner").first()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    found = [client.post("/members", {"q": query}) for query in (PHONE, PHONE[-4:], EMAIL, NAME, EXTERNAL_ID)]
    assert {answer.status_code for answer in found} <= {200, 302, 500, 503}
    for member in Identity.objects.values_list("member_id", flat=True).distinct():
        address = f"/members/{ids.encode('mbr', member)}"
        for field in ("phone", "email", "name", "birthday", NAME):
            client.post(f"{address}/reveal", {"field": field, "reason": f"{NAME} called from {PHONE}"})
        client.post(f"{address}/status", {"status": NAME, "reason": EMAIL})
        client.get(address, {"cursor": PHONE})
    client.post("/staff", {"name": NAME, "email": EMAIL, "role": "clerk"})
    client.post("/staff", {"name": NAME, "email": EMAIL, "role": NAME})
    client.post("/staff/reset", {"email": EMAIL})
    client.post("/staff/reset", {"email": f"no.{EMAIL}"})
    client.get("/audit", {"subject": PHONE, "cursor": EMAIL})
    client.get("/audit", {"subject": NAME})
    client.get(f"/members/{NAME}")
    client.post("/keys", {"name": NAME, "scopes": PHONE})


def test_no_canary_is_in_any_log_line(api, secret, lines, monkeypatch):
    canaries = {"phone": PHONE, "email": EMAIL, "name": NAME, "external id": EXTERNAL_ID, "password": PASSWORD}
    canaries |= {"secret": secret, "other": org.create_key("weak", ["points:read"], BY)[1]}
    canaries |= {"digits": PHONE[1:], "national": PHONE[2:], "birthday": "1987-03-09"}
    org.create_staff("owner@example.com", "Olga", Role.OWNER, BY)
    walk(api, canaries)
    walk_console()
    for error in (RuntimeError(f"{NAME} {PHONE}"), OperationalError(f"{EMAIL}"), ValueError(EXTERNAL_ID)):

        def broken(*args, error=error, **kwargs):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(programs, "record", broken)
            patch.setattr(programs, "enrol", broken)
            patch.setattr(members, "search", broken)
            patch.setattr(members, "reveal", broken)
            patch.setattr(org, "reset_password", broken)
            patch.setattr(org, "audit_lines", broken)
            walk(api, canaries)
            walk_console()
    written = lines.getvalue()
    assert [name for name, canary in canaries.items() if canary in written] == []
    events = [json.loads(line) for line in written.splitlines()]
    assert {event["status"] for event in events if event["event"] == "request"} >= {
        200,
        201,
        400,
        401,
        403,
        404,
        409,
        415,
        422,
        500,
        503,
    }
    assert {event["error"] for event in events if "error" in event} >= {
        "RuntimeError",
        "OperationalError",
        "ValueError",
    }


def test_neither_log_in_codes_nor_member_codes_nor_devices_reach_a_log_line(shop, lines, monkeypatch):
    from shuke.surfaces.portal.views import home

    messaging.carry_with(Recording())
    client = Client(raise_request_exception=False)
    client.post("/m/join", {"phone": PHONE, "ask": "code"})
    code = re.search(r"[0-9]{6}", messaging.inbox(1)[0].text)[0]
    client.post("/m/join", {"phone": PHONE, "code": code[::-1] + "7", "service": "yes"})
    client.post("/m/join", {"phone": PHONE, "code": code, "service": "yes"})
    member_code = re.search(r'data-testid="code">([0-9 ]+)<', client.get("/m/codes").content.decode())[1].replace(
        " ", ""
    )
    client.post("/m/me/profile", {"name": NAME, "birthday": "1987-03-09"})
    client.get(f"/m/{code}/{member_code}?{code}={member_code}")

    def broken(*arguments, **named):
        raise ValueError(f"{code} {member_code}")

    monkeypatch.setattr(home, "account_of", broken)
    monkeypatch.setattr(messaging, "send", broken)
    assert client.get("/m/").status_code == 500
    members.models.CodeSent.objects.all().delete()
    assert client.post("/m/login", {"phone": PHONE, "ask": "code"}).status_code == 500

    secret = client.cookies["shuke-member"].value
    canaries = {"log-in code": code, "member code": member_code, "device": secret, "phone": PHONE, "name": NAME}
    written = lines.getvalue()
    assert [name for name, canary in canaries.items() if canary in re.sub(r'"at": "[^"]*"|req_\w+', "", written)] == []
    assert "portal" in written


def test_every_request_has_one_line_that_its_answer_names(api, lines):
    answers = [
        api.get("/v1/members/mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"),
        api.get("/v1/nothing"),
        api.get("/v1/health/live"),
    ]
    events = [json.loads(line) for line in lines.getvalue().splitlines()]
    requests = [event for event in events if event["event"] == "request"]
    assert [event["request_id"] for event in requests] == [answer["X-Request-Id"] for answer in answers]
    assert [event.get("route") for event in requests] == ["/v1/members/<member_id>", None, "/v1/health/live"]
    assert [event.get("code") for event in requests] == ["unknown_member", "not_found", None]
    assert all(event.keys() >= {"at", "level", "method", "status", "milliseconds"} for event in requests)


def test_an_answer_to_a_breakdown_tells_nothing_of_the_inside(api, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("inside")

    monkeypatch.setattr(programs, "record", broken)
    answer = api.post("/v1/orders", order())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "inside" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
