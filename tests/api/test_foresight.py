"""Behaviours, attributes, dry runs that look ahead, and the explanation of every kind of entry."""

from datetime import UTC, datetime

import pytest
from tests.api.club import CLUB, NAME, balances, entries, refused
from tests.api.conftest import BY, order

from shuke.foundation import clock
from shuke.rooms.points.models import Entry
from shuke.rooms.programs import facade as programs


@pytest.fixture
def program():
    return CLUB


def behaviour(external_id="B-1", **changes):
    return {
        "source": "app",
        "external_id": external_id,
        "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
        "kind": "check_in",
    } | changes


def test_a_behaviour_earns_once(api, member):
    first = api.post("/v1/behaviours", behaviour("B-1", kind="review", attributes={"stars": 4}))
    assert (first.status_code, moved_by(first)) == (201, {"points": 40, "later": 0, "growth": 0})
    for _ in range(3):
        again = api.post("/v1/behaviours", behaviour("B-1", kind="review", attributes={"stars": 4}))
        assert again.json() == first.json() | {"status": "repeated"}
    refused(api, "/v1/behaviours", behaviour("B-1"), 409, "already_recorded_differently")
    refused(api, "/v1/behaviours", behaviour("B-2", kind="dance"), 422, "unknown_behaviour")
    (listed,) = api.get(f"/v1/members/{member['id']}/behaviours").json()["items"]
    assert (listed["id"], listed["kind"], listed["attributes"]) == (first.json()["id"], "review", {"stars": 4})
    (entry_id,) = first.json()["decision"]["entry_ids"]
    why = api.get(f"/v1/points-entries/{entry_id}/explanation").json()
    assert (why["cause"]["kind"], [rule["code"] for rule in why["rules"] if rule["matched"]]) == (
        "behaviour",
        ["stars"],
    )


def moved_by(answer):
    return {one["unit"]: one["points"] for one in answer.json()["decision"]["points"]}


def test_a_batch_of_behaviours_answers_each(api, member):
    bad = behaviour("B-3") | {"kind": "Not a code"}
    told = api.post("/v1/behaviours/batch", {"behaviours": [behaviour(), behaviour(), bad, behaviour("B-4", kind="x")]})
    assert told.status_code == 200
    answer = told.json()
    assert [item["status"] for item in answer["results"]] == ["recorded", "repeated", "refused", "refused"]
    assert (answer["recorded"], answer["repeated"], answer["refused"]) == (1, 1, 2)
    assert [item["problem"]["code"] for item in answer["results"][2:]] == ["invalid_request", "unknown_behaviour"]
    assert Entry.objects.count() == 1


def test_what_an_order_earned_waits_for_its_delivery(api, earned):
    assert balances(api, earned)["later"] == (0, 86, 0, 0)
    about = {"source": "till-3", "external_id": "A-1"}
    done = api.post("/v1/behaviours", behaviour(kind="delivered", order=about)).json()
    assert balances(api, earned)["later"] == (86, 0, 0, 0)
    (entry_id,) = done["decision"]["entry_ids"]
    why = api.get(f"/v1/points-entries/{entry_id}/explanation").json()
    assert (why["kind"], why["cause"]["kind"]) == ("activation", "behaviour")
    nothing = {"source": "till-3", "external_id": "A-404"}
    refused(api, "/v1/behaviours", behaviour("B-2", order=nothing), 404, "unknown_order")


def test_attributes_of_orders_reach_the_rules(api, member):
    answer = api.post("/v1/orders", order(attributes={"guests": 2}, tax_minor=100))
    assert moved_by(answer)["points"] == 93
    stored = api.get(f"/v1/orders/{answer.json()['id']}").json()
    assert (stored["attributes"], stored["tax_minor"]) == ({"guests": 2}, 100)
    refused(api, "/v1/orders", order("A-2", attributes={"guests": 2.5}), 422, "invalid_request")


def test_gift_cards_earn_nothing(api, member):
    lines = [
        {"sku": "card", "quantity": 1, "net_minor": 5000, "gift_card": True},
        {"sku": "b", "quantity": 1, "net_minor": 3650},
    ]
    assert moved_by(api.post("/v1/orders", order(lines=lines)))["points"] == 36


def test_a_dry_run_with_a_clock_says_what_time_does(api, member):
    path = "/v1/orders?dry_run=true&now=2018-03-01T00:00:00Z"
    foreseen = api.post(path, order(net_minor=60_000, lines=[]))
    assert foreseen.status_code == 201, foreseen.json()
    told = foreseen.json()
    assert (moved_by(foreseen)["points"], told["decision"]["tier_after"]) == (600, "silver")
    passed = told["passed"]
    assert passed["as_of"] == "2018-03-01T00:00:00Z"
    by_kind = [(one["unit"], one["kind"], one["amount"], one["occurred_at"]) for one in passed["entries"]]
    assert by_kind == [
        ("later", "cancellation", -600, "2017-02-14T05:00:00Z"),
        ("points", "expiry", -600, "2018-02-01T05:00:00Z"),
    ]
    assert {one["unit"]: one["points"] for one in passed["balances"]} == {"points": 0, "later": 0, "growth": 600}
    assert {one["ladder"]: one["code"] for one in passed["tiers"]} == {"main": "silver", "club": "guest"}
    assert Entry.objects.count() == 0
    assert api.get(f"/v1/members/{member['id']}/standing").json()["tier"]["code"] == "base"
    assert clock.business_now() == datetime(2017, 1, 15, 17, 0, tzinfo=UTC)


def test_one_looks_ahead_and_never_back_and_only_in_a_dry_run(api, earned):
    body = NAME | {"member": {"id": earned["id"]}, "points": 6}
    refused(api, "/v1/redemptions?now=2018-01-01T00:00:00Z", body, 422, "now_needs_dry_run")
    refused(api, "/v1/redemptions?dry_run=true&now=2016-01-01T00:00:00Z", body, 409, "clock_moves_back")
    refused(api, "/v1/redemptions?dry_run=true&now=2037-01-01T00:00:00Z", body, 422, "clock_too_far")
    ahead = refused(api, "/v1/redemptions?dry_run=true&now=2018-03-01T00:00:00Z", body, 422, "insufficient_points")
    assert "0 usable" in ahead.json()["detail"]
    assert balances(api, earned, "?now=2018-03-01T00:00:00Z")["points"] == (0, 0, 0, 0)
    assert balances(api, earned)["points"] == (86, 0, 0, 0)


def test_every_entry_can_be_explained(api, earned, friend):
    clock.set_business_clock(datetime(2017, 1, 20, 17, tzinfo=UTC))
    me, to = {"member": {"id": earned["id"]}}, {"to": {"id": friend["id"]}}
    made = api.post("/v1/holds", me | {"points": 20, "until": "2017-01-20T18:00:00Z"}, HTTP_IDEMPOTENCY_KEY="1").json()
    api.post(f"/v1/holds/{made['id']}/capture", {"points": 10}, HTTP_IDEMPOTENCY_KEY="2")
    api.post(f"/v1/holds/{made['id']}/release", {}, HTTP_IDEMPOTENCY_KEY="3")
    used = api.post("/v1/redemptions", me | {"points": 10}, HTTP_IDEMPOTENCY_KEY="4").json()
    api.post(f"/v1/redemptions/{used['id']}/return", {}, HTTP_IDEMPOTENCY_KEY="5")
    api.post("/v1/transfers", me | to | {"points": 30}, HTTP_IDEMPOTENCY_KEY="6")
    for points in (5, -5):
        api.post("/v1/adjustments", me | {"points": points, "reason": "x"}, HTTP_IDEMPOTENCY_KEY=f"7{points}")
    api.post("/v1/opening-lots", me | {"points": 7}, HTTP_IDEMPOTENCY_KEY="8")
    api.post("/v1/refunds", NAME | {"order": {"source": "till-3", "external_id": "A-1"}})
    api.post("/v1/orders", order("A-2", net_minor=10_000, lines=[], occurred_at="2017-01-20T17:00:00Z"))
    programs.move_clock(datetime(2018, 3, 1, tzinfo=UTC), BY)

    listed = entries(api, earned) + entries(api, friend)
    explained = [api.get(f"/v1/points-entries/{one['id']}/explanation") for one in listed]

    assert {answer.status_code for answer in explained} == {200}
    assert {one["kind"] for one in listed} == {
        "accrual", "accrual_pending", "cancellation", "clawback", "clawback_pending", "owed", "repayment", "expiry",
        "holding", "capture", "release", "redemption", "return", "transfer_out", "transfer_in", "credit", "debit",
        "opening",
    }  # fmt: skip
    for one, answer in zip(listed, explained, strict=True):
        why = answer.json()
        assert why["kind"] == one["kind"]
        assert (why["cause"] is None) == (one["kind"] in {"expiry", "cancellation"})
        assert bool(why["lots"]) == (one["kind"] != "owed")
        assert all(sentence and "{" not in sentence for sentence in why["sentences"])


def test_a_refusal_is_explained_by_its_code(api):
    told = api.get("/v1/refusals/more_than_left", HTTP_ACCEPT_LANGUAGE="zh").json()
    assert (told["status"], told["title"]) == (422, "剩余不足")
    assert api.get("/v1/refusals/no_such_code").status_code == 404


def test_points_rounded_line_by_line_are_explained_so(api, member):
    text = CLUB.replace("    refunds: debt", "    refunds: debt\n    at: line")
    programs.publish(text.replace("unit: points, points: order.net", "unit: points, points: SUM(item.net)"), BY)
    lines = [{"sku": sku, "quantity": 1, "net_minor": 195} for sku in "abc"]

    sold = api.post("/v1/orders", order(net_minor=585, lines=lines, occurred_at="2017-01-15T17:00:00Z")).json()

    assert {one["unit"]: one["points"] for one in sold["decision"]["points"]} == {"points": 3, "later": 5, "growth": 5}
    why = api.get(f"/v1/orders/{sold['id']}/explanation").json()
    by_line = why["units"][0]
    assert (by_line["unit"], by_line["exact"], by_line["points"]) == ("points", "5.85", 3)
