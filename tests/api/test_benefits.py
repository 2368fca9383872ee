"""Benefits over HTTP: a file put in force, what a member has, may and uses, a service to its end, and the figures."""

import pytest
from tests.api.conftest import order

FILE = """\
shuke: 1
benefits:
  - {code: lounge, zh: 贵宾厅, en: Lounge, kind: counted, core: yes, cost: 35.00, quota: 2}
  - {code: stylist, zh: 造型师, en: Stylist, kind: service, quota: 1}
  - {code: drops, zh: 优先购, en: Drops, kind: early_access, ahead: 24}
sets:
  tiers: {main: {base: [lounge, stylist, drops]}}
"""
USE = {"source": "gate", "external_id": "G-1"}


@pytest.fixture
def given(api, member):
    applied = api.post("/v1/benefits/apply", {"text": FILE})
    assert applied.status_code == 200, applied.json()
    assert len(applied.json()["differences"]) == 4
    return member["id"]


def left(api, member_id):
    return {each["benefit"]: each["left"] for each in api.get(f"/v1/members/{member_id}/benefits").json()["items"]}


def test_a_file_says_what_is_wrong_and_what_it_would_change(api, given):
    wrong = api.post("/v1/benefits/apply", {"text": FILE.replace("[lounge, ", "[loung, ")})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_program")
    assert (wrong.json()["errors"][0]["code"], wrong.json()["errors"][0]["pointer"]) == ("unknown_benefit", "7:25")
    unknown = api.post("/v1/benefits/apply", {"text": FILE.replace("{base:", "{vip:")})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_tier")
    tried = api.post("/v1/benefits/apply?dry_run=true", {"text": FILE.replace("quota: 2", "quota: 5")}).json()
    assert [each["sentence"] for each in tried["differences"]] == ["lounge · quota: 2 → 5"]
    assert left(api, given) == {"lounge": 2, "stylist": 1, "drops": None}
    assert api.get("/v1/benefits").json()["sets"][0] == {
        "subject": "tier:main:base",
        "benefit": "lounge",
        "quota": None,
    }


def test_a_use_is_one_however_often_it_is_sent(api, given):
    address = f"/v1/members/{given}/benefits/lounge/uses"
    tried = api.post(f"{address}?dry_run=true", USE).json()
    first, again = api.post(address, USE), api.post(address, USE)
    assert (tried["left"], first.status_code, first.json()["status"], again.json()["status"]) == (
        *(1, 201, "recorded", "repeated"),
    )
    assert first.json()["id"] == again.json()["id"]
    short = api.post(address, {"source": "gate", "external_id": "G-2", "quantity": 2})
    assert (short.status_code, short.json()["code"], left(api, given)["lounge"]) == (409, "quota_used_up", 1)
    undone = api.post(f"/v1/members/{given}/uses/{first.json()['id']}/undo", {}).json()
    assert (undone["undone"], undone["left"]) == (True, 2)
    kinds = [each["kind"] for each in api.get(f"/v1/members/{given}/benefit-events").json()["items"]]
    assert (kinds.count("used"), kinds.count("undone")) == (1, 1)


def test_a_right_is_asked_and_a_head_start_told(api, given):
    early = api.get(f"/v1/members/{given}/rights/drops?opens_at=2017-01-17T17:00:00Z").json()
    assert (early["allowed"], early["reason"], early["opens_at"]) == (False, "too_early", "2017-01-16T17:00:00Z")
    assert api.get(f"/v1/members/{given}/rights/drops?opens_at=2017-01-16T12:00:00Z").json()["allowed"]
    assert api.get(f"/v1/members/{given}/rights/nothing").status_code == 404


def test_a_service_goes_to_its_end(api, given):
    asked = api.post(f"/v1/members/{given}/requests", USE | {"benefit": "stylist", "wish": "A green coat"}).json()
    assert (asked["stage"], left(api, given)["stylist"]) == ("requested", 0)
    steps = f"/v1/requests/{asked['id']}/steps"
    assert api.post(steps, {"stage": "made"}).json()["code"] == "stage_not_possible"
    for stage in ({"stage": "quoted", "quote_minor": 12000}, {"stage": "accepted"}, {"stage": "done"}):
        assert api.post(steps, stage).status_code == 200
    done = api.get(f"/v1/requests/{asked['id']}").json()
    assert ([step["stage"] for step in done["steps"]], done["quote_minor"]) == (
        ["requested", "quoted", "accepted", "done"], 12000,
    )  # fmt: skip
    assert api.get("/v1/requests").json()["items"] == []
    assert [each["id"] for each in api.get("/v1/requests?stage=done").json()["items"]] == [asked["id"]]


def test_the_sheet_adds_up(api, given):
    api.post("/v1/orders", order())
    api.post(f"/v1/members/{given}/benefits/lounge/uses", USE)
    level = api.get("/v1/benefits/sheet").json()["levels"][0]
    lounge = level["benefits"][0]
    assert (level["members"], level["cost_minor"], lounge["users"], lounge["uses"], lounge["worth_minor"]) == (
        *(1, 3500, 1, 1, 7000),
    )
