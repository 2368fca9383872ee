"""How values are read as people write them: to exactly what they mean, or to a cause."""

import duckdb
import pytest

from shuke.engine.histories.fields import Type
from shuke.engine.histories.values import Settings, macros, value


def reads(kind, found, *, currency="CNY", digits=2, zone="Asia/Shanghai", dates="ymd"):
    settings = Settings(currency, digits, zone, dates)
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for macro in macros(settings):
            db.execute(macro)
        said = value(kind, "c", "VARCHAR", settings)
        return db.execute(f"SELECT {said.sql}, {said.cause} FROM (SELECT ?::VARCHAR AS c)", [found]).fetchone()


@pytest.mark.parametrize(
    ("found", "minor"),
    [
        ("12", 1200), ("12.3", 1230), ("12.340", 1234), (".5", 50), ("12.", 1200), (" 12 ", 1200), ("", None),
        ("¥1,234.50", 123450), ("￥ 12.00", 1200), ("CNY 12", 1200), ("1.234,50 元", 123450), ("12,5", 1250),
        ("1,234", 123400), ("1,234,567", 123456700),
    ],
)  # fmt: skip
def test_amounts(found, minor):
    assert reads(Type.AMOUNT, found) == (minor, None)


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        ("12.345", "amount_too_fine"), ("abc", "not_an_amount"), ("1,23,4", "not_an_amount"), ("$12", "not_an_amount"),
        ("1e5", "not_an_amount"), ("-1", "amount_out_of_range"), ("10000000.01", "amount_out_of_range"),
    ],
)  # fmt: skip
def test_what_is_no_amount(found, cause):
    assert reads(Type.AMOUNT, found)[1] == cause


def test_amounts_of_other_currencies():
    assert reads(Type.AMOUNT, "$1,234", currency="USD") == (123400, None)
    assert reads(Type.AMOUNT, "¥1,234", currency="JPY", digits=0) == (1234, None)
    assert reads(Type.AMOUNT, "1.5", currency="JPY", digits=0) == (None, "amount_too_fine")
    assert reads(Type.AMOUNT, "1.234", currency="KWD", digits=3) == (1234, None)
    assert reads(Type.AMOUNT, "1,234", currency="KWD", digits=3) == (None, "not_an_amount")


@pytest.mark.parametrize(
    ("found", "at"),
    [
        ("2017-01-01T10:00:00+08:00", 1483236000), ("2017-01-02 00:00:00", 1483286400), ("2017/1/2 1:05", 1483290300),
        ("2017年1月2日", 1483286400), ("20170102", 1483286400), ("20170102103000", 1483324200),
        ("2024-05-01 10:00:00 +0800", 1714528800), ("2017-01-02T00:00:00.123Z", 1483315200),
        (" 2017-01-02 00:00:00 UTC", 1483315200), ("", None),
    ],
)  # fmt: skip
def test_instants(found, at):
    assert reads(Type.INSTANT, found) == (at, None)


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        ("01/02/2017", "not_an_instant"), ("2017-13-01", "not_an_instant"), ("2017-02-30 10:00:00", "not_an_instant"),
        ("42736", "not_an_instant"), ("2100-01-01T00:00:00Z", "instant_out_of_range"),
    ],
)  # fmt: skip
def test_what_is_no_instant(found, cause):
    assert reads(Type.INSTANT, found)[1] == cause


def test_the_order_of_day_and_month_is_said():
    assert reads(Type.INSTANT, "1/2/2017 10:00", dates="mdy") == (1483322400, None)
    assert reads(Type.INSTANT, "1/2/2017 10:00", dates="dmy") == (1485914400, None)
    assert reads(Type.INSTANT, "2017-01-02 00:00:00", zone="") == (None, "zone_missing")


@pytest.mark.parametrize(
    ("kind", "found", "said"),
    [
        (Type.QUANTITY, "2.0", (2, None)),
        (Type.QUANTITY, "0.532", (1, None)),
        (Type.QUANTITY, "0,532", (None, "not_a_quantity")),
        (Type.QUANTITY, "0.1234567", (None, "not_a_quantity")),
        (Type.QUANTITY, "-0.5", (None, "not_a_quantity")),
        (Type.QUANTITY, "1000000.5", (None, "quantity_out_of_range")),
        (Type.QUANTITY, "1000001", (1000001, "quantity_out_of_range")),
        (Type.POINTS, "1,000", (1_000_000_000, None)),
        (Type.POINTS, "12.5", (12_500_000, None)),
        (Type.POINTS, "12.1234567", (None, "not_points")),
        (Type.POINTS, "0", (0, "points_out_of_range")),
        (Type.BIRTHDAY, "1990-05-17", (19900517, None)),
        (Type.BIRTHDAY, "19900517", (19900517, None)),
        (Type.BIRTHDAY, "5月17日", (517, None)),
        (Type.BIRTHDAY, "0229", (229, None)),
        (Type.BIRTHDAY, "30-30", (None, "not_a_birthday")),
        (Type.FLAG, "是", (True, None)),
        (Type.FLAG, "no", (False, None)),
        (Type.FLAG, "maybe", (None, "not_a_flag")),
        (Type.CURRENCY, "人民币", (None, None)),
        (Type.CURRENCY, "USD", (None, "other_currency")),
    ],
)
def test_other_values(kind, found, said):
    assert reads(kind, found) == said
