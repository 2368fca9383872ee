"""Seals the ledger: a chain of SHA-256 digests over its entries, in which each seal contains the one before.

A seal covers, of every account, the entries after its last seal up to the last that was committed. Their numbers have
no gap and are given out under the holder's lock, so nothing can come in below that number afterwards, however late a
transaction commits. A seal names the columns that it covers: one that is added later belongs to later seals only.

The digest of an account's range is that of its entries as rows of text (PostgreSQL's `ROW(…)::text` of the columns by
name, times in UTC), one a line, by number. The digest of a seal is that of the previous seal's digest, its number (4
bytes, big-endian), its entries (8), the microseconds of its time (8), the column names joined by commas, a zero byte,
and for each range by holder and unit: holder (16), unit (2), first and last number (4 each), digest (32).
"""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from shuke.foundation import clock
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import queries
from shuke.rooms.points.contracts import Seal

Row = tuple[str, UUID | None, str]


def seal() -> Seal | None:
    """Seal what was committed since the last seal; None where nothing was."""
    with unit_of_work():
        queries.lock_seals()
        row = queries.seal(queries.entry_columns(), clock.machine_now())
    return None if row is None else Seal(*row)


def violations() -> Iterator[Row]:
    """Yield where the chain is broken and which entries are not as they were sealed."""
    yield from queries.seal_violations()
    present = set(queries.entry_columns())
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, columns in queries.sealed_columns():
        numbers[columns].append(number)
    for columns, seals in numbers.items():
        missing = sorted(set(columns.split(",")) - present)
        if missing:
            yield "I5", None, f"Seal {seals[0]} covers the column {missing[0]}, which the ledger has no more."
        else:
            yield from queries.sealed_entry_violations(columns.split(","), seals)
