"""Writes the faulty rows of an import to a file that spreadsheets open: where each stands, and what was expected."""

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb

from shuke.engine.histories.faults import EXPECTED

HEADER = ("file", "row", "column", "cause", "found", "expected", "应为")
CHUNK = 10_000


def write_rows(db: duckdb.DuckDBPyConnection, files: Sequence[str], path: Path) -> None:
    """Write the table `told`, in the order of files and rows."""
    found = db.execute('SELECT file, row, "column", cause, found FROM told ORDER BY file, row, "column"')
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        while rows := found.fetchmany(CHUNK):
            writer.writerows(
                (files[file], row, column, cause, _harmless(text or ""), *EXPECTED[cause])
                for file, row, column, cause, text in rows
            )


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")) else text
