"""The OpenAPI file against the running API, by schemathesis: no 5xx, and every answer as the document says."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.checks import load_all_checks

from shuke.surfaces.http.reference import document

load_all_checks()

# What a schema cannot say: a time from 1970 to 2099, a date from 1900; and to a schema 1.0 is an integer.
BEYOND_THE_SCHEMA = {"bad_time", "bad_date", "not_an_integer"}

CONFIG = schemathesis.Config.from_dict(
    {
        "seed": 20170115,
        "suppress-health-check": ["all"],
        "generation": {"max-examples": 12, "deterministic": True},
        "checks": {
            # Data that fits the schema may still be refused by the business: see `only_the_business_refuses`.
            "positive_data_acceptance": {"enabled": False},
        },
        "operations": [
            {
                # Each item of a batch is refused on its own, inside an answer that is 200.
                "include-operation-id": ["recordOrders", "recordBehaviours"],
                "checks": {"negative_data_rejection": {"enabled": False}},
            }
        ],
    }
)
schema = schemathesis.openapi.from_dict(document(), config=CONFIG)
schema.app = get_wsgi_application()


@schemathesis.check
def only_the_business_refuses(ctx, response, case):
    """See that data that fits the schema is not refused as if it did not."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code not in {400, 422}:
        return
    problem = response.json()
    if problem["code"] == "invalid_request":
        assert {error["code"] for error in problem["errors"]} <= BEYOND_THE_SCHEMA, problem
    else:
        assert problem["code"] not in {"invalid_json", "json_too_deep"}, problem


@pytest.fixture
def one_connection():
    """Keep the test's transaction open over many requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@schema.parametrize()
def test_the_api_keeps_its_contract(case, secret, member, one_connection):
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, additional_checks=[only_the_business_refuses])
