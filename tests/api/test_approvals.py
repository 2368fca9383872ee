"""Approvals by API: what was asked is done by the decision of another key, and by nobody's own."""

import pytest
from tests.api.conftest import BY, GROCER, Caller

from shuke.foundation import ids
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ApprovalRequest, NewStore, Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import PublishTerms


@pytest.fixture
def opened(shop):
    """The codes of the stores that approvals opened; code 0 is refused."""
    brand = org.create_brand("main", "Main", BY)

    def open_store(approval, payload, actor):
        org.create_stores(brand.id, [NewStore(payload["code"], "New")], actor)
        return f"sto_{payload['code']}"

    org.carry_out("test.store", open_store)
    org.create_stores(brand.id, [NewStore("0", "Taken")], BY)
    return lambda: [store.code for store in org.list_stores()][1:]


def key_of(*scopes):
    _, secret = org.create_key("some", scopes, BY)
    return org.actor_of(org.authenticate_key(secret), None), Caller(secret)


def ask(actor, code="9"):
    request = ApprovalRequest("test.store", "sto_9", {"code": code}, {"code": code})
    return ids.encode("apr", org.request_approval(request, actor).id)


@pytest.fixture
def asker(opened):
    """The actor and the client of a key that asks and could decide."""
    return key_of(Right.APPROVALS_READ, Right.APPROVALS_DECIDE)


@pytest.fixture
def office(opened):
    return key_of(Right.APPROVALS_READ, Right.APPROVALS_DECIDE)[1]


def test_a_request_is_listed_read_and_approved(asker, office, opened):
    actor, _ = asker
    id = ask(actor)
    (listed,) = office.get("/v1/approvals?state=pending").json()["items"]
    assert listed == office.get(f"/v1/approvals/{id}").json()
    assert (listed["id"], listed["kind"], listed["summary"]) == (id, "test.store", {"code": "9"})
    assert (listed["requested_at"], listed["expires_at"]) == ("2017-01-15T17:00:00Z", "2017-01-29T17:00:00Z")
    assert listed["requested_by"] == {"kind": "key", "id": actor.id, "label": "some"}

    tried = office.post(f"/v1/approvals/{id}/decision?dry_run=true", {"decision": "approve"})
    assert (tried.status_code, tried.json()["state"], tried.json()["dry_run"]) == (200, "approved", True)
    assert (opened(), office.get(f"/v1/approvals/{id}").json()["state"]) == ([], "pending")

    done = office.post(f"/v1/approvals/{id}/decision", {"decision": "approve", "comment": "ok"})
    assert done.status_code == 200
    assert (done.json()["state"], done.json()["comment"], done.json()["result"]) == ("approved", "ok", "sto_9")
    assert opened() == ["9"]
    again = office.post(f"/v1/approvals/{id}/decision", {"decision": "approve"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert office.get("/v1/approvals?state=pending").json()["items"] == []
    assert [item["id"] for item in office.get("/v1/approvals").json()["items"]] == [id]


def test_a_key_never_decides_its_own_request(asker, opened):
    actor, own = asker
    id = ask(actor)
    for decision in ({"decision": "approve"}, {"decision": "reject", "comment": "no"}):
        answer = own.post(f"/v1/approvals/{id}/decision", decision)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_request")
    assert (opened(), own.get(f"/v1/approvals/{id}").json()["state"]) == ([], "pending")


def test_a_rejection_says_why(asker, office, opened):
    id = ask(asker[0])
    answer = office.post(f"/v1/approvals/{id}/decision", {"decision": "reject"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/comment")
    assert office.get(f"/v1/approvals/{id}").json()["state"] == "pending"
    rejected = office.post(f"/v1/approvals/{id}/decision", {"decision": "reject", "comment": "too far"}).json()
    assert (rejected["state"], rejected["comment"], opened()) == ("rejected", "too far", [])


def test_what_cannot_be_done_is_refused_and_waits_on(asker, office, opened):
    id = ask(asker[0], code="0")
    answer = office.post(f"/v1/approvals/{id}/decision", {"decision": "approve"}, HTTP_IDEMPOTENCY_KEY="once")
    assert (answer.status_code, answer.json()["code"]) == (409, "store_exists")
    assert (opened(), office.get(f"/v1/approvals/{id}").json()["state"]) == ([], "pending")


def test_only_the_key_that_asked_withdraws(asker, office, opened):
    actor, own = asker
    id = ask(actor)
    answer = office.post(f"/v1/approvals/{id}/withdrawal", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_own_request")
    assert own.post(f"/v1/approvals/{id}/withdrawal", {}).json()["state"] == "withdrawn"
    assert office.post(f"/v1/approvals/{id}/decision", {"decision": "approve"}).json()["code"] == "already_decided"
    assert opened() == []


def test_pages_follow_one_another(asker, office):
    made = [ask(asker[0], str(code)) for code in range(3)]
    first = office.get("/v1/approvals?limit=2").json()
    second = office.get(f"/v1/approvals?limit=2&cursor={first['next_cursor']}").json()
    assert [item["id"] for page in (first, second) for item in page["items"]] == made[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("approvals/apr_01KAKV4AB3W9C5D7E1F0G2H4JK", None, 404, "unknown_approval"),
        ("approvals/apr_1", None, 422, "invalid_request"),
        ("approvals?state=maybe", None, 422, "invalid_request"),
        ("approvals?cursor=x", None, 422, "invalid_cursor"),
        ("approvals/apr_01KAKV4AB3W9C5D7E1F0G2H4JK/decision", {"decision": "maybe"}, 422, "invalid_request"),
        ("approvals/apr_01KAKV4AB3W9C5D7E1F0G2H4JK/decision", {"decision": "approve"}, 404, "unknown_approval"),
        ("approvals/apr_01KAKV4AB3W9C5D7E1F0G2H4JK/withdrawal", {}, 404, "unknown_approval"),
    ],
)
def test_what_does_not_fit_is_refused(office, path, body, status, code):
    answer = office.get(f"/v1/{path}") if body is None else office.post(f"/v1/{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_version_above_the_terms_waits_for_another_key_which_sees_what_it_does(opened):
    _, office = key_of(Right.PROGRAMS_READ, Right.PROGRAMS_WRITE, Right.APPROVALS_READ, Right.APPROVALS_DECIDE)
    _, head = key_of(Right.APPROVALS_READ, Right.APPROVALS_DECIDE)
    programs.set_publish_terms(PublishTerms(always=True), BY)
    body = {"text": GROCER.replace("1.25", "1.3")}
    assert office.get("/v1/programs/publish-terms").json()["always"] is True

    refused = office.post("/v1/programs/publish", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_needed")
    tried = office.post("/v1/programs/publish?dry_run=true", body | {"ask": True})
    assert (tried.status_code, tried.json()["dry_run"], org.approvals_waiting()) == (202, True, 0)
    asked = office.post("/v1/programs/publish", body | {"ask": True})
    assert asked.status_code == 202
    seen = head.get(f"/v1/approvals/{asked.json()['id']}").json()
    assert (seen["kind"], seen["summary"]) == ("program.publish", {"version": {"before": 1, "after": 2}})
    assert [each["en"] for each in seen["detail"]["meaning"]] == ["multiplier of tier silver: 1.25 → 1.3"]
    assert seen["detail"]["above"] == [{"en": "every version needs it", "zh": "每个版本都需审批"}]
    yes = {"decision": "approve"}
    own = office.post(f"/v1/approvals/{seen['id']}/decision", yes)
    assert (own.json()["code"], programs.current().number) == ("own_request", 1)
    done = head.post(f"/v1/approvals/{seen['id']}/decision", yes)
    assert (done.json()["state"], done.json()["result"]) == ("approved", "grocer:2")
    assert programs.current().text == body["text"]
