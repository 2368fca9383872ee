"""Coupons over HTTP: from a template to a use, a claim within its condition, a batch, a gift; refusals change nothing."""

import pytest
from tests.api.conftest import order

from shuke.rooms.coupons import tasks as coupon_tasks
from shuke.rooms.programs import tasks

MEMBER = {"external_id": {"source": "shop", "external_id": "C-1001"}}
FRIEND = {"external_id": {"source": "shop", "external_id": "C-2"}}
ORDER = {"source": "till-3", "external_id": "A-1"}
TEN = {"code": "ten", "name": "Ten off", "kind": "threshold", "offer": "{amount: 10, minimum: {money: 50}}"}


@pytest.fixture
def made(api, member):
    """Create a template as told, and issue one of it to the member."""

    def create(**other):
        answer = api.post("/v1/coupon-templates", TEN | other)
        assert answer.status_code == 201, answer.json()
        return answer.json()

    return create


def issue(api, **other):
    return api.post(
        "/v1/coupons",
        {"template": "ten", "member": MEMBER, **other},
        HTTP_IDEMPOTENCY_KEY=f"issue-{len(other)}-{other.get('template')}",
    )


def test_a_coupon_from_its_template_to_its_use(api, made, member):
    made(validity={"days": 14}, transferable=True)
    coupon = issue(api).json()["coupon"]
    assert (coupon["member_id"], coupon["ends_at"], coupon["refused"]) == (member["id"], "2017-01-29T05:00:00Z", None)
    use = {"code": coupon["code"].lower(), "member": MEMBER, "order": ORDER, "off_minor": 1000}
    locked = api.post("/v1/coupons/lock", {"uses": [use], "until": "2017-01-15T18:00:00Z"}).json()
    assert locked["items"] == [{"code": use["code"], "refused": None}]
    assert api.get(f"/v1/coupons/{coupon['id']}").json()["state"] == "locked"
    assert api.post("/v1/coupons/redeem", {"uses": [use, use | {"order": ORDER | {"external_id": "B"}}]}).json()["items"] == [
        {"code": use["code"], "refused": None}, {"code": use["code"], "refused": "not_usable"},
    ]  # fmt: skip
    page = api.get("/v1/coupon-templates/ten/uses").json()
    assert [(line["state"], line["off_minor"], line["external_id"]) for line in page["items"]] == [
        ("used", 1000, "A-1")
    ]
    told = api.get("/v1/coupon-templates/ten").json()
    assert (told["issued"], told["used"], told["use_rate"], told["off_minor"]) == (1, 1, "1.0000", 1000)
    assert api.post("/v1/coupons/give-back", {"orders": [ORDER]}).json()["coupon_ids"] == [coupon["id"]]
    assert [each["state"] for each in api.get(f"/v1/members/{member['id']}/coupons").json()["items"]] == ["issued"]


def test_an_order_that_stands_keeps_its_coupon(api, made, member):
    made()
    coupon = issue(api).json()["coupon"]
    assert api.post("/v1/orders", order()).status_code == 201
    use = {"code": coupon["code"], "member": MEMBER, "order": ORDER, "off_minor": 1000}
    assert api.post("/v1/coupons/redeem", {"uses": [use]}).json()["items"][0]["refused"] is None

    refused = api.post("/v1/coupons/give-back", {"orders": [ORDER | {"external_id": "elsewhere"}, ORDER]})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_not_refunded")
    assert api.get(f"/v1/coupons/{coupon['id']}").json()["state"] == "used"
    assert api.post("/v1/refunds", {"source": "till-3", "external_id": "R-1", "order": ORDER}).status_code == 201
    assert api.get(f"/v1/coupons/{coupon['id']}").json()["state"] == "issued"


def test_a_member_takes_one_where_nothing_else_is_said(api, made, member):
    one, some = made(claimable=True), made(code="some", claimable=True, per_member=None)
    assert (one["per_member"], some["per_member"]) == (1, None)
    assert made(code="pushed")["per_member"] is None


def test_a_claim_within_its_condition_and_a_purchase(api, made, member):
    made(claimable=True, claim_when="member.orders > 0")
    made(code="bought", points=50)
    assert issue(api, cause="claim").json()["code"] == "coupon_not_for_member"
    assert issue(api, cause="points", template="bought").json()["code"] == "insufficient_points"
    assert api.get(f"/v1/members/{member['id']}/coupons").json()["items"] == []
    assert api.post("/v1/orders", order()).status_code == 201
    assert issue(api, cause="claim", source="app", external_id="1").status_code == 201
    bought = issue(api, cause="points", template="bought", source="app", external_id="2")
    again = api.post(
        "/v1/coupons", {"template": "bought", "member": MEMBER, "cause": "points", "source": "app", "external_id": "2"}
    )
    assert (bought.status_code, again.json()["status"], again.json()["coupon"]) == (
        201,
        "repeated",
        bought.json()["coupon"],
    )
    units = api.get(f"/v1/members/{member['id']}/balances").json()["balances"]
    assert [unit["available"] for unit in units if unit["unit"] == "points"] == [36]


def test_what_is_wrong_with_a_template_is_told_where(api, shop):
    for changes, code, pointer in (
        ({"offer": "amount: lots"}, "bad_coupon_offer", None),
        ({"kind": "gift"}, "offer_of_other_kind", "/kind"),
        ({"claim_when": "member.tiger = 1"}, "unknown_fact", "/claim_when"),
        ({"codes": "one"}, "bad_coupon_template", "/one_code"),
    ):
        problem = api.post("/v1/coupon-templates", TEN | changes).json()
        assert (problem["code"], problem.get("errors", [{}])[0].get("pointer") if pointer else None) == (code, pointer)
    over = TEN | {"issue_until": "2017-01-01T00:00:00Z"}
    problem = api.post("/v1/coupon-templates", over, HTTP_ACCEPT_LANGUAGE="zh").json()
    assert (problem["detail"], problem["errors"][0]["message"]) == ("发放期已经结束。", "发放期已经结束")
    assert api.get("/v1/coupon-templates").json()["items"] == []


def test_a_rule_gives_a_coupon_that_the_order_answers_and_its_refund_makes_void(api, caller_with, made, member):
    till = caller_with("orders:write", "orders:read")
    rule = {"given_on": "order", "given_when": "order.net >= 50"}
    problem = api.post("/v1/coupon-templates", TEN | rule | {"given_when": "order.net >= 50 AND order.nett > 1"}).json()
    assert problem["errors"] == [
        {
            "pointer": "/given_when",
            "code": "unknown_fact",
            "message": "There is no fact «order.nett».",
            "place": "1:21",
            "suggestion": "order.net",
        }
    ]
    told = api.post("/v1/coupon-templates", TEN | {"given_on": "visit"}, HTTP_ACCEPT_LANGUAGE="zh").json()
    assert (told["code"], told["errors"][0]["pointer"]) == ("unknown_behaviour", "/given_on")
    assert api.get("/v1/coupon-templates").json()["items"] == []
    template = made(**rule)
    assert (template["given_on"], template["given_when"]) == ("order", "order.net >= 50")
    sale = order()
    cart = {"lines": sale["lines"], "member": MEMBER, "currency": sale["currency"]}
    assert till.post("/v1/carts/evaluate", cart).json()["gives"] == [{"template": "ten", "name": "Ten off"}]
    assert api.post("/v1/carts/evaluate", cart).json()["gives"] == []  # its key may write history

    first, again = till.post("/v1/orders", sale).json(), till.post("/v1/orders", sale).json()

    (given,) = first["coupons"]
    assert (given["template"], given["name"], again["coupons"]) == ("ten", "Ten off", [given])
    (held,) = api.get(f"/v1/members/{member['id']}/coupons").json()["items"]
    assert (held["id"], held["cause"], held["order_refunded"]) == (given["id"], "rule", False)
    assert held["given_for"] == {"on": "order", **ORDER}
    assert api.post("/v1/refunds", {"source": "till-3", "external_id": "R-1", "order": ORDER}).status_code == 201
    void = api.get(f"/v1/coupons/{given['id']}").json()
    assert (void["state"], void["order_refunded"]) == ("void", True)


def test_batches_are_read_listed_cancelled_and_recalled(api, made):
    made(codes="pool")
    made(code="gift")
    assert (
        api.post("/v1/coupon-templates/ten/batches", {"count": 2, "audience": {}}).json()["code"] == "one_kind_of_batch"
    )
    batch = api.post("/v1/coupon-templates/ten/batches", {"count": 3}).json()
    coupon_tasks.make_coupons.func.__wrapped__(str(uuid_of(batch)))
    assert api.get(f"/v1/coupon-batches/{batch['id']}").json()["made"] == 3
    codes = api.get(f"/v1/coupon-batches/{batch['id']}/codes").json()["codes"]
    assert api.post("/v1/coupons/lookup", {"code": codes[0]}).json()["member_id"] is None
    taken = api.post("/v1/coupon-templates/ten/batches", {"codes": [codes[0], "OLD-1"]}).json()
    assert (taken["made"], taken["skipped"]) == (1, [{"code": "taken", "count": 1}])
    push = api.post("/v1/coupon-templates/gift/batches", {"audience": {}}).json()
    assert api.post(f"/v1/coupon-batches/{push['id']}/cancellation", {}).json()["state"] == "cancelled"
    tasks.run_push.func.__wrapped__(str(uuid_of(push)))
    assert api.get(f"/v1/coupon-batches/{push['id']}").json()["made"] == 0
    recalled = api.post("/v1/coupon-templates/ten/recall", {"reason": "wrong"}).json()
    assert (recalled["recalled"], recalled["used"]) == (4, 0)


def test_a_gift_and_a_freeze(api, made, friend):
    made(transferable=True)
    coupon = issue(api).json()["coupon"]
    path = f"/v1/coupons/{coupon['id']}"
    assert api.post(f"{path}/freeze", {"reason": "lost"}).json()["state"] == "frozen"
    assert api.post(f"{path}/unfreeze", {"reason": "found"}).json()["state"] == "issued"
    api.post(f"{path}/offer", {"member": MEMBER})
    assert api.post(f"{path}/offer-cancellation", {"member": MEMBER}).json()["state"] == "issued"
    gift = api.post(f"{path}/offer", {"member": MEMBER}).json()
    taken = api.post("/v1/coupons/accept", {"claim_code": gift["claim_code"], "member": FRIEND}).json()
    assert (taken["member_id"], taken["transferable"], taken["code"] != coupon["code"]) == (friend["id"], False, True)
    assert api.post("/v1/coupons/lookup", {"code": coupon["code"]}).json()["code"] == "unknown_coupon"


def uuid_of(batch):
    from shuke.foundation import ids

    return ids.decode("cpb", batch["id"])
