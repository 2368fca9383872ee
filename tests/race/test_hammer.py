"""Many at once against everything that moves points, judged as histories; `make hammer` does it with 64 clients, long."""

import pytest

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import SCOPES, Kind, NewOrganisation
from tests.race.hammer import wire
from tests.race.hammer.clients import Clients
from tests.race.hammer.rounds import hammer, open_shop, violations
from tests.race.hammer.shop import ACTOR, Shop
from tests.race.hammer.workloads import WORKLOADS

CLIENTS, EACH, ROUNDS = 6, 2, 2


@pytest.mark.django_db(transaction=True)
def test_every_answer_could_have_been_given_one_after_the_other():
    open_shop()
    with Clients(CLIENTS) as clients:
        verdicts = [hammer(workload, clients, ROUNDS, "tests", EACH) for workload in WORKLOADS]

    assert [found for verdict in verdicts for found in verdict.anomalies] == []
    assert violations() == []
    assert {(verdict.rounds, verdict.outcomes["ok"] > 0) for verdict in verdicts} == {(ROUNDS, True)}


def test_the_same_request_over_http_has_one_effect(live_server):
    open_shop()
    org.create_organisation(NewOrganisation("Corner", "USD", "America/New_York", "en", Kind.SANDBOX), ACTOR)
    _, secret = org.create_key("all", SCOPES, ACTOR)
    shop = Shop.opened("http", 1)
    member = {"external_id": {"source": "hammer", "external_id": "http-0"}}

    assert wire.anomalies(live_server.thread.port, secret, member, "http", CLIENTS) == []
    assert shop.balance(0) == 40
