"""The page of a history over exports of shops: statuses are ticked by a person, and what was read how is told."""

import re
from datetime import date

import pytest

from shuke.foundation import ids
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import HISTORY_PREFIX, FileKind, State
from shuke.surfaces.console.tests.conftest import TESTER

ORDERS = """订单号,会员号,付款时间,单价,数量,订单状态,退款金额
1,m,2026-03-08 02:30:00,19.98,0.532,交易成功,
2,m,2026-01-06 08:00:00,2.00,1,交易成功,2.00
3,m,,3.00,1,待付款,
4,n,,4.00,1,,
"""
ZONE = {"currency": "USD", "time_zone": "America/New_York", "dates": "ymd"}


@pytest.fixture
def export(shop, settings, tmp_path):
    """A history with the export of a shop, still to be read: its id and its pages' address."""
    settings.SHUKE_HOME = tmp_path
    made = studio.begin_history("导出", TESTER)
    studio.add_file(made.id, FileKind.ORDERS, "导出.csv", [ORDERS.encode("gb18030")], TESTER)
    return made.id, f"/studio/histories/{ids.encode(HISTORY_PREFIX, made.id)}"


def boxes(page):
    """Return every tick box of a status with whether it is ticked, and its words."""
    found = re.findall(r'<input type="checkbox" name="statuses" value="([^"]*)"[^>]*?( checked)?>([^<]*)</label>', page)
    return [(value, bool(ticked), words) for value, ticked, words in found]


def test_statuses_are_proposed_and_decided_by_a_person(log_in, export):
    id, address = export
    client = log_in()

    assert boxes(client.get(address).content.decode()) == [
        ("交易成功", True, "交易成功 (2)"),
        ("", True, "未注明 (1)"),
        ("待付款", False, "待付款 (1)"),
    ]

    answer = client.post(f"{address}/read", ZONE)
    assert answer.status_code == 422
    assert [ticked for _, ticked, _ in boxes(answer.content.decode())] == [False] * 3
    assert client.post(f"{address}/read", ZONE | {"statuses": ["已发货"]}).status_code == 422
    assert (studio.history(id).state, studio.history(id).reading.statuses) == (State.DRAFT, None)


def test_what_was_left_out_and_how_the_rest_was_read_is_told(log_in, export):
    id, address = export
    client = log_in()

    assert client.post(f"{address}/read", ZONE | {"statuses": ["交易成功"]}).status_code == 302
    studio.read_history(id)

    found = studio.history(id)
    assert (found.state, found.faults, found.last_day) == (State.READY, (), date(2026, 3, 8))
    assert (found.counts["orders"], found.counts["refunds"], found.counts["net_minor"]) == (2, 1, 1263)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get(address).content.decode()))
    assert "计入的订单状态：交易成功。" in page
    assert "因订单状态未计入：2 行，2 单，实付 $7.00。" in page
    assert "1 行的数量不是整数：各算一件，该行未写金额时为单价 × 数量。" in page
    assert "1 个时间因拨快时钟而不存在，按变更前的时差读取。" in page


def test_without_a_column_of_statuses_nothing_is_asked(log_in, export):
    id, address = export
    client = log_in()
    (file,) = studio.history(id).files

    studio.map_columns(id, file.id, {"订单状态": "-"})

    assert boxes(client.get(address).content.decode()) == []
    assert client.post(f"{address}/read", ZONE).status_code == 302
    assert studio.history(id).reading.statuses is None
