"""A file of rows, read as a stream whatever it is: CSV in UTF-8, UTF-16 or GB18030, or XLSX.

Knows nothing of what a column means. What is wrong with one row is told of that row and never of the others: an
unclosed quote, a byte of another encoding, a cell without end.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from shuke.core.values.errors import Refusal

CELL_LIMIT = 2_000
CHUNK = 1 << 22
XLSX = b"PK\x03\x04"
UNPACKED_LIMIT = 256 * 1024 * 1024  # bytes of what an XLSX keeps in memory: texts, styles, one row of a sheet
SHEET_ROWS = 1_048_576  # as the format has it
QUOTED_LINES_LIMIT = 20  # that one quoted cell may span
_MOSTLY = 9  # of ten lines beyond ASCII, so that a file counts as UTF-8 with bad rows
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]").search
_NEUTRALISED = re.compile("'(?=[=+\\-@\t＝＋－＠])")
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the file, from 1; `wrong` is the code of why it can't be read, or empty."""

    number: int
    cells: tuple[str, ...]
    wrong: str = ""


def rows(stream: BinaryIO) -> Iterator[Row]:
    """Yield the rows of a file, the header first; empty ones are left out.

    Raises: Refusal `file_not_readable`.
    """
    if is_workbook(stream):
        yield from workbook(stream)
        return
    text = text_of(stream)
    lines = deque[str]()
    for line in text:  # up to the first line that says something
        lines.append(line)
        if line.strip():
            break
    yield from records(_chained(lines, text), separator_of(lines[-1] if lines else ""))


def _chained(first: Iterable[str], rest: Iterable[str]) -> Iterator[str]:
    yield from first
    yield from rest


def is_workbook(stream: BinaryIO) -> bool:
    """Tell whether a file is an XLSX."""
    stream.seek(0)
    return stream.read(len(XLSX)) == XLSX


def text_of(stream: BinaryIO) -> io.TextIOWrapper:
    """Return a file's text from its beginning, each line ending in a newline; what can't be decoded are surrogates."""
    encoding = _encoding_of(stream)
    stream.seek(0)
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    return io.TextIOWrapper(stream, encoding, errors, newline=None)


def _encoding_of(stream: BinaryIO) -> str:
    stream.seek(0)
    head = stream.read(3)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "utf-8" if _is_mostly_utf8(stream) else "gb18030"
    return "utf-8"


def _is_mostly_utf8(stream: BinaryIO) -> bool:
    stream.seek(0)
    good = bad = 0
    for whole in stream:
        for line in whole.split(b"\r"):
            if not line.isascii():
                good, bad = (good + 1, bad) if _is_utf8(line) else (good, bad + 1)
    return good * 10 >= (good + bad) * _MOSTLY


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def separator_of(header: str) -> str:
    """Return the comma, semicolon or tab, whichever a header has most of."""
    return max(",;\t", key=header.count)


def records(lines: Iterable[str], separator: str, number: int = 1) -> Iterator[Row]:
    """Yield the rows of the lines of a CSV text, of which the first is line `number` of its file."""
    source, ahead = iter(lines), deque[str]()
    while (line := ahead.popleft() if ahead else next(source, None)) is not None:
        record = line.removesuffix("\n")
        begins, number = number, number + 1
        if not record.strip():
            continue
        taken = 0
        while record.count('"') % 2 and taken < QUOTED_LINES_LIMIT:
            if taken == len(ahead):
                more = next(source, None)
                if more is None:
                    break
                ahead.append(more)
            record = f"{record}\n{ahead[taken].removesuffix(chr(10))}"
            taken += 1
        if record.count('"') % 2:
            yield Row(begins, (), "unclosed_quote")
            continue
        for _ in range(taken):
            ahead.popleft()
        number += taken
        yield _row(begins, _split(record, separator))


def _split(record: str, separator: str) -> list[str]:
    csv.field_size_limit(1 << 30)  # a cell without end is told of its row
    cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=separator), [])
    return [_NEUTRALISED.sub("", cell.strip(), count=1) if cell.startswith("'") else cell.strip() for cell in cells]


def _row(number: int, cells: list[str]) -> Row:
    if any(len(cell) > CELL_LIMIT for cell in cells):
        return Row(number, (), "cell_too_long")
    if _UNREADABLE("".join(cells)):
        return Row(number, (), "unreadable_characters")
    return Row(number, tuple(cells))


class Room:
    """How many bytes may be unpacked before they are let go."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def take(self, count: int) -> None:
        """Count what was unpacked. Raises: Refusal `file_not_readable` where it is too much."""
        self._left -= count
        if self._left < 0:
            raise Refusal("file_not_readable", f"The file unpacks to more than {self._limit:,} bytes at once.")

    def clear(self) -> None:
        """Say that what was unpacked is let go."""
        self._left = self._limit


class Unpacked(io.RawIOBase):
    """A packed stream that is read from its beginning, as far as there is room."""

    def __init__(self, stream: BinaryIO, room: Room) -> None:
        self._stream, self._room, self._at = stream, room, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read as much as fits. Raises: Refusal where there is no room for it."""
        count: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]
        self._at += count
        self._room.take(count)
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to the beginning. Raises: OSError for any other place, to which all before it would be unpacked."""
        if (offset, whence) not in {(0, io.SEEK_SET), (self._at, io.SEEK_SET), (0, io.SEEK_CUR)}:
            raise io.UnsupportedOperation("What is packed is read from its beginning.")
        if (offset, whence) == (0, io.SEEK_SET):
            self._stream.seek(0)
            self._at = 0
            self._room.clear()
        return self._at

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Archive(zipfile.ZipFile):
    """A workbook's archive: parts count by what comes out of them, whatever they are called and say of themselves."""

    room: Room

    def open(self, *args: Any, **options: Any) -> Any:
        """Open a part."""
        return Unpacked(cast("BinaryIO", super().open(*args, **options)), self.room)


def workbook(stream: BinaryIO) -> Iterator[Row]:
    """Yield the rows of the first sheet of an XLSX file."""
    stream.seek(0)
    try:
        from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]

        reader = ExcelReader(stream, read_only=True, data_only=True)
        reader.archive = archive = _Archive(stream)
        archive.room = Room(UNPACKED_LIMIT)
        reader.read()
        sheet = reader.wb.worksheets[0]
        sheet.reset_dimensions()  # a file may claim every cell that a sheet can have; the rows say where they end
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            archive.room.clear()
            if number > SHEET_ROWS:
                raise ValueError("A sheet has no more rows.")
            cells = [_cell(value) for value in values]
            if any(cells):
                yield _row(number, cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        raise Refusal("file_not_readable", "The file is neither CSV nor XLSX, or is damaged.") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a phone number that a spreadsheet took for a number
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as a spreadsheet has; the rest is dust of its sums
    return str(value).strip()
