"""A file of people, read whole: its rows, within limits. Knows nothing of what a column means."""

import io
import zipfile
from collections.abc import Iterator

from shuke.core.values.errors import Refusal
from shuke.engine import row_files
from shuke.engine.row_files import CELL_LIMIT, Row

__all__ = ["BYTES_LIMIT", "CELL_LIMIT", "ROWS_LIMIT", "Row", "read"]

ROWS_LIMIT = 1_000_000
BYTES_LIMIT = 256 * 1024 * 1024  # of a file, and of what an XLSX unpacks to


def read(data: bytes) -> Iterator[Row]:
    """Yield the rows of a file, the header first; empty ones are left out.

    Raises: Refusal `file_too_large`, `file_not_readable`, `too_many_rows`.
    """
    if len(data) > BYTES_LIMIT or _unpacked(data) > BYTES_LIMIT:
        raise Refusal("file_too_large", "The file, unpacked, has at most 256 MB.", params={"limit": BYTES_LIMIT})
    for count, row in enumerate(row_files.rows(io.BytesIO(data))):
        if count > ROWS_LIMIT:
            raise Refusal("too_many_rows", f"A file has at most {ROWS_LIMIT:,} rows.", params={"limit": ROWS_LIMIT})
        yield row


def _unpacked(data: bytes) -> int:
    """Return the bytes that an XLSX file unpacks to; 0 of what is none, or damaged."""
    if not data.startswith(row_files.XLSX):
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile:
        return 0
