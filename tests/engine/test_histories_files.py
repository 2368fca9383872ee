"""Files as they come: encodings, broken rows, what exports call their columns, and what is told of everything wrong."""

import csv
import datetime as dt
import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from shuke.core.values.errors import Refusal
from shuke.engine import row_files
from shuke.engine.histories import sources as files_module
from shuke.engine.histories.building import Cancelled, build
from shuke.engine.histories.faults import EXPECTED
from shuke.engine.histories.fields import FIELDS, Kind
from shuke.engine.histories.sources import File, Sources, sample
from shuke.engine.histories.suggesting import kind_of, lacking, suggest

ROWS = [
    "order_id,member_id,occurred_at,net,store",
    "1,m,2024-05-01 08:00:00,1.50,静安店",
    "2,n,2024-05-02 09:00:00,2.00,",
]


def told(tmp_path, *files, **options):
    of_files = ("dates", "leave_out", "faulty_rows", "statuses", "seen")
    said = {name: options.pop(name) for name in of_files if name in options}
    sources = Sources(tuple(one if isinstance(one, File) else File(one) for one in files), **said)
    return build(
        tmp_path / "stored", sources, **({"currency": "CNY", "digits": 2, "time_zone": "Asia/Shanghai"} | options)
    )


def written(tmp_path, name, *rows, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes("".join(f"{row}\n" for row in rows).encode(encoding))
    return path


def causes(report):
    return [(fault.file, fault.cause, fault.column, fault.found, fault.count, fault.rows) for fault in report.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_encoding_reads_alike(tmp_path, encoding):
    report = told(tmp_path, written(tmp_path, "orders.csv", *ROWS, encoding=encoding))
    part = report.stored.part(0, ids=True)
    assert (part.members, part.order_ids, part.facts.net_minor.tolist()) == (("m", "n"), ("1", "2"), [150, 200])
    assert [part.facts.store.names[code] for code in part.facts.store.codes] == ["静安店", ""]
    assert part.order_at.tolist() == [1714521600, 1714611600]


def test_sheets_gzip_and_parquet_read_alike(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["order_id", "member_id", "occurred_at", "net", "store"])
    book.active.append([1, 13800000000.0, dt.datetime.fromisoformat("2024-05-01T08:00:00"), 1.5, "S"])
    book.active.append([])
    book.active.append(["2", "n", dt.date(2024, 5, 2), "2.005", None])
    book.save(tmp_path / "orders.xlsx")
    report = told(tmp_path, tmp_path / "orders.xlsx", leave_out=True)
    assert causes(report) == [("orders.xlsx", "amount_too_fine", "net", "2.005", 1, (4,))]
    part = report.stored.part(0, ids=True)
    assert (part.members, part.order_ids, part.order_at.tolist()) == (("13800000000",), ("1",), [1714521600])
    zipped = tmp_path / "orders.csv.gz"
    zipped.write_bytes(gzip.compress("\n".join(ROWS).encode()))
    assert told(tmp_path, zipped).stored.part(0).facts.net_minor.tolist() == [150, 200]
    path = tmp_path / "orders.parquet"
    duckdb.sql(
        "SELECT 7 AS order_id, 8 AS member_id, TIMESTAMP '2024-05-01 08:00:00' AS occurred_at, 1.5::DECIMAL(9, 1) AS net"
    ).write_parquet(str(path))
    part = told(tmp_path, path).stored.part(0, ids=True)
    assert (part.members, part.order_ids, part.order_at.tolist()) == (("8",), ("7",), [1714521600])
    assert part.facts.net_minor.tolist() == [150]


def test_a_broken_row_is_a_fault_of_that_row_alone(tmp_path):
    rows = [
        ROWS[0],
        '1,m,2024-05-01 08:00:00,1.50,"two',
        'lines"',
        '2,n,2024-05-02 09:00:00,2.00,"never closed',
        "3,n,2024-05-02 09:00:00,2.00,x,more",
        "",
        "4,n,2024-05-02 09:00:00,2.00",
        "5,n,2024-05-02 09:00:00,2.00,a\x00b",
        "6,n,2024-05-02 09:00:00,nothing,",
        "7,n,2024-05-02 09:00:00,3.00,",
        *[f"{i},n,2024-05-02 09:00:00,3.00," for i in range(100, 130)],
    ]
    report = told(tmp_path, written(tmp_path, "orders.csv", *rows), leave_out=True)
    assert causes(report) == [
        ("orders.csv", "unclosed_quote", "", "", 1, (4,)),
        ("orders.csv", "wrong_cell_count", "", "", 2, (5, 7)),
        ("orders.csv", "unreadable_characters", "", "", 1, (8,)),
        ("orders.csv", "not_an_amount", "net", "nothing", 1, (9,)),
    ]
    part = report.stored.part(0, ids=True)
    assert part.order_ids[:2] == ("1", "7")
    assert part.facts.store.names == ("", "two\nlines")
    assert (report.left_out_rows, report.left_out_orders, part.order_count) == (5, 1, 32)


def test_a_text_is_read_in_chunks_alike(tmp_path, monkeypatch):
    rows = [
        ROWS[0],
        *(
            f'{i},m,2024-05-01 08:00:00,1.50,"a,{i}\nb"' if i % 7 == 0 else f"{i},m,2024-05-01 08:00:00,1.50,s{i}"
            for i in range(300)
        ),
        '300,m,2024-05-01 08:00:00,1.50,"open',
        *(f"{i},m,2024-05-01 08:00:00,x,s" for i in range(301, 330)),
    ]
    path = written(tmp_path, "orders.csv", *rows)
    whole = told(tmp_path, path, leave_out=True)
    stores = whole.stored.part(0).facts.store.names
    monkeypatch.setattr(row_files, "CHUNK", 64)
    in_chunks = told(tmp_path, path, leave_out=True)
    assert causes(in_chunks) == causes(whole)
    assert causes(whole) == [
        ("orders.csv", "unclosed_quote", "", "", 1, (345,)),
        ("orders.csv", "not_an_amount", "net", "x", 29, tuple(range(346, 375))),
    ]
    assert in_chunks.stored.part(0).facts.store.names == stores
    assert len(stores) == 300


def test_faults_refuse_everything_and_name_every_row(tmp_path):
    orders = written(
        tmp_path,
        "orders.csv",
        "order_id,member_id,occurred_at,net,sku,quantity",
        "1,m,2024-05-01 08:00:00,4.00,a,2",
        "1,m,2024-05-01 08:00:00,1.00,b,1",
        "1,m,2024-05-01 08:00:00,1.00,b,1",
        "2,m,2024-05-01 08:00:00,x,a,1",
        '3,m,2024-05-01 08:00:00,1.00,a,"1,5"',
    )
    refunds = written(
        tmp_path,
        "refunds.csv",
        "order_id,occurred_at,net,sku,quantity,whole",
        "9,2024-05-02 08:00:00,1,,,",
        "1,2024-04-02 08:00:00,1,,,",
        "1,2024-05-02 08:00:00,,b,1,",
        "1,2024-05-02 08:00:00,,c,1,",
        "1,2024-05-02 08:00:00,,a,3,",
        "1,2024-05-02 08:00:01,7,,,",
        "2,2024-05-02 08:00:01,7,,,",
        "1,2024-05-02 08:00:01,,,,",
    )
    redemptions = written(
        tmp_path,
        "redemptions.csv",
        "member_id,occurred_at,points,order_id",
        "n,2024-05-01 08:00:00,5,1",
        "m,2024-05-01 08:00:00,0,1",
        "m,2024-05-01 08:00:00,-5,",
        "m,2024-05-01 08:00:00,5,9",
    )
    members = written(tmp_path, "members.csv", "member_id,birthday", "m,1990-02-30", "n,05-17", "n,05-18")
    files = [
        File(orders),
        File(refunds, Kind.REFUNDS),
        File(redemptions, Kind.REDEMPTIONS),
        File(members, Kind.MEMBERS),
    ]
    faulty = tmp_path / "faulty.csv"
    report = told(tmp_path, *files, faulty_rows=faulty)
    assert report.stored is None
    assert not (tmp_path / "stored").exists()
    assert causes(report) == [
        ("orders.csv", "not_an_amount", "net", "x", 1, (5,)),
        ("orders.csv", "not_a_quantity", "quantity", "1,5", 1, (6,)),
        ("refunds.csv", "order_unknown", "order_id", "9", 1, (2,)),
        ("refunds.csv", "before_its_order", "occurred_at", "2024-04-02 00:00:00+00", 1, (3,)),
        ("refunds.csv", "line_ambiguous", "sku", "b", 1, (4,)),
        ("refunds.csv", "line_unknown", "sku", "c", 1, (5,)),
        ("refunds.csv", "refund_above_line", "quantity", "3", 1, (6,)),
        ("refunds.csv", "refund_above_order", "net", "7.00", 1, (7,)),
        ("refunds.csv", "order_left_out", "order_id", "2", 1, (8,)),
        ("refunds.csv", "amount_needed", "net", "", 1, (9,)),
        ("redemptions.csv", "order_of_other_member", "order_id", "1", 1, (2,)),
        ("redemptions.csv", "points_out_of_range", "points", "0", 2, (3, 4)),
        ("redemptions.csv", "order_unknown", "order_id", "9", 1, (5,)),
        ("members.csv", "not_a_birthday", "birthday", "1990-02-30", 1, (2,)),
        ("members.csv", "member_repeated", "member_id", "n", 1, (4,)),
    ]
    table = list(csv.DictReader(io.StringIO(faulty.read_text("utf-8-sig"))))
    assert len(table) == 16
    assert table[0] == {
        "file": "orders.csv", "row": "5", "column": "net", "cause": "not_an_amount", "found": "x",
        "expected": "an amount such as 1234.50, with no sign but that of the currency",
        "应为": "金额，如 1234.50，除本币符号外不带其他符号",
    }  # fmt: skip
    assert table[12]["found"] == "'-5"
    report = told(tmp_path, *files, leave_out=True)
    assert (report.left_out_rows, report.left_out_orders, report.left_out_net_minor) == (16, 2, 100)
    stored = report.stored
    assert (stored.orders, stored.refunds, stored.redemptions, stored.net_minor) == (1, 0, 0, 600)
    assert stored.made_of["left_out"] == {"rows": 16, "orders": 2, "net_minor": 100}


def test_orders_that_come_twice_are_faults(tmp_path):
    first = written(tmp_path, "may.csv", *ROWS)
    second = written(tmp_path, "june.csv", ROWS[0], ROWS[2])
    assert causes(told(tmp_path, first, second)) == [("may.csv", "order_repeated", "order_id", "2", 1, (3,))]
    twice = written(tmp_path, "twice.csv", *ROWS, ROWS[1])
    assert told(tmp_path, twice).faults == ()
    found = told(tmp_path, File(twice, one_row_an_order=True))
    assert causes(found) == [("twice.csv", "order_repeated", "order_id", "1", 1, (2,))]


def test_what_is_asked_for_is_never_guessed(tmp_path):
    path = written(tmp_path, "orders.csv", *ROWS)
    found = told(tmp_path, path, time_zone="")
    assert causes(found) == [("orders.csv", "zone_missing", "occurred_at", "2024-05-01 08:00:00", 2, (2, 3))]
    american = written(tmp_path, "us.csv", ROWS[0], "1,m,05/02/2024 08:00:00,1,", "2,m,2024-05-02 08:00:00+00:00,1,")
    assert causes(told(tmp_path, american))[0][1:4] == ("not_an_instant", "occurred_at", "05/02/2024 08:00:00")
    assert told(tmp_path, american, dates="mdy").stored.part(0).order_at.tolist() == [1714608000, 1714636800]
    assert told(tmp_path, american, dates="dmy").stored.part(0).order_at.tolist()[0] == 1707091200
    for options, code in (({"time_zone": "Mars"}, "time_zone_unknown"), ({"dates": "ydm"}, "unknown_choice")):
        with pytest.raises(Refusal) as refusal:
            told(tmp_path, path, **options)
        assert refusal.value.code == code
    with pytest.raises(Refusal) as refusal:
        told(tmp_path, File(path, Kind.MEMBERS))
    assert refusal.value.code == "orders_missing"


def test_orders_and_lines_may_stand_in_two_files(tmp_path):
    orders = written(
        tmp_path, "orders.csv", "order_id,member_id,occurred_at,total", "1,m,2024-05-01,9.00", "2,m,2024-05-02,"
    )
    lines = written(
        tmp_path, "lines.csv", "order_id,price,quantity,sku", "2,3.00,2,b", "1,4.00,2,a", "1,0.50,1,c", "3,1,1,x"
    )
    report = told(tmp_path, File(orders), File(lines, Kind.LINES), leave_out=True)
    assert causes(report) == [("lines.csv", "order_unknown", "order_id", "3", 1, (5,))]
    facts = report.stored.part(0).facts
    assert (facts.net_minor.tolist(), facts.line_of.tolist()) == ([900, 600], [0, 2, 3])
    assert facts.lines.net_minor.tolist() == [800, 50, 600]
    assert [facts.lines.sku.names[code] for code in facts.lines.sku.codes] == ["a", "c", "b"]
    bad = written(tmp_path, "bad.csv", "order_id,price,quantity,sku", "2,3.00,2,b", "1,4.00,2,a", "1,x,1,c")
    report = told(tmp_path, File(orders), File(bad, Kind.LINES), leave_out=True)
    assert causes(report) == [("bad.csv", "not_an_amount", "price", "x", 1, (4,))]
    assert (report.stored.part(0, ids=True).order_ids, report.left_out_orders) == (("2",), 1)


SHOPIFY = """Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Vendor,Source
#1001,amy@example.com,paid,2024-05-01 08:00:00 +0800,CNY,20.00,5.00,1.00,26.00,2024-05-01 07:59:00 +0800,2,Tea,7.50,T1,Hill,web
#1001,,,,,,,,,,1,Cup,5.00,C1,Hill,
"""
YOUZAN = """订单号,买家手机号,订单状态,付款时间,商品名称,商品编码,数量,商品实付金额(元),订单实付金额,归属门店,订单来源
E1,13800000000,交易完成,2024/5/1 8:00,茶,T1,2,"1,015.00",1020,静安店,小程序
E1,,,,杯,C1,1,5.00,,,
"""


@pytest.mark.parametrize(("text", "nets"), [(SHOPIFY, [1500, 500]), (YOUZAN, [101500, 500])])
def test_exports_are_read_by_their_own_names(tmp_path, text, nets):
    path = tmp_path / "export.csv"
    path.write_text(text, "utf-8")
    headers, _ = sample(path)
    assert kind_of(headers) is Kind.ORDERS
    report = told(tmp_path, path, statuses=("paid",) if text is SHOPIFY else ("交易完成",))
    assert report.faults == ()
    part = report.stored.part(0, ids=True)
    assert (part.member_count, part.order_count, part.order_at.tolist()) == (1, 1, [1714521600])
    assert part.facts.lines.net_minor.tolist() == nets
    assert part.facts.net_minor.tolist() == [2600 if text is SHOPIFY else 102000]
    assert [part.facts.lines.sku.names[code] for code in part.facts.lines.sku.codes] == ["T1", "C1"]


def test_columns_are_proposed_with_reasons(tmp_path):
    rows = [("E1", "2024-05-01 08:00:00", "13800000000", "1.50", "备注一")]
    found = suggest(Kind.ORDERS, ("订单编号", "时点", "会员手机号", "到手价", "备注"), rows)
    assert [(one.field, one.confidence, one.why) for one in found] == [
        ("order_id", 90, "name"),
        ("occurred_at", 50, "values"),
        ("member_id", 90, "name"),
        ("net", 50, "values"),
        ("-", 0, "unknown"),
    ]
    assert lacking(Kind.ORDERS, found) == ()
    found = suggest(Kind.ORDERS, ("order_id", "下单时间", "支付时间", "Total", "渠道"))
    assert [(one.field, one.why) for one in found] == [
        ("order_id", "field"), ("-", "repeated"), ("occurred_at", "name"), ("total", "field"), ("channel", "name"),
    ]  # fmt: skip
    assert lacking(Kind.ORDERS, found) == ("member_id",)
    assert kind_of(("售后单号", "订单号", "退款金额", "退款时间")) is Kind.REFUNDS
    assert kind_of(("会员手机号", "注册时间", "标签")) is Kind.MEMBERS
    assert kind_of(("手机号", "兑换时间", "消耗积分")) is Kind.REDEMPTIONS


def test_lines_that_say_the_same_count_and_are_told(tmp_path):
    rows = (
        "1,m,2024-05-01,1,a",
        "1,m,2024-05-01,1,a",
        "1,m,2024-05-01,2,a",
        "2,m,2024-05-01,1,a",
        "1,m,2024-05-01,1,a",
    )
    report = told(tmp_path, written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,net,sku", *rows))
    assert (report.repeated_lines, report.stored.lines, report.stored.net_minor) == (2, 5, 600)


def test_a_mapping_decides_against_names(tmp_path):
    path = written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,net,其他", "1,m,2024-05-01,1,2.5")
    mapping = {
        "order_id": "order_id",
        "member_id": "member_id",
        "occurred_at": "occurred_at",
        "net": "-",
        "其他": "net",
    }
    assert told(tmp_path, File(path, mapping=mapping)).stored.net_minor == 250
    for wrong, code in (({"nope": "net"}, "unknown_columns"), ({"net": "gold"}, "unknown_columns"),
                        ({"net": "net", "其他": "net"}, "duplicate_columns"), ({"net": "net"}, "columns_missing")):  # fmt: skip
        with pytest.raises(Refusal) as refusal:
            told(tmp_path, File(path, mapping=wrong))
        assert refusal.value.code == code


def test_a_member_joins_as_the_file_says_or_with_the_first_order(tmp_path):
    orders = written(tmp_path, "orders.csv", *ROWS)
    members = written(
        tmp_path,
        "members.csv",
        "会员号,注册时间,生日,标签",
        "m,2024-06-01,1990-05-17,老客；VIP",
        "n,2024-01-01 00:00:00,,",
        "silent,2024-01-02 00:00:00,2月29日,VIP",
        "nobody,,,",
    )
    stored = told(tmp_path, orders, File(members, Kind.MEMBERS)).stored
    part = stored.part(0)
    assert part.members == ("m", "n", "silent")
    assert part.joined_at.tolist() == [1714521600, 1704038400, 1704124800]
    assert (part.birth_md.tolist(), part.lunar_md.tolist()) == ([517, 0, 229], [423, 0, 0])
    assert (part.tag_names, part.tags.tolist()) == (("VIP", "老客"), [3, 0, 1])
    assert stored.segments == ("VIP", "老客")


def test_progress_is_told_and_a_cancelled_import_leaves_nothing(tmp_path):
    path = written(tmp_path, "orders.csv", *ROWS)
    heard = []
    told(tmp_path, path, progress=lambda *said: heard.append(said))
    size = path.stat().st_size
    assert [said for said in heard if said[2] == "read"] == [(0, size, "read"), (0, size, "read"), (size, size, "read")]
    assert [phase for _, _, phase in heard if phase != "check"] == ["read", "read", "read", "store", "store"]
    assert heard[-1] == (1, 1, "store")
    before = (tmp_path / "stored" / "meta.json").read_bytes()
    with pytest.raises(Cancelled):
        told(tmp_path, path, cancelled=lambda: True)
    assert (tmp_path / "stored" / "meta.json").read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["orders.csv", "stored"]


def test_what_a_killed_import_left_is_swept(tmp_path):
    (tmp_path / ".stored.killed" / "whole").mkdir(parents=True)
    told(tmp_path, written(tmp_path, "orders.csv", *ROWS))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["orders.csv", "stored"]


def test_damaged_files_are_refused(tmp_path):
    for name, data in (("a.csv", b""), ("b.xlsx", b"PK\x03\x04nothing"), ("c.csv.gz", b"\x1f\x8bnothing"),
                       ("d.parquet", b"PAR1nothing")):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Refusal) as refusal:
            told(tmp_path, tmp_path / name)
        assert (refusal.value.code, refusal.value.params["path"]) == ("file_unreadable", str(tmp_path / name))
    assert files_module.digest(tmp_path / "a.csv")[:8] == "e3b0c442"


def workbook_of(path, sheet, **parts):
    """Write a workbook whose sheet is `sheet`, with other parts beside."""
    plain = path.with_name("plain.xlsx")
    openpyxl.Workbook().save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, {"xl/worksheets/sheet1.xml": sheet}.get(name) or parts.pop(name, source.read(name)))
        for name, data in parts.items():
            target.writestr(name, data)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = (
    f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/>'
    '<sheetData><row r="1"><c t="inlineStr"><is><t>a</t></is></c></row><row r="{last}"><c><v>1</v></c></row></sheetData>'
    "</worksheet>"
)


def test_a_sheet_is_as_large_as_its_rows_and_not_as_it_says(tmp_path):
    workbook_of(tmp_path / "a.xlsx", SHEET.format(last=3))
    with (tmp_path / "a.xlsx").open("rb") as stream:
        assert [*row_files.rows(stream)] == [row_files.Row(1, ("a",)), row_files.Row(3, ("1",))]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(row_files, "SHEET_ROWS", 100)
    monkeypatch.setattr(row_files, "UNPACKED_LIMIT", 100_000)
    workbook_of(tmp_path / "rows.xlsx", SHEET.format(last=101))
    cell = SHEET.format(last=2).replace("<t>a</t>", f"<t>{'a' * 100_000}</t>")
    workbook_of(tmp_path / "cell.xlsx", cell)
    texts = {"xl/worksheets/texts.xml": f"<sst xmlns='{MAIN}'>{'<si><t>a</t></si>' * 10_000}</sst>"}
    manifest = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{parts}'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml'
        '.sheet.main+xml"/></Types>'
    )
    of_texts = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = f'<Override PartName="/xl/worksheets/texts.xml" ContentType="{of_texts}"/>'
    hidden = texts | {"[Content_Types].xml": manifest.format(parts=named)}
    workbook_of(tmp_path / "texts.xlsx", SHEET.format(last=2), **hidden)
    for name in ("rows.xlsx", "cell.xlsx", "texts.xlsx"):
        with (tmp_path / name).open("rb") as stream, pytest.raises(Refusal) as refusal:
            list(row_files.rows(stream))
        assert refusal.value.code == "file_not_readable"


@pytest.mark.parametrize(("page", "language"), [("history-files.md", 0), ("history-files.zh-CN.md", 1)])
def test_the_reference_says_what_every_cause_and_field_expects(page, language):
    told_there = (Path(__file__).parents[2] / "docs" / "reference" / page).read_text("utf-8")
    rows = [f"| `{cause}` | {expected[language]} |" for cause, expected in EXPECTED.items()]
    assert [row for row in rows if row not in told_there] == []
    codes = {field.code for fields in FIELDS.values() for field in fields}
    assert [code for code in sorted(codes) if f"`{code}`" not in told_there] == []


def test_parquet_files_of_one_period_each_are_checked_by_instants(tmp_path):
    def month(name, *rows):
        values = ", ".join(f"({order}, 7, TIMESTAMPTZ '{at}+00', 1.5::DECIMAL(9, 2))" for order, at in rows)
        duckdb.sql(f"SELECT * FROM (VALUES {values}) t(order_id, member_id, occurred_at, net)").write_parquet(
            str(tmp_path / name)
        )
        return tmp_path / name

    may = month("may.parquet", (1, "2024-05-01 08:00:00"), (2, "2024-05-02 08:00:00"))
    june = month("june.parquet", (1, "2024-06-01 08:00:00"), (3, "2024-06-02 08:00:00"))
    assert causes(told(tmp_path, may, june, time_zone="")) == [("may.parquet", "order_torn", "order_id", "1", 1, (1,))]
    again = month("again.parquet", (2, "2024-05-02 08:00:00"), (4, "2024-06-02 08:00:00"))
    assert causes(told(tmp_path, may, again, time_zone="")) == [
        ("may.parquet", "order_repeated", "order_id", "2", 1, (2,))
    ]


@pytest.mark.parametrize(
    ("sql_type", "values", "nets", "faults"),
    [
        ("DECIMAL(9, 3)", ("1.230", "1.235"), [123], ["amount_too_fine"]),
        ("DECIMAL(38, 2)", ("1.23", "123456789012345678901234567890.12"), [123], ["amount_out_of_range"]),
        ("DOUBLE", ("1.23", "1.234", "1e300", "'nan'"), [123], ["amount_too_fine", "amount_out_of_range"]),
        ("BIGINT", ("12", "9223372036854775807", "-1"), [1200], ["amount_out_of_range"]),
        ("UBIGINT", ("12", "18446744073709551615"), [1200], ["amount_out_of_range"]),
        ("VARCHAR", ("'12'", "'99999999999999999999'", "'-0.01'"), [1200], ["amount_out_of_range"]),
        ("DATE", ("'2024-05-01'",), [], ["not_an_amount"]),
    ],
)
def test_amounts_of_every_type_are_read_or_told(tmp_path, sql_type, values, nets, faults):
    rows = ", ".join(f"({i}, {i}::DOUBLE, {value}::{sql_type})" for i, value in enumerate(values))
    path = tmp_path / "orders.parquet"
    duckdb.sql(
        f"SELECT *, TIMESTAMPTZ '2024-05-01 00:00:00+00' AS occurred_at FROM (VALUES {rows}) t(order_id, member_id, net)"
    ).write_parquet(str(path))
    report = told(tmp_path, path, leave_out=True)
    assert list(dict.fromkeys(fault.cause for fault in report.faults)) == faults
    assert report.stored.part(0).facts.net_minor.tolist() == nets


def test_ids_and_pieces_of_every_type_are_read_or_told(tmp_path):
    path = tmp_path / "orders.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES (18446744073709551615::UBIGINT, 7.0::DOUBLE, 2.0::DOUBLE, 'infinity'),"
        " (2, 7.5, 1, '2024-05-01 00:00:00'), (3, 1e300, 1, '2024-05-01 00:00:00'), (4, 7, -1.5, '2024-05-01 00:00:00'),"
        " (5, 7, 1, '2024-05-01 00:00:00'), (NULL, 7, 1, '2024-05-01 00:00:00'))"
        " t(order_id, member_id, quantity, bought)"
    ).project("* EXCLUDE (bought), bought::TIMESTAMP AS occurred_at, 1::DECIMAL(4, 2) AS net").write_parquet(str(path))
    report = told(tmp_path, path, leave_out=True)
    assert [each[1:] for each in causes(report)] == [
        ("not_an_instant", "occurred_at", "infinity", 1, (1,)),
        ("not_an_id", "member_id", "7.5", 2, (2, 3)),
        ("not_a_quantity", "quantity", "-1.5", 1, (4,)),
        ("value_missing", "order_id", "", 1, (6,)),
    ]
    part = report.stored.part(0, ids=True)
    assert (part.members, part.order_ids) == (("7",), ("5",))
