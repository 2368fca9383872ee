"""Facts that move value by hand or back: refunds, returns, holds, transfers, adjustments, opening lots, tiers."""

from datetime import UTC, datetime

import pytest
from tests.api.club import CLUB, NAME, NOBODY, balances, entries, moved, refused, sent_three_times
from tests.api.conftest import BY, Caller, order

from shuke.foundation import clock
from shuke.rooms.org import facade as org


@pytest.fixture
def program():
    return CLUB


def test_a_refund_by_line_takes_back_what_the_line_earned(api, member):
    lines = [{"sku": "a", "quantity": 1, "net_minor": 5000}, {"sku": "b", "quantity": 2, "net_minor": 3650}]
    sold = api.post("/v1/orders", order(lines=lines)).json()
    body = NAME | {"lines": [{"line_number": 2, "quantity": 1, "net_minor": 1800}]}

    first = sent_three_times(api, f"/v1/orders/{sold['id']}/refunds", body, 3 + 3)

    assert moved(first) == {"points": -18, "later": -18, "growth": -18}
    assert first.json()["money_minor"] == 1800
    assert first.json()["order"] == {"source": "till-3", "external_id": "A-1"}
    assert balances(api, member) == {"points": (68, 0, 0, 0), "later": (0, 68, 0, 0), "growth": (68, 0, 0, 0)}
    (listed,) = api.get(f"/v1/orders/{sold['id']}/refunds").json()["items"]
    assert listed == api.get(f"/v1/refunds/{first.json()['id']}").json()
    assert (listed["state"], listed["net_minor"], listed["order_id"]) == ("applied", 1800, sold["id"])
    assert listed["lines"] == [{"line_number": 2, "quantity": 1, "net_minor": 1800}]
    assert api.get(f"/v1/orders/{sold['id']}").json()["refunded_minor"] == 1800


def test_what_was_spent_is_owed_after_a_refund_and_repaid_first(api, earned):
    api.post("/v1/redemptions", NAME | {"member": {"id": earned["id"]}, "points": 80})
    body = {"source": "till-3", "external_id": "F-1", "order": {"source": "till-3", "external_id": "A-1"}}

    answer = api.post("/v1/refunds", body)

    assert (moved(answer)["points"], moved(answer, "owed")) == (-86, {"points": 80})
    assert balances(api, earned)["points"] == (0, 0, 0, 80)
    owed = next(one for one in entries(api, earned) if one["kind"] == "owed")
    assert (owed["lot_id"], owed["amount"], owed["account"], owed["counter_account"]) == (None, -80, "debt", "issued")
    api.post("/v1/orders", order("A-2", net_minor=10_000, lines=[]))
    assert balances(api, earned)["points"] == (20, 0, 0, 0)


def test_a_refund_before_its_order_is_parked_and_matched(api, member):
    body = NAME | {"order": {"source": "till-3", "external_id": "A-1"}, "net_minor": 1650}
    parked = api.post("/v1/refunds", body).json()
    assert (parked["undecided"], parked["points"], parked["member_id"]) == ("parked", [], None)
    assert api.get(f"/v1/refunds/{parked['id']}").json()["state"] == "parked"

    api.post("/v1/orders", order())

    assert api.get(f"/v1/refunds/{parked['id']}").json()["state"] == "applied"
    assert balances(api, member)["points"] == (70, 0, 0, 0)


def test_an_order_tells_of_a_refund_before_it_that_did_not_fit(api, member):
    parked = api.post("/v1/refunds", NAME | {"order": {"source": "till-3", "external_id": "A-1"}, "net_minor": 8651})

    sold = api.post("/v1/orders", order()).json()["id"]

    unfit = {"id": parked.json()["id"], "source": NAME["source"], "external_id": NAME["external_id"]}
    assert api.get(f"/v1/orders/{sold}").json()["unfit_refunds"] == [unfit | {"because": "more_than_left"}]
    (listed,) = api.get(f"/v1/orders/{sold}/refunds").json()["items"]
    assert (listed["state"], listed["refused_because"], listed["order_id"]) == ("refused", "more_than_left", sold)
    assert "more than was left" in api.get(f"/v1/orders/{sold}/explanation").json()["sentences"][-1]
    assert balances(api, member)["points"][:2] == (86, 0)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"net_minor": 8651}, 422, "more_than_left"),
        ({"lines": [{"line_number": 2, "net_minor": 1}]}, 422, "unknown_line"),
        ({"lines": [{"line_number": 1, "net_minor": 1}], "net_minor": 1}, 422, "refund_of_both"),
        ({"occurred_at": "2016-11-01T00:00:00Z"}, 422, "too_old"),
        ({"net_minor": -1}, 422, "invalid_request"),
    ],
)
def test_a_refund_that_does_not_fit_is_refused(api, caller_with, earned, change, status, code):
    sold = entries(api, earned)[0]["order_id"]
    refused(caller_with("orders:write"), f"/v1/orders/{sold}/refunds", NAME | change, status, code)


def test_nothing_is_refunded_twice(api, earned):
    sold = entries(api, earned)[0]["order_id"]
    assert api.post(f"/v1/orders/{sold}/refunds", NAME).status_code == 201
    refused(api, f"/v1/orders/{sold}/refunds", NAME | {"external_id": "X-2"}, 409, "already_refunded")
    refused(api, f"/v1/orders/ord_{NOBODY}/refunds", NAME, 404, "unknown_order")


def test_points_that_paid_for_an_order_come_back_with_its_refund(api, earned):
    paid = {"source": "till-3", "external_id": "A-2"}
    api.post("/v1/redemptions", NAME | {"member": {"id": earned["id"]}, "points": 40, "order": paid})
    api.post("/v1/orders", order("A-2", net_minor=1000, lines=[]))
    assert balances(api, earned)["points"] == (56, 0, 0, 0)

    half = api.post("/v1/refunds", {"source": "till-3", "external_id": "F-1", "order": paid, "net_minor": 500})

    assert moved(half)["points"] == 20 - 5
    assert balances(api, earned)["points"] == (71, 0, 0, 0)


def test_a_redemption_is_given_back_in_parts(api, earned):
    used = api.post("/v1/redemptions", NAME | {"member": {"id": earned["id"]}, "points": 80}).json()
    path = f"/v1/redemptions/{used['id']}/return"
    first = sent_three_times(api, path, {"points": 30, "source": "till-3", "external_id": "R-1"}, 5)
    assert (moved(first), moved(first, "balances")) == ({"points": 30}, {"points": 36})


def test_what_is_left_of_a_redemption_comes_back_and_no_more(api, earned):
    used = api.post("/v1/redemptions", {"member": {"id": earned["id"]}, "points": 80}, HTTP_IDEMPOTENCY_KEY="a").json()
    path = f"/v1/redemptions/{used['id']}/return"
    refused(api, path, {"points": 81}, 422, "more_than_left", HTTP_IDEMPOTENCY_KEY="b")
    assert moved(api.post(path, {}, HTTP_IDEMPOTENCY_KEY="c")) == {"points": 80}
    refused(api, path, {}, 409, "already_returned", HTTP_IDEMPOTENCY_KEY="d")
    refused(api, f"/v1/redemptions/rdm_{NOBODY}/return", {}, 404, "unknown_redemption", HTTP_IDEMPOTENCY_KEY="e")
    assert balances(api, earned)["points"] == (86, 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"points": 87}, "insufficient_points"),
        ({"points": 401}, "cap_reached"),
        ({"unit": "growth"}, "not_spendable"),
        ({"unit": "coins"}, "unknown_unit"),
        ({"points": 0}, "invalid_request"),
        ({"member": {"phone": "+12125550000"}}, "unknown_member"),
    ],
)
def test_a_redemption_that_cannot_be_is_refused(api, earned, change, code):
    if code == "cap_reached":
        api.post("/v1/orders", order("A-9", net_minor=100_000, lines=[]))
    body = NAME | {"member": {"id": earned["id"]}, "points": 10} | change
    refused(api, "/v1/redemptions", body, 422 if code != "unknown_member" else 404, code)


def hold(api, member, **changes):
    body = NAME | {"member": {"id": member["id"]}, "points": 50, "until": "2017-01-15T18:00:00Z"} | changes
    return api.post("/v1/holds", body)


def test_a_hold_is_captured_in_part_and_the_rest_released(api, earned):
    made = hold(api, earned).json()
    assert balances(api, earned)["points"] == (36, 0, 50, 0)
    path = f"/v1/holds/{made['id']}"
    spent = sent_three_times(api, f"{path}/capture", {"points": 20, "source": "till-3", "external_id": "C-1"}, 5)
    assert (moved(spent), balances(api, earned)["points"]) == ({"points": 20}, (36, 0, 30, 0))
    refused(api, f"{path}/capture", {"points": 31}, 422, "more_than_held", HTTP_IDEMPOTENCY_KEY="x")

    freed = api.post(f"{path}/release", {}, HTTP_IDEMPOTENCY_KEY="r")

    assert (moved(freed), balances(api, earned)["points"]) == ({"points": 30}, (66, 0, 0, 0))
    told = api.get(path).json()
    assert (told["state"], told["points"], told["captured"], told["released"]) == ("closed", 50, 20, 30)
    assert (told["left"], told["lapsed"], told["unit"], told["member_id"]) == (0, 0, "points", earned["id"])
    refused(api, f"{path}/capture", {}, 409, "hold_closed", HTTP_IDEMPOTENCY_KEY="y")
    refused(api, f"/v1/holds/hld_{NOBODY}/release", {}, 404, "unknown_hold", HTTP_IDEMPOTENCY_KEY="z")
    assert api.get(f"/v1/holds/hld_{NOBODY}").json()["code"] == "unknown_hold"


def test_a_hold_is_made_once_however_often_it_is_sent(api, earned):
    first = hold(api, earned)
    assert (first.status_code, first.json()["status"]) == (201, "recorded")
    for _ in range(3):
        assert hold(api, earned).json() == first.json() | {"status": "repeated"}
    assert balances(api, earned)["points"] == (36, 0, 50, 0)
    other = NAME | {"member": {"id": earned["id"]}, "points": 1, "until": "2017-01-16T00:00:00Z"}
    refused(api, "/v1/holds", other, 409, "already_recorded_differently")
    late = {"member": {"id": earned["id"]}, "points": 1, "until": "2017-01-15T16:00:00Z"}
    refused(api, "/v1/holds", late, 422, "hold_ends_before", HTTP_IDEMPOTENCY_KEY="x")


def test_points_are_given_to_another_member(api, earned, friend):
    clock.set_business_clock(datetime(2017, 1, 20, 17, tzinfo=UTC))
    body = NAME | {"member": {"id": earned["id"]}, "to": {"id": friend["id"]}, "points": 30}
    first = sent_three_times(api, "/v1/transfers", body, 3 + 2)
    assert moved(first) == {"points": -30}
    assert (balances(api, earned)["points"][0], balances(api, friend)["points"][0]) == (56, 30)
    (lot,) = api.get(f"/v1/members/{friend['id']}/lots").json()["items"]
    assert (lot["gift"], lot["origin"], lot["remaining"]) == (True, "transfer_in", 30)
    gift = {"member": {"id": friend["id"]}, "to": {"id": earned["id"]}, "points": 10}
    refused(api, "/v1/transfers", gift, 422, "transfer_cool_down", HTTP_IDEMPOTENCY_KEY="a")
    clock.set_business_clock(datetime(2017, 1, 30, 17, tzinfo=UTC))
    refused(api, "/v1/transfers", gift, 422, "gifts_not_given_on", HTTP_IDEMPOTENCY_KEY="b")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"points": 9}, 422, "transfer_bounds"),
        ({"points": 501}, 422, "transfer_bounds"),
        ({"points": 87}, 422, "insufficient_points"),
        ({"unit": "growth"}, 422, "not_transferable"),
        ({"to": {"external_id": {"source": "shop", "external_id": "C-1001"}}}, 422, "transfer_to_oneself"),
        ({"to": {"phone": "+12125550000"}}, 404, "unknown_member"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(api, earned, friend, change, status, code):
    body = NAME | {"member": {"id": earned["id"]}, "to": {"id": friend["id"]}, "points": 10} | change
    refused(api, "/v1/transfers", body, status, code)


def test_an_adjustment_is_recorded_once_with_its_reason(api, earned):
    body = NAME | {"member": {"id": earned["id"]}, "points": 200, "reason": "late", "expires_on": "2017-02-01"}
    first = sent_three_times(api, "/v1/adjustments", body, 4)
    assert (moved(first), moved(first, "balances")) == ({"points": 200}, {"points": 286})
    (entry_id,) = first.json()["entry_ids"]
    why = api.get(f"/v1/points-entries/{entry_id}/explanation").json()
    assert why["cause"] == {"kind": "adjustment", "note": "late"} | NAME
    assert why["sentences"] == [
        "200 points were given by hand.",
        "By adjustment till-3/X-1.",
        "Reason given: late",
        "200 of the lot of 2017-01-15, which ends on 2017-02-01.",
    ]
    chinese = api.get(f"/v1/points-entries/{entry_id}/explanation", HTTP_ACCEPT_LANGUAGE="zh").json()
    assert chinese["sentences"][:3] == ["人工增加 200 points。", "由调整 till-3/X-1引起。", "填写的原因：late"]


def test_an_adjustment_never_takes_more_than_there_is(api, earned):
    body = NAME | {"member": {"id": earned["id"]}, "points": -87, "reason": "mistake"}
    refused(api, "/v1/adjustments", body, 422, "insufficient_points")
    refused(api, "/v1/adjustments", body | {"points": 0}, 422, "points_zero")
    refused(api, "/v1/adjustments", body | {"reason": ""}, 422, "invalid_request")


def test_an_adjustment_that_asks_waits_for_another_key(api, earned):
    body = NAME | {"member": {"id": earned["id"]}, "points": 2000, "reason": "a prize", "ask": True}
    tried = api.post("/v1/adjustments?dry_run=true", body)
    assert (tried.status_code, tried.json()["dry_run"]) == (202, True)
    assert api.get("/v1/approvals").json()["items"] == []

    asked = api.post("/v1/adjustments", body)

    assert (asked.status_code, asked.json()["kind"], asked.json()["state"]) == (202, "points.adjustment", "pending")
    assert api.post("/v1/adjustments", body).json() == asked.json()
    assert [each["id"] for each in api.get("/v1/approvals").json()["items"]] == [asked.json()["id"]]
    assert asked.json()["subject"] == earned["id"]
    assert asked.json()["summary"] == {
        "unit": "points",
        "change": "+2,000",
        "balance": {"before": "86", "after": "2,086"},
        "reason": "a prize",
    }
    assert balances(api, earned)["points"] == (86, 0, 0, 0)
    office = Caller(org.create_key("office", ["approvals:decide"], BY)[1])
    done = office.post(f"/v1/approvals/{asked.json()['id']}/decision", {"decision": "approve"}).json()
    assert (done["state"], done["result"][:4]) == ("approved", "adj_")
    assert balances(api, earned)["points"] == (2086, 0, 0, 0)
    again = api.post("/v1/adjustments", body)
    assert (again.status_code, again.json()["status"], again.json()["id"]) == (201, "repeated", done["result"])


def test_an_opening_lot_has_its_own_dates(api, member):
    body = NAME | {"member": {"id": member["id"]}, "points": 300, "expires_on": "2017-06-30", "earned_on": "2016-07-01"}
    sent_three_times(api, "/v1/opening-lots", body, 1)
    (lot,) = api.get(f"/v1/members/{member['id']}/lots").json()["items"]
    assert (lot["origin"], lot["remaining"], lot["expires_at"]) == ("opening", 300, "2017-07-01T04:00:00Z")
    ended = body | {"external_id": "X-2", "expires_on": "2016-12-31"}
    refused(api, "/v1/opening-lots", ended, 422, "lot_has_ended")
    to_come = body | {"external_id": "X-3", "earned_on": "2030-01-01"}
    refused(api, "/v1/opening-lots", to_come, 422, "earned_in_future")


def test_a_tier_is_given_with_a_reason_and_told(api, member):
    path = f"/v1/members/{member['id']}/tiers"
    body = NAME | {"tier": "gold", "until": "2017-06-30", "reason": "status match"}
    first = api.post(path, body)
    assert first.status_code == 201, first.json()
    for _ in range(2):
        assert api.post(path, body).json() == first.json() | {"status": "repeated"}
    main, club = first.json()["tiers"]
    assert (main["code"], main["until"], main["gift"], main["gift_until"]) == (
        "gold",
        "2017-06-30",
        "gold",
        "2017-06-30",
    )
    assert (main["projected"], main["is_money"], main["measured"]) == ("base", True, 0)
    assert club["code"] == "guest"
    changes = api.get(f"/v1/members/{member['id']}/tier-changes").json()["items"]
    latest = [changes[0][name] for name in ("ladder", "before", "after", "reason", "note")]
    assert latest == ["main", "base", "gold", "assigned", "status match"]
    assert (changes[0]["fact"], changes[0]["why"]) == (first.json()["id"], "gold was given by hand. status match")
    chinese = api.get(f"/v1/members/{member['id']}/tier-changes", HTTP_ACCEPT_LANGUAGE="zh").json()["items"]
    assert chinese[0]["why"] == "人工授予gold。 status match"
    first_page = api.get(f"/v1/members/{member['id']}/tier-changes?limit=1").json()
    rest = f"limit=99&cursor={first_page['next_cursor']}"
    following = api.get(f"/v1/members/{member['id']}/tier-changes?{rest}").json()
    assert (first_page["items"] + following["items"], following["next_cursor"]) == (changes, None)
    for change, code in (
        ({"tier": "platinum"}, "unknown_tier"),
        ({"ladder": "none"}, "unknown_ladder"),
        ({"until": "2017-01-01"}, "tier_ends_before"),
    ):
        refused(api, path, body | {"external_id": "X-2"} | change, 422, code)
    assert len(api.get(f"/v1/members/{member['id']}/tier-changes").json()["items"]) == len(changes)


def test_every_ladder_says_what_is_missing(api, earned):
    standing = api.get(f"/v1/members/{earned['id']}/standing").json()
    main, club = standing["tiers"]
    assert standing["tier"] == main
    assert (main["measured"], main["next_code"], main["missing"], main["next_threshold"]) == (
        8650,
        "silver",
        41350,
        50000,
    )
    assert [(level["code"], level["reach"]["missing"]) for level in main["levels"]] == [
        ("base", "0"),
        ("silver", "413.5"),
        ("gold", "1413.5"),
    ]
    assert (club["code"], club["is_money"], club["measured"], club["missing"]) == ("guest", False, 0, 2)
    chinese = api.get(f"/v1/members/{earned['id']}/standing", HTTP_ACCEPT_LANGUAGE="zh-CN").json()
    assert chinese["tiers"][0]["sentences"] != main["sentences"]
