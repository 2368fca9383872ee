"""The mall over HTTP: an item is written and stocked, a member's exchange made, repeated, fulfilled, and undone."""

import pytest

from shuke.rooms.mall.models import Picture
from shuke.surfaces.http.schemas import mall_examples as shown

ITEM = {"kind": "goods", "name": "Mug", "prices": [{"points": 60}], "ways": ["ship", "pickup"]}
WISH = {
    "source": "app",
    "external_id": "X-1",
    "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
    "item": "mug",
    "way": "pickup",
    "store": "367",
}


@pytest.fixture
def mug(api):
    put = api.client.put("/v1/mall/items/mug", ITEM, content_type="application/json", **api.headers)
    assert put.status_code == 200, put.json()
    stocked = api.post("/v1/mall/items/mug/stock", {"change": 3, "reason": "first delivery"})
    assert (stocked.status_code, stocked.json()["left"]) == (200, 3)
    return stocked.json()


def usable(api, member):
    return api.get(f"/v1/members/{member['id']}/balances").json()["balances"][0]["available"]


def test_an_exchange_from_the_members_list_to_the_pickup(api, earned, mug):
    (offer,) = api.get(f"/v1/members/{earned['id']}/mall-items?store=367").json()["items"]
    assert (offer["points"], offer["usable"], offer["missing"], offer["allowance"], offer["affordable"]) == (
        *(60, 86, 0, 3, True),
    )

    tried = api.post("/v1/mall/orders?dry_run=true", WISH)
    assert (tried.status_code, tried.json()["dry_run"], usable(api, earned)) == (201, True, 86)
    done = api.post("/v1/mall/orders", WISH).json()
    again = api.post("/v1/mall/orders", WISH).json()
    assert (done["status"], again["status"], again["order"]) == ("recorded", "repeated", done["order"])
    assert usable(api, earned) == 26

    short = api.post("/v1/mall/orders", WISH | {"external_id": "X-2"})
    assert (short.status_code, short.json()["code"]) == (422, "insufficient_points")
    elsewhere = api.post("/v1/mall/pickups", {"code": done["order"]["pickup_code"], "store": "1"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "pickup_elsewhere")
    picked = api.post("/v1/mall/pickups", {"code": done["order"]["pickup_code"], "store": "367"}).json()
    assert (picked["id"], picked["state"], picked["pickup_code"]) == (
        done["order"]["id"],
        "picked_up",
        done["order"]["pickup_code"],
    )
    assert [each["state"] for each in api.get(f"/v1/members/{earned['id']}/mall-orders").json()["items"]] == [
        "picked_up"
    ]


def test_a_reserved_order_is_confirmed_sent_or_cancelled(api, earned, mug):
    home = {"name": "Ann Lee", "phone": "+12125550123", "region": "New York", "street": "5 Main Street"}
    wish = WISH | {"way": "ship", "address": home, "reserve": True}
    held = api.post("/v1/mall/orders", wish).json()["order"]
    assert (held["state"], held["until"], usable(api, earned)) == ("placed", "2017-01-15T17:15:00Z", 26)

    cancelled = api.post(f"/v1/mall/orders/{held['id']}/cancel", {"reason": "too slow"}).json()
    assert (cancelled["state"], usable(api, earned)) == ("cancelled", 86)
    held = api.post("/v1/mall/orders", wish | {"external_id": "X-2"}).json()["order"]
    assert api.post(f"/v1/mall/orders/{held['id']}/confirm", {}).json()["state"] == "to_ship"
    sent = api.post(f"/v1/mall/orders/{held['id']}/ship", {"carrier": "SF", "tracking": "SF1"}).json()
    assert (sent["state"], sent["tracking"], sent["address_masked"]) == ("shipped", "SF1", "A*** +121****0123 New York")
    late = api.post(f"/v1/mall/orders/{held['id']}/cancel", {})
    assert (late.status_code, late.json()["code"], usable(api, earned)) == (409, "order_in_other_state", 26)
    assert api.get("/v1/mall/items").json()["items"][0]["left"] == 2


def put(api, path, body):
    return api.client.put(path, body, content_type="application/json", **api.headers)


def test_what_was_sent_arrives_and_comes_back(api, earned, mug):
    home = {"name": "Ann Lee", "phone": "+12125550123", "street": "5 Main Street"}
    order = api.post("/v1/mall/orders", WISH | {"way": "ship", "address": home}).json()["order"]
    of_it = f"/v1/mall/orders/{order['id']}"
    early = api.post(f"{of_it}/refund", {"reason": "lid broken", "restock": True})
    assert (early.status_code, early.json()["code"], usable(api, earned)) == (409, "order_in_other_state", 26)

    assert api.post(f"{of_it}/ship", {"carrier": "SF", "tracking": "SF1"}).json()["state"] == "shipped"
    assert api.post(f"{of_it}/complete", {}).json()["state"] == "done"
    back = api.post(f"{of_it}/refund", {"reason": "lid broken", "restock": True}).json()
    again = api.post(f"{of_it}/refund", {"reason": "lid broken", "restock": True}).json()
    assert (back["state"], again, usable(api, earned)) == ("refunded", back, 86)
    (item,) = api.get("/v1/mall/items").json()["items"]
    assert item["left"] == 3


def test_cards_of_a_supplier_are_imported_given_and_settled(api, earned):
    cards = put(api, "/v1/mall/suppliers/cards", {"name": "Cards", "kind": "pool"})
    assert (cards.status_code, cards.json()["has_secret"]) == (200, False)
    kept = api.post("/v1/mall/pictures", shown.NEW_PICTURE)
    assert (kept.status_code, api.post("/v1/mall/pictures", shown.NEW_PICTURE).json()) == (201, kept.json())
    video = {
        "kind": "virtual", "name": "Video", "prices": [{"points": 20}], "ways": ["deliver"],
        "supply": {"supplier": "cards", "cost_minor": 300}, "picture": kept.json()["id"],
    }  # fmt: skip
    assert put(api, "/v1/mall/items/video", video).json()["left"] == 0

    told = [api.post("/v1/mall/items/video/cards", {"codes": codes}).json() for codes in (["A1", "B2"], ["B2", "C3"])]
    assert [(each["added"], each["known"], each["left"]) for each in told] == [(2, 0, 2), (1, 1, 3)]
    done = api.post("/v1/mall/orders", WISH | {"item": "video", "way": "deliver"}).json()["order"]
    assert (done["state"], usable(api, earned)) == ("delivered", 66)
    month = done["placed_at"][:7]
    owed = api.get(f"/v1/mall/suppliers/cards/statements/{month}").json()
    assert ([line["cost_minor"] for line in owed["lines"]], owed["total_minor"], owed["open"]) == ([300], 300, 0)
    assert [each["code"] for each in api.get("/v1/mall/suppliers").json()["suppliers"]] == ["cards"]


@pytest.mark.parametrize("content", ["aGVsbG8=", "abcde", "AAAA===="])
def test_what_is_no_picture_is_not_kept(api, content):
    answer = api.post("/v1/mall/pictures", {"content": content})
    assert (answer.status_code, Picture.objects.count()) == (422, 0)


@pytest.mark.parametrize("field", ["quantity"])
@pytest.mark.parametrize("value", [0, -1, 1_001, 10**30, 1.5, "1", True, None])
def test_no_odd_number_gets_goods_for_free(api, earned, mug, field, value):
    """R5: a form took credit=-1 and gave the goods."""
    answer = api.post("/v1/mall/orders", WISH | {field: value})

    assert (answer.status_code, usable(api, earned)) == (422, 86)
    assert api.get("/v1/mall/items").json()["items"][0]["left"] == 3


@pytest.mark.parametrize(
    "change",
    [{"prices": [{"points": points}]} for points in (0, -1, 10**13, 1.5, "1", True)]
    + [{"prices": [{"points": 1, "cash_minor": cash}]} for cash in (-1, 10**12, 0.5)]
    + [{"limits": {name: most}} for name in ("per_member", "per_period", "per_day") for most in (0, -1, 10**10, 1.5)]
    + [{"hold_minutes": minutes} for minutes in (0, -1, 10**6)],
)
def test_no_item_takes_an_odd_number(api, mug, change):
    put = api.client.put("/v1/mall/items/mug", ITEM | change, content_type="application/json", **api.headers)

    assert put.status_code == 422
    assert api.get("/v1/mall/items").json()["items"] == [mug]


@pytest.mark.parametrize("change", [0, -4, 10**10, -(10**10), 1.5, "1"])
def test_stock_takes_no_odd_number(api, mug, change):
    answer = api.post("/v1/mall/items/mug/stock", {"change": change, "reason": "count"})

    assert answer.status_code in {409, 422}
    assert api.get("/v1/mall/items").json()["items"] == [mug]


def test_a_way_that_there_is_not_is_refused_with_those_that_there_are(api):
    problem = put(api, "/v1/mall/items/mug", ITEM | {"ways": ["drone"]}).json()
    assert (problem["code"], problem["errors"]) == (
        "invalid_request",
        [
            {
                "pointer": "/ways/0",
                "code": "not_one_of",
                "message": "must be one of 'ship', 'pickup' or 'deliver'",
            }
        ],
    )
    assert api.get("/v1/mall/items").json()["items"] == []
