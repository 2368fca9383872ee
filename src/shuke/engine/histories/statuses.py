"""Which rows of orders count: by the status that an export gives to orders, of which the caller says what is a sale.

A row without a status has that of the first row of its order that says one. Nothing is left out unsaid.
"""

import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from shuke.core.values.errors import Refusal
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.sources import File, Opened, literal, open_files

LIMIT = 100  # different ones; a column of more is no status
_NO_SALE = re.compile(
    "关闭|取消|作废|无效|失败|撤销|草稿|待付款|待支付|未付款|未支付|等待买家付款|等待付款"
    r"|cancel|unpaid|not paid|void|fail|declin|reject|expired|abandon|closed|draft|pending|on.hold|awaiting.payment",
    re.IGNORECASE,
).search


@dataclass(frozen=True)
class Status:
    """A status with the number of rows that have it, and whether its words say that nothing was sold."""

    value: str
    rows: int

    @property
    def is_no_sale(self) -> bool:
        """Whether its words say that nothing was sold: a proposal, which decides nothing."""
        return _NO_SALE(self.value) is not None


def statuses_of(file: File) -> tuple[Status, ...]:
    """Return the statuses of a file of orders whose mapping says which column has them, the most frequent first.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`, `too_many_statuses`.
    """
    with duckdb.connect() as db, tempfile.TemporaryDirectory(dir=file.path.parent) as work:
        (one,) = open_files(db, [file], Path(work), lambda _: None)
        fields = file.mapping or {}
        one.mapping = {fields[header]: i for i, header in enumerate(one.headers) if fields.get(header, "-") != "-"}
        return _found(db, one)


def keep_sales(db: duckdb.DuckDBPyConnection, opened: Sequence[Opened], counting: Collection[str] | None) -> None:
    """Leave the rows of orders that count to their relations, and the others to `no_sales`.

    Raises:
        Refusal: `statuses_missing` where nobody said which statuses count, `unknown_statuses`, `too_many_statuses`.
    """
    some = [one for one in opened if one.files[0].kind is Kind.ORDERS and "status" in one.mapping]
    known: dict[str, int] = {}
    for one in some:
        for status in _found(db, one):
            known[status.value] = known.get(status.value, 0) + status.rows
    check(known, counting)
    counts = f"status_ IN ({', '.join(map(literal, counting))})" if counting else "false"
    for one in some:
        rows = f"SELECT * EXCLUDE (status_) FROM ({_with_status(db, one)}) WHERE"  # noqa: S608
        sales, one.no_sales = f"sales_{one.first}", f"no_sales_{one.first}"
        db.execute(f"CREATE VIEW {sales} AS {rows} {counts}")
        db.execute(f"CREATE VIEW {one.no_sales} AS {rows} NOT ({counts})")
        one.relation = sales


def check(known: Mapping[str, int], counting: Collection[str] | None) -> None:
    """Refuse where statuses are there and nobody said which count, or one is said that isn't there.

    Raises:
        Refusal: `statuses_missing`, `unknown_statuses`.
    """
    told = ", ".join(f"{value or '–'} ({rows:,})" for value, rows in known.items())
    if known and counting is None:
        raise Refusal(
            "statuses_missing",
            f"Say which statuses of orders count as sales; there are {told}.",
            params={"statuses": told},
            pointer="/statuses",
        )
    unknown = ", ".join(value or "–" for value in counting or () if value not in known)
    if unknown:
        raise Refusal(
            "unknown_statuses",
            f"No order has the status {unknown}; there are {told or 'none'}.",
            params={"unknown": unknown, "statuses": told or "–"},
            pointer="/statuses",
        )


def _found(db: duckdb.DuckDBPyConnection, one: Opened) -> tuple[Status, ...]:
    rows = db.execute(
        f"SELECT status_, count(*) FROM ({_with_status(db, one)}) GROUP BY status_"  # noqa: S608
        f" ORDER BY count(*) DESC, status_ LIMIT {LIMIT + 1}"
    ).fetchall()
    if len(rows) > LIMIT:
        header = one.headers[one.mapping["status"]]
        raise Refusal(
            "too_many_statuses",
            f"The column {header!r} has more than {LIMIT} different values: it is no status of orders.",
            params={"column": header, "limit": LIMIT},
        )
    return tuple(Status(value, count) for value, count in rows)


def _with_status(db: duckdb.DuckDBPyConnection, one: Opened) -> str:
    """Return the SQL of a file's rows with `status_`."""
    said = f"coalesce(trim(r.c{one.mapping['status']}::VARCHAR), '')"
    blank = db.execute(f"SELECT count(*) FROM {one.relation} r WHERE {said} = ''").fetchone()  # noqa: S608
    if "order_id" not in one.mapping or blank == (0,):
        return f"SELECT r.*, {said} AS status_ FROM {one.relation} r"  # noqa: S608
    order = f"trim(r.c{one.mapping['order_id']}::VARCHAR)"
    return (
        f"SELECT r.*, coalesce(nullif({said}, ''), first_, '') AS status_ FROM {one.relation} r LEFT JOIN ("  # noqa: S608
        f"SELECT {order} AS order_, arg_min({said}, (file, row)) AS first_ FROM {one.relation} r WHERE {said} <> ''"
        f" GROUP BY 1) ON order_ = {order}"
    )
