"""Opens files of a history as relations of one database, whatever they are: text, XLSX or Parquet.

A text is written again as clean UTF-8 beside, in chunks, so that it may be larger than memory; rows that are broken are
left out of it and told by their number. What a column means is not known here.
"""

import csv
import gzip
import hashlib
import io
import re
import shutil
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
import numpy as np

from shuke.core.values.errors import Refusal
from shuke.engine import row_files
from shuke.engine.histories.fields import Kind

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
CONTROL = np.array([(i < 32 and i not in (9, 10)) or i == 127 for i in range(256)])
QUOTED = re.compile("\"|'[=+\\-@\t＝＋－＠]").search
SAMPLE = 200
PACKED_TIMES = 200  # as small as rows of a file that repeat themselves may be packed; what is made to burst is smaller
MEMORY = "2500MB"  # for the database; arrays of one part come on top
DAMAGED = (OSError, EOFError, zlib.error)  # what unpacking raises


@dataclass(frozen=True)
class File:
    """A file of one kind; `mapping` says of headers which field each is, "-" for none; without it names decide.

    `one_row_an_order`: an order id that comes again is a fault, not another line.
    """

    path: Path
    kind: Kind = Kind.ORDERS
    mapping: Mapping[str, str] | None = None
    one_row_an_order: bool = False


@dataclass(frozen=True)
class Sources:
    """The files of a history; `dates` is the order in which they write day, month and year: "ymd", "mdy" or "dmy".

    `leave_out` says to go on without what is faulty; every faulty row is written with its reason to `faulty_rows`.
    `statuses` are those of orders that count as sales, to be said where a file has a status of orders; `seen` those
    among which they were chosen: where there are others they are asked for again.
    """

    files: tuple[File, ...]
    dates: str = "ymd"
    leave_out: bool = False
    faulty_rows: Path | None = None
    statuses: Collection[str] | None = None
    seen: Collection[str] | None = None


@dataclass(frozen=True)
class Broken:
    """A row that can't be read at all."""

    file: int
    row: int
    cause: str


@dataclass
class Opened:
    """Files that are read as one relation: its columns are c0, c1 … , `file`, and `row` from 0.

    What a file calls that row is `row` plus the last delta of `shifts`, (file, first row, delta), that is not beyond.
    `no_sales` is the relation of the rows that their status leaves out, empty where there is no status.
    """

    files: Sequence[File]
    first: int
    relation: str
    headers: tuple[str, ...]
    types: tuple[str, ...]
    is_text: bool
    shifts: list[tuple[int, int, int]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    no_sales: str = ""

    def __post_init__(self) -> None:
        self.mapping: dict[str, int] = {}  # field code → column


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bound(db: duckdb.DuckDBPyConnection, work: Path) -> None:
    """Bound the memory of a database: what is larger goes to a folder."""
    db.execute(f"SET memory_limit = '{MEMORY}'")
    db.execute(f"SET temp_directory = '{work}'")


def open_files(
    db: duckdb.DuckDBPyConnection,
    files: Sequence[File],
    work: Path,
    tick: Callable[[int], None],
    rows: int | None = None,
) -> list[Opened]:
    """Make a view of every file, of Parquet files of one kind and layout together.

    `work` is a folder for what is written beside; `tick` is told of the bytes of each file read, and of 0 between.
    Of a text no more is read than has `rows`, where it is said.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`.
    """
    for file in files:
        if not file.path.is_file():
            raise Refusal("file_not_found", f"There is no file {file.path}.", params={"path": str(file.path)})
    opened: list[Opened] = []
    number = 0
    layouts = [(file, _layout(db, file)) for file in files]
    for (layout, *_), group in groupby(layouts, key=lambda one: (one[1], one[0].kind, _said(one[0]))):
        some = [file for file, _ in group]
        if layout is not None:
            opened.append(_parquet(db, some, number, layout))
            tick(sum(file.path.stat().st_size for file in some))
            number += len(some)
            continue
        for file in some:
            opened.append(_text(db, file, number, work, tick, rows))
            tick(file.path.stat().st_size)
            number += 1
    return opened


def sample(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return a file's headers and its first rows as texts.

    Raises:
        Refusal: `file_not_found`, `file_unreadable`.
    """
    if not path.is_file():
        raise Refusal("file_not_found", f"There is no file {path}.", params={"path": str(path)})
    with duckdb.connect() as db:
        layout = _layout(db, File(path))
        if layout is not None:
            db.execute("SET TimeZone = 'UTC'")
            columns = ", ".join(f"{_quoted(name)}::VARCHAR" for name, _ in layout)
            rows = db.execute(f"SELECT {columns} FROM read_parquet(?) LIMIT {SAMPLE}", [str(path)]).fetchall()  # noqa: S608
            return tuple(name for name, _ in layout), [tuple(cell or "" for cell in row) for row in rows]
    with path_stream(path, path.parent) as stream:
        try:
            found = row_files.rows(stream)
            headers = next((row.cells for row in found if not row.wrong), ())
            return headers, [row.cells for row, _ in zip(found, range(SAMPLE), strict=False) if not row.wrong]
        except Refusal as refusal:
            raise _unreadable(path, refusal.detail) from refusal
        except DAMAGED as error:
            raise _unreadable(path, str(error)) from error


def _said(file: File) -> tuple[object, ...]:
    return (tuple((file.mapping or {}).items()), file.one_row_an_order)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def _unreadable(path: Path, reason: str) -> Refusal:
    return Refusal("file_unreadable", f"{path.name} can't be read: {reason}", params={"path": str(path)})


def _layout(db: duckdb.DuckDBPyConnection, file: File) -> tuple[tuple[str, str], ...] | None:
    """Return the columns of a Parquet file with their types, None for any other file."""
    with file.path.open("rb") as stream:
        head = stream.read(len(PARQUET))
    if head != PARQUET and file.path.suffix.lower() != ".parquet":
        return None
    try:
        described = db.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(file.path))})").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise _unreadable(file.path, str(error).splitlines()[0]) from error
    return tuple((row[0], row[1]) for row in described)


def _parquet(
    db: duckdb.DuckDBPyConnection, files: Sequence[File], first: int, layout: tuple[tuple[str, str], ...]
) -> Opened:
    paths = ", ".join(literal(str(file.path)) for file in files)
    columns = ", ".join(f"{_quoted(name)} AS c{i}" for i, (name, _) in enumerate(layout))
    relation = f"raw_{first}"
    db.execute(
        f"CREATE VIEW {relation} AS SELECT {first} + file_index AS file, file_row_number AS row, {columns}"  # noqa: S608
        f" FROM read_parquet([{paths}])"
    )
    return Opened(
        files=files,
        first=first,
        relation=relation,
        headers=tuple(name for name, _ in layout),
        types=tuple(kind for _, kind in layout),
        is_text=False,
        shifts=[(first + i, 0, 1) for i in range(len(files))],
    )


def path_stream(path: Path, into: Path) -> BinaryIO:
    """Open a file for reading bytes, unpacked where it is gzipped: not to more than a file of rows ever packs.

    Reading raises Refusal `file_not_readable` where there is more, or more than half of the room that the disk of the
    folder `into` has, where it is to be written.
    """
    with path.open("rb") as stream:
        zipped = stream.read(len(GZIP)) == GZIP
    if not zipped:
        return path.open("rb")
    most = min(max(row_files.UNPACKED_LIMIT, PACKED_TIMES * path.stat().st_size), shutil.disk_usage(into).free // 2)
    return io.BufferedReader(row_files.Unpacked(cast("BinaryIO", gzip.open(path)), row_files.Room(most)))


def _text(
    db: duckdb.DuckDBPyConnection, file: File, number: int, work: Path, tick: Callable[[int], None], rows: int | None
) -> Opened:
    target = work / f"{number:04}.csv"
    with path_stream(file.path, work) as stream, target.open("wb") as out:
        try:
            if row_files.is_workbook(stream):
                clean = _Clean(number, out, ",")
                found = row_files.workbook(stream)
                headers = _header(file.path, next(found, None))
                clean.add((_fitted(row, len(headers)) for row in islice(found, rows)), len(headers))
            else:
                clean, headers = _clean_text(file.path, number, stream, out, tick, rows)
        except (*DAMAGED, Refusal) as error:
            if isinstance(error, Refusal) and error.code != "file_not_readable":
                raise
            raise _unreadable(file.path, str(error)) from error
    relation = f"raw_{number}"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(headers)))
    db.execute(
        f"CREATE VIEW {relation} AS SELECT {number} AS file, row_number() OVER () - 1 AS row, *"  # noqa: S608
        f" FROM read_csv({literal(str(target))}, header = false, auto_detect = false,"
        f" delim = {literal(clean.separator)}, quote = '\"', escape = '\"', columns = {{{columns}}}, nullstr = '')"
    )
    return Opened(
        files=[file],
        first=number,
        relation=relation,
        headers=headers,
        types=("VARCHAR",) * len(headers),
        is_text=True,
        shifts=clean.shifts,
        broken=clean.broken,
    )


def _header(path: Path, row: row_files.Row | None) -> tuple[str, ...]:
    if row is None or row.wrong or not any(row.cells):
        raise _unreadable(path, "it has no header")
    return row.cells


def _fitted(row: row_files.Row, width: int) -> row_files.Row:
    """Return a row of a sheet, which knows no end of a row, with as many cells as the header."""
    cells = (row.cells + ("",) * width)[:width]
    return row if row.wrong or any(row.cells[width:]) else row_files.Row(row.number, cells)


class _Clean:
    """Writes the rows that can be read, and keeps where the others stood."""

    def __init__(self, file: int, out: BinaryIO, separator: str) -> None:
        self._file, self._out, self.separator = file, out, separator
        self.written = 0
        self.shifts: list[tuple[int, int, int]] = [(file, 0, 2)]
        self.broken: list[Broken] = []

    def add(self, rows: Iterable[row_files.Row], width: int) -> None:
        """Write rows one by one."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\n")
        for row in rows:
            wrong = row.wrong or ("" if len(row.cells) == width else "wrong_cell_count")
            if wrong:
                self.broken.append(Broken(self._file, row.number, wrong))
                continue
            self._shift(row.number)
            writer.writerow(row.cells)
            self.written += 1
            if text.tell() > row_files.CHUNK:
                self._out.write(text.getvalue().encode())
                text.seek(0)
                text.truncate()
        self._out.write(text.getvalue().encode())

    def add_as_it_is(self, data: bytes, rows: int, number: int) -> None:
        """Write lines that need no second look, the first of which is line `number`."""
        self._shift(number)
        self._out.write(data)
        self.written += rows

    def _shift(self, number: int) -> None:
        if number - self.written != self.shifts[-1][2]:
            self.shifts.append((self._file, self.written, number - self.written))


def _clean_text(
    path: Path, file: int, stream: BinaryIO, out: BinaryIO, tick: Callable[[int], None], most: int | None
) -> tuple[_Clean, tuple[str, ...]]:
    text = row_files.text_of(stream)
    first = list(_through_header(text))
    separator = row_files.separator_of(first[-1] if first else "")
    seen = 0

    def counted() -> Iterator[str]:
        nonlocal seen
        for line in chain(first, iter(text.readline, "")):
            seen += 1
            yield line

    headers = _header(path, next(row_files.records(counted(), separator), None))
    clean = _Clean(file, out, separator)
    number, rest = seen + 1, ""
    while True:
        tick(0)
        chunk = text.read(row_files.CHUNK)
        body = rest + chunk
        if not chunk:
            body, rest = body + "\n" * bool(body), ""
        else:
            cut = body.rfind("\n") + 1
            body, rest = body[:cut], body[cut:]
        data = _plain(body, separator, len(headers))
        if data is not None:
            count = body.count("\n")
            clean.add_as_it_is(data, count, number)
            number += count
        else:
            lines = body.split("\n")[:-1]
            rows, settled = _settled(lines, number, final=not chunk, separator=separator)
            clean.add(rows, len(headers))
            rest = "".join(f"{line}\n" for line in lines[settled:]) + rest
            number += settled
        if not chunk or (most is not None and clean.written >= most):
            text.detach()
            return clean, headers


def _through_header(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines up to the first that says something."""
    for line in iter(text.readline, ""):
        yield line
        if line.strip():
            return


def _plain(body: str, separator: str, width: int) -> bytes | None:
    """Return lines as they are to be written where every one of them has plain cells as many as the header."""
    if not body or QUOTED(body):
        return None
    try:
        data = body.encode()
    except UnicodeEncodeError:
        return None
    values = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(values == 10)
    separators = np.flatnonzero(values == ord(separator))
    cells = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
    short = np.diff(ends, prepend=-1).max() <= row_files.CELL_LIMIT
    return data if short and (cells == width).all() and not CONTROL[values].any() and _no_blank(ends, width) else None


def _no_blank(ends: "np.typing.NDArray[np.int64]", width: int) -> bool:
    return width > 1 or bool((np.diff(ends, prepend=-1) > 1).all())


def _settled(lines: Sequence[str], number: int, *, final: bool, separator: str) -> tuple[list[row_files.Row], int]:
    """Return the rows that stand whatever comes next, and how many lines they are: a later line may close a quote."""
    rows: list[row_files.Row] = []
    for row in row_files.records(lines, separator, number):
        place = row.number - number
        if row.wrong == "unclosed_quote" and not final and place + row_files.QUOTED_LINES_LIMIT >= len(lines):
            return rows, place
        rows.append(row)
    return rows, len(lines)
