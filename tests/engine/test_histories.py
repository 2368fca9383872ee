"""Files become the same history that `HistoryWriter` makes of what they tell, however they are cut into parts."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from shuke.core.state.replay import FACT, GIVE_BACK, REDEEM, REFUND, V_AMOUNT, V_KIND, V_UNIT
from shuke.core.values.errors import Refusal
from shuke.engine.histories.building import build, laid_out
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.returns import with_returns
from shuke.engine.histories.sources import File, Sources
from shuke.engine.histories.stored import Meta, open_history
from shuke.engine.histories.storing import write_history
from shuke.engine.lives import HistoryWriter
from shuke.engine.schema import load_program
from shuke.engine.states import BehaviourFacts, LineFacts, OrderFacts
from tests.engine.told_histories import plain, tellings, told_in_order, write_files

PROGRAM = """
shuke: 1
program: two
currency: USD
time_zone: UTC
units: {growth: {spendable: no}, cash: {scale: 2}}
earn: [{code: spend, unit: cash, points: order.net}]
"""


def sources_of(files):
    return Sources(tuple(File(path, Kind(kind)) for kind, path in files.items()))


def built(folder, files, **options):
    said = {"currency": "USD", "digits": 2, "time_zone": ""} | options
    return build(folder / "stored", sources_of(files), **said)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=tellings())
def test_a_history_of_files_is_that_of_the_writer(tmp_path, members):
    folder = tmp_path / "one"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    report = built(folder, write_files(folder, members))
    assert report.faults == ()
    assert plain(open_history(folder / "stored").part(0, ids=True)) == plain(told_in_order(members))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=tellings())
def test_parts_hold_each_member_whole(tmp_path, members):
    folder = tmp_path / "parts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files = write_files(folder, members)
    stored = built(folder, files, part_orders=2).stored
    orders = sum(len(member.orders) for member in members)
    assert (stored.parts, stored.members, stored.orders) == (max(1, -(-orders // 2)), len(members), orders)
    parts = [stored.part(number, ids=True) for number in range(stored.parts)]
    assert sorted(name for part in parts for name in part.members) == sorted(member.id for member in members)
    for member in members:
        assert plain(stored.member(member.id)) | {".slots": 0} == plain(told_in_order([member])) | {".slots": 0}
    with laid_out(sources_of(files), currency="USD", digits=2, time_zone="", part_orders=2) as (report, laid):
        assert (report.faults, laid.count, laid.lines) == ((), stored.parts, stored.lines)
        for number in reversed(range(laid.count)):  # in any order, without anything stored
            history, paid_for, ids = laid.lay(number)
            history = replace(with_returns(history, paid_for), order_ids=tuple(map(str, ids.tolist())))
            assert plain(history) == plain(parts[number])


def test_parts_are_laid_by_several_threads_at_once_and_in_any_order(tmp_path):
    rows = [
        f"{i},m{i * 7 % 40},2024-05-{i % 28 + 1:02},{i}.{j}0,s{j},{j + 1}"
        for i in range(400)
        for j in (*range(i % 3 + 1), 0)
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["order_id,member_id,occurred_at,net,sku,quantity", *rows, ""]))
    refunds = tmp_path / "refunds.csv"
    said = [f"{i},2024-06-01,1.00" for i in range(1, 400, 5)]
    refunds.write_text("\n".join(["order_id,occurred_at,net", *said, ""]))
    files = {"orders": path, "refunds": refunds}

    def told(laid, number):
        history, paid_for, ids = laid.lay(number)
        return plain(replace(history, order_ids=tuple(map(str, ids.tolist())))), paid_for.tolist()

    how = {"currency": "USD", "digits": 2, "time_zone": "UTC", "part_orders": 20}
    with laid_out(sources_of(files), **how) as (_, laid):
        one_by_one = [told(laid, number) for number in range(laid.count)]
        repeated = laid.repeated_lines
    assert (len(one_by_one), repeated) == (20, 400)
    with laid_out(sources_of(files), **how) as (_, laid), ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda number: told(laid, number), reversed(range(laid.count))))
        assert at_once[::-1] == one_by_one
        assert laid.repeated_lines == repeated


def test_plain_parquet_is_grouped_as_exactly_as_rows_are(tmp_path):
    def orders(*rows):
        values = ", ".join(
            f"({order}, {member}, TIMESTAMP '2024-05-01 08:00:{at}', {net}::DECIMAL(12, 2))"
            for order, member, at, net in rows
        )
        path = tmp_path / "orders.parquet"
        duckdb.sql(f"SELECT * FROM (VALUES {values}) t(order_id, member_id, occurred_at, net)").write_parquet(str(path))
        return build(
            tmp_path / "stored", Sources((File(path),), leave_out=True), currency="CNY", digits=2, time_zone="UTC"
        )

    dust = [(1, 7, f"05.{i:06}", "0.01") for i in range(300)]
    report = orders(*dust, (1, 7, "05.999999", "9999990.37"), (2, 8, "09.5", "0.10"))
    part = report.stored.part(0, ids=True)
    assert (report.faults, part.members, part.order_ids) == ((), ("7", "8"), ("1", "2"))
    assert (part.facts.net_minor.tolist(), part.order_at.tolist()) == ([999999337, 10], [1714550405, 1714550409])
    report = orders(
        (1, 7, "05.2", "1"), (1, 7, "06.1", "1"), (2, 7, "05", "1"), (2, 8, "05", "1"), (3, 7, "05", "1"),
        *[(4, 7, "05", "9999999.99")] * 2,
    )  # fmt: skip
    assert [(fault.cause, fault.found, fault.count, fault.rows) for fault in report.faults] == [
        ("order_torn", "1", 2, (1, 3)),
        ("order_too_large", "4", 1, (6,)),
    ]
    assert report.stored.part(0, ids=True).order_ids == ("3",)


@pytest.mark.parametrize(
    ("members", "members_read", "causes"),
    [
        (("''", "'A'"), ("A",), []),  # blank where another row says it
        (("' A'", "'1'", "'A'"), (), ["order_torn"]),
        (("''", "'A'", "'B'"), (), ["order_torn"]),
        (("'A'", "' A '"), ("A",), []),
    ],
)
def test_ids_in_letters_are_grouped_as_they_are_read(tmp_path, members, members_read, causes):
    rows = ", ".join(f"(1, {member}, TIMESTAMPTZ '2024-05-01 08:00:00+00', 1::DECIMAL(4, 2))" for member in members)
    path = tmp_path / "orders.parquet"
    duckdb.sql(f"SELECT * FROM (VALUES {rows}) t(order_id, member_id, occurred_at, net)").write_parquet(str(path))
    report = build(tmp_path / "stored", Sources((File(path),), leave_out=True), currency="USD", digits=2, time_zone="")
    assert [fault.cause for fault in report.faults] == causes
    assert report.stored.part(0).members == members_read


def test_a_sum_beyond_every_number_is_told(tmp_path):
    path = tmp_path / "orders.parquet"
    duckdb.sql(
        "SELECT 1 AS order_id, 7 AS member_id, TIMESTAMPTZ '2024-05-01 08:00:00+00' AS occurred_at,"
        " 999999.999::DECIMAL(9, 3) AS net FROM range(1100000)"
    ).write_parquet(str(path))
    report = build(tmp_path / "stored", Sources((File(path),)), currency="KWD", digits=3, time_zone="")
    assert [(fault.cause, fault.count) for fault in report.faults] == [("order_too_large", 1)]


def test_points_come_back_in_the_scale_of_the_program(tmp_path):
    rows = "refund_id,order_id,occurred_at,net\n1,o,2024-01-02T00:00:00Z,1.00\n"
    (tmp_path / "orders.csv").write_text("order_id,member_id,occurred_at,net\no,m,2024-01-01T00:00:00Z,3.00\n")
    (tmp_path / "refunds.csv").write_text(rows)
    (tmp_path / "redemptions.csv").write_text(
        "member_id,occurred_at,points,order_id,unit\nm,2024-01-01T00:00:00Z,10,o,cash\nm,2024-01-03T00:00:00Z,1,,miles\n"
    )
    kinds = ("orders", "refunds", "redemptions")
    stored = built(tmp_path, {kind: tmp_path / f"{kind}.csv" for kind in kinds}).stored
    assert stored.units == (("cash", 0), ("miles", 0))
    as_stored = stored.part(0).events[:, (V_KIND, V_UNIT, V_AMOUNT)].tolist()
    assert as_stored == [[REDEEM, 0, 10], [FACT, 0, 0], [GIVE_BACK, 0, 3], [REFUND, 0, 100], [REDEEM, 1, 1]]
    program = load_program(PROGRAM)
    under = stored.under(program).part(0).events[:, (V_KIND, V_UNIT, V_AMOUNT)].tolist()
    assert under == [[REDEEM, 1, 1000], [FACT, 0, 0], [GIVE_BACK, 0, 333], [REFUND, 0, 100]]


def test_points_of_a_coarser_unit_are_rounded_towards_zero(tmp_path):
    writer = HistoryWriter()
    writer.member("a", 5)
    for at, points in enumerate((15, -15, 9, -9, -20), 6):
        writer.adjust(at, 0, points)
    stored = write_history(tmp_path / "live", [writer.history()], Meta("USD", 2, "UTC", (("growth", 1),)))
    under = stored.under(load_program(PROGRAM)).part(0).events
    assert under[:, V_AMOUNT].tolist() == [1, -1, 0, 0, -2]


def test_a_part_without_lines_still_counts_them(tmp_path):
    (tmp_path / "orders.csv").write_text(
        "order_id,member_id,occurred_at,net,sku\no,m,2024-01-01T00:00:00Z,3,a\no,m,2024-01-01T00:00:00Z,4,b\n"
    )
    facts = built(tmp_path, {"orders": tmp_path / "orders.csv"}).stored.part(0, lines=False).facts
    assert (facts.net_minor.tolist(), facts.line_of.tolist()) == ([700], [0, 2])
    assert facts.lines.net_minor.tolist() == []


def test_a_history_made_elsewhere_is_stored_and_read_alike(tmp_path):
    writer = HistoryWriter()
    writer.member("a", 5, tags=("vip",))
    writer.open_lot(6, 0, 50, 20_000, 19_000)
    order = writer.order("o1", OrderFacts(10, 500, 600, lines=(LineFacts(500, 2, attributes={"n": 3}),)))
    writer.behaviour(BehaviourFacts(11, "review", attributes={"stars": 5}), about="o1")
    held = writer.hold(12, 0, 20, 99)
    writer.capture(13, held, 5)
    writer.release(14, held)
    writer.refund("o1", 15, amount=100)
    writer.assign(16, 0, 1, 20_001, exactly=True)
    first = writer.history()
    assert order == 1
    writer = HistoryWriter()
    writer.member("b", 7, 229, 101, tags=("new", "vip"))
    writer.order("o2", OrderFacts(10, 500, 500, store="S", attributes={"gift": "yes"}))
    second = writer.history()
    stored = write_history(tmp_path / "live", [first, second], Meta("CNY", 2, "Asia/Shanghai", (("points", 0),)))
    assert [plain(stored.part(i, ids=True)) for i in range(2)] == [plain(first), plain(second)]
    assert (stored.members, stored.orders, stored.refunds, stored.net_minor) == (2, 2, 1, 1000)
    assert (stored.first_at, stored.last_at, stored.segments) == (6, 16, ("vip", "new"))
    assert plain(stored.member("b")) == plain(second)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refusal) as refusal:
        open_history(tmp_path)
    assert refusal.value.code == "unknown_history"
    stored = write_history(tmp_path / "empty", [], Meta("CNY", 2, ""))
    with pytest.raises(Refusal) as refusal:
        stored.member("nobody")
    assert refusal.value.code == "unknown_member"
    meta = tmp_path / "empty" / "meta.json"
    meta.write_text(meta.read_text().replace('"schema": 1', '"schema": 0'))
    with pytest.raises(Refusal) as refusal:
        open_history(tmp_path / "empty")
    assert refusal.value.code == "history_of_other_version"
