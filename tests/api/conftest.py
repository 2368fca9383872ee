"""A sandbox with a program, a member and API keys, standing at noon of 15 January 2017 in New York."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from shuke.foundation import clock
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import SCOPES, Actor, ActorKind, Kind, NewOrganisation
from shuke.rooms.programs import facade as programs

NOW = datetime(2017, 1, 15, 17, 0, tzinfo=UTC)
BY = Actor(ActorKind.SYSTEM, "tests", "tests")
GROCER = (Path(__file__).parents[2] / "examples" / "grocer.yaml").read_text()


@pytest.fixture
def program():
    """The text of the program in force; a module that needs another one overrides it."""
    return GROCER


@pytest.fixture
def shop(db, program):
    """An organisation with its program in force and the test clock set."""
    clock.set_business_clock(NOW)
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kind.SANDBOX), BY)
    programs.publish(program, BY)


@pytest.fixture
def secret(shop):
    """The secret of a key with every scope."""
    return org.create_key("all", SCOPES, BY)[1]


class Caller:
    """An API client: `post(path, body)` and `get(path)` with a key; bodies are JSON values or raw bytes."""

    def __init__(self, secret):
        self.client = Client(raise_request_exception=False)
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"} if secret else {}

    def get(self, path, **headers):
        return self.client.get(path, **(self.headers | headers))

    def post(self, path, body, **headers):
        return self.client.post(path, body, content_type="application/json", **(self.headers | headers))


@pytest.fixture
def api(secret):
    return Caller(secret)


@pytest.fixture
def member(api):
    """A member with phone and external id, as the API answered."""
    answer = api.post(
        "/v1/members",
        {
            "external_ids": [{"source": "shop", "external_id": "C-1001"}],
            "phone": "+12125550123",
            "email": "ann@example.com",
            "name": "Ann Lee",
            "birthday": "1990-05-17",
            "joined_at": "2017-01-01T15:00:00Z",
        },
    )
    assert answer.status_code == 201, answer.json()
    return answer.json()


def order(external_id="A-1", **changes):
    """Return the body of an order of 86.50 dollars by the member."""
    return {
        "source": "till-3",
        "external_id": external_id,
        "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
        "occurred_at": "2017-01-15T16:30:00Z",
        "currency": "USD",
        "net_minor": 8650,
        "store": "367",
        "channel": "store",
        "lines": [{"sku": "1029743", "category": "GROCERY", "quantity": 2, "net_minor": 8650}],
    } | changes


@pytest.fixture
def caller_with(shop):
    """Make a client with a key of the scopes given."""
    return lambda *scopes: Caller(org.create_key("some", scopes, BY)[1])


@pytest.fixture
def friend(api):
    return api.post("/v1/members", {"external_ids": [{"source": "shop", "external_id": "C-2"}]}).json()


@pytest.fixture
def earned(api, member):
    """The member after an order of 86.50 dollars: 86 points, 86 waiting, 86 growth."""
    assert api.post("/v1/orders", order()).status_code == 201
    return member
