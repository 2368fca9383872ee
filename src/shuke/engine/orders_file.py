"""Read an orders file (Parquet or CSV, one row a line or an order) into a history.

Owns the documented layout (docs/reference/orders-file.md). Everything is checked before anything is used; nothing is
guessed: a timestamp without a zone needs the caller's word for it.
"""

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import duckdb
import numpy as np
from numpy.typing import NDArray

from shuke.core.state.slots import AMOUNT_MAX, LINES_MAX, ORDERS_MAX
from shuke.core.values.errors import Refusal
from shuke.engine.facts import EARLIEST, LATEST, QUANTITY_LIMIT
from shuke.engine.history import History, Lines, Texts, facts_of_orders, history_of_orders

REQUIRED = ("order_id", "member_id", "occurred_at", "net")
OPTIONAL = ("gross", "tax", "shipping", "points_paid", "quantity", "category", "sku", "store", "brand", "channel")
PARTS = ("tax", "shipping", "points_paid")  # amounts within the net, 0 where the file has none
OF_LINES = ("category", "sku")
OF_ORDERS = ("store", "brand", "channel")
TEXTS = (*OF_LINES, *OF_ORDERS)
FIRST_AT, LAST_AT = int(EARLIEST.timestamp()), int(LATEST.timestamp())
ZONED = r"(Z|z|[+-]\d\d(:?\d\d)?)$"


def read_orders(path: Path, *, currency_digits: int, timestamps_in: str | None = None) -> History:
    """Read a file of orders; members join with their first order.

    Amounts are in major units with at most `currency_digits` decimals. `timestamps_in` is the zone of timestamps that
    carry none.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`, `columns_missing`, `time_zone_unknown`, `timestamps_without_zone`,
            `rows_invalid` (cause, count and first row), `orders_inconsistent`, `amount_out_of_range`,
            `gross_below_net`, `part_above_net`, `too_many_lines`, `too_many_orders`.
    """
    if timestamps_in is not None and timestamps_in not in available_timezones():
        raise Refusal("time_zone_unknown", f"There is no time zone {timestamps_in!r}.", params={"zone": timestamps_in})
    if not path.is_file():
        raise Refusal("file_not_found", f"There is no file {path}.", params={"path": str(path)})
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        types = _open(db, path)
        _type_rows(db, types, currency_digits, timestamps_in)
        _check_rows(db, types)
        _group(db)
        return _history(db)


def _open(db: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Make the view `source` over the file and return its columns' types."""
    literal = "'" + str(path).replace("'", "''") + "'"
    csv = path.suffix.lower() in (".csv", ".tsv", ".txt", ".gz")
    reader = f"read_csv({literal}, all_varchar = true, header = true)" if csv else f"read_parquet({literal})"
    try:
        db.execute(f"CREATE VIEW source AS SELECT * FROM {reader}")  # noqa: S608  a file name, quoted
        types = {name: kind for name, kind, *_ in db.execute("DESCRIBE source").fetchall()}
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise Refusal("file_unreadable", f"{path.name} can't be read: {reason}", params={"path": str(path)}) from error
    missing = [name for name in REQUIRED if name not in types]
    if missing:
        raise Refusal(
            "columns_missing",
            f"{path.name} lacks the columns {', '.join(missing)}; it has {', '.join(types)}.",
            params={"missing": ", ".join(missing), "found": ", ".join(types)},
        )
    return types


def _type_rows(db: duckdb.DuckDBPyConnection, types: dict[str, str], digits: int, zone: str | None) -> None:
    """Make the table `typed`: one row a row of the file, NULL where a value is not what it should be."""
    minor = 10**digits

    def amount(name: str) -> str:
        if types[name] in ("DOUBLE", "FLOAT"):
            value = f"{name} * {minor}"  # the file's own type: whole minor units but for float's dust, or refused
            return f"CASE WHEN abs({value} - round({value})) < 1e-3 THEN round({value})::BIGINT END"
        value = f"try_cast({name} AS DECIMAL(28, 6))"
        return f"CASE WHEN {value} * {minor} = round({value} * {minor}, 0) THEN ({value} * {minor})::BIGINT END"

    def text(name: str) -> str:
        return f"coalesce({name}::VARCHAR, '')" if name in types else "''"

    quantity = "try_cast(quantity AS BIGINT)" if "quantity" in types else "1"
    db.execute(
        f"""
        CREATE TABLE typed AS SELECT
            row_number() OVER () + 1 AS line, order_id::VARCHAR AS order_id, member_id::VARCHAR AS member_id,
            {_instant(db, types["occurred_at"], zone)} AS instant, {amount("net")} AS net,
            {amount("gross") if "gross" in types else amount("net")} AS gross, {quantity} AS quantity,
            {", ".join(f"{amount(name) if name in types else 0} AS {name}" for name in PARTS)},
            {", ".join(f"{text(name)} AS {name}" for name in TEXTS)}
        FROM source
        """  # noqa: S608  column names of our own list
    )


def _instant(db: duckdb.DuckDBPyConnection, kind: str, zone: str | None) -> str:
    """Return the SQL of a row's UTC second."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return "epoch_us(occurred_at) // 1000000"
    naive = f"epoch_us(timezone('{zone}', try_cast(occurred_at AS TIMESTAMP))) // 1000000"
    if kind == "VARCHAR":
        zoned = f"regexp_matches(trim(occurred_at), '{ZONED}')"
        bare = db.execute(f"SELECT count(*) FROM source WHERE NOT {zoned}").fetchone()  # noqa: S608
        all_zoned = bare is not None and bare[0] == 0
        if all_zoned:
            return "epoch_us(try_cast(occurred_at AS TIMESTAMPTZ)) // 1000000"
        naive = f"CASE WHEN {zoned} THEN epoch_us(try_cast(occurred_at AS TIMESTAMPTZ)) // 1000000 ELSE {naive} END"
    if zone is None:
        raise Refusal(
            "timestamps_without_zone",
            "occurred_at carries no time zone; say with --timestamps-in which one it is in, for example UTC.",
        )
    return naive


def _check_rows(db: duckdb.DuckDBPyConnection, types: dict[str, str]) -> None:
    """Refuse the file when a row is not what it should be, naming each cause with its count and first row."""
    causes = {
        "order_id": "order_id IS NULL OR order_id = ''",
        "member_id": "member_id IS NULL OR member_id = ''",
        "occurred_at": f"instant IS NULL OR instant NOT BETWEEN {FIRST_AT} AND {LAST_AT}",
        "net": f"net IS NULL OR net NOT BETWEEN 0 AND {AMOUNT_MAX}",
        "gross": f"gross IS NULL OR gross NOT BETWEEN 0 AND {AMOUNT_MAX}",
        **{name: f"{name} IS NULL OR {name} NOT BETWEEN 0 AND {AMOUNT_MAX}" for name in PARTS},
        "quantity": f"quantity IS NULL OR quantity NOT BETWEEN 0 AND {QUANTITY_LIMIT}",
    }
    found = []
    for column, test in causes.items():
        if column not in types:
            continue
        row = db.execute(f"SELECT count(*), min(line) FROM typed WHERE {test}").fetchone()  # noqa: S608
        if row and row[0]:
            found.append((column, *row))
    if found:
        rows = {1: "row"}
        told = "; ".join(f"{name}: {count} {rows.get(count, 'rows')}, first in row {row}" for name, count, row in found)
        chinese = "；".join(f"{column} 列 {count} 行，首见于第 {row} 行" for column, count, row in found)
        raise Refusal(
            "rows_invalid",
            f"The file has rows that can't be used: {told}.",
            params={"causes": told, "causes_zh": chinese},
        )


def _group(db: duckdb.DuckDBPyConnection) -> None:
    """Make the tables `orders` and `lines`, numbered in replay order: member, instant, order id as a number."""
    parts = ", ".join(f"sum({name})::BIGINT AS {name}" for name in PARTS)
    texts = ", ".join(f"min({name}) AS {name}" for name in OF_ORDERS)
    db.execute(
        f"""
        CREATE TABLE orders AS
        SELECT *, row_number() OVER (
            ORDER BY try_cast(member_id AS HUGEINT) NULLS LAST, member_id, instant,
                try_cast(order_id AS HUGEINT) NULLS LAST, order_id
        ) - 1 AS k
        FROM (
            SELECT order_id, min(member_id) AS member_id, min(instant) AS instant,
                sum(net)::BIGINT AS net, sum(gross)::BIGINT AS gross,
                {parts}, {texts}, count(*) AS lines, min(line) AS line,
                min(member_id) <> max(member_id) OR min(instant) <> max(instant) AS torn
            FROM typed GROUP BY order_id
        )
        """  # noqa: S608  column names of our own list
    )
    checks = {
        "orders_inconsistent": ("torn", "has lines of several members or instants"),
        "amount_out_of_range": (
            " OR ".join(f"{name} > {AMOUNT_MAX}" for name in ("net", "gross", *PARTS)),
            f"is over {AMOUNT_MAX:,} minor units",
        ),
        "gross_below_net": ("gross < net", "has a gross below its net"),
        "part_above_net": (" OR ".join(f"{name} > net" for name in PARTS), "has a part of its net above the net"),
        "too_many_lines": (f"lines > {LINES_MAX}", f"has more than {LINES_MAX:,} lines"),
    }
    for code, (test, sentence) in checks.items():
        row = db.execute(f"SELECT order_id, line FROM orders WHERE {test} ORDER BY line LIMIT 1").fetchone()  # noqa: S608
        if row:
            raise Refusal(code, f"Order {row[0]} (row {row[1]}) {sentence}.", params={"order": row[0], "row": row[1]})
    most = db.execute("SELECT count(*) FROM orders GROUP BY member_id ORDER BY 1 DESC LIMIT 1").fetchone()
    if most and most[0] > ORDERS_MAX:
        raise Refusal("too_many_orders", f"A member may have {ORDERS_MAX:,} orders.")


def _history(db: duckdb.DuckDBPyConnection) -> History:
    names = {}
    for name in TEXTS:
        db.execute(
            f"CREATE TABLE {name}_names AS SELECT name, row_number() OVER (ORDER BY name) - 1 AS code"  # noqa: S608
            f" FROM (SELECT DISTINCT {name} AS name FROM typed)"
        )
        rows = db.execute(f"SELECT name FROM {name}_names ORDER BY code").fetchall()  # noqa: S608
        names[name] = tuple(row[0] for row in rows)
    codes = ", ".join(f"{name}_names.code AS {name}" for name in OF_ORDERS)
    joins = " ".join(f"JOIN {name}_names ON {name}_names.name = o.{name}" for name in OF_ORDERS)
    orders = db.execute(
        f"SELECT o.instant, o.net, o.gross, {', '.join(PARTS)}, o.lines, {codes}"  # noqa: S608  our own list
        f" FROM orders o {joins} ORDER BY o.k"
    ).fetchnumpy()
    lines = db.execute(
        """
        SELECT t.net, t.quantity, g.code AS category, u.code AS sku FROM typed t JOIN orders o USING (order_id)
        JOIN category_names g ON g.name = t.category JOIN sku_names u ON u.name = t.sku ORDER BY o.k, t.line
        """
    ).fetchnumpy()
    members = db.execute(
        "SELECT member_id, count(*) AS orders, min(instant) AS joined FROM orders GROUP BY member_id ORDER BY min(k)"
    ).fetchall()
    ids = db.execute("SELECT order_id FROM orders ORDER BY k").fetchall()
    facts = facts_of_orders(
        net_minor=_column(orders, "net"),
        gross_minor=_column(orders, "gross"),
        parts=tuple(_column(orders, name) for name in PARTS),
        texts=tuple(Texts(_column(orders, name), names[name]) for name in OF_ORDERS),
        line_of=np.concatenate([[0], np.cumsum(_column(orders, "lines"))]).astype(np.int64),
        lines=Lines(
            net_minor=_column(lines, "net"),
            quantity=_column(lines, "quantity"),
            category=Texts(_column(lines, "category"), names["category"]),
            sku=Texts(_column(lines, "sku"), names["sku"]),
        ),
    )
    return history_of_orders(
        members=tuple(row[0] for row in members),
        joined_at=np.array([row[2] for row in members], np.int64),
        orders_before=np.concatenate([[0], np.cumsum([row[1] for row in members], dtype=np.int64)]).astype(np.int64),
        order_ids=tuple(row[0] for row in ids),
        order_at=_column(orders, "instant"),
        facts=facts,
    )


def _column(table: dict[str, Any], name: str) -> NDArray[np.int64]:
    return np.ascontiguousarray(np.ma.filled(table[name], 0)).astype(np.int64)
