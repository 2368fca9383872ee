"""Carts over HTTP: priced with tax and points, committed once, refused where the price has changed."""

import pytest

PAYING = """shuke: 1
program: corner
currency: USD
time_zone: America/New_York
units: {points: {value: 0.01, redeem: {least: 100, step: 100}, pay: {percent: 50}}}
earn: [{code: spend, unit: points, points: order.net - order.tax}]
offers: [{code: tens, name: Ten off, amount: 10, minimum: {money: 50}, caps: {per: day, of: member, times: 1}}]
"""


@pytest.fixture
def program():
    return PAYING


def cart(**changes):
    line = {"sku": "A", "category": "tea", "quantity": 2, "net_minor": 10000, "tax_percent": "8.875"}
    who = {"external_id": {"source": "shop", "external_id": "C-1001"}}
    return {"member": who, "currency": "USD", "prices_with_tax": False, "lines": [line]} | changes


def bought(**changes):
    return cart(source="shop", external_id="A-1", occurred_at="2017-01-15T12:00:00-05:00", **changes)


def earn(api, net):
    api.post("/v1/orders", {
        "source": "till", "external_id": f"T-{net}", "member": cart()["member"], "currency": "USD",
        "occurred_at": "2017-01-15T11:00:00-05:00", "net_minor": net,
    })  # fmt: skip


def test_a_cart_tells_its_tax_its_points_and_what_it_would_earn(api, member):
    earn(api, 100000)
    answer = api.post("/v1/carts/evaluate", cart(points=2050)).json()
    assert (answer["off_minor"], answer["tax_minor"], answer["total_minor"], answer["pay_minor"]) == (
        1000, 799, 9799, 8799
    )  # fmt: skip
    assert answer["points"] == {
        "unit": "points", "scale": 0, "least": 100, "step": 100, "most": 1000, "most_minor": 1000, "used": 1000,
        "used_minor": 1000,
    }  # fmt: skip
    assert answer["earns"] == [{"unit": "points", "points": 90}]
    within = api.post("/v1/carts/evaluate", cart(prices_with_tax=True)).json()
    assert (within["tax_minor"], within["total_minor"]) == (734, 9000)


def test_a_cart_is_committed_once_at_the_price_that_was_seen(api, member):
    earn(api, 100000)
    wrong = api.post("/v1/carts/commit", bought(points=1000, expected_minor=8800))
    assert (wrong.status_code, wrong.json()["code"]) == (409, "price_changed")
    tried = api.post("/v1/carts/commit?dry_run=true", bought(points=1000, expected_minor=8799)).json()
    done = api.post("/v1/carts/commit", bought(points=1000, expected_minor=8799))
    assert done.status_code == 201
    told = done.json()
    assert tried | {"id": told["id"], "dry_run": False, "decision": None} == told | {"decision": None}
    assert (told["status"], told["decision"]["points"], told["balances"]) == (
        "recorded", [{"unit": "points", "points": 90}], [{"unit": "points", "points": 90}]
    )  # fmt: skip
    again = api.post("/v1/carts/commit", bought(points=1000, expected_minor=8799)).json()
    assert again == told | {"status": "repeated"}
    other = api.post("/v1/carts/commit", bought(points=900))
    assert (other.status_code, other.json()["code"]) == (409, "already_recorded_differently")
    order = api.get(f"/v1/orders/{told['id']}").json()
    assert (order["net_minor"], order["gross_minor"], order["tax_minor"], order["points_paid_minor"]) == (
        9799, 10888, 799, 1000
    )  # fmt: skip


@pytest.mark.parametrize("percent", ["101", "-1", "8.87500", "x"])
def test_a_tax_that_is_no_percentage_is_refused(api, member, percent):
    line = {"sku": "A", "quantity": 1, "net_minor": 100, "tax_percent": percent}
    assert api.post("/v1/carts/evaluate", cart(lines=[line])).status_code == 422


def test_a_line_that_costs_something_has_a_piece(api, member):
    lines = [{"sku": "A", "quantity": 1, "net_minor": 100}, {"sku": "B", "quantity": 0, "net_minor": 100}]
    problem = api.post("/v1/carts/evaluate", cart(lines=lines)).json()
    assert (problem["code"], problem["errors"][0]["pointer"]) == ("out_of_bounds", "/lines/1/quantity")
