"""What the studio shows whom: figures to whoever sees programs, people and their files to whoever may use it."""

import base64
import shutil

import pytest

from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import RunKind
from shuke.rooms.studio.models import Run
from shuke.surfaces.http.schemas.studio import decode_history_id

ORDERS = "order_id,member_id,occurred_at,net,note\n1,13800000001,2026-01-05 10:00:00,300.00,for Ann\n"
PROGRAM = """\
shuke: 1
program: corner
currency: USD
time_zone: UTC
units:
  points: {value: 0.01}
earn:
  - {code: spend, unit: points, points: order.net}
"""


@pytest.fixture
def users(caller_with, settings, tmp_path):
    settings.SHUKE_HOME = tmp_path
    return caller_with("studio:use", "programs:read"), caller_with("programs:read")


def brought(user, text):
    """Bring a file to a new history; return the history's id."""
    id = user.post("/v1/histories", {"name": "2026"}).json()["id"]
    body = {"kind": "orders", "name": "orders.csv", "content": base64.b64encode(text.encode()).decode()}
    assert user.post(f"/v1/histories/{id}/files", body).status_code == 201
    return id


def read(user, id):
    user.post(f"/v1/histories/{id}/read", {"currency": "USD", "time_zone": "UTC"})
    studio.read_history(decode_history_id(id))


def test_what_stands_in_files_is_for_those_who_may_use_the_studio(users):
    user, onlooker = users
    id = brought(user, ORDERS + "2,13800000002,tomorrow,1,for Bob\n")
    read(user, id)

    for found in (user.get(f"/v1/histories/{id}").json(), user.get("/v1/histories").json()["items"][0]):
        assert [each["samples"] for each in found["files"][0]["columns"]][1::3] == [
            ["13800000001", "13800000002"],
            ["for Ann", "for Bob"],
        ]
        assert [each["found"] for each in found["faults"]] == ["tomorrow"]
    for found in (onlooker.get(f"/v1/histories/{id}").json(), onlooker.get("/v1/histories").json()["items"][0]):
        assert [each["samples"] for each in found["files"][0]["columns"]] == [[]] * 5
        assert [(each["code"], each["found"]) for each in found["faults"]] == [("not_an_instant", "")]


def test_which_statuses_count_is_asked_for(users):
    user, onlooker = users
    id = brought(user, ORDERS.replace("note", "订单状态").replace("for Ann", "交易成功") + "2,m,,1.25,已取消\n")
    file = {"statuses": [{"value": "交易成功", "rows": 1, "sale": True}, {"value": "已取消", "rows": 1, "sale": False}]}

    found = user.get(f"/v1/histories/{id}").json()["files"][0]
    assert {"statuses": found["statuses"]} == file
    asked = {"currency": "USD", "time_zone": "UTC"}
    for statuses, code in (({}, "statuses_missing"), ({"statuses": ["已发货"]}, "unknown_statuses")):
        refused = user.post(f"/v1/histories/{id}/read", asked | statuses)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert "交易成功 (1), 已取消 (1)" in refused.json()["detail"]
    assert user.post(f"/v1/histories/{id}/read", asked | {"statuses": []}).status_code == 422
    assert user.get(f"/v1/histories/{id}").json()["state"] == "draft"

    assert user.post(f"/v1/histories/{id}/read", asked | {"statuses": ["交易成功"]}).status_code == 202
    studio.read_history(decode_history_id(id))
    found, seen = (each.get(f"/v1/histories/{id}").json() for each in (user, onlooker))
    assert (found["state"], found["counts"]["orders"], found["faults"]) == ("ready", 1, [])
    assert (found["no_sale"], found["notes"]) == ({"rows": 1, "orders": 1, "net_minor": 125}, {})
    assert (seen["files"][0]["statuses"], seen["no_sale"]) == ([], found["no_sale"])
    assert (found["statuses"], seen["statuses"]) == (["交易成功"], None)


def test_members_of_a_comparison_are_for_those_who_may_use_the_studio(users):
    user, onlooker = users
    id = brought(user, ORDERS)
    read(user, id)
    body = {"history": id, "text": PROGRAM, "against": PROGRAM.replace("order.net}", "order.net * 2}")}
    run = user.post("/v1/backtests", body).json()["id"]
    studio.do_run(studio.latest_runs(RunKind.BACKTEST, 1)[0].id)

    seen, told = (each.get(f"/v1/runs/{run}").json()["result"]["against"] for each in (onlooker, user))
    assert [each["member"] for each in told["least"]] == ["13800000001"]
    assert seen == told | {"least": []}
    assert onlooker.get(f"/v1/runs/{run}/members").status_code == 403


def test_a_damaged_file_is_refused(users):
    user, _ = users
    id = user.post("/v1/histories", {"name": "2026"}).json()["id"]
    body = {"kind": "orders", "name": "orders.xlsx", "content": base64.b64encode(b"PK\x03\x04nothing").decode()}
    answer = user.post(f"/v1/histories/{id}/files", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_not_readable")
    assert user.get(f"/v1/histories/{id}").json()["files"] == []


def test_what_was_given_up_says_so_in_both_languages(users):
    user, onlooker = users
    id = brought(user, ORDERS)
    read(user, id)
    run = user.post("/v1/backtests", {"history": id, "text": PROGRAM}).json()["id"]
    assert user.get(f"/v1/runs/{run}").json()["failure_told"] is None
    Run.objects.update(state="failed", failure="given_up", failure_params={"tries": 3})
    found = onlooker.get(f"/v1/runs/{run}").json()
    assert (found["state"], found["failure"], found["failure_told"]) == (
        "failed",
        "given_up",
        {
            "en": "The server ended 3 times on the way: it was stopped, or memory ran out. Nothing half is left of it; "
            "ask again, for less or where there is more memory if nobody stopped it.",
            "zh": "服务进程在途中结束了 3 次：有人停止了服务，或内存不足。未保留任何不完整的结果。"
            "请重新发起；若无人停止服务，请缩小范围，或换到内存更大的机器。",
        },
    )


def test_what_a_restore_left_without_files_is_told(users, tmp_path):
    user, _ = users
    id = brought(user, ORDERS)
    read(user, id)
    run = user.post("/v1/backtests", {"history": id, "text": PROGRAM}).json()["id"]
    studio.do_run(studio.latest_runs(RunKind.BACKTEST, 1)[0].id)
    whole, result = user.get(f"/v1/histories/{id}").json(), user.get(f"/v1/runs/{run}").json()["result"]
    shutil.rmtree(tmp_path / "studio")

    found = user.get(f"/v1/histories/{id}").json()
    assert found == whole | {"state": "gone", "files": [whole["files"][0] | {"gone": True}]}
    assert user.get(f"/v1/runs/{run}").json()["result"] == result
    members = user.get(f"/v1/runs/{run}/members")
    assert (members.status_code, members.json()["code"]) == (409, "run_files_gone")
    again = user.post("/v1/backtests", {"history": id, "text": PROGRAM})
    assert (again.status_code, again.json()["code"]) == (409, "history_files_gone")


SHOP = {"industry": "cafe", "currency": "CNY", "time_zone": "Asia/Shanghai"}


def test_an_answer_that_is_mistyped_is_refused(users):
    user, _ = users
    answer = user.post("/v1/proposals", SHOP | {"margn": "25%"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/margn")
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert studio.latest_runs(RunKind.PROPOSAL, 1) == []


def test_a_wrong_answer_is_told_in_the_language_of_the_reader(users):
    user, _ = users
    body = SHOP | {"time_zone": "Mars/Base"}
    english = user.post("/v1/proposals", body).json()
    chinese = user.post("/v1/proposals", body, headers={"Accept-Language": "zh-CN"}).json()
    assert (english["code"], english["detail"]) == (
        "answer_wrong",
        "A time zone is named by region and city, such as Asia/Shanghai.",
    )
    assert chinese["detail"] == "时区须写作“地区/城市”，例如 Asia/Shanghai。"
    assert studio.latest_runs(RunKind.PROPOSAL, 1) == []


def test_a_policy_for_a_segment_that_nobody_is_in_is_refused(users):
    user, _ = users
    without, id = brought(user, ORDERS), brought(user, ORDERS)
    members = base64.b64encode(b"member_id,joined_at,tags\n13800000001,2025-01-01,VIP\n").decode()
    user.post(f"/v1/histories/{id}/files", {"kind": "members", "name": "members.csv", "content": members})
    policy = {"kind": "none", "by_segment": {"vip": {"kind": "greedy", "at": "100"}}}
    for history, code, detail in (
        (id, "unknown_segment", "历史数据中没有人群“vip”；现有：VIP。"),
        (without, "no_segments", "历史数据中没有人群。请上传带标签的会员文件，或去掉 by_segment。"),
    ):
        read(user, history)
        answer = user.post(
            "/v1/backtests",
            {"history": history, "text": PROGRAM, "policy": policy},
            headers={"Accept-Language": "zh-CN"},
        )
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (422, code, detail)
    assert studio.latest_runs(RunKind.BACKTEST, 1) == []
