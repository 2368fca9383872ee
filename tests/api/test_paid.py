"""Plans over the API: sold, paid, changed and left, with the amounts told by a dry run before."""

import pytest
from django.apps import apps
from tests.api.conftest import NOW

from shuke.foundation import clock
from shuke.rooms.paid import facade as paid
from shuke.surfaces.http.schemas import paid_examples


@pytest.fixture
def plan(api):
    answer = api.post("/v1/plans", paid_examples.NEW_PLAN)
    assert (answer.status_code, answer.json()) == (201, paid_examples.PLAN)


def bought(api, member, **changes):
    body = paid_examples.NEW_ORDER | {"member": {"id": member["id"]}} | changes
    answer = api.post("/v1/subscriptions", body, HTTP_IDEMPOTENCY_KEY=repr(sorted(changes)))
    assert answer.status_code == 201, answer.json()
    return answer.json()


def state(api, id):
    told = api.get(f"/v1/subscriptions/{id}").json()
    return told["subscription"]["state"], [change["cause"] for change in told["changes"]]


def test_a_year_is_bought_paid_and_cancelled(api, member, plan):
    one = bought(api, member)
    id, payment = one["subscription"]["id"], one["payment_id"]
    assert bought(api, member) == one
    assert state(api, id) == ("pending", ["asked"])

    started = api.post(f"/v1/payments/{payment}/start", {}).json()
    assert (started["state"], started["amount_minor"], started["method"]) == ("paid", 12_000, "counter")
    assert state(api, id) == ("active", ["asked", "paid"])

    told = api.post(f"/v1/subscriptions/{id}/cancellation?dry_run=true", {"at_once": True}).json()
    assert (told["refund_minor"], told["rule"], told["dry_run"]) == (12_000, "cooling_off", True)
    assert state(api, id) == ("active", ["asked", "paid"])
    done = api.post(f"/v1/subscriptions/{id}/cancellation", {"at_once": True}).json()
    assert {name for name in done if done[name] != told[name]} == {"dry_run", "subscription"}
    assert state(api, id) == ("cancelled", ["asked", "paid", "cancelled"])
    assert api.get(f"/v1/payments/{payment}").json()["refunded_minor"] == 12_000
    listed = api.get(f"/v1/members/{member['id']}/subscriptions").json()["items"]
    assert [(found["id"], found["state"]) for found in listed] == [(id, "cancelled")]


def test_a_trial_a_gift_and_a_code(api, member, plan):
    named = {"member": {"phone": "+12125550123"}, "plan": "plus"}
    trial = api.post("/v1/subscription-trials", named | {"length": "year"}).json()
    assert (trial["state"], trial["ends_at"]) == ("trial", "2017-01-29T05:00:00Z")
    given = api.post("/v1/subscription-gifts", named | {"length": "month", "reason": "a mishap"}).json()
    assert (given["id"], given["state"], given["ends_at"]) == (trial["id"], "active", "2017-02-28T05:00:00Z")
    longer = api.post(f"/v1/subscriptions/{trial['id']}/extension", {"days": 2, "reason": "a mishap"}).json()
    assert longer["ends_at"] == "2017-03-02T05:00:00Z"

    batch = api.post("/v1/activation-batches", {"plan": "plus", "length": "year", "count": 2}).json()
    codes = api.post(f"/v1/activation-batches/{batch['id']}/codes", {}).json()["items"]
    used = {"member": {"id": member["id"]}, "code": codes[0]["code"]}
    assert api.post("/v1/subscription-activations", used).json()["ends_at"] == "2018-03-02T05:00:00Z"
    again = api.post("/v1/subscription-activations", used)
    assert (again.status_code, again.json()["code"]) == (409, "activation_code_used")
    assert api.get("/v1/activation-batches").json()["items"][0]["used"] == 1


def test_a_change_of_plan_tells_its_amounts_first(api, member, plan):
    gold = paid_examples.NEW_PLAN | {"code": "gold", "tag": "gold", "terms": {"prices": {"year": 30_000}}}
    assert api.post("/v1/plans", gold).status_code == 201
    one = bought(api, member)
    api.post(f"/v1/payments/{one['payment_id']}/start", {})
    path, wanted = f"/v1/subscriptions/{one['subscription']['id']}/switch", {"plan": "gold", "length": "year"}

    told = api.post(f"{path}?dry_run=true", wanted).json()
    assert (told["credit_minor"], told["due_minor"], told["days_left"]) == (11_967, 18_033, 364)
    done = api.post(path, wanted).json()
    assert state(api, one["subscription"]["id"])[0] == "active"
    api.post(f"/v1/payments/{done['payment_id']}/start", {})

    assert state(api, one["subscription"]["id"])[0] == "cancelled"
    assert state(api, done["subscription"]["id"]) == ("active", ["asked", "switched"])
    assert paid.verify().violations == ()


def test_terms_change_from_an_instant_on_and_a_plan_leaves_the_shelf(api, member, plan):
    later = {"terms": {"prices": {"month": 1_800}}, "effective_at": "2017-02-01T05:00:00Z"}
    changed = api.post("/v1/plans/plus/versions", later).json()
    assert (changed["version"]["number"], changed["coming"]["prices"]["month"]) == (1, 1_800)
    planned = api.post("/v1/plans/plus/versions", {"terms": {"prices": {"month": 1}}})
    assert (planned.status_code, planned.json()["code"]) == (409, "plan_change_planned")

    assert api.post("/v1/plans/plus/sale", {"on_sale": False}).json()["on_sale"] is False
    answer = api.post("/v1/subscriptions", paid_examples.NEW_ORDER | {"member": {"id": member["id"]}})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_not_on_sale")
    assert api.get("/v1/subscriptions").json()["items"] == []
    assert clock.business_now() == NOW


def test_a_callback_needs_its_signature(api):
    answer = api.client.post("/callbacks/payments/sandbox", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "payment_callback_refused")
    assert (
        api.client.post("/callbacks/payments/barter", "", content_type="text/plain").json()["code"]
        == "unknown_payment_method"
    )


def failed_refund(api, member):
    """Sell a year, cancel it, and let its provider refuse the refund; return the payment and the refund."""
    one = bought(api, member)
    api.post(f"/v1/payments/{one['payment_id']}/start", {})
    api.post(f"/v1/subscriptions/{one['subscription']['id']}/cancellation", {"at_once": True})
    apps.get_model("payments", "Refund").objects.update(state="failed", check_at=None, reason="NO_AUTH")
    apps.get_model("payments", "Payment").objects.update(refunded_minor=0, state="paid")
    (refund,) = api.get("/v1/failed-refunds").json()["items"]
    return one["payment_id"], refund


def test_a_refund_that_failed_is_tried_again(api, member, plan):
    payment, refund = failed_refund(api, member)
    assert (refund["payment_id"], refund["amount_minor"], refund["reason"]) == (payment, 12_000, "NO_AUTH")
    done = api.post(f"/v1/failed-refunds/{refund['id']}/retry", {}).json()
    assert (done["state"], done["by_hand"], api.get("/v1/failed-refunds").json()["items"]) == ("done", None, [])
    assert api.get(f"/v1/payments/{payment}").json()["refunded_minor"] == 12_000


def test_a_refund_that_failed_is_paid_by_hand_once(api, member, plan):
    payment, refund = failed_refund(api, member)
    path, proof = f"/v1/failed-refunds/{refund['id']}/paid-by-hand", {"reference": "bank 17", "note": "closed card"}
    told = api.post(f"{path}?dry_run=true", proof).json()
    assert (told["state"], api.get("/v1/failed-refunds").json()["items"]) == ("done", [refund])
    done = api.post(path, proof).json()
    assert (done["state"], done["by_hand"]) == (
        "done",
        {"by": "all", "reference": "bank 17", "note": "closed card"},
    )
    again = api.post(path, proof)
    assert (again.status_code, again.json()["code"]) == (409, "refund_not_failed")
    assert api.get(f"/v1/payments/{payment}/refunds").json()["items"] == [done]
    assert api.get(f"/v1/payments/{payment}").json()["state"] == "refunded"
    assert api.post(f"/v1/failed-refunds/{refund['id']}/retry", {}).json() == done
