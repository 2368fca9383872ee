"""The way of an integrator: enrol, record, redeem, read; repeats, dry runs and batches."""

from threading import Lock

import pytest
from django.db import connection
from tests.api.conftest import GROCER, order

from shuke.rooms.points.models import Entry
from shuke.rooms.programs.services import comparing

PROBLEM = "application/problem+json"
NEXT_YEAR = "2018-01-01T05:00:00Z"


def points_of(answer):
    return {one["unit"]: one["points"] for one in answer["decision"]["points"]}


def test_a_member_is_read_by_id_external_id_and_phone(api, member):
    assert member["phone_masked"] != "+12125550123"
    assert api.get(f"/v1/members/{member['id']}").json() == member
    assert api.get("/v1/members/by-external-id/shop/C-1001").json() == member
    assert api.post("/v1/members/lookup", {"member": {"phone": "(212) 555-0123"}}).json() == member
    assert api.post("/v1/members/lookup", {"member": {"id": member["id"]}}).json() == member


def test_a_second_member_with_the_same_external_id_is_refused(api, member):
    answer = api.post("/v1/members", {"external_ids": member["external_ids"], "name": "Bob"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "duplicate_external_id"
    assert answer.json()["errors"][0]["pointer"] == "/external_ids/0"


@pytest.mark.parametrize(
    "path", ["/v1/members/mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM", "/v1/members/by-external-id/shop/nobody"]
)
def test_nobody_is_found_under_an_unknown_name(api, path):
    answer = api.get(path)
    assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (404, "unknown_member", PROBLEM)


def test_an_external_id_may_hold_a_slash_and_chinese(api):
    body = {"external_ids": [{"source": "shop", "external_id": "店/甲 1"}]}
    member = api.post("/v1/members", body).json()
    assert api.get("/v1/members/by-external-id/shop/%E5%BA%97%2F%E7%94%B2%201").json() == member


def test_an_order_earns_and_says_what(api, member):
    answer = api.post("/v1/orders", order())
    assert answer.status_code == 201
    result = answer.json()
    assert (result["status"], result["member_id"], points_of(result)) == ("recorded", member["id"], {"points": 86})
    assert result["decision"]["tier_after"] == "base"
    stored = api.get(f"/v1/orders/{result['id']}").json()
    assert (stored["net_minor"], stored["gross_minor"], stored["currency"]) == (8650, 8650, "USD")
    line = {"number": 1, "sku": "1029743", "category": "GROCERY", "quantity": 2, "net_minor": 8650}
    assert stored["lines"] == [line | {"gift_card": False, "attributes": {}}]


def test_a_repeated_order_gets_the_first_answer_and_has_one_effect(api, member):
    first = api.post("/v1/orders", order()).json()
    again = api.post("/v1/orders", order())
    assert again.status_code == 201
    assert again.json() == first | {"status": "repeated"}
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("change", [{"net_minor": 1}, {"store": "other"}, {"lines": []}])
def test_the_same_order_with_other_content_is_refused(api, member, change):
    api.post("/v1/orders", order())
    answer = api.post("/v1/orders", order(**change))
    assert (answer.status_code, answer.json()["code"]) == (409, "already_recorded_differently")
    assert Entry.objects.count() == 1


def test_an_order_of_nobody_known_is_stored_and_not_decided(api):
    answer = api.post("/v1/orders", order()).json()
    assert (answer["member_id"], answer["decision"], answer["undecided"]) == (None, None, "unknown_member")
    assert api.get(f"/v1/orders/{answer['id']}").json()["member_id"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"occurred_at": "2016-12-01T00:00:00Z"}, "too_old"),
        ({"occurred_at": "2017-01-15T17:06:00Z"}, "too_far_ahead"),
        ({"currency": "CNY"}, "currency_mismatch"),
    ],
)
def test_an_order_that_the_program_cannot_take_is_refused(caller_with, member, change, code):
    answer = caller_with("orders:write").post("/v1/orders", order(**change))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(change))}"
    assert Entry.objects.count() == 0


def test_history_needs_its_scope(caller_with, member):
    body = order(occurred_at="2016-12-01T00:00:00Z")
    assert caller_with("orders:write", "history:write").post("/v1/orders", body).status_code == 201


def test_a_dry_run_answers_as_the_real_thing_and_writes_nothing(api, member):
    dry = api.post("/v1/orders?dry_run=true", order()).json()
    assert (dry["dry_run"], points_of(dry)) == (True, {"points": 86})
    assert api.get(f"/v1/orders/{dry['id']}").status_code == 404
    assert Entry.objects.count() == 0
    real = api.post("/v1/orders", order()).json()
    changing = {"id", "decision", "dry_run"}
    assert {k: v for k, v in dry.items() if k not in changing} == {k: v for k, v in real.items() if k not in changing}
    assert dry["decision"] == real["decision"]


def test_a_dry_run_enrols_nobody(api, shop):
    body = {"external_ids": [{"source": "shop", "external_id": "C-9"}]}
    assert api.post("/v1/members?dry_run=true", body).json()["dry_run"] is True
    assert api.get("/v1/members/by-external-id/shop/C-9").status_code == 404


def test_a_mistyped_dry_run_is_refused_and_writes_nothing(api, member):
    for query in ("dry_runn=true", "dry_run=yes", "dry_run=1", "dry_run="):
        answer = api.post(f"/v1/orders?{query}", order())
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert Entry.objects.count() == 0


def test_a_batch_answers_each_order_and_records_the_sound_ones(api, member):
    answer = api.post(
        "/v1/orders/batch",
        {"orders": [order("B-1"), order("B-1"), order("B-2", net_minor=-1), order("B-3", currency="CNY"), 7]},
    )
    assert answer.status_code == 200
    result = answer.json()
    assert (result["recorded"], result["repeated"], result["refused"]) == (1, 1, 3)
    assert [item["index"] for item in result["results"]] == [0, 1, 2, 3, 4]
    assert [item["status"] for item in result["results"]] == ["recorded", "repeated", "refused", "refused", "refused"]
    assert result["results"][0]["order"]["id"] == result["results"][1]["order"]["id"]
    codes = [item["problem"]["code"] for item in result["results"][2:]]
    assert codes == ["invalid_request", "currency_mismatch", "invalid_request"]
    assert result["results"][2]["problem"]["errors"] == [
        {"pointer": "/net_minor", "code": "too_small", "message": "must be at least 0"}
        | {"place": None, "suggestion": None}
    ]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_batch_holds_1_to_1000_orders(api, member, count):
    answer = api.post("/v1/orders/batch", {"orders": [order(f"C-{n}") for n in range(count)]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/orders")
    assert Entry.objects.count() == 0


def test_points_are_redeemed_and_shown(api, member):
    api.post("/v1/orders", order())
    answer = api.post("/v1/redemptions", {"member": {"id": member["id"]}, "points": 6}, HTTP_IDEMPOTENCY_KEY="r-1")
    assert answer.status_code == 201
    redemption = answer.json()
    assert (redemption["unit"], redemption["points"], redemption["balance_after"]) == ("points", 6, 80)
    balances = api.get(f"/v1/members/{member['id']}/balances").json()["balances"]
    assert balances == [
        {
            "unit": "points",
            "name": "points",
            "scale": 0,
            "available": 80,
            "pending": 0,
            "held": 0,
            "debt": 0,
            "next_ready": None,
            "spendable": True,
            "expiring_30_days": 0,
            "next_expiry": {"points": 80, "on": "2018-02-01"},
        }
    ]
    lots = api.get(f"/v1/members/{member['id']}/lots").json()["items"]
    assert [(lot["earned"], lot["remaining"], lot["expires_at"]) for lot in lots] == [(86, 80, "2018-02-01T05:00:00Z")]
    standing = api.get(f"/v1/members/{member['id']}/standing").json()
    assert (standing["tier"]["code"], standing["tier"]["missing"]) == ("base", 50000 - 8650)


def test_more_than_there_is_cannot_be_redeemed(api, member):
    api.post("/v1/orders", order())
    body = {"member": {"id": member["id"]}, "points": 87, "source": "till-3", "external_id": "R-1"}
    answer = api.post("/v1/redemptions", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "insufficient_points")
    assert Entry.objects.count() == 1


def test_a_redemption_needs_a_name(api, member):
    body = {"member": {"id": member["id"]}, "points": 1}
    assert api.post("/v1/redemptions", body).json()["code"] == "idempotency_key_required"
    half = api.post("/v1/redemptions", body | {"source": "till-3"})
    assert (half.status_code, half.json()["code"]) == (422, "incomplete_business_key")


def test_entries_are_paged_newest_first_until_the_cursor_is_null(api, member):
    for number in range(3):
        api.post("/v1/orders", order(f"P-{number}", net_minor=100 * (number + 1)))
    path = f"/v1/members/{member['id']}/points-entries"
    seen, cursor = [], None
    while True:
        page = api.get(f"{path}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [entry["amount"] for entry in seen] == [3, 2, 1]
    assert api.get(f"/v1/points-entries/{seen[0]['id']}").json() == seen[0]
    assert seen[0]["order_id"].startswith("ord_")
    assert api.get(f"{path}?cursor=nonsense").json()["code"] == "invalid_cursor"
    assert api.get(f"{path}?limit=201").status_code == 422


def test_a_program_is_checked_published_and_read(api, shop):
    text = api.get("/v1/programs/grocer/current").json()["text"]
    assert api.post("/v1/programs/validate", {"text": text}).json() == {
        "valid": True,
        "program": "grocer",
        "errors": [],
        "warnings": [],
    }
    wrong = text.replace("order.net", "order.nett")
    found = api.post("/v1/programs/validate", {"text": wrong}).json()
    assert (found["valid"], found["errors"][0]["code"], found["errors"][0]["suggestion"]) == (
        False,
        "unknown_fact",
        "order.net",
    )
    compared = api.post("/v1/programs/compare", {"text": text.replace("1.25", "1.3")}).json()
    ((changed,), of) = compared["differences"], (compared["against"], compared["looked_at"], compared["members"])
    assert (changed["after"].count("1.3"), of, compared["moves"]) == (1, (1, 0, 0), [])
    assert api.post("/v1/programs/compare", {"text": wrong}).json()["code"] == "invalid_program"
    refused = api.post("/v1/programs/publish", {"text": wrong}, HTTP_ACCEPT_LANGUAGE="zh")
    assert (refused.status_code, refused.json()["title"]) == (422, "会员计划文件有误")
    published = api.post("/v1/programs/publish", {"text": text.replace("1.25", "1.3")})
    assert (published.status_code, published.json()["number"]) == (201, 2)
    versions = api.get("/v1/programs/grocer/versions").json()["items"]
    assert [version["number"] for version in versions] == [2, 1]
    assert api.get("/v1/programs/other/current").json()["code"] == "no_program"


def test_a_planned_version_is_withdrawn_and_comes_to_nothing(api, member):
    text, planned = GROCER.replace("1.25", "1.3"), {"text": GROCER.replace("1.25", "1.4"), "effective_from": NEXT_YEAR}
    assert api.post("/v1/programs/compare", planned).json()["effective_from"] == NEXT_YEAR
    assert api.post("/v1/programs/publish", planned).json()["number"] == 2
    for path in ("/v1/programs/compare", "/v1/programs/publish"):
        refused = api.post(path, {"text": text})
        assert (refused.status_code, refused.json()["code"]) == (409, "version_planned")
    tried = api.post("/v1/programs/grocer/versions/2/withdrawal?dry_run=true", {}).json()
    assert (tried["dry_run"], tried["withdrawn_by"] is None) == (True, False)
    assert api.get("/v1/programs/grocer/versions").json()["items"][0]["withdrawn_at"] is None

    withdrawn = api.post("/v1/programs/grocer/versions/2/withdrawal", {})
    assert (withdrawn.status_code, withdrawn.json()["number"]) == (200, 2)
    assert api.post("/v1/programs/grocer/versions/2/withdrawal", {}).json() == withdrawn.json()
    for number, told in ((1, (409, "version_in_force")), (3, (404, "version_not_found"))):
        refused = api.post(f"/v1/programs/grocer/versions/{number}/withdrawal", {})
        assert (refused.status_code, refused.json()["code"]) == told
    assert api.post("/v1/programs/publish", {"text": text}).json()["number"] == 3
    listed = api.get("/v1/programs/grocer/versions").json()["items"]
    assert [(each["number"], each["withdrawn_at"] is None) for each in listed] == [(3, True), (2, False), (1, True)]


def test_an_entry_and_its_order_say_why(api, member):
    recorded = api.post("/v1/orders", order()).json()
    (entry_id,) = recorded["decision"]["entry_ids"]
    why = api.get(f"/v1/points-entries/{entry_id}/explanation").json()
    assert (why["program"], why["version"], why["order_id"]) == ("grocer", 1, recorded["id"])
    (total,) = why["units"]
    assert (total["exact"], total["rounding"], total["points"], total["granted"]) == ("86.5", "floor", 86, 86)
    assert why["lots"][0]["expires_at"] == "2018-02-01T05:00:00Z"
    of_order = api.get(f"/v1/orders/{recorded['id']}/explanation").json()
    of_none = {"entry_id": None, "kind": None, "cause": None, "lots": [], "sentences": why["sentences"][:-3]}
    assert of_order == why | of_none
    assert why["sentences"][-4:] == [
        "points: 86.5 in total, rounded down: 86.",
        "86 points were earned.",
        "By order till-3/A-1.",
        "86 of the lot of 2017-01-15, which ends on 2018-01-31.",
    ]
    chinese = api.get(f"/v1/orders/{recorded['id']}/explanation", HTTP_ACCEPT_LANGUAGE="zh-CN").json()
    assert chinese["sentences"][-1] == "points：合计 86.5，向下取整为 86。"


def test_a_redemption_says_from_which_lots(api, member):
    recorded = api.post("/v1/orders", order()).json()
    redeemed = api.post("/v1/redemptions", {"member": {"id": member["id"]}, "points": 6}, HTTP_IDEMPOTENCY_KEY="r-1")
    why = api.get(f"/v1/points-entries/{redeemed.json()['entry_ids'][0]}/explanation").json()
    assert [(lot["points"], lot["order_id"]) for lot in why["lots"]] == [(6, recorded["id"])]
    assert why["sentences"] == [
        "6 points were used.",
        "By redemption.",
        "6 of the lot of 2017-01-15, which ends on 2018-01-31.",
    ]


def test_what_is_worded_says_in_which_language(api, member):
    order_id = api.post("/v1/orders", order()).json()["id"]
    for language, spoken in (("zh-CN", "zh-Hans"), ("en", "en")):
        answers = [
            api.get(f"/v1/orders/{order_id}/explanation", HTTP_ACCEPT_LANGUAGE=language),
            api.post("/v1/programs/validate", {"text": "shuke: 2"}, HTTP_ACCEPT_LANGUAGE=language),
            api.get("/v1/docs", HTTP_ACCEPT_LANGUAGE=language),
            api.get("/v1/nothing", HTTP_ACCEPT_LANGUAGE=language),
        ]
        assert [answer["Content-Language"] for answer in answers] == [spoken] * 4
        assert all("Accept-Language" in answer["Vary"] for answer in answers)


def test_no_client_can_take_the_name_of_a_keyed_redemption(api, member):
    api.post("/v1/orders", order(net_minor=100_000))
    body = {"member": {"id": member["id"]}, "points": 5}
    assert api.post("/v1/redemptions", body, HTTP_IDEMPOTENCY_KEY="till-1").status_code == 201
    with connection.cursor() as cursor:
        cursor.execute("SELECT source FROM business_key WHERE external_id = 'till-1'")
        ((source,),) = cursor.fetchall()
    answer = api.post("/v1/redemptions", body | {"source": source, "external_id": "till-1"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/source")


def test_a_profile_grows_and_completes(api, member):
    api.client.put(
        "/v1/attributes/skin",
        {
            "name_zh": "肤质",
            "name_en": "Skin",
            "kind": "choice",
            "required": True,
            "choices": [{"code": "dry", "name_zh": "干性", "name_en": "Dry"}],
        },
        content_type="application/json",
        **api.headers,
    )
    assert api.get(f"/v1/members/{member['id']}").json()["profile_missing"] == ["skin"]

    changed = patch(
        api, member, {"attributes": [{"code": "skin", "value": "dry"}], "birthday": None, "email": "a@b.cc"}
    )

    assert changed["attributes"] == [{"code": "skin", "value": "dry"}]
    assert (changed["profile_completed"], changed["profile_missing"]) == (False, ["birthday"])
    assert changed["email_masked"] == "a***@b.cc"
    (told,) = api.get(f"/v1/members/{member['id']}/identity-changes").json()["items"]
    assert (told["kind"], told["event"], told["was"], told["by"]) == ("email", "changed", "a***@example.com", "all")


def test_a_dry_run_of_a_change_changes_nothing(api, member):
    assert patch(api, member, {"name": "Bob"}, "?dry_run=true")["display_name"] == "B***"
    assert api.get(f"/v1/members/{member['id']}").json() == member


def test_a_status_is_changed_with_a_reason_and_told(api, member):
    path = f"/v1/members/{member['id']}"
    assert api.post(f"{path}/status", {"status": "blacklisted", "reason": "resale"}).json()["status"] == "blacklisted"
    (told,) = api.get(f"{path}/status-changes").json()["items"]
    assert (told["before"], told["after"], told["reason"], told["by"]) == ("active", "blacklisted", "resale", "all")
    refused = api.post(f"{path}/status", {"status": "frozen", "reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "status_not_allowed")


def test_tags_are_replaced(api, member):
    for tags in (["vip", "aunt"], ["vip"]):
        answer = api.client.put(
            f"/v1/members/{member['id']}/tags", {"tags": tags}, content_type="application/json", **api.headers
        )
        assert answer.json()["tags"] == sorted(tags)


def patch(api, member, body, query=""):
    path = f"/v1/members/{member['id']}{query}"
    return api.client.patch(path, body, content_type="application/json", **api.headers).json()


def test_members_are_merged_and_taken_apart(api, member):
    api.post("/v1/orders", order())
    web = {"external_ids": [{"source": "web", "external_id": "W-1"}], "phone": "+12125550177", "name": "Ann Lee"}
    double = api.post("/v1/members", web).json()

    made = api.post(f"/v1/members/{double['id']}/merge", {"sources": [member["id"]], "reason": "same person"})

    assert made.status_code == 201
    assert (made.json()["survivor_id"], made.json()["source_ids"]) == (double["id"], [member["id"]])
    found = api.get(f"/v1/members/{member['id']}").json()
    assert (found["id"], found["email_masked"]) == (double["id"], "a***@example.com")
    assert api.get(f"/v1/members/{double['id']}/balances").json()["balances"][0]["available"] == 86
    (moved,) = made.json()["moved"]
    assert moved == {"member_id": member["id"], "unit": "points", "lots": 1, "points": 86}
    undone = api.post(f"/v1/merges/{made.json()['id']}/undo", {"reason": "twins"})
    assert undone.json()["undone_at"] is not None
    assert api.get(f"/v1/members/{member['id']}").json()["id"] == member["id"]
    assert api.get(f"/v1/members/{member['id']}/balances").json()["balances"][0]["available"] == 86


def test_a_merge_tells_before_what_it_would_come_to(api, earned, friend):
    body = {"sources": [earned["id"]], "reason": "same person"}

    tried = api.post(f"/v1/members/{friend['id']}/merge?dry_run=true", body).json()

    assert tried["moved"] == [{"member_id": earned["id"], "unit": "points", "lots": 1, "points": 86}]
    assert [(each["unit"], each["available"]) for each in tried["balances"]] == [("points", 86)]
    assert tried["tiers"] == [{"ladder": "main", "code": "base", "until": None}]
    assert tried["dry_run"] is True
    assert api.get(f"/v1/members/{friend['id']}/balances").json()["balances"][0]["available"] == 0
    held = {"source": "till", "external_id": "h", "member": {"id": earned["id"]}, "points": 6}
    until = {"until": "2017-01-16T17:00:00Z"}
    assert api.post("/v1/holds", held | until).status_code == 201
    refused = api.post(f"/v1/members/{friend['id']}/merge?dry_run=true", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "merge_unsettled")
    detail = f"Of points, {earned['id']} has 0 pending and 6 held, and owes 0 that the member who stays can't pay."
    assert refused.json()["detail"] == detail
    assert api.get(f"/v1/members/{earned['id']}").json()["status"] == "active"


def test_who_compares_beside_another_is_asked_to_come_again(api, monkeypatch):
    monkeypatch.setattr(comparing, "_room", Lock())
    comparing._room.acquire()

    refused = api.post("/v1/programs/compare", {"text": GROCER})

    assert (refused.status_code, refused.json()["code"]) == (429, "comparison_running")
    assert refused.headers["Retry-After"] == "5"


def test_an_order_is_tried_and_leaves_nothing(api, member):
    tried = api.post("/v1/programs/simulate", {"invented": {"tier": "silver"}, "order": {"net_minor": 8600}}).json()
    assert (tried["earned"], tried["before"]["tiers"], tried["after"]["available"]) == (
        {"points": 107},
        {"main": "silver"},
        {"points": 107},
    )
    assert any("86.00" in sentence for sentence in tried["why"])
    double = {"text": GROCER.replace("order.net * tier", "2 * order.net * tier"), "order": {"net_minor": 8600}}
    assert api.post("/v1/programs/simulate", double).json()["earned"] == {"points": 172}
    for body, status, code in (
        ({"order": {"net_minor": 1}, "invented": {"tier": "vip"}}, 422, "unknown_tier"),
        ({"order": {"net_minor": 1}, "version": 9}, 404, "version_not_found"),
        ({"behaviour": {"kind": "sing"}}, 422, "unknown_behaviour"),
        ({}, 422, "one_fact"),
        ({"order": {"net_minor": 2, "gross_minor": 1}}, 422, "gross_below_net"),
    ):
        refused = api.post("/v1/programs/simulate", body)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
