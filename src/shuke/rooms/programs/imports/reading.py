"""A file of rows, read whatever it is: CSV in UTF-8 or GB18030, or XLSX. Knows nothing of what a column means.

What is wrong with one row is told of that row and never of the others: an unclosed quote, a byte of another encoding,
a cell without end.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from shuke.core.values.errors import Refusal

ROWS_LIMIT = 1_000_000
BYTES_LIMIT = 256 * 1024 * 1024  # of a file, and of what an XLSX unpacks to
CELL_LIMIT = 2_000
_QUOTED_LINES_LIMIT = 20  # that one quoted cell may span
_MOSTLY = 9  # of ten lines beyond ASCII, so that a file counts as UTF-8 with bad rows
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]").search
_NEUTRALISED = re.compile("'(?=[=+\\-@\t＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the file, from 1; `wrong` is the code of why it can't be read, or empty."""

    number: int
    cells: tuple[str, ...]
    wrong: str = ""


def read(data: bytes) -> Iterator[Row]:
    """Yield the rows of a file, the header first; empty ones are left out.

    Raises: Refusal `file_too_large`, `file_not_readable`, `too_many_rows`.
    """
    if len(data) > BYTES_LIMIT:
        raise _too_large()
    rows = _workbook(data) if data.startswith(b"PK\x03\x04") else _text(_decoded(data))
    for count, row in enumerate(rows):
        if count > ROWS_LIMIT:
            raise Refusal("too_many_rows", f"A file has at most {ROWS_LIMIT:,} rows.", params={"limit": ROWS_LIMIT})
        yield row


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        beyond = [line for line in re.split(rb"[\r\n]", data) if not line.isascii()]
        good = sum(_is_utf8(line) for line in beyond)
        return data.decode("utf-8" if good * 10 >= len(beyond) * _MOSTLY else "gb18030", "surrogateescape")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(text: str) -> Iterator[Row]:
    """Yield the rows of a CSV text; its separator is the comma, semicolon or tab that the first line has most of."""
    lines = re.split(r"\r\n|\n|\r", text)
    first = next((line for line in lines if line.strip()), "")
    separator = max(",;\t", key=first.count)
    at = 0
    while at < len(lines):
        number, record = at + 1, lines[at]
        at += 1
        if not record.strip():
            continue
        end = at
        while record.count('"') % 2 and end < len(lines) and end - at < _QUOTED_LINES_LIMIT:
            record = f"{record}\n{lines[end]}"
            end += 1
        if record.count('"') % 2:
            yield Row(number, (), "unclosed_quote")
            continue
        at = end
        yield _row(number, _split(record, separator))


def _split(record: str, separator: str) -> list[str]:
    csv.field_size_limit(BYTES_LIMIT)
    cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=separator), [])
    return [_NEUTRALISED.sub("", cell.strip(), count=1) if cell.startswith("'") else cell.strip() for cell in cells]


def _row(number: int, cells: list[str]) -> Row:
    if any(len(cell) > CELL_LIMIT for cell in cells):
        return Row(number, (), "cell_too_long")
    if _UNREADABLE("".join(cells)):
        return Row(number, (), "unreadable_characters")
    return Row(number, tuple(cells))


def _workbook(data: bytes) -> Iterator[Row]:
    """Yield the rows of the first sheet of an XLSX file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(each.file_size for each in archive.infolist()) > BYTES_LIMIT:
                raise _too_large()
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for number, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            cells = [_cell(value) for value in values]
            if any(cells):
                yield _row(number, cells)
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
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
    return str(value).strip()


def _too_large() -> Refusal:
    return Refusal("file_too_large", "The file, unpacked, has at most 256 MB.", params={"limit": BYTES_LIMIT})
