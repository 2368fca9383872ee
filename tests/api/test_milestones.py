"""What an order or behaviour gave by milestones stands beside what the rules gave, in every answer about it."""

import pytest
from tests.api.conftest import GROCER, order

MILESTONES = """\
behaviours: {review: }
milestones:
  - {code: second, unit: points, measure: "ORDERS('this year')", per: year, at: 2, points: 1000}
  - {code: thanks, unit: stars, measure: "ORDERS('this year')", per: year, at: 2, points: 1.5}
  - {code: critic, unit: points, measure: "EVENTS('review', 'this year')", per: year, at: 1, points: 5}
"""


@pytest.fixture
def program():
    stars = "  stars: {scale: 1, pending: {for: 7 days}}\ntiers:"
    return GROCER.replace("\ntiers:", f"\n{stars}", 1) + MILESTONES


def bought(external_id):
    return order(external_id, net_minor=60_000, lines=[])


def test_an_order_says_what_milestones_gave_and_so_does_its_repeat(api, member):
    first = api.post("/v1/orders", bought("a")).json()
    second = api.post("/v1/orders", bought("b")).json()

    assert first["decision"]["milestones"] == []
    assert second["decision"]["points"] == [{"unit": "points", "points": 750}, {"unit": "stars", "points": 0}]
    assert second["decision"]["milestones"] == [{"unit": "points", "points": 1000}, {"unit": "stars", "points": 15}]
    assert second["balances"] == [{"unit": "points", "points": 600 + 750 + 1000}, {"unit": "stars", "points": 15}]
    assert api.post("/v1/orders", bought("b")).json() == second | {"status": "repeated"}
    (tried,) = api.post("/v1/orders/batch", {"orders": [bought("b")]}).json()["results"]
    assert tried["order"] == second | {"status": "repeated"}


def test_a_behaviour_that_only_reached_a_milestone_says_so_with_its_balance(api, member):
    body = {"source": "app", "external_id": "r", "member": {"id": member["id"]}, "kind": "review"}
    done = api.post("/v1/behaviours", body).json()

    assert done["decision"]["points"] == [{"unit": "points", "points": 0}, {"unit": "stars", "points": 0}]
    assert done["decision"]["milestones"] == [{"unit": "points", "points": 5}]
    assert done["balances"] == [{"unit": "points", "points": 5}]
    assert api.post("/v1/behaviours", body).json() == done | {"status": "repeated"}
