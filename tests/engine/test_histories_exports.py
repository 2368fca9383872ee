"""What exports of shops hold beside plain orders: what was no sale, refunds in the order's row, weighed goods, changed clocks."""

import datetime as dt
import gzip
import tempfile
from collections import namedtuple
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import pytest

from shuke.core.values.errors import Refusal
from shuke.engine import row_files
from shuke.engine.histories import sources, statuses
from shuke.engine.histories.building import laid_out
from shuke.engine.histories.clocks import clocks_of
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.sources import File, sample
from shuke.engine.histories.statuses import Status, statuses_of
from shuke.engine.histories.suggesting import named, suggest
from shuke.engine.lives import HistoryWriter
from shuke.engine.states import LineFacts, OrderFacts
from tests.engine.test_histories_files import causes, told, written
from tests.engine.told_histories import plain

MAY = 1714521600  # 2024-05-01 08:00 in Shanghai
STATUSES = [
    "订单号,会员号,付款时间,实付金额,订单状态",
    "1,m,2024-05-01 08:00:00,1.50,交易成功",
    "2,m,,2.00,等待买家付款",
    "3,n,2024-05-01 08:00:00,3.00,交易关闭",
    "4,n,2024-05-01 08:00:00,--,交易关闭",
    "5,n,2024-05-01 08:00:00,5.00,卖家已发货",
]


def refused(tmp_path, *files, **options):
    with pytest.raises(Refusal) as refusal:
        told(tmp_path, *files, **options)
    assert not (tmp_path / "stored").exists()
    return refusal.value.code, refusal.value.params


def by_hand(*orders):
    """Return a history of (member, order, facts, refunded), each refund in the second of its order."""
    writer = HistoryWriter()
    seen = set()
    for member, order, facts, refunded in orders:
        if member not in seen:
            writer.member(member, facts.occurred_at)
        seen.add(member)
        writer.order(order, facts)
        if refunded:
            writer.refund(order, facts.occurred_at, {}, refunded)
    return writer.history()


def whole(at, net):
    return OrderFacts(at, net, net, lines=(LineFacts(net, 1),))


# ---- statuses


def test_rows_that_their_status_leaves_out_are_no_faults_and_are_counted(tmp_path):
    path = written(tmp_path, "orders.csv", *STATUSES)
    report = told(tmp_path, path, statuses=("交易成功", "卖家已发货"))
    assert report.faults == ()
    assert (report.no_sale_rows, report.no_sale_orders, report.no_sale_net_minor) == (3, 3, 500)
    assert (report.rows, report.left_out_rows, report.left_out_orders) == ({"orders": 2}, 0, 0)
    assert plain(report.stored.part(0, ids=True)) == plain(
        by_hand(("m", "1", whole(MAY, 150), 0), ("n", "5", whole(MAY, 500), 0))
    )
    assert report.stored.made_of["statuses"] == ["交易成功", "卖家已发货"]
    assert report.stored.made_of["no_sale"] == {"rows": 3, "orders": 3, "net_minor": 500}


def test_what_counts_is_asked_for_and_never_guessed(tmp_path):
    path = written(tmp_path, "orders.csv", *STATUSES)
    there = "交易关闭 (2), 交易成功 (1), 卖家已发货 (1), 等待买家付款 (1)"
    assert refused(tmp_path, path) == ("statuses_missing", {"statuses": there})
    assert refused(tmp_path, path, statuses=("交易成功", "交易完成")) == (
        "unknown_statuses",
        {"unknown": "交易完成", "statuses": there},
    )
    mapping = named(Kind.ORDERS, STATUSES[0].split(",")) | {"订单状态": "-"}
    fault = ("orders.csv", "not_an_amount", "实付金额", "--", 1, (5,))
    assert fault in causes(told(tmp_path, File(path, mapping=mapping)))
    assert refused(tmp_path, File(path, mapping=mapping), statuses=("交易成功",)) == (
        "unknown_statuses",
        {"unknown": "交易成功", "statuses": "–"},
    )
    none = told(tmp_path, path, statuses=())
    assert (none.faults, none.no_sale_rows, none.stored.orders) == ((), 5, 0)


def test_statuses_are_told_with_their_rows_and_a_proposal(tmp_path):
    path = written(tmp_path, "orders.csv", *STATUSES)
    mapping = {one.header: one.field for one in suggest(Kind.ORDERS, sample(path)[0])}
    assert [(one, one.is_no_sale) for one in statuses_of(File(path, mapping=mapping))] == [
        (Status("交易关闭", 2), True),
        (Status("交易成功", 1), False),
        (Status("卖家已发货", 1), False),
        (Status("等待买家付款", 1), True),
    ]
    assert [
        value for value in ("已取消", "待付款", "Cancelled", "unpaid", "voided", "on-hold") if not is_no_sale(value)
    ] == []
    assert [
        value for value in ("paid", "待发货", "已完成", "退款成功", "partially_refunded", "") if is_no_sale(value)
    ] == []
    assert sorted(one.name for one in tmp_path.iterdir()) == ["orders.csv"]


def test_only_what_surely_was_no_sale_is_proposed_as_that():
    sales = """Pending shipment|paid, pending pickup|completed (not cancelled)|退款失败|退款关闭|撤销退款|未取消|没有取消
        |disclosed|avoided|Refund failed|return request rejected|refund_request_declined|on hold for pickup"""
    no_sales = """pending|Pending payment|payment_pending|wc-pending|wc-on-hold|wc-cancelled|CANCELLED_BY_USER|canceled|expired
        |Order cancelled by customer|not paid|failed|closed|checkout-draft|支付失败|退款成功，交易关闭|申请取消"""
    assert [value for value in sales.split("|") if is_no_sale(value)] == []
    assert [value for value in no_sales.split("|") if not is_no_sale(value)] == []


def test_statuses_are_counted_in_the_first_rows_of_a_file_within_bounds(tmp_path, monkeypatch):
    rows = [f"{i},m,2024-05-01 08:00:00,1.00,{'paid' if i % 3 else ''}" for i in range(9_000)]
    path = written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,net,status", *rows, "9000,m,,1.00,void")
    monkeypatch.setattr(row_files, "CHUNK", 4_000)
    read, bounded = [], []
    plain_of, bound = sources._plain, statuses.bound
    monkeypatch.setattr(sources, "_plain", lambda body, *how: read.append(len(body)) or plain_of(body, *how))

    def noted(db, work):
        bound(db, work)
        bounded.append(db.execute("SELECT current_setting('temp_directory')").fetchone() == (str(work),))
        assert work.parent == tmp_path

    monkeypatch.setattr(statuses, "bound", noted)
    mapping = {"order_id": "order_id", "status": "status"}
    assert statuses_of(File(path, mapping=mapping), 300) == (Status("paid", 200), Status("", 100))
    assert 300 * 20 < sum(read) < 20_000 < path.stat().st_size
    assert statuses_of(File(path, mapping=mapping), None) == (
        Status("paid", 6_000),
        Status("", 3_000),
        Status("void", 1),
    )
    assert bounded == [True, True]


def test_statuses_that_were_not_there_to_choose_among_are_asked_for(tmp_path):
    path = written(tmp_path, "orders.csv", *STATUSES)
    chosen = ("交易成功", "卖家已发货")
    there = "交易关闭 (2), 交易成功 (1), 卖家已发货 (1), 等待买家付款 (1)"
    assert refused(tmp_path, path, statuses=chosen, seen=("交易成功", "交易关闭")) == (
        "statuses_missing",
        {"statuses": there},
    )
    seen = ("交易成功", "交易关闭", "等待买家付款")
    assert told(tmp_path, path, statuses=chosen, seen=seen).stored.orders == 2


def is_no_sale(value):
    return Status(value.strip(), 1).is_no_sale


def test_a_row_without_a_status_has_that_of_the_first_row_of_its_order_that_says_one(tmp_path):
    path = written(
        tmp_path,
        "orders.csv",
        "order_id,member_id,occurred_at,net,sku,status",
        "1,m,2024-05-01 08:00:00,1.00,a,",
        "1,m,2024-05-01 08:00:00,2.00,b,paid",
        "1,m,2024-05-01 08:00:00,4.00,c,cancelled",
        "2,m,2024-05-01 08:00:01,8.00,a,cancelled",
        "2,m,2024-05-01 08:00:01,16.00,b,",
        "3,m,2024-05-01 08:00:02,32.00,b,",
    )
    report = told(tmp_path, path, statuses=("paid", ""))
    part = report.stored.part(0, ids=True)
    assert (part.order_ids, part.facts.net_minor.tolist()) == (("1", "3"), [300, 3200])
    assert [part.facts.lines.sku.names[code] for code in part.facts.lines.sku.codes] == ["a", "b", "b"]
    assert (report.no_sale_rows, report.no_sale_orders, report.no_sale_net_minor) == (3, 1, 2800)
    assert refused_statuses(tmp_path, path) == "cancelled (3), paid (2), – (1)"


def refused_statuses(tmp_path, path):
    with pytest.raises(Refusal) as refusal:
        told(tmp_path, path)
    return refusal.value.params["statuses"]


def test_what_belongs_to_an_order_that_is_no_sale_goes_with_it(tmp_path):
    orders = written(
        tmp_path, "orders.csv", "order_id,member_id,occurred_at,total,status",
        "1,m,2024-05-01 08:00:00,1.00,paid", "2,m,2024-05-01 08:00:00,2.00,void",
    )  # fmt: skip
    lines = written(tmp_path, "lines.csv", "order_id,net,sku", "1,1.00,a", "2,2.00,b")
    refunds = written(tmp_path, "refunds.csv", "order_id,occurred_at,net", "2,2024-05-02,2.00", "9,2024-05-02,1.00")
    redeemed = written(tmp_path, "used.csv", "member_id,occurred_at,points,order_id", "m,2024-05-01 08:00:00,5,2")
    files = (File(orders), File(lines, Kind.LINES), File(refunds, Kind.REFUNDS), File(redeemed, Kind.REDEMPTIONS))
    report = told(tmp_path, *files, statuses=("paid",), leave_out=True)
    assert causes(report) == [("refunds.csv", "order_unknown", "order_id", "9", 1, (3,))]
    assert (report.no_sale_rows, report.no_sale_orders, report.no_sale_net_minor) == (1, 1, 200)
    stored = report.stored
    assert (stored.orders, stored.lines, stored.refunds, stored.redemptions, stored.net_minor) == (1, 1, 0, 0, 100)


def test_a_column_of_many_values_is_no_status(tmp_path, monkeypatch):
    monkeypatch.setattr(statuses, "LIMIT", 3)
    path = written(tmp_path, "orders.csv", *STATUSES)
    assert refused(tmp_path, path, statuses=("交易成功",)) == ("too_many_statuses", {"column": "订单状态", "limit": 3})


def test_an_export_of_a_marketplace_is_read_as_it_comes(tmp_path):
    path = tmp_path / "ExportOrderList.csv"
    rows = [
        "订单编号,买家会员名,订单付款时间,总金额,买家实际支付金额,退款金额,订单状态,宝贝标题",
        "101,张三,2024-05-01 08:00:00,25.00,20.00,,交易成功,茶",
        "102,张三,2024-05-02 08:00:00,30.00,30.00,10.00,交易成功,杯",
        "103,李四,,12.00,0.00,,交易关闭,茶",
        "104,李四,,12.00,12.00,,等待买家付款,茶",
        '105,王五,2024-05-03 08:00:00,12.00,12.00,0.00,"卖家已发货，等待买家确认",茶',
    ]
    path.write_text("\n".join([*rows, ""]), "gb18030")
    report = told(tmp_path, path, statuses=("交易成功", "卖家已发货，等待买家确认"))
    assert (report.faults, report.no_sale_rows, report.no_sale_net_minor) == ((), 2, 1200)
    day = 86_400
    assert plain(report.stored.part(0, ids=True)) == plain(
        by_hand(
            ("张三", "101", whole(MAY, 2000), 0),
            ("张三", "102", whole(MAY + day, 3000), 1000),
            ("王五", "105", whole(MAY + 2 * day, 1200), 0),
        )
    )


# ---- refunds in the order's own row

REFUNDED = [
    "order_id,member_id,occurred_at,net,sku,退款金额",
    "1,m,2024-05-01 08:00:00,4.00,a,1.00",
    "1,m,2024-05-01 08:00:00,6.00,b,0.50",
    "2,m,2024-05-01 08:00:00,3.00,a,3.00",
    "3,m,2024-05-01 08:00:01,2.00,a,",
    "4,n,2024-05-01 08:00:00,0,a,0.00",
]


def test_what_an_order_says_of_its_refund_is_a_refund_right_after_it(tmp_path):
    report = told(tmp_path, written(tmp_path, "orders.csv", *REFUNDED))
    assert report.faults == ()

    def lines(*nets):
        return tuple(LineFacts(net, 1, sku=sku) for net, sku in zip(nets, "ab", strict=False))

    first, second = (OrderFacts(MAY, net, net, lines=of) for net, of in ((1000, lines(400, 600)), (300, lines(300))))
    writer = HistoryWriter()
    writer.member("m", MAY)
    writer.order("1", first)
    writer.order("2", second)  # in one second orders come before refunds
    writer.refund("1", MAY, {}, 150)
    writer.refund("2", MAY, {}, 300)
    writer.order("3", OrderFacts(MAY + 1, 200, 200, lines=lines(200)))
    writer.member("n", MAY)
    writer.order("4", OrderFacts(MAY, 0, 0, lines=lines(0)))
    assert plain(report.stored.part(0, ids=True)) == plain(writer.history())


def test_a_refunded_amount_of_an_order_with_a_total_counts_once(tmp_path):
    path = written(
        tmp_path, "orders.csv", "Name,Email,Paid at,Total,Lineitem sku,Lineitem price,Refunded Amount",
        "1,m,2024-05-01 08:00:00,9.00,a,4.00,2.00", "1,,,9.00,b,5.00,2.00",
    )  # fmt: skip
    stored = told(tmp_path, path).stored
    assert (stored.refunds, stored.part(0).facts.net_minor.tolist()) == (1, [900, 700])


def test_a_refund_counts_once_whoever_tells_it(tmp_path):
    orders = File(written(tmp_path, "orders.csv", *REFUNDED))
    rows = ("order_id,occurred_at,net", "1,2024-05-03 08:00:00,1.50", "3,2024-05-03 08:00:00,1.00")
    refunds = File(written(tmp_path, "refunds.csv", *rows), Kind.REFUNDS)
    report = told(tmp_path, orders, refunds)
    assert causes(report) == [("refunds.csv", "refunded_in_order", "order_id", "1", 1, (2,))]
    assert report.stored is None
    stored = told(tmp_path, orders, refunds, leave_out=True).stored
    assert (stored.orders, stored.refunds, stored.net_minor) == (4, 3, 1500)
    assert stored.part(0).facts.net_minor.tolist() == [1000, 300, 850, 0, 200, 100, 0]


def test_more_than_was_paid_cannot_be_refunded(tmp_path):
    path = written(tmp_path, "orders.csv", *REFUNDED, "5,n,2024-05-01 08:00:00,1.00,a,1.01")
    report = told(tmp_path, path, leave_out=True)
    assert causes(report) == [("orders.csv", "refund_above_order", "order_id", "5", 1, (7,))]
    assert (report.stored.orders, report.stored.refunds) == (4, 2)


# ---- weighed goods


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_weighed_costs_its_measure_and_is_one_piece(tmp_path, kind):
    path = written(
        tmp_path, "orders.csv", "order_id,member_id,occurred_at,price,quantity,sku",
        "1,m,2024-05-01 08:00:00,19.98,0.532,a",  # 10.62936
        "2,m,2024-05-01 08:00:00,0.01,0.500000,a",  # half a cent counts
        "3,m,2024-05-01 08:00:00,0.01,0.499999,a",
        "4,m,2024-05-01 08:00:00,3.00,2.5,a",
        "5,m,2024-05-01 08:00:00,3.00,2.0,a",
        "6,m,2024-05-01 08:00:00,3.00,,a",
    )  # fmt: skip
    if kind == "parquet":
        rows = duckdb.read_csv(str(path), all_varchar=True)
        path = tmp_path / "orders.parquet"
        rows.project("* REPLACE (quantity::DOUBLE AS quantity, price::DECIMAL(9, 2) AS price)").write_parquet(str(path))
    report = told(tmp_path, path)
    assert (report.faults, report.measured_rows) == ((), 4)
    nets = ((1063, 1), (1, 1), (0, 1), (750, 1), (600, 2), (300, 1))
    orders = [
        ("m", str(i), OrderFacts(MAY, net, net, lines=(LineFacts(net, pieces, sku="a"),)), 0)
        for i, (net, pieces) in enumerate(nets, 1)
    ]
    assert plain(report.stored.part(0, ids=True)) == plain(by_hand(*orders))


def test_dust_of_sums_is_no_part_of_what_was_weighed_or_paid(tmp_path):
    header, row = (
        ("order_id", "member_id", "occurred_at", "net", "quantity"),
        (1, "m", "2024-05-01", 0.1 + 0.2, 1.1 * 3),
    )
    assert (str(row[3]), str(row[4])) == ("0.30000000000000004", "3.3000000000000003")
    book = openpyxl.Workbook()
    for cells in (header, row):
        book.active.append(cells)
    book.save(tmp_path / "orders.xlsx")
    values = ", ".join(f"{value!r}::{'DOUBLE' if isinstance(value, float) else 'VARCHAR'}" for value in row)
    duckdb.sql(f"SELECT * FROM (VALUES ({values})) t({', '.join(header)})").write_parquet(
        str(tmp_path / "orders.parquet")
    )
    for name in ("orders.xlsx", "orders.parquet"):
        report = told(tmp_path, tmp_path / name)
        assert (report.faults, report.measured_rows, report.stored.net_minor) == ((), 1, 30)


def test_lines_of_their_own_file_may_be_weighed_and_come_back_by_their_amount(tmp_path):
    orders = File(written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,total", "1,m,2024-05-01,"))
    rows = ("order_id,price,quantity,sku", "1,19.98,0.532,a", "1,2.00,3,b")
    lines = File(written(tmp_path, "lines.csv", *rows), Kind.LINES)
    rows = ("refund_id,order_id,occurred_at,net,sku,quantity", "1,1,2024-05-02,10.63,a,0.532", "2,1,2024-05-02,,a,0.1")
    refunds = File(written(tmp_path, "refunds.csv", *rows), Kind.REFUNDS)
    report = told(tmp_path, orders, lines, refunds, leave_out=True)
    assert causes(report) == [("refunds.csv", "amount_needed", "net", "", 1, (3,))]
    assert report.measured_rows == 3
    facts = report.stored.part(0).facts
    assert (facts.net_minor.tolist(), facts.lines.net_minor.tolist()) == ([1663, 600], [1063, 600, 600])
    assert facts.lines.quantity.tolist() == [1, 3, 3]


# ---- headers that come twice


def test_a_header_that_comes_twice_is_told_as_that(tmp_path):
    path = written(tmp_path, "a.csv", "order_id,member_id,occurred_at,net,order_id", "1,m,2024-05-01,1.00,2")
    twice = ("header_repeated", {"file": "a.csv", "header": "order_id", "times": 2})
    assert refused(tmp_path, path) == twice
    notes = written(tmp_path, "b.csv", "order_id,member_id,occurred_at,net,备注,备注", "1,m,2024-05-01,1.00,x,y")
    assert told(tmp_path, notes).stored.net_minor == 100


# ---- clocks


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Monrovia", "UTC"])
def test_local_times_are_read_as_the_first_of_two_and_before_the_change(tmp_path, zone):
    around = {
        "America/New_York": ("2024-03-10T00:00", "2024-11-03T00:00"),
        "Australia/Lord_Howe": ("2024-04-07T00:00", "2024-10-06T00:00"),
        "Asia/Shanghai": ("1990-04-15T00:00", "1990-09-16T00:00"),
        "Africa/Monrovia": ("1972-01-07T00:00", "1972-01-07T00:00"),
        "UTC": ("2024-03-10T00:00", "2024-11-03T00:00"),
    }[zone]
    days = [dt.datetime.fromisoformat(day) for day in around]
    times = sorted({day + dt.timedelta(minutes=15 * i) for day in days for i in range(16)})
    skipped = twice = 0
    for at in times:
        back = at.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        skipped += back != at
        offsets = {at.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
        twice += back == at and len(offsets) == 2
    assert (skipped, twice) == {
        "America/New_York": (4, 4), "Australia/Lord_Howe": (2, 2), "Asia/Shanghai": (4, 4),
        "Africa/Monrovia": (3, 0), "UTC": (0, 0),
    }[zone]  # fmt: skip
    rows = [f"{i},m,{at},1" for i, at in enumerate(times)]
    path = written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,net", *rows)
    parquet = tmp_path / "orders.parquet"
    duckdb.read_csv(str(path), dtype={"occurred_at": "TIMESTAMP"}).write_parquet(str(parquet))
    expected = sorted(int(at.replace(tzinfo=ZoneInfo(zone)).timestamp()) for at in times)
    for file in (path, parquet):
        report = told(tmp_path, file, time_zone=zone)
        assert (report.faults, report.skipped_times, report.repeated_times) == ((), skipped, twice)
        assert report.stored.part(0).order_at.tolist() == expected


def test_a_time_that_says_its_offset_is_never_doubted(tmp_path):
    rows = ("1,m,2024-11-03 01:30:00-05:00,1", "2,m,2024-03-10T02:30:00Z,1", "3,m,11/3/2024 1:30,1")
    path = written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,net", *rows)
    report = told(tmp_path, path, time_zone="America/New_York", dates="mdy")
    assert (report.faults, report.skipped_times, report.repeated_times) == ((), 0, 1)
    assert report.stored.part(0).order_at.tolist() == [1710037800, 1730611800, 1730615400]


def test_only_hours_that_clocks_change_are_looked_at():
    assert (len(clocks_of("Asia/Shanghai").hours), clocks_of("Asia/Shanghai").put_back) == (12, (3600,))
    assert clocks_of("Asia/Tokyo").hours == clocks_of("").hours == ()


# ---- what bursts


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(row_files, "UNPACKED_LIMIT", 1_000_000)
    rows = ["order_id,member_id,occurred_at,net", "1,m,2024-05-01,1"]
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress("\n".join([*rows, " " * 3_000_000]).encode()))
    for read in (lambda: told(tmp_path, path), lambda: sample(path)):
        with pytest.raises(Refusal) as refusal:
            read()
        assert (refusal.value.code, refusal.value.params) == ("file_unreadable", {"path": str(path)})
        assert "unpacks to more than 1,000,000 bytes" in refusal.value.detail
    assert sorted(one.name for one in tmp_path.iterdir()) == ["orders.csv.gz"]
    path.write_bytes(gzip.compress("\n".join([*rows, " " * 900_000]).encode()))
    assert told(tmp_path, path).stored.net_minor == 100
    full = namedtuple("full", "free")  # noqa: PYI024
    monkeypatch.setattr(sources.shutil, "disk_usage", lambda _: full(1_000_000))
    with pytest.raises(Refusal) as refusal:
        sample(path)
    assert "unpacks to more than 500,000 bytes" in refusal.value.detail


def test_room_is_measured_where_a_file_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(("order_id,member_id,occurred_at,net\n" + " " * 900_000).encode()))
    measured = []
    usage = sources.shutil.disk_usage
    monkeypatch.setattr(sources.shutil, "disk_usage", lambda folder: measured.append(folder) or usage(folder))
    work = tmp_path / "elsewhere"
    work.mkdir()
    with sources.path_stream(path, work) as stream:
        assert stream.read(8) == b"order_id"
    with laid_out(sources.Sources((File(path),)), currency="CNY", digits=2, time_zone="Asia/Shanghai"):
        assert measured[0] == work
        assert measured[1] != tmp_path
        assert measured[1].parent == Path(tempfile.gettempdir())


def test_a_packed_workbook_is_read_only_as_it_is(tmp_path):
    path = tmp_path / "orders.xlsx.gz"
    path.write_bytes(gzip.compress(b"PK\x03\x04" + b" " * 100))
    with pytest.raises(Refusal) as refusal:
        sample(path)
    assert refusal.value.code == "file_unreadable"
