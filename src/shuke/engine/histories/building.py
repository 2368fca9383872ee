"""Builds a stored history from files: reads all, checks all, then writes part after part.

Memory is bounded: what is larger goes to disk. Must not know programs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import duckdb
import numpy as np
from numpy.typing import NDArray

from shuke.core.values.dates import day_of
from shuke.core.values.errors import Refusal
from shuke.engine.histories import laying
from shuke.engine.histories.checking import FAULTS, PARTS, TEXTS, Checks
from shuke.engine.histories.faults import ROWS_TOLD, HistoryFault
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.laying import EMPTY, Members, Orders, Redemptions, Refunds
from shuke.engine.histories.sources import Opened, Sources, digest, open_files
from shuke.engine.histories.stored import Meta, StoredHistory, lines_of_whole_orders
from shuke.engine.histories.storing import Writer
from shuke.engine.histories.typed import Typed
from shuke.engine.histories.values import DATES, POINTS_DIGITS, Settings, macros
from shuke.engine.history import Column, Lines, Texts
from shuke.engine.lunar import lunar_of

AMOUNTS = ("gross", *PARTS)
PART_ORDERS = 500_000
MEMORY = "2500MB"  # for the database; arrays of one part come on top
Progress = Callable[[int, int, str], None]


class Cancelled(Exception):
    """The caller said that the import is not wanted any more."""


@dataclass(frozen=True)
class Report:
    """What came of an import: what is wrong, and the stored history where it was made.

    `rows` are those read by kind of file; `left_out_rows`, `left_out_orders` and `left_out_net_minor` say what is
    missing in it on account of faults, `repeated_lines` how many lines say the same as another of their order: they
    count. `mapping` says by file which header means what.
    """

    faults: tuple[HistoryFault, ...]
    rows: Mapping[str, int]
    mapping: Mapping[str, Mapping[str, str]]
    left_out_rows: int = 0
    left_out_orders: int = 0
    left_out_net_minor: int = 0
    repeated_lines: int = 0
    stored: StoredHistory | None = None


def build(
    folder: Path,
    sources: Sources,
    *,
    currency: str,
    digits: int,
    time_zone: str,
    leave_out: bool = False,
    faulty_rows: Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    part_orders: int = PART_ORDERS,
) -> Report:
    """Read files into a stored history; members join with their first order where no file says that they did before.

    `time_zone` is that of instants that name none; empty where each must. Where anything is wrong nothing is stored,
    or with `leave_out` everything but what is; `faulty_rows` is a file to write every row with its reason to.
    `progress` is told (done, all, phase) with the phases "read", "check" and "store".

    Raises:
        Refusal: `time_zone_unknown`, `dates_unknown`, `no_orders_file`, `file_not_found`, `file_unreadable`,
            `columns_missing`, `columns_unknown`, `columns_repeated`.
        Cancelled: `cancelled` said so; nothing is left behind.
    """
    if time_zone and time_zone not in available_timezones():
        raise Refusal("time_zone_unknown", f"There is no time zone {time_zone!r}.", params={"zone": time_zone})
    if sources.dates not in DATES:
        raise Refusal("dates_unknown", f"Dates are one of {', '.join(DATES)}.", params={"dates": sources.dates})
    if not any(file.kind is Kind.ORDERS for file in sources.files):
        raise Refusal("no_orders_file", "A history needs a file of orders.")
    settings = Settings(currency, digits, time_zone, sources.dates)
    with Writer(folder) as writer, duckdb.connect() as db:
        work = _Work(db, writer, settings, progress or (lambda *_: None), cancelled or (lambda: False))
        report = work.check(sources)
        if faulty_rows is not None:
            work.write_faults(faulty_rows)
        if report.faults and not leave_out:
            return report
        return work.store(report, sources, part_orders)


@dataclass
class _Work:
    """One import on its way."""

    db: duckdb.DuckDBPyConnection
    writer: Writer
    settings: Settings
    progress: Progress
    cancelled: Callable[[], bool]
    opened: list[Opened] = field(default_factory=list)

    def step(self, done: int, of: int, phase: str) -> None:
        """Tell how far it is, and stop where the caller wants so."""
        self.progress(done, of, phase)
        if self.cancelled():
            raise Cancelled

    # ---- checking

    def check(self, sources: Sources) -> Report:
        """Read and check everything."""
        db = self.db
        db.execute(f"SET memory_limit = '{MEMORY}'")
        db.execute(f"SET temp_directory = '{self.writer.scratch}'")
        db.execute("SET TimeZone = 'UTC'")
        for macro in macros(self.settings):
            db.execute(macro)
        db.execute(FAULTS)
        size = sum(file.path.stat().st_size for file in sources.files if file.path.is_file())
        done = 0

        def tick(read: int) -> None:
            nonlocal done
            done += read
            self.step(done, size, "read")

        self.opened = open_files(db, sources.files, self.writer.scratch, tick)
        db.execute("CREATE TABLE shifts (file BIGINT, first BIGINT, delta BIGINT)")
        for one in self.opened:
            db.executemany("INSERT INTO shifts VALUES (?, ?, ?)", one.shifts)
        self.typed = Typed(db, self.opened, self.settings, self.writer.scratch)
        self.checks = Checks(db, self.typed)
        steps: list[Callable[[], None]] = [lambda kind=kind: self.checks.values(kind) for kind in Kind]  # type: ignore[misc]
        steps += [self.checks.orders, self.checks.refunds, self.checks.redemptions, self.checks.members]
        for i, step in enumerate(steps):
            self.step(i, len(steps), "check")
            step()
        self._number_rows()
        return self._report()

    def _number_rows(self) -> None:
        """Give faults the number of their row in the file, and add the rows that could not be read at all."""
        broken = [
            (str(one.files[0].kind), each.file, each.row, each.cause) for one in self.opened for each in one.broken
        ]
        self.db.execute(
            """
            CREATE TABLE told AS SELECT f.* REPLACE (f.row + s.delta AS row)
            FROM faults f ASOF JOIN shifts s ON f.file = s.file AND f.row >= s.first
            """
        )
        if broken:
            self.db.executemany("INSERT INTO told VALUES (?, ?, ?, '', ?, '', NULL)", broken)

    def _files(self) -> list[str]:
        return [file.path.name for one in self.opened for file in one.files]

    def _report(self) -> Report:
        names = self._files()
        groups = self.db.execute(
            f"""
            SELECT cause, file, kind, "column", arg_min(found, row), count(DISTINCT row),
                list(DISTINCT row ORDER BY row)[:{ROWS_TOLD}]
            FROM told GROUP BY cause, file, kind, "column" ORDER BY file, min(row), "column", cause
            """  # noqa: S608  a number of ours
        ).fetchall()
        headers = {
            (names[one.first + i], field): one.headers[column]
            for one in self.opened
            for i in range(len(one.files))
            for field, column in one.mapping.items()
        }
        faults = tuple(
            HistoryFault(
                cause, names[file], kind, headers.get((names[file], column), column), found or "", count, tuple(rows)
            )
            for cause, file, kind, column, found, count, rows in groups
        )
        mapping = {
            names[one.first + i]: {one.headers[column]: field for field, column in one.mapping.items()}
            for one in self.opened
            for i in range(len(one.files))
        }
        rows = {str(kind): count for kind, count in self.typed.rows.items() if count}
        return Report(faults, rows, mapping, **(self._left_out() if faults else {}))

    def _left_out(self) -> dict[str, int]:
        """Return what the faults take away."""
        rows = self.db.execute("SELECT count(*) FROM (SELECT DISTINCT file, row FROM told)").fetchone()
        lost = self.db.execute(
            f"""
            SELECT count(DISTINCT order_id), coalesce(sum({self.checks.row_amount()}), 0)::BIGINT
            FROM orders_rows
            WHERE order_id::VARCHAR IN (SELECT order_id FROM told WHERE kind IN ('orders', 'lines'))
                AND order_id NOT IN (SELECT order_id FROM orders)
            """  # noqa: S608  columns of our own list
        ).fetchone()
        orders, net = lost or (0, 0)
        return {
            "left_out_rows": rows[0] if rows else 0,
            "left_out_orders": orders,
            "left_out_net_minor": net,
        }

    def write_faults(self, path: Path) -> None:
        """Write every faulty row with its reason, in a form that spreadsheets open."""
        from shuke.engine.histories.faulty import write_rows

        write_rows(self.db, self._files(), path)

    # ---- storing

    def store(self, report: Report, sources: Sources, part_orders: int) -> Report:
        """Write the parts, each sorted by member and instant."""
        db = self.db
        found = db.execute("SELECT count(*) FROM orders").fetchone()
        parts = max(1, -(-(found[0] if found else 0) // part_orders))
        self._sort(parts)
        units = self._units()
        self._lines(parts)
        members = db.execute("SELECT tag FROM tags ORDER BY bit").fetchall()
        tag_names = tuple(row[0] for row in members)
        names = {name: self._names(f"{name}_names") for name in (*TEXTS, "category", "sku")}
        before = 0
        for part in range(parts):
            self.step(part, parts, "store")
            before = self._part(part, before, names, tag_names)
        self.step(parts, parts, "store")
        made_of = {
            "files": [
                {"name": file.path.name, "kind": str(file.kind), "sha256": digest(file.path),
                 "mapping": report.mapping[file.path.name]}
                for file in sources.files
            ],
            "left_out": {"rows": report.left_out_rows, "orders": report.left_out_orders,
                         "net_minor": report.left_out_net_minor},
        }  # fmt: skip
        meta = Meta(self.settings.currency, self.settings.digits, self.settings.time_zone, units, made_of=made_of)
        return Report(**{**vars(report), "stored": self.writer.finish(meta)})

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
        columns = [name for name in AMOUNTS if name in have] + [f"{name}_names.code::INTEGER AS {name}" for name in said]
        joins = " ".join(f"JOIN {name}_names ON {name}_names.name = o.{name}" for name in said)
        as_number = "" if self._is_number("orders", "order_id") else "try_cast(o.order_id AS HUGEINT) NULLS LAST,"
        db.execute(
            f"""
            CREATE TABLE sorted AS
            SELECT {", ".join(["m.number", "m.part", "o.order_id", "o.occurred_at", "o.net", "o.lines", *columns])}
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
            SELECT m.part, m.number, r.occurred_at, u.code AS unit, r.points // {10 ** (POINTS_DIGITS - digits)} AS points,
                s.rowid AS k, r.redemption_id, r.file, r.row
            FROM redemptions r JOIN members m USING (member_id) JOIN unit_names u ON u.name = r.unit
            LEFT JOIN sorted s USING (order_id)
            """  # noqa: S608
        )
        return tuple((name, digits) for name in self._names("unit_names")) or (("", 0),)

    def _lines(self, parts: int) -> None:
        """Write the lines of each part apart, to be sorted when it is its turn."""
        source = self.checks.lines_of
        have = self.checks.have(source) if source else set()
        relation = f"{source}_good" if source else "orders_good"
        for name in ("category", "sku"):
            self._name_texts(name, relation, said=name in have)
        if source is None:
            return
        codes = ", ".join(
            f"{name}_names.code::INTEGER AS {name}" if name in have else f"0 AS {name}" for name in ("category", "sku")
        )
        joins = " ".join(
            f"JOIN {name}_names ON {name}_names.name = coalesce(l.{name}, '')"
            for name in ("category", "sku")
            if name in have
        )
        self.db.execute("SET preserve_insertion_order = false")
        self.db.execute(
            f"""
            COPY (
                SELECT s.part, s.rowid AS k, l.file, l.row, {self.checks.line_net()} AS net,
                    coalesce(l.quantity, 1) AS quantity, {codes}
                FROM {relation} l JOIN (SELECT rowid, order_id, part FROM sorted) s USING (order_id) {joins}
            ) TO '{self.writer.scratch / "lines"}' (FORMAT parquet, PARTITION_BY (part))
            """  # noqa: S608
        )
        self.db.execute("SET preserve_insertion_order = true")

    def _fetch(self, sql: str) -> dict[str, NDArray[Any]]:
        found = self.db.execute(sql).fetchnumpy()
        return {name: np.ma.getdata(column) for name, column in found.items()}

    def _part(self, part: int, before: int, names: Mapping[str, tuple[str, ...]], tag_names: tuple[str, ...]) -> int:
        """Write one part, whose first order is number `before`; return that of the next part's."""
        m = self._fetch(
            f"SELECT member_id::VARCHAR AS member_id, number, joined_at, birthday, tags FROM members"  # noqa: S608
            f" WHERE part = {part} ORDER BY number"
        )
        first = int(m["number"][0]) if len(m["number"]) else 0
        o = self._fetch(f"SELECT * EXCLUDE (part) FROM sorted WHERE part = {part}")  # noqa: S608
        birth_md, lunar_md = _birthdays(_column(m["birthday"]))
        members = Members(
            ids=tuple(m["member_id"].tolist()),
            joined_at=_column(m["joined_at"]),
            birth_md=birth_md,
            lunar_md=lunar_md,
            tags=_column(m["tags"]),
            tag_names=tag_names,
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
        history, paid_for = laying.lay(
            members,
            orders,
            lines_of_whole_orders(net) if whole else self._lines_of(part, names),
            self._refunds_of(part, before),
            self._redemptions_of(part, first, before),
        )
        self.writer.write(history, paid_for, o["order_id"])
        return before + len(net)

    def _lines_of(self, part: int, names: Mapping[str, tuple[str, ...]]) -> Lines:
        folder = self.writer.scratch / "lines" / f"part={part}"
        if not folder.exists():
            return Lines(EMPTY, EMPTY, Texts(EMPTY, names["category"]), Texts(EMPTY, names["sku"]))
        found = self._fetch(
            f"SELECT net, quantity, category, sku FROM read_parquet('{folder}/*.parquet') ORDER BY k, file, row"  # noqa: S608
        )
        return Lines(
            net_minor=_column(found["net"]),
            quantity=_column(found["quantity"]),
            category=Texts(_column(found["category"]), names["category"]),
            sku=Texts(_column(found["sku"]), names["sku"]),
        )

    def _refunds_of(self, part: int, before: int) -> Refunds:
        r = self._fetch(
            f"SELECT k - {before} AS k, occurred_at, amount FROM refunds_by_part WHERE part = {part} ORDER BY place"  # noqa: S608
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

    def _redemptions_of(self, part: int, first: int, before: int) -> Redemptions:
        d = self._fetch(
            f"SELECT number - {first} AS number, occurred_at, unit, points, coalesce(k - {before}, -1) AS k"  # noqa: S608
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


def _birthdays(birthdays: Column) -> tuple[Column, Column]:
    """Return month and day of birth, and those of the Chinese calendar where the year is known; MMDD, 0 unknown."""
    some, where = np.unique(birthdays, return_inverse=True)
    lunar = [
        lunar_of(day_of(day // 10_000, day // 100 % 100, day % 100)) if day >= 10_000 else 0 for day in some.tolist()
    ]
    return birthdays % 10_000, np.array(lunar or [0], np.int64)[where] if len(birthdays) else EMPTY
