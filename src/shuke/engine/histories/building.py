"""Builds a stored history from files: reads all, checks all, then writes part after part.

Memory is bounded: what is larger goes to disk. Must not know programs.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import available_timezones

import duckdb

from shuke.core.values.errors import Refusal
from shuke.engine.histories.checking import PARTS, Checks
from shuke.engine.histories.faults import ROWS_TOLD, HistoryFault
from shuke.engine.histories.faulty import write_rows
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.sorting import Parts
from shuke.engine.histories.sources import Opened, Sources, bound, digest, open_files
from shuke.engine.histories.statuses import keep_sales
from shuke.engine.histories.stored import Meta, StoredHistory
from shuke.engine.histories.storing import Writer
from shuke.engine.histories.typed import Typed
from shuke.engine.histories.values import DATES, Settings, macros

AMOUNTS = ("gross", *PARTS)
PART_ORDERS = 500_000
Progress = Callable[[int, int, str], None]


class Cancelled(Exception):
    """The caller said that the import is not wanted any more."""


@dataclass(frozen=True)
class Report:
    """What came of an import: what is wrong, and the stored history where it was made.

    `rows` are those read by kind of file; `left_out_rows`, `left_out_orders` and `left_out_net_minor` say what is
    missing in it on account of faults, `repeated_lines` how many lines say the same as another of their order: they
    count. `no_sale_rows`, `no_sale_orders` and `no_sale_net_minor` say what the status of orders left out. Told and
    used are `measured_rows`, whose quantity is no whole number, and `skipped_times` and `repeated_times`, as clocks of
    the zone were changed, and `repeated_refunds`, orders each of whose rows says the same refund, which counts in each.
    `mapping` says by file which header means what.
    """

    faults: tuple[HistoryFault, ...]
    rows: Mapping[str, int]
    mapping: Mapping[str, Mapping[str, str]]
    left_out_rows: int = 0
    left_out_orders: int = 0
    left_out_net_minor: int = 0
    repeated_lines: int = 0
    no_sale_rows: int = 0
    no_sale_orders: int = 0
    no_sale_net_minor: int = 0
    measured_rows: int = 0
    skipped_times: int = 0
    repeated_times: int = 0
    repeated_refunds: int = 0
    stored: StoredHistory | None = None

    @property
    def no_sale(self) -> dict[str, int]:
        """Return what the status of orders left out, by what is counted; 0 where there is no status."""
        return {"rows": self.no_sale_rows, "orders": self.no_sale_orders, "net_minor": self.no_sale_net_minor}

    @property
    def notes(self) -> dict[str, int]:
        """Return how many values were told and used as they are, by how they were read."""
        names = ("measured_rows", "skipped_times", "repeated_times", "repeated_lines", "repeated_refunds")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def build(
    folder: Path,
    sources: Sources,
    *,
    currency: str,
    digits: int,
    time_zone: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    part_orders: int = PART_ORDERS,
) -> Report:
    """Read files into a stored history; members join with their first order where no file says that they did before.

    `time_zone` is that of instants that name none; empty where each must. Where anything is wrong nothing is stored,
    but where the sources say to leave it out.
    `progress` is told (done, all, phase) with the phases "read", "check" and "store".

    Raises:
        Refusal: `time_zone_unknown`, `unknown_choice`, `orders_missing`, `file_not_found`, `file_unreadable`,
            `columns_missing`, `unknown_columns`, `duplicate_columns`, `header_repeated`, `statuses_missing`,
            `unknown_statuses`, `too_many_statuses`.
        Cancelled: `cancelled` said so; nothing is left behind.
    """
    settings = _settings(sources, currency, digits, time_zone)
    with Writer(folder) as writer, duckdb.connect() as db:
        work = _Work(db, writer.scratch, settings, progress or (lambda *_: None), cancelled or (lambda: False))
        report = work.check(sources)
        if sources.faulty_rows is not None:
            write_rows(db, work.file_names(), sources.faulty_rows)
        if report.faults and not sources.leave_out:
            return report
        return work.store(report, sources, part_orders, writer)


@contextmanager
def laid_out(
    sources: Sources, *, currency: str, digits: int, time_zone: str, part_orders: int = PART_ORDERS
) -> Iterator[tuple[Report, Parts | None]]:
    """Read and check files as `build` does, and yield their parts, which are laid out when they are asked for.

    Nothing is stored; where anything is wrong there are no parts.

    Raises: Refusal as `build` does.
    """
    settings = _settings(sources, currency, digits, time_zone)
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as db:
        work = _Work(db, Path(scratch), settings, lambda *_: None, lambda: False)
        report = work.check(sources)
        yield report, None if report.faults else work.parts(part_orders)


def _settings(sources: Sources, currency: str, digits: int, time_zone: str) -> Settings:
    if time_zone and time_zone not in available_timezones():
        raise Refusal("time_zone_unknown", f"There is no time zone {time_zone!r}.", params={"zone": time_zone})
    if sources.dates not in DATES:
        raise Refusal("unknown_choice", f"Dates are one of {', '.join(DATES)}.", params={"found": sources.dates})
    if not any(file.kind is Kind.ORDERS for file in sources.files):
        raise Refusal("orders_missing", "A history needs a file of orders.")
    return Settings(currency, digits, time_zone, sources.dates)


@dataclass
class _Work:
    """One import on its way."""

    db: duckdb.DuckDBPyConnection
    scratch: Path
    settings: Settings
    progress: Progress
    cancelled: Callable[[], bool]
    opened: list[Opened] = field(default_factory=list)
    repeated_lines: int = 0

    def step(self, done: int, of: int, phase: str) -> None:
        """Tell how far it is, and stop where the caller wants so."""
        self.progress(done, of, phase)
        if self.cancelled():
            raise Cancelled

    # ---- checking

    def check(self, sources: Sources) -> Report:
        """Read and check everything."""
        db = self.db
        bound(db, self.scratch)
        db.execute("SET TimeZone = 'UTC'")
        for macro in macros(self.settings):
            db.execute(macro)
        size = sum(file.path.stat().st_size for file in sources.files if file.path.is_file())
        done = 0

        def tick(read: int) -> None:
            nonlocal done
            done += read
            self.step(done, size, "read")

        self.opened = open_files(db, sources.files, self.scratch, tick)
        db.execute("CREATE TABLE shifts (file BIGINT, first BIGINT, delta BIGINT)")
        for one in self.opened:
            db.executemany("INSERT INTO shifts VALUES (?, ?, ?)", one.shifts)
        self.typed = Typed(db, self.opened, self.settings, self.scratch)
        keep_sales(db, self.opened, sources.statuses, sources.seen)
        self.checks = Checks(db, self.typed)
        steps: list[Callable[[], None]] = [lambda kind=kind: self.checks.values(kind) for kind in Kind]  # type: ignore[misc]
        steps += [
            self.checks.no_sales,
            self.checks.orders,
            self.checks.refunds,
            self.checks.redemptions,
            self.checks.members,
        ]
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

    def file_names(self) -> list[str]:
        """Return the names of the files by their number."""
        return [file.path.name for one in self.opened for file in one.files]

    def _report(self) -> Report:
        names = self.file_names()
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
        lost = self._left_out() if faults else (0, 0, 0)
        told = self.typed.told
        return Report(
            faults,
            rows,
            mapping,
            *lost,
            0,
            *self._no_sales(),
            measured_rows=told["measured"],
            skipped_times=told["skipped"],
            repeated_times=told["twice"],
            repeated_refunds=self.checks.repeated_refunds,
        )

    def _no_sales(self) -> tuple[int, int, int]:
        """Return what the status of orders left out: rows, orders of which none is left, and what was paid."""
        found = self.db.execute(
            "SELECT sum(rows), count(*) FILTER (WHERE whole), sum(net) FROM no_sales"
        ).fetchone() or (0, 0, 0)
        rows, orders, net = (int(number or 0) for number in found)
        return rows, orders, net

    def _left_out(self) -> tuple[int, int, int]:
        """Return what the faults take away: rows, orders, and what was paid for them."""
        rows = self.db.execute("SELECT count(*) FROM (SELECT DISTINCT file, row FROM told)").fetchone()
        lost = self.checks.paid(
            "order_id::VARCHAR IN (SELECT order_id FROM told WHERE kind IN ('orders', 'lines'))"
            " AND order_id NOT IN (SELECT order_id FROM orders)"
        )
        orders, net = self.db.execute(f"SELECT count(*), coalesce(sum(net), 0) FROM ({lost})").fetchone() or (0, 0)  # noqa: S608
        return rows[0] if rows else 0, orders, int(net)

    # ---- storing

    def parts(self, part_orders: int) -> Parts:
        """Sort what was read into parts by member and instant."""
        return Parts(self.db, self.scratch, self.checks, part_orders)

    def store(self, report: Report, sources: Sources, part_orders: int, writer: Writer) -> Report:
        """Write the parts."""
        parts = self.parts(part_orders)
        with ThreadPoolExecutor(1) as pool:  # one part is laid out while the one before it is written
            digests = pool.map(digest, [file.path for file in sources.files])
            writing: Future[None] | None = None
            for part in range(parts.count):
                self.step(part, parts.count, "store")
                laid = parts.lay(part)
                if writing is not None:
                    writing.result()
                writing = pool.submit(writer.write, *laid)
        if writing is not None:
            writing.result()
        self.step(parts.count, parts.count, "store")
        made_of = {
            "files": [
                {
                    "name": file.path.name,
                    "kind": str(file.kind),
                    "sha256": sha256,
                    "mapping": report.mapping[file.path.name],
                }
                for file, sha256 in zip(sources.files, digests, strict=True)
            ],
            "left_out": {
                "rows": report.left_out_rows,
                "orders": report.left_out_orders,
                "net_minor": report.left_out_net_minor,
            },
            "no_sale": report.no_sale,
            "statuses": None if sources.statuses is None else sorted(sources.statuses),
        }
        said = self.settings
        meta = Meta(said.currency, said.digits, said.time_zone, parts.units, made_of=made_of)
        return replace(report, repeated_lines=parts.repeated_lines, stored=writer.finish(meta))
