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
from shuke.engine.histories.sources import File, Opened, bound, literal, open_files

LIMIT = 100  # different ones; a column of more is no status
LOOKED = 100_000  # first rows of a file in which they are counted before all of it is read
_ENDED = r"cancel(?:l?ed|lation)|void(?:ed)?|fail(?:ed|ure)|declined|rejected|expired|closed"
# what no order is: a refund that came to nothing, and what is denied
_OF_OTHERS = re.compile(
    "(?:退款|退货|换货|售后|维权)[^,，;；、/|]{0,4}?(?:关闭|取消|作废|无效|失败|撤销)"
    "|(?:关闭|取消|撤销)了?(?:退款|退货|换货|售后|维权)|(?:未|没有?|不|非)(?:关闭|取消|作废|失败|撤销|无效)"
    rf"|\b(?:refund|return|exchange|dispute|chargeback|delivery)s?(?:[\s_-]+\w+)?[\s_-]+(?:{_ENDED})"
    rf"|(?:{_ENDED})[\s_-]+(?:refund|return|exchange|dispute|chargeback|delivery)|\b(?:not|never|un)[\s_-]*(?:{_ENDED})",
    re.IGNORECASE,
).sub
_NO_SALE = re.compile(
    "关闭|取消|作废|无效|失败|撤销|草稿|待付款|待支付|未付款|未支付|等待买家付款|等待付款"
    rf"|(?<![a-z])(?:{_ENDED}|cancel|unpaid|not[\s_-]paid|abandoned|draft|awaiting[\s_-]payment"
    r"|pending[\s_-]payment|payment[\s_-]pending)(?![a-z])|^(?:wc-)?(?:pending|on[\s_-]hold)$",
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
        return _NO_SALE(_OF_OTHERS("", self.value.strip())) is not None


def statuses_of(file: File, rows: int | None = LOOKED) -> tuple[Status, ...]:
    """Return the statuses of a file of orders whose mapping says which column has them, the most frequent first.

    They are counted in its first `rows`, None for all.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`, `too_many_statuses`.
    """
    with duckdb.connect() as db, tempfile.TemporaryDirectory(dir=file.path.parent) as work:
        bound(db, Path(work))
        (one,) = open_files(db, [file], Path(work), lambda _: None, rows)
        if rows is not None:
            one.relation = f"(SELECT * FROM {one.relation} LIMIT {rows})"  # noqa: S608  a number of ours
        fields = file.mapping or {}
        one.mapping = {fields[header]: i for i, header in enumerate(one.headers) if fields.get(header, "-") != "-"}
        return _found(db, one)


def keep_sales(
    db: duckdb.DuckDBPyConnection,
    opened: Sequence[Opened],
    counting: Collection[str] | None,
    seen: Collection[str] | None = None,
) -> None:
    """Leave the rows of orders that count to their relations, and the others to `no_sales`.

    Raises:
        Refusal: `statuses_missing` where nobody said which statuses count, or there are others than were `seen` by who
            said it, `unknown_statuses`, `too_many_statuses`.
    """
    some = [one for one in opened if one.files[0].kind is Kind.ORDERS and "status" in one.mapping]
    known: dict[str, int] = {}
    for one in some:
        for status in _found(db, one):
            known[status.value] = known.get(status.value, 0) + status.rows
    check(known, counting, seen)
    counts = f"status_ IN ({', '.join(map(literal, counting))})" if counting else "false"
    for one in some:
        rows = f"SELECT * EXCLUDE (status_) FROM ({_with_status(db, one)}) WHERE"  # noqa: S608
        sales, one.no_sales = f"sales_{one.first}", f"no_sales_{one.first}"
        db.execute(f"CREATE VIEW {sales} AS {rows} {counts}")
        db.execute(f"CREATE VIEW {one.no_sales} AS {rows} NOT ({counts})")
        one.relation = sales


def check(known: Mapping[str, int], counting: Collection[str] | None, seen: Collection[str] | None = None) -> None:
    """Refuse where statuses are there and nobody said which count, or others than were seen, or one is said that isn't.

    Raises:
        Refusal: `statuses_missing`, `unknown_statuses`.
    """
    told = ", ".join(f"{value or '–'} ({rows:,})" for value, rows in known.items())
    if known and (counting is None or (seen is not None and not known.keys() <= {*seen, *counting})):
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
