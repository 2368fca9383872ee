"""Reading orders: what is accepted means exactly what it says, everything else is refused with its place."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.engine.orders_file import read_orders

HEADER = "order_id,member_id,occurred_at,net"


def written(tmp_path, *rows, header=HEADER, name="orders.csv"):
    path = tmp_path / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def texts(column):
    return [column.names[code] for code in column.codes]


def refused(path, **options):
    with pytest.raises(Refusal) as refusal:
        read_orders(path, currency_digits=2, **options)
    return refusal.value


def test_rows_of_one_order_are_its_lines(tmp_path):
    path = written(
        tmp_path,
        "10,b,2017-01-02T00:00:00Z,1.50,2,WINE,S1",
        "9,a,2017-01-01T10:00:00+08:00,3.00,1,,S2",
        "10,b,2017-01-02T00:00:00Z,0.25,1,BREAD,S1",
        header=HEADER + ",quantity,category,store",
    )
    h, _ = read_orders(path, currency_digits=2)
    assert (h.members, h.order_ids) == (("a", "b"), ("9", "10"))
    assert h.order_at.tolist() == [1483236000, 1483315200]
    assert h.facts.net_minor.tolist() == [300, 175]
    assert h.facts.gross_minor.tolist() == [300, 175]
    assert h.facts.line_of.tolist() == [0, 1, 3]
    assert h.facts.lines.net_minor.tolist() == [300, 150, 25]
    assert h.facts.lines.quantity.tolist() == [1, 2, 1]
    assert texts(h.facts.lines.category) == ["", "WINE", "BREAD"]
    assert texts(h.facts.store) == ["S2", "S1"]


def test_amounts_within_the_net_and_the_brand_are_read(tmp_path):
    path = written(
        tmp_path,
        "1,m,2017-01-02T00:00:00Z,10.00,0.90,1.00,2.50,B1",
        "1,m,2017-01-02T00:00:00Z,5.00,0.10,0,0,B1",
        header=HEADER + ",tax,shipping,points_paid,brand",
    )
    facts = read_orders(path, currency_digits=2)[0].facts
    amounts = (facts.net_minor, facts.tax_minor, facts.shipping_minor, facts.points_paid_minor)
    assert [column.tolist() for column in amounts] == [[1500], [100], [100], [250]]
    assert texts(facts.brand) == ["B1"]


def test_orders_of_one_second_follow_their_number(tmp_path):
    rows = [f"{i},m,2017-01-01T00:00:00Z,1" for i in (10, 9, 100)]
    assert read_orders(written(tmp_path, *rows), currency_digits=2)[0].order_ids == ("9", "10", "100")


def test_timestamps_without_a_zone_need_a_word(tmp_path):
    path = written(tmp_path, "1,m,2017-07-01 00:30:00,1")
    assert refused(path).code == "timestamps_without_zone"
    utc = read_orders(path, currency_digits=2, timestamps_in="UTC")[0].order_at[0]
    new_york = read_orders(path, currency_digits=2, timestamps_in="America/New_York")[0].order_at[0]
    assert new_york - utc == 4 * 3600
    assert refused(path, timestamps_in="Mars/Olympus").code == "time_zone_unknown"


AMOUNT = "an amount such as 1234.50, with no sign but that of the currency"
BOUNDS = "from 0 to 1,000,000,000 minor units; what is returned stands in a file of refunds"
TIME = "a date, or date and time, such as 2024-05-01 18:30:00 or 2024-05-01T18:30:00+08:00"


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        ("1,m,2017-01-01T00:00:00Z,1.005", "net", "1.005", "no more decimals than the currency has"),
        ("1,m,2017-01-01T00:00:00Z,-1", "net", "-1", BOUNDS),
        ("1,m,2017-01-01T00:00:00Z,abc", "net", "abc", AMOUNT),
        ("1,m,2017-01-01T00:00:00Z,", "net", "", "a value"),
        ("1,m,2017-01-01T00:00:00Z,10000000.01", "net", "10000000.01", BOUNDS),
        ("1,m,yesterdayZ,1", "occurred_at", "yesterdayZ", TIME),
        ("1,m,2100-01-01T00:00:00Z,1", "occurred_at", "2100-01-01T00:00:00Z", "an instant from 1970-01-02 to 2099-12-30"),
        (",m,2017-01-01T00:00:00Z,1", "order_id", "", "a value"),
        ("1,,2017-01-01T00:00:00Z,1", "member_id", "", "a value"),
        ("1,m,2017-01-01T00:00:00Z,1\n1,n,2017-01-01T00:00:00Z,1", "order_id", "1",
         "one member and one instant for all rows of an order"),
    ],
)  # fmt: skip
def test_a_bad_row_refuses_the_file_and_names_it(tmp_path, row, column, found, expected):
    refusal = refused(written(tmp_path, "0,m,2017-01-01T00:00:00Z,1", row))
    assert refusal.code == "rows_invalid"
    assert refusal.params["causes"] == f"{column}: 1 row, first in row 3 ({found!r}; expected {expected})"
    assert refusal.params["causes_zh"].startswith(f"{column} 列 1 行，首见于第 3 行（{found!r}；应为")


def test_a_part_above_the_net_of_its_order_is_refused(tmp_path):
    rows = ("1,a,2017-01-01T00:00:00Z,1,1.5", "1,a,2017-01-01T00:00:00Z,1,0.4")
    assert read_orders(written(tmp_path, *rows, header=HEADER + ",tax"), currency_digits=2)[0].order_count == 1
    refusal = refused(written(tmp_path, rows[0], header=HEADER + ",tax"))
    told = "order_id: 1 row, first in row 2 ('1'; expected tax, shipping and what points paid each within the net)"
    assert (refusal.code, refusal.params["causes"]) == ("rows_invalid", told)


def test_missing_columns_and_files_are_named(tmp_path):
    assert refused(tmp_path / "none.csv").code == "file_not_found"
    refusal = refused(written(tmp_path, "1,2", header="order_id,net"))
    assert (refusal.code, refusal.params["missing"]) == ("columns_missing", "member_id, occurred_at")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 nothing")
    assert refused(broken).code == "file_unreadable"


def test_an_empty_file_is_an_empty_history(tmp_path):
    h, _ = read_orders(written(tmp_path), currency_digits=2)
    assert (h.member_count, h.order_count, h.event_count) == (0, 0, 0)
