"""A file of members through the API: checked, committed by the worker, undone; its refused rows come back as CSV."""

from shuke.foundation import jobs
from shuke.rooms.members import facade as members

FILE = {
    "name": "members.csv",
    "source": "crm",
    "content": "会员编号,手机号,姓名,星座\nC-1,+12125550199,Bella,x\nC-2,12,=Carl,x\n",
    "columns": [{"column": "星座", "field": "-"}],
}


def test_an_import_is_checked_committed_and_undone(api, transactional_db):
    made = api.post("/v1/imports", FILE, HTTP_ACCEPT_LANGUAGE="zh").json()
    assert (made["state"], made["foreseen"]["created"], made["foreseen"]["failed"]) == ("checked", 1, 1)
    (fault,) = made["faults"]
    assert (fault["code"], fault["message"], fault["rows"], fault["found"]) == (
        "invalid_phone",
        "手机号无效",
        [3],
        "12",
    )

    asked = api.post(f"/v1/imports/{made['id']}/commit", {})
    assert (asked.status_code, asked.json()["state"]) == (202, "committing")
    jobs.run_worker(until_empty=True)
    assert api.get(f"/v1/imports/{made['id']}").json()["counts"]["created"] == 1
    member = api.get("/v1/members/by-external-id/crm/C-1").json()
    assert member["display_name"] == "B***"

    api.post(f"/v1/imports/{made['id']}/undo", {})
    jobs.run_worker(until_empty=True)
    assert api.get(f"/v1/imports/{made['id']}").json()["state"] == "undone"
    assert api.get("/v1/members/by-external-id/crm/C-1").status_code == 404


def test_refused_rows_come_back_as_csv_without_formulas(api):
    made = api.post("/v1/imports", FILE).json()

    csv = api.get(f"/v1/imports/{made['id']}/bad-rows").json()["csv"]

    assert csv.splitlines()[1].startswith("3,C-2,12,'=Carl,invalid_phone,手机号,")


def test_a_dry_run_keeps_nothing(api):
    made = api.post("/v1/imports?dry_run=true", FILE).json()

    assert (made["dry_run"], made["foreseen"]["created"]) == (True, 1)
    assert api.get(f"/v1/imports/{made['id']}").status_code == 404
    assert members.search("C-1") == []


def test_an_import_is_not_committed_twice_at_once(api):
    made = api.post("/v1/imports", FILE).json()
    undone = api.post(f"/v1/imports/{made['id']}/undo", {})
    assert (undone.status_code, undone.json()["code"]) == (409, "import_in_other_state")


def test_a_column_that_means_nothing_is_refused_with_what_there_is(api):
    answer = api.post("/v1/imports", FILE | {"columns": []})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_columns")
    assert "星座" in answer.json()["detail"]
