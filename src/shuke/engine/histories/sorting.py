"""Sorts what was checked by member and instant, and lays it out part after part: all of one member in one part.

The sorted orders are one table, so that order k is the same for lines, refunds and redemptions; all else is fetched
when it is the turn of its part.
"""

from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from shuke.core.values.dates import day_of
from shuke.engine.histories import laying
from shuke.engine.histories.checking import PARTS, TEXTS, Checks
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.laying import EMPTY, NO_REDEMPTIONS, NO_REFUNDS, Members, Orders, Redemptions, Refunds
from shuke.engine.histories.stored import NO_LINES, OF_LINES, lines_of_whole_orders
from shuke.engine.histories.values import POINTS_DIGITS
from shuke.engine.history import Column, History, Lines, Texts
from shuke.engine.lunar import lunar_of

AMOUNTS = ("gross", *PARTS)


class Parts:
    """The parts of one import, to be laid out in any order, at once too: `units` are those of its redemptions."""

    def __init__(self, db: duckdb.DuckDBPyConnection, work: Path, checks: Checks, part_orders: int) -> None:
        self.db, self.checks = db, checks
        self._lines_folder = work / "lines"
        self.count = max(1, -(-self._count("orders") // part_orders))
        self._alike: dict[int, int] = {}  # by part
        self._sort(self.count)
        sizes = dict(db.execute("SELECT part, count(*) FROM sorted GROUP BY part").fetchall())
        self._before = list(accumulate((sizes.get(part, 0) for part in range(self.count)), initial=0))
        self.units = self._units()
        self._refunds, self._redemptions = (self._count(f"{kind}_by_part") for kind in ("refunds", "redemptions"))
        self._lines()
        self._texts = {name: self._names(f"{name}_names") for name in (*TEXTS, *OF_LINES)}
        self._tags = tuple(row[0] for row in db.execute("SELECT tag FROM tags ORDER BY bit").fetchall())

    @property
    def repeated_lines(self) -> int:
        """How many lines of the parts that were laid out say the same as another of their order."""
        return sum(self._alike.values())

    @property
    def events(self) -> int:
        """About how many events they have together."""
        return int(self._before[-1]) + self._refunds + self._redemptions

    @property
    def lines(self) -> int:
        """Lines of all orders: one each where nothing is known of them."""
        return self._number("sum(lines)") if self.checks.lines_of else self._count("sorted")

    @property
    def last_at(self) -> int:
        """The UTC second of the last order, 0 where there is none."""
        return self._number("max(occurred_at)")

    def _count(self, table: str) -> int:
        return self._number("count(*)", table)

    def _number(self, of: str, table: str = "sorted") -> int:
        row = self.db.execute(f"SELECT coalesce({of}, 0) FROM {table}").fetchone()  # noqa: S608
        return int(row[0]) if row else 0

    def _names(self, table: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self.db.execute(f"SELECT name FROM {table} ORDER BY code").fetchall())  # noqa: S608

    def _name_texts(self, name: str, source: str, *, said: bool) -> None:
        distinct = f"SELECT DISTINCT coalesce({name}, '') AS name FROM {source}" if said else "SELECT '' AS name"  # noqa: S608
        self.db.execute(
            f"CREATE TABLE {name}_names AS SELECT name, row_number() OVER (ORDER BY name) - 1 AS code FROM ({distinct})"  # noqa: S608
        )

    def _sort(self, parts: int) -> None:
        """Number the members, part after part, and sort the orders: row k of `sorted` is order k of all parts."""
        db = self.db
        db.execute(
            f"""
            CREATE TABLE members AS
            SELECT *, (row_number() OVER (
                ORDER BY part, try_cast(member_id AS HUGEINT) NULLS LAST, member_id) - 1)::INTEGER AS number
            FROM (
                SELECT member_id, (hash(member_id) % {parts})::INTEGER AS part,
                    least(joined_at, first_at) AS joined_at, coalesce(birthday, 0) AS birthday,
                    coalesce(bits, 0) AS tags
                FROM (
                    SELECT member_id, min(first_at) AS first_at FROM (
                        SELECT member_id, first_at FROM buyers
                        UNION ALL SELECT member_id, occurred_at FROM redemptions
                    ) GROUP BY member_id
                ) FULL JOIN member_rows USING (member_id) LEFT JOIN (
                    SELECT member_id, sum(1::BIGINT << bit)::BIGINT AS bits
                    FROM (SELECT member_id, unnest(list_distinct(tags)) AS tag FROM member_rows) JOIN tags USING (tag)
                    GROUP BY member_id
                ) USING (member_id)
                WHERE joined_at IS NOT NULL OR first_at IS NOT NULL
            )
            """  # noqa: S608  a number of ours
        )
        have = self.checks.have(Kind.ORDERS)
        for name in TEXTS:
            self._name_texts(name, "orders", said=name in have)
        said = [name for name in TEXTS if name in have]
        columns = [name for name in AMOUNTS if name in have] + ["lines"] * bool(self.checks.lines_of)
        columns += [f"{name}_names.code::INTEGER AS {name}" for name in said]
        joins = " ".join(f"JOIN {name}_names ON {name}_names.name = o.{name}" for name in said)
        as_number = "" if self._is_number("orders", "order_id") else "try_cast(o.order_id AS HUGEINT) NULLS LAST,"
        db.execute(
            f"""
            CREATE TABLE sorted AS
            SELECT {", ".join(["m.number", "m.part", "o.order_id", "o.occurred_at", "o.net", *columns])}
            FROM orders o JOIN members m USING (member_id) {joins}
            ORDER BY m.number, o.occurred_at, {as_number} o.order_id
            """  # noqa: S608
        )
        db.execute("DROP TABLE orders")
        db.execute(
            """
            CREATE TABLE refunds_by_part AS
            SELECT s.part, s.rowid AS k, r.occurred_at, r.amount, r.number AS refund, row_number() OVER (
                PARTITION BY s.part
                ORDER BY s.number, r.occurred_at, try_cast(r.refund_id AS HUGEINT) NULLS LAST, r.refund_id) - 1 AS place
            FROM refunds r JOIN sorted s USING (order_id)
            """
        )

    def _is_number(self, table: str, column: str) -> bool:
        row = self.db.execute(f"SELECT typeof({column}) FROM {table} LIMIT 1").fetchone()  # noqa: S608
        return row is not None and row[0] == "BIGINT"

    def _units(self) -> tuple[tuple[str, int], ...]:
        """Return the units that redemptions name, with the decimals that their points have, and make the table."""
        fits = ", ".join(f"bool_and(points % {10 ** (POINTS_DIGITS - n)} = 0)" for n in range(POINTS_DIGITS))
        row = self.db.execute(f"SELECT {fits} FROM redemptions").fetchone() or ()  # noqa: S608
        digits = next((n for n, fit in enumerate(row) if fit is not False), POINTS_DIGITS)
        self._name_texts("unit", "redemptions", said=True)
        self.db.execute(
            f"""
            CREATE TABLE redemptions_by_part AS
            SELECT m.part, m.number, r.occurred_at, u.code AS unit,
                r.points // {10 ** (POINTS_DIGITS - digits)} AS points, s.rowid AS k, r.redemption_id, r.file, r.row
            FROM redemptions r JOIN members m USING (member_id) JOIN unit_names u ON u.name = r.unit
            LEFT JOIN sorted s USING (order_id)
            """  # noqa: S608
        )
        return tuple((name, digits) for name in self._names("unit_names")) or (("", 0),)

    def _lines(self) -> None:
        """Write the lines of each part apart, to be sorted when it is its turn."""
        source = self.checks.lines_of
        have = self.checks.have(source) if source else set()
        relation = f"{source}_good" if source else "orders_good"
        for name in OF_LINES:
            self._name_texts(name, relation, said=name in have)
        if source is None:
            return
        codes = ", ".join(
            f"{name}_names.code::INTEGER AS {name}" if name in have else f"0 AS {name}" for name in OF_LINES
        )
        joins = " ".join(
            f"JOIN {name}_names ON {name}_names.name = coalesce(l.{name}, '')" for name in OF_LINES if name in have
        )
        self.db.execute("SET preserve_insertion_order = false")
        self.db.execute(
            f"""
            COPY (
                SELECT s.part, s.rowid AS k, l.file, l.row, {self.checks.line_net()} AS net,
                    coalesce(l.quantity, 1) AS quantity, {codes}
                FROM {relation} l JOIN (SELECT rowid, order_id, part FROM sorted) s USING (order_id) {joins}
            ) TO '{self._lines_folder}' (FORMAT parquet, PARTITION_BY (part))
            """  # noqa: S608
        )
        self.db.execute("SET preserve_insertion_order = true")

    def _fetch(self, sql: str) -> dict[str, NDArray[Any]]:
        with self.db.cursor() as db:  # one of its own, so that threads may fetch
            found = db.execute(sql).fetchnumpy()
        return {name: np.ma.getdata(column) for name, column in found.items()}

    def lay(self, part: int, *, lines: bool = True, ids: bool = True) -> tuple[History, Column, NDArray[Any]]:
        """Return a part: its history, which events paid for which, and the ids of its orders.

        Without `lines` the history may know nothing of them but how many there are.
        """
        names = self._texts
        m = self._fetch(
            f"SELECT member_id::VARCHAR AS member_id, number, joined_at, birthday, tags FROM members"  # noqa: S608
            f" WHERE part = {part} ORDER BY number"
        )
        first = int(m["number"][0]) if len(m["number"]) else 0
        leave = "part" if ids else "part, order_id"
        o = self._fetch(f"SELECT * EXCLUDE ({leave}) FROM sorted WHERE part = {part}")  # noqa: S608
        birth_md, lunar_md = _birthdays(_column(m["birthday"]))
        members = Members(
            ids=tuple(m["member_id"].tolist()),
            joined_at=_column(m["joined_at"]),
            birth_md=birth_md,
            lunar_md=lunar_md,
            tags=_column(m["tags"]),
            tag_names=self._tags,
        )
        net = _column(o["net"])
        nothing = np.zeros(len(net), np.int64)
        whole = self.checks.lines_of is None
        orders = Orders(
            member=_column(o["number"]) - first,
            at=_column(o["occurred_at"]),
            net=net,
            gross=_column(o.get("gross", net)),
            tax=_column(o.get("tax", nothing)),
            shipping=_column(o.get("shipping", nothing)),
            points_paid=_column(o.get("points_paid", nothing)),
            store=Texts(_column(o.get("store", nothing)), names["store"]),
            brand=Texts(_column(o.get("brand", nothing)), names["brand"]),
            channel=Texts(_column(o.get("channel", nothing)), names["channel"]),
            line_count=np.ones(len(net), np.int64) if whole else _column(o["lines"]),
        )
        refunds = self._refunds_of(part) if self._refunds else NO_REFUNDS
        redemptions = self._redemptions_of(part, first) if self._redemptions else NO_REDEMPTIONS
        if not lines and not self._refunds:  # what refunds leave is told from lines
            of_orders = NO_LINES
        else:
            of_orders = lines_of_whole_orders(net) if whole else self._lines_of(part)
        history, paid_for = laying.lay(members, orders, of_orders, refunds, redemptions)
        return history, paid_for, o.get("order_id", EMPTY)

    def _lines_of(self, part: int) -> Lines:
        names = self._texts
        folder = self._lines_folder / f"part={part}"
        if not folder.exists():
            return Lines(EMPTY, EMPTY, Texts(EMPTY, names["category"]), Texts(EMPTY, names["sku"]))
        found = self._fetch(
            f"SELECT k, net, quantity, category, sku FROM read_parquet('{folder}/*.parquet') ORDER BY k, file, row"  # noqa: S608
        )
        self._alike[part] = _alike(*(_column(column) for column in found.values()))
        return Lines(
            net_minor=_column(found["net"]),
            quantity=_column(found["quantity"]),
            category=Texts(_column(found["category"]), names["category"]),
            sku=Texts(_column(found["sku"]), names["sku"]),
        )

    def _refunds_of(self, part: int) -> Refunds:
        r = self._fetch(
            f"SELECT k - {self._before[part]} AS k, occurred_at, amount FROM refunds_by_part"  # noqa: S608  numbers of ours
            f" WHERE part = {part} ORDER BY place"
        )
        off = self._fetch(
            "SELECT place, line, net, quantity FROM off_lines JOIN refunds_by_part ON refund = off_lines.number"  # noqa: S608
            f" WHERE part = {part} ORDER BY place, line"
        )
        return Refunds(
            order=_column(r["k"]),
            at=_column(r["occurred_at"]),
            amount=_column(r["amount"]),
            off_refund=_column(off["place"]),
            off_line=_column(off["line"]),
            off_net=_column(off["net"]),
            off_quantity=_column(off["quantity"]),
        )

    def _redemptions_of(self, part: int, first: int) -> Redemptions:
        d = self._fetch(
            f"SELECT number - {first} AS number, occurred_at, unit, points, coalesce(k - {self._before[part]}, -1) AS k"  # noqa: S608
            f" FROM redemptions_by_part WHERE part = {part}"
            " ORDER BY number, occurred_at, try_cast(redemption_id AS HUGEINT) NULLS LAST, redemption_id, file, row"
        )
        return Redemptions(
            member=_column(d["number"]),
            at=_column(d["occurred_at"]),
            unit=_column(d["unit"]),
            points=_column(d["points"]),
            order=_column(d["k"]),
        )


def _column(values: NDArray[Any]) -> Column:
    return np.ascontiguousarray(values).astype(np.int64, copy=False)


def _alike(*columns: Column) -> int:
    """Return how many rows say the same as another, by 64 bits of a hash: what is told, and decides nothing."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    mixed.sort()
    return int((mixed[1:] == mixed[:-1]).sum())


def _birthdays(birthdays: Column) -> tuple[Column, Column]:
    """Return month and day of birth, and those of the Chinese calendar where the year is known; MMDD, 0 unknown."""
    some, where = np.unique(birthdays, return_inverse=True)
    lunar = [
        lunar_of(day_of(day // 10_000, day // 100 % 100, day % 100)) if day >= 10_000 else 0 for day in some.tolist()
    ]
    return birthdays % 10_000, np.array(lunar or [0], np.int64)[where] if len(birthdays) else EMPTY
