"""What files say of an order's money in several places: its total, what came back of it, what no status lets count."""

import duckdb
import pytest

from shuke.engine.histories.fields import Kind
from shuke.engine.histories.sources import File
from tests.engine.test_histories_files import causes, told, written

SOLD = "order_id,member_id,occurred_at,net,sku"
PAID = "order_id,member_id,occurred_at,total,price,sku,status"


def file(tmp_path, kind, *rows):
    return File(written(tmp_path, f"{kind}.csv", *rows), Kind(kind))


def nets(report):
    return report.stored.part(0, ids=True).facts.net_minor.tolist()


# ---- amounts of an order with a total


@pytest.mark.parametrize("column", ["refunded", "tax", "gross", "total"])
def test_an_amount_of_an_order_with_a_total_is_said_once_or_alike(tmp_path, column):
    header = f"order_id,member_id,occurred_at,total,price,{column}".replace("total,price,total", "price,total")
    total = "9.00," * (column != "total")
    rows = [
        f"{order},m,2024-05-01 08:00:00,{total}{price},{amount}"
        for order, price, amount in (
            ("1", "4.00", "9.00"), ("1", "5.00", "9.50"),
            ("2", "4.00", "9.00"), ("2", "5.00", "9.00"),
            ("3", "4.00", ""), ("3", "5.00", "9.00"),
        )
    ]  # fmt: skip
    path = written(tmp_path, "orders.csv", header, *rows)
    report = told(tmp_path, path)
    assert [fault for fault in causes(report) if fault[1] == "values_differ"] == [
        ("orders.csv", "values_differ", "order_id", "1", 1, (2,))
    ]
    assert report.stored is None
    report = told(tmp_path, path, leave_out=True)
    assert (report.left_out_orders, report.stored.orders, report.stored.net_minor) == (1, 2, 1800)
    assert report.stored.refunds == (2 if column == "refunded" else 0)


def test_a_refund_that_every_row_says_is_added_and_told(tmp_path):
    rows = [
        "1,m,2024-05-01,4.00,a,1.00", "1,m,2024-05-01,5.00,b,1.00",
        "2,m,2024-05-02,4.00,a,1.00", "2,m,2024-05-02,5.00,b,", "3,m,2024-05-03,4.00,a,1.00",
        "4,m,2024-05-04,4.00,a,0", "4,m,2024-05-04,4.00,a,0", "5,m,2024-05-05,4.00,a,5.00", "5,m,2024-05-05,4.00,b,5.00",
    ]  # fmt: skip
    report = told(tmp_path, written(tmp_path, "orders.csv", f"{SOLD},refunded", *rows), leave_out=True)
    assert causes(report) == [("orders.csv", "refund_above_order", "order_id", "5", 1, (9,))]
    assert (report.repeated_refunds, report.notes["repeated_refunds"]) == (1, 1)
    assert nets(report) == [900, 700, 900, 800, 400, 300, 800]


def test_what_is_left_out_of_an_order_with_a_total_is_its_total(tmp_path):
    rows = ["1,m,2024-05-01,9.00,4.00,a,1.00", "1,m,2024-05-01,9.00,5.00,b,2.00", "2,m,2024-05-01,3.00,3.00,a,"]
    path = written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,total,price,sku,refunded", *rows)
    report = told(tmp_path, path, leave_out=True)
    assert (report.left_out_rows, report.left_out_orders, report.left_out_net_minor) == (1, 1, 900)


# ---- what was weighed comes back


def weighed(tmp_path, *rows):
    orders = File(
        written(
            tmp_path,
            "orders.csv",
            "order_id,member_id,occurred_at,price,quantity,sku",
            "1,m,2024-05-01,20.00,1.532,a",  # 30.64
            "1,m,2024-05-01,1.00,3,b",
        )
    )
    header = "refund_id,order_id,occurred_at,net,sku,quantity,whole"
    return told(tmp_path, orders, file(tmp_path, "refunds", header, *rows), leave_out=True)


def test_what_was_weighed_may_come_back_in_several_refunds(tmp_path):
    report = weighed(tmp_path, "1,1,2024-05-02,4.00,a,0.2,", "2,1,2024-05-03,4.00,a,0.2,", "3,1,2024-05-04,22.64,a,1,")
    assert report.faults == ()
    facts = report.stored.part(0).facts
    assert facts.net_minor.tolist() == [3364, 2964, 2564, 300]
    assert facts.lines.net_minor.tolist() == [3064, 300, 2664, 300, 2264, 300, 300]
    assert facts.lines.quantity.tolist() == [1, 3, 1, 3, 1, 3, 3]  # the piece is gone with the last of its amount


def test_what_comes_back_of_what_was_weighed_needs_an_amount_and_no_more_than_was_paid(tmp_path):
    report = weighed(
        tmp_path, "1,1,2024-05-02,,a,1,", "2,1,2024-05-03,30.65,a,0.1,", "3,1,2024-05-04,,b,0.5,", "4,1,2024-05-05,,b,,",
        "5,1,2024-05-06,,b,3,",
    )  # fmt: skip
    assert causes(report) == [
        ("refunds.csv", "amount_needed", "net", "", 3, (2, 4, 5)),
        ("refunds.csv", "refund_above_line", "quantity", "0", 1, (3,)),
    ]
    assert nets(report) == [3364, 3064]


def test_amounts_and_pieces_of_a_line_come_back_together_up_to_what_was_paid(tmp_path):
    orders = file(tmp_path, "orders", f"{SOLD},quantity", "1,m,2024-05-01,10.00,a,2", "1,m,2024-05-01,10.00,b,1")
    header = "refund_id,order_id,occurred_at,net,sku,quantity"
    refunds = file(tmp_path, "refunds", header, "1,1,2024-05-02,8.00,a,1", "2,1,2024-05-03,,a,1")
    report = told(tmp_path, orders, refunds, leave_out=True)
    assert causes(report) == [("refunds.csv", "refund_above_line", "quantity", "1", 1, (3,))]
    assert nets(report) == [2000, 1200]


# ---- refunds one after the other


def test_a_refund_that_does_not_fit_takes_nothing_from_those_after_it(tmp_path):
    orders = file(tmp_path, "orders", SOLD, "1,m,2024-05-01,9.00,a", "2,m,2024-05-01,4.00,a", "3,m,2024-05-01,0,a")
    refunds = file(
        tmp_path, "refunds", "order_id,occurred_at,net,whole",
        "1,2024-05-02,90.00,", "1,2024-05-03,5.00,", "1,2024-05-04,5.00,", "1,2024-05-05,1.00,", "1,2024-05-06,,yes",
        "1,2024-05-07,0.01,",
        "2,2024-05-02,5.00,", "2,2024-05-03,,yes", "2,2024-05-04,0,",
        "3,2024-05-02,0.01,", "3,2024-05-03,0,", "3,2024-05-04,,yes",
    )  # fmt: skip
    report = told(tmp_path, orders, refunds, leave_out=True)
    assert causes(report) == [
        ("refunds.csv", "refund_above_order", "net", "90.00", 4, (2, 4, 8, 11)),
        ("refunds.csv", "already_refunded", "net", "0.01", 3, (7, 10, 13)),
    ]
    assert nets(report) == [900, 400, 0, 400, 0, 0, 300, 0]


# ---- what no status lets count


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("status", ["paid", "cancelled"])
def test_numbers_beyond_all_bounds_are_told_and_add_nothing(tmp_path, kind, status):
    rows = [f"1,m,2024-05-01,10.00,110012345678901234,{status}", f"2,m,2024-05-01,200000.00,690123456789,{status}"]
    rows += [f"3,m,2024-05-01,9000000000000000.00,3,{status}", "4,m,2024-05-01,2.00,3,paid", "5,m,,2.00,2,cancelled"]
    path = written(tmp_path, "orders.csv", "order_id,member_id,occurred_at,price,quantity,status", *rows)
    if kind == "parquet":
        typed = "* REPLACE (quantity::BIGINT AS quantity, price::DECIMAL(20, 2) AS price)"
        read = duckdb.read_csv(str(path), all_varchar=True).project(typed)
        path = tmp_path / "orders.parquet"
        read.write_parquet(str(path))
    report = told(tmp_path, path, statuses=("paid",), leave_out=True)
    assert (report.stored.orders, report.stored.net_minor) == (1, 600)
    if status == "cancelled":
        assert (report.faults, report.left_out_net_minor) == ((), 0)
        assert (report.no_sale_orders, report.no_sale_net_minor) == (4, 20001400)  # one piece each; of a price nothing
        return
    far, near = "110012345678901234", "690123456789"
    quantities, row = {
        "csv": ([("not_a_quantity", "quantity", far, (2,)), ("quantity_out_of_range", "quantity", near, (3,))], 4),
        "parquet": ([("quantity_out_of_range", "quantity", far, (1, 2))], 3),
    }[kind]
    assert [(cause, column, found, rows) for _, cause, column, found, _, rows in causes(report)] == [
        *quantities,
        ("amount_out_of_range", "price", "9000000000000000.00", (row,)),
    ]
    assert (report.left_out_orders, report.left_out_net_minor) == (3, 20001000)
    assert (report.no_sale_orders, report.no_sale_net_minor) == (1, 400)


def test_a_total_of_rows_of_which_some_do_not_count_is_a_fault(tmp_path):
    rows = [
        "1,m,2024-05-01,9.00,4.00,a,paid", "1,m,2024-05-01,,5.00,b,cancelled",
        "2,m,2024-05-01,,4.00,a,paid", "2,m,2024-05-01,9.00,5.00,b,cancelled",
        "3,m,2024-05-01,,4.00,a,paid", "3,m,2024-05-01,,5.00,b,cancelled",
        "4,m,2024-05-01,9.00,4.00,a,cancelled", "4,m,2024-05-01,9.00,5.00,b,cancelled",
    ]  # fmt: skip
    path = written(tmp_path, "orders.csv", PAID, *rows)
    report = told(tmp_path, path, statuses=("paid",))
    assert causes(report) == [("orders.csv", "order_partly_sold", "order_id", "1", 2, (2, 4))]
    assert report.stored is None
    report = told(tmp_path, path, statuses=("paid",), leave_out=True)
    assert (report.no_sale_rows, report.no_sale_orders, report.no_sale_net_minor) == (5, 1, 1400)
    assert (report.left_out_orders, report.left_out_net_minor, nets(report)) == (2, 1300, [400])


def test_what_belongs_to_an_order_that_is_left_out_for_a_fault_is_told(tmp_path):
    rows = ["1,m,2024-05-01,4.00,a,paid", "1,n,2024-05-01,4.00,b,paid", "1,m,2024-05-01,4.00,c,void"]
    rows += ["2,m,2024-05-01,1.00,a,paid"]
    orders = file(tmp_path, "orders", f"{SOLD},status", *rows)
    refunds = file(tmp_path, "refunds", "order_id,occurred_at,net", "1,2024-05-02,4.00")
    report = told(tmp_path, orders, refunds, statuses=("paid",), leave_out=True)
    assert causes(report) == [
        ("orders.csv", "order_torn", "order_id", "1", 1, (2,)),
        ("refunds.csv", "order_left_out", "order_id", "1", 1, (2,)),
    ]
    assert (report.left_out_net_minor, report.no_sale_net_minor, report.no_sale_orders) == (800, 400, 0)


def test_whatever_is_wrong_with_what_belongs_to_no_sale_is_no_fault(tmp_path):
    rows = ["1,m,2024-05-01,4.00,a,paid", "1,m,2024-05-01,5.00,b,void", "2,m,2024-05-01,1.00,a,void"]
    orders = file(tmp_path, "orders", f"{SOLD},status", *rows)
    rows = ["1,2024-05-02,5.00,b", "1,2024-05-03,1.00,a", "2,2024-05-04,--,a", "1,2024-05-05,1.00,c"]
    refunds = file(tmp_path, "refunds", "order_id,occurred_at,net,sku", *rows)
    used = file(tmp_path, "redemptions", "member_id,occurred_at,points,order_id", "m,2024-05-01,--,2")
    report = told(tmp_path, orders, refunds, used, statuses=("paid",), leave_out=True)
    assert causes(report) == [("refunds.csv", "line_unknown", "sku", "c", 1, (5,))]
    assert (report.left_out_rows, report.stored.refunds, report.stored.redemptions) == (1, 1, 0)
    assert nets(report) == [400, 300]
