"""Histories: files are brought, told apart, read whole or refused with every cause, and forgotten without a trace."""

import fcntl
import gzip
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shuke.core.values.errors import Refusal
from shuke.engine.histories import statuses as engine_statuses
from shuke.foundation import clock, ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import NewOrganisation
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, RedeemFact, RefundFact
from shuke.rooms.studio import facade, queries
from shuke.rooms.studio.contracts import FileKind, Reading, RunKind, RunRequest, State
from shuke.rooms.studio.models import File, History
from shuke.rooms.studio.tests.conftest import ACTOR, ORDERS, PROGRAM, ZONE


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_files_are_read_into_a_history(bring, home):
    found = bring(orders=ORDERS, refunds="refund_id,order_id,occurred_at,net\nr1,3,2026-03-07 09:00:00,50\n")
    assert (found.state, found.failure, found.faults) == (State.READY, "", ())
    assert found.counts == {
        "members": 2,
        "orders": 4,
        "lines": 4,
        "refunds": 1,
        "redemptions": 0,
        "net_minor": 74_050,
    }
    assert (found.first_day, found.last_day) == (date(2026, 1, 5), date(2026, 3, 7))
    assert [(file.kind, file.name, file.missing) for file in found.files] == [
        ("orders", "orders.csv", ()),
        ("refunds", "refunds.csv", ()),
    ]
    assert sorted(path.name for path in (home / "studio" / "histories" / str(found.id)).iterdir()) == ["files", "store"]


def test_columns_are_told_by_name_and_can_be_said_otherwise(home):
    made = facade.begin_history("2026", ACTOR)
    text = "订单号,会员手机号,支付时间,实付,备注\n1,13800000001,2026-01-05 10:00,12.30,谢谢\n"
    file = facade.add_file(made.id, FileKind.ORDERS, "导出.csv", [text.encode("gb18030")], ACTOR)
    assert file.fields == {
        "订单号": "order_id",
        "会员手机号": "member_id",
        "支付时间": "occurred_at",
        "实付": "net",
        "备注": "",
    }
    assert [column.samples for column in file.columns][3:] == [("12.30",), ("谢谢",)]

    file = facade.map_columns(made.id, file.id, {"实付": "-", "备注": "channel"})
    assert (file.fields["实付"], file.fields["备注"], file.missing) == ("", "channel", ("net",))
    with refused("fields_missing"):
        facade.ask_reading(made.id, ZONE, ACTOR)
    for mapping, code in (
        ({"实付": "colour"}, "unknown_fields"),
        ({"nobody": "net"}, "unknown_columns"),
        ({"备注": "order_id"}, "duplicate_columns"),
    ):
        with refused(code):
            facade.map_columns(made.id, file.id, mapping)
    assert facade.history(made.id).files == (file,)


def test_faulty_rows_refuse_a_history_and_can_be_left_out(bring):
    text = ORDERS + "5,bob,2026-13-01 10:00:00,10.00\n6,bob,2026-03-01 10:00:00,-1\n"
    found = bring(orders=text)
    assert found.state is State.REFUSED
    assert found.counts == {}
    assert [(fault.code, fault.column, fault.count, fault.rows, fault.found) for fault in found.faults] == [
        ("not_an_instant", "occurred_at", 1, (6,), "2026-13-01 10:00:00"),
        ("amount_out_of_range", "net", 1, (7,), "-1"),
    ]
    assert {fault.file for fault in found.faults} == {"orders.csv"}
    lines = facade.faulty_rows(found.id).read_text("utf-8-sig").splitlines()
    assert len(lines) == 3
    with refused("history_not_ready"):
        facade.ask_run(RunRequest(RunKind.BACKTEST, found.id, PROGRAM), ACTOR)

    facade.ask_reading(found.id, replace(ZONE, leave_out=True), ACTOR)
    facade.read_history(found.id)
    found = facade.history(found.id)
    assert (found.state, found.counts["orders"], found.left_out["rows"]) == (State.READY, 4, 2)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [(Reading("XYZ", "UTC"), "unknown_currency"), (Reading("USD", "Mars/Base"), "time_zone_unknown")],
)
def test_what_cannot_be_read_changes_nothing(home, wanted, code):
    made = facade.begin_history("2026", ACTOR)
    with refused("orders_file_missing"):
        facade.ask_reading(made.id, ZONE, ACTOR)
    facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    with refused(code):
        facade.ask_reading(made.id, wanted, ACTOR)
    assert facade.history(made.id).state is State.DRAFT


EXPORT = """order_id,member_id,occurred_at,net,note,Refunds
1,ann,2026-01-05 10:00:00,300.00,paid,
2,ann,2026-02-05 10:00:00,300.00,paid,100.00
3,ann,,100.00,unpaid,
4,bob,2026-01-20 10:00:00,40.50,,
"""


def told(file):
    return [(status.value, status.rows, status.is_sale) for status in file.statuses]


def test_statuses_are_told_and_which_count_is_asked_for(home):
    made = facade.begin_history("2026", ACTOR)
    file = facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [EXPORT.encode()], ACTOR)
    assert (file.fields["note"], file.fields["Refunds"], told(file)) == ("", "refunded", [])

    file = facade.map_columns(made.id, file.id, {"note": "status"})
    assert told(file) == [("paid", 2, True), ("", 1, True), ("unpaid", 1, False)]
    for statuses, code in ((None, "statuses_missing"), (("paid", "sold"), "unknown_statuses")):
        with refused(code) as found:
            facade.ask_reading(made.id, replace(ZONE, statuses=statuses), ACTOR)
        assert (found.value.params["statuses"], found.value.pointer) == ("paid (2), – (1), unpaid (1)", "/statuses")
    assert (facade.history(made.id).state, facade.history(made.id).reading.statuses) == (State.DRAFT, None)

    facade.ask_reading(made.id, replace(ZONE, statuses=("paid",)), ACTOR)
    facade.read_history(made.id)
    found = facade.history(made.id)
    assert (found.state, found.faults, found.left_out) == (State.READY, (), {})
    assert (found.reading.statuses, found.no_sale) == (("paid",), {"rows": 2, "orders": 2, "net_minor": 14_050})
    assert (found.counts["orders"], found.counts["refunds"], found.counts["net_minor"]) == (2, 1, 60_000)
    seen = found.for_onlookers()
    assert (seen.reading.statuses, told(seen.files[0]), seen.no_sale) == (None, [], found.no_sale)


def test_statuses_beyond_the_first_rows_are_asked_for_when_all_is_read(home, monkeypatch):
    monkeypatch.setattr(engine_statuses, "LOOKED", 2)
    made = facade.begin_history("2026", ACTOR)
    text = EXPORT.replace("note", "status").encode()
    file = facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [text], ACTOR)
    assert told(file) == [("paid", 2, True)]

    facade.ask_reading(made.id, replace(ZONE, statuses=("paid",)), ACTOR)
    facade.read_history(made.id)
    found = facade.history(made.id)
    assert (found.state, found.failure, found.counts) == (State.FAILED, "statuses_missing", {})
    assert found.failure_params == {"statuses": "paid (2), – (1), unpaid (1)"}
    assert told(found.files[0]) == [("paid", 2, True), ("", 1, True), ("unpaid", 1, False)]

    facade.ask_reading(made.id, replace(ZONE, statuses=("paid", "")), ACTOR)
    facade.read_history(made.id)
    found = facade.history(made.id)
    assert (found.state, found.counts["orders"], found.no_sale["rows"]) == (State.READY, 3, 1)

    whole = facade.begin_history("whole", ACTOR)
    file = facade.add_file(whole.id, FileKind.ORDERS, "orders.csv", [text], ACTOR, whole=True)
    assert told(file) == told(found.files[0])
    file = facade.map_columns(whole.id, file.id, {"status": "-"})
    assert told(facade.map_columns(whole.id, file.id, {"status": "status"})) == [("paid", 2, True)]
    facade.map_columns(whole.id, file.id, {"status": "-"})
    assert told(facade.map_columns(whole.id, file.id, {"status": "status"}, whole=True)) == told(found.files[0])


def test_a_column_that_is_no_status_is_not_taken_for_one(home):
    rows = "".join(f"{i},ann,2026-01-05 10:00:00,1.00,state {i}\n" for i in range(101))
    made = facade.begin_history("2026", ACTOR)
    text = f"order_id,member_id,occurred_at,net,status\n{rows}"
    file = facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [text.encode()], ACTOR)
    assert (file.fields["status"], told(file)) == ("", [])
    with refused("too_many_statuses") as found:
        facade.map_columns(made.id, file.id, {"status": "status"})
    assert found.value.params == {"column": "status", "limit": 100}
    assert facade.history(made.id).files == (file,)


def test_a_header_that_comes_twice_is_told_at_once(home):
    made = facade.begin_history("2026", ACTOR)
    with refused("header_repeated") as found:
        facade.add_file(made.id, FileKind.ORDERS, "a.csv", [b"order_id,member_id,net,order_id\n1,m,2,3\n"], ACTOR)
    assert found.value.params == {"file": "a.csv", "header": "order_id", "times": 2}
    text = ORDERS.replace("net", "net,备注,备注").replace(".00", ".00,a,b").replace(".50", ".50,a,b")
    file = facade.add_file(made.id, FileKind.ORDERS, "b.csv", [text.encode()], ACTOR)
    with refused("header_repeated") as found:
        facade.map_columns(made.id, file.id, {"备注": "channel"})
    assert found.value.params == {"file": "b.csv", "header": "备注", "times": 2}
    assert facade.history(made.id).files == (file,)


def test_a_file_counts_once_and_can_be_taken_away(home):
    made = facade.begin_history("2026", ACTOR)
    file = facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    with refused("file_brought_already"):
        facade.add_file(made.id, FileKind.ORDERS, "again.csv", [ORDERS.encode()], ACTOR)
    with refused("file_empty"):
        facade.add_file(made.id, FileKind.ORDERS, "empty.csv", [], ACTOR)
    kept = home / "studio" / "histories" / str(made.id) / "files"
    assert [path.name for path in kept.iterdir()] == [f"{file.id}.csv"]
    facade.remove_file(made.id, file.id)
    assert list(kept.iterdir()) == []
    assert facade.history(made.id).files == ()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b"PK\x03\x04nothing"),
        ("b.csv.gz", b"\x1f\x8bnothing"),
        ("c.csv.gz", gzip.compress(ORDERS.encode())[:-20]),
        ("d.csv.gz", gzip.compress(ORDERS.encode())[:12] + b"\xff" * 40),
        ("e.parquet", b"PAR1nothing"),
    ],
    ids=("zip", "no_gzip", "half_gzip", "broken_gzip", "parquet"),
)
def test_a_damaged_file_is_refused_without_a_word_of_where_it_lay(home, name, data):
    made = facade.begin_history("2026", ACTOR)
    with refused("file_not_readable") as found:
        facade.add_file(made.id, FileKind.ORDERS, name, [data], ACTOR)
    assert (found.value.detail, found.value.params) == ("The file is no CSV, XLSX or Parquet, or is damaged.", {})
    assert facade.history(made.id).files == ()
    assert list((home / "studio" / "histories" / str(made.id) / "files").iterdir()) == []


@pytest.mark.parametrize(("name", "kept"), [("a" * 250 + ".csv", "a" * 196 + ".csv"), ("../[x]*\n.csv", "../[x]*.csv")])
def test_a_file_is_found_again_whatever_its_name(home, name, kept):
    made = facade.begin_history("2026", ACTOR)
    assert facade.add_file(made.id, FileKind.ORDERS, name, [ORDERS.encode()], ACTOR).name == kept
    facade.ask_reading(made.id, ZONE, ACTOR)
    assert facade.read_history(made.id) is State.READY


def test_a_file_leaves_half_of_the_room_free(home, monkeypatch):
    made = facade.begin_history("2026", ACTOR)
    monkeypatch.setattr("shuke.rooms.studio.services.folders._room_left", lambda: 2 * len(ORDERS) - 2)
    with refused("file_too_large") as found:
        facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    assert found.value.params == {"limit": len(ORDERS) - 1}
    assert facade.history(made.id).files == ()
    assert list((home / "studio" / "histories" / str(made.id) / "files").iterdir()) == []


def test_a_name_is_a_name(home):
    with refused("name_required"):
        facade.begin_history(" \u0007 ", ACTOR)
    assert facade.latest_histories(10) == []


def test_reading_can_be_cancelled_and_begun_again(bring, home):
    made = facade.begin_history("2026", ACTOR)
    facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    facade.ask_reading(made.id, ZONE, ACTOR)
    assert facade.cancel_history(made.id).state is State.CANCELLED
    assert facade.read_history(made.id) is None
    with refused("history_in_other_state"):
        facade.cancel_history(made.id)
    facade.ask_reading(made.id, ZONE, ACTOR)
    assert facade.read_history(made.id) is State.READY


def test_what_is_stopped_while_it_runs_leaves_nothing(home, monkeypatch):
    made = facade.begin_history("2026", ACTOR)
    facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    facade.ask_reading(made.id, ZONE, ACTOR)
    told = queries.note_progress

    def stop(*arguments):
        History.objects.filter(pk=made.id).update(stop=True)
        return told(*arguments)

    monkeypatch.setattr(queries, "note_progress", stop)
    assert facade.read_history(made.id) is State.CANCELLED
    assert [path.name for path in (home / "studio" / "histories" / str(made.id)).iterdir()] == ["files"]


def test_a_history_is_removed_with_all_that_belongs_to_it(history, home):
    run = facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR)
    with refused("history_in_use"):
        facade.remove_history(history.id, ACTOR)
    facade.do_run(run.id)
    facade.remove_history(history.id, ACTOR)
    assert (facade.latest_histories(10), facade.latest_runs(None, 10), File.objects.count()) == ([], [], 0)
    assert [list((home / "studio" / part).iterdir()) for part in ("histories", "runs")] == [[], []]
    for ask in (facade.history, facade.cancel_history, facade.faulty_rows):
        with refused("unknown_history"):
            ask(history.id)


def test_a_restored_database_without_the_folders_says_what_is_gone_and_keeps_what_was_found(history, home):
    run, waiting = (facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR) for _ in range(2))
    facade.do_run(run.id)
    found = facade.run(run.id)
    assert facade.run_member(run.id, "ann").member == "ann"
    shutil.rmtree(home / "studio")

    gone = facade.history(history.id)
    assert gone == replace(history, state=State.GONE, files=(replace(history.files[0], is_gone=True),))
    assert facade.latest_histories(10) == [gone]
    assert facade.run(run.id) == replace(found, history=gone)
    assert facade.do_run(waiting.id) is State.FAILED
    assert facade.run(waiting.id).failure == "history_files_gone"
    for ask in (lambda: facade.run_members(run.id, "", 10, 0), lambda: facade.run_members_file(run.id)):
        with refused("run_files_gone"):
            ask()
    for ask in (
        lambda: facade.run_member(run.id, "ann"),
        lambda: facade.ask_run(RunRequest(RunKind.BACKTEST, history.id, PROGRAM), ACTOR),
    ):
        with refused("history_files_gone"):
            ask()
    with refused("history_in_other_state") as told:
        facade.add_file(history.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    assert told.value.params == {"state": "gone"}
    with refused("no_faulty_rows"):
        facade.faulty_rows(history.id)
    assert facade.history(history.id) == gone
    facade.remove_history(history.id, ACTOR)
    assert (facade.latest_histories(10), facade.latest_runs(None, 10)) == ([], [])


def test_a_file_that_is_gone_before_it_was_read_is_put_back_with_what_was_said_of_its_columns(home):
    made = facade.begin_history("2026", ACTOR)
    text = ORDERS.replace("net", "sum").encode()
    file = facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [text], ACTOR)
    file = facade.map_columns(made.id, file.id, {"sum": "net"})
    shutil.rmtree(home / "studio")
    assert facade.history(made.id).files == (replace(file, is_gone=True),)
    with refused("history_files_gone"):
        facade.ask_reading(made.id, ZONE, ACTOR)
    assert facade.history(made.id).state is State.DRAFT

    assert facade.add_file(made.id, FileKind.ORDERS, "again.csv", [text], ACTOR) == file
    assert facade.history(made.id).files == (file,)
    facade.ask_reading(made.id, ZONE, ACTOR)
    assert facade.read_history(made.id) is State.READY


def test_a_reading_that_waited_fails_where_its_files_are_gone_and_so_are_its_faulty_rows(bring, home):
    faulty = bring(orders=ORDERS.replace("300.00", "much"))
    assert (faulty.state, facade.faulty_rows(faulty.id).is_file()) == (State.REFUSED, True)
    shutil.rmtree(home / "studio")
    with refused("history_files_gone"):
        facade.faulty_rows(faulty.id)
    History.objects.filter(pk=faulty.id).update(state=State.WAITING)
    assert facade.read_history(faulty.id) is State.FAILED
    assert facade.history(faulty.id).failure == "history_files_gone"


@pytest.mark.django_db(transaction=True)
def test_the_live_database_is_a_history_too(home):
    org.create_organisation(NewOrganisation("Corner", "USD", "UTC", "en", "sandbox"), ACTOR)
    clock.set_business_clock(datetime(2026, 4, 1, tzinfo=UTC))
    programs.publish(PROGRAM, ACTOR, datetime(2026, 1, 1, tzinfo=UTC))
    for code in ("ann", "bob"):
        programs.enrol([NewMember((ExternalId("till", code),), joined_at=datetime(2026, 1, 1, tzinfo=UTC))], ACTOR)
    ann, bob = (MemberRef(external=ExternalId("till", code)) for code in ("ann", "bob"))
    facts = [
        OrderFact("till", "1", ann, datetime(2026, 1, 5, 10, tzinfo=UTC), 60_000, 60_000, "USD"),
        OrderFact("till", "2", ann, datetime(2026, 2, 5, 10, tzinfo=UTC), 10_000, 10_000, "USD"),
        OrderFact("till", "3", bob, datetime(2026, 2, 6, 10, tzinfo=UTC), 4_050, 4_050, "USD"),
        RedeemFact("till", "u1", ann, 100, occurred_at=datetime(2026, 2, 7, 10, tzinfo=UTC)),
        RefundFact("till", "r1", ("till", "2"), occurred_at=datetime(2026, 2, 8, 10, tzinfo=UTC), net_minor=5_000),
    ]
    for result in programs.record(facts, ACTOR, history=True):
        assert result.refusal is None, result.refusal

    made = facade.ask_live_history("live", ACTOR)
    facade.read_history(made.id)
    found = facade.history(made.id)
    assert (found.state, found.failure) == (State.READY, "")
    assert (found.counts["members"], found.counts["orders"], found.counts["refunds"]) == (2, 3, 1)

    run = facade.ask_run(RunRequest(RunKind.BACKTEST, made.id, PROGRAM), ACTOR)
    facade.do_run(run.id)
    (unit,) = facade.run(run.id).result["units"]
    live = programs.outstanding(points.all_units()[0].id)
    assert (unit["issued"], unit["used"], unit["taken_back"]) == (600 + 125 + 40, 100, 63)
    assert unit["outstanding"] == live.usable == 602
    told = [row[0] for row in facade.run_members(run.id, "-net_minor", 9, 0).rows]
    assert sorted(told) == [ids.encode("mbr", members.find(who).id) for who in (ann, bob)]


def test_a_file_that_cannot_be_read_is_not_kept_and_its_place_not_told(home):
    made = facade.begin_history("2026", ACTOR)
    with pytest.raises(Refusal) as caught:
        facade.add_file(made.id, FileKind.ORDERS, "去年.parquet", [b"order_id,member_id\n"], ACTOR)
    assert caught.value.code == "file_not_readable"
    assert str(home) not in f"{caught.value.detail} {caught.value.params}"
    assert facade.history(made.id).files == ()


def test_headers_alone_are_no_history(bring):
    found = bring(orders=ORDERS.splitlines()[0] + "\n")
    assert (found.state, found.failure, found.counts) == (State.FAILED, "history_empty", {})


def test_nobody_else_works_in_the_folders_meanwhile(home, monkeypatch):
    made = facade.begin_history("2026", ACTOR)
    facade.add_file(made.id, FileKind.ORDERS, "orders.csv", [ORDERS.encode()], ACTOR)
    facade.ask_reading(made.id, ZONE, ACTOR)
    told, refusals = queries.note_progress, []

    def come_second(*arguments):
        with (home / "studio" / "lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                refusals.append(error)
        return told(*arguments)

    monkeypatch.setattr(queries, "note_progress", come_second)
    assert facade.read_history(made.id) is State.READY
    assert refusals
    assert facade.read_history(made.id) is None  # whoever came second finds it done
    assert facade.history(made.id).state is State.READY
