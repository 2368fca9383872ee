"""What the engine is asked of files: what their columns are, and to read them, or the live database, into a store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from shuke.core.program.model import Program
from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.histories import faults as engine_faults
from shuke.engine.histories import fields, suggesting
from shuke.engine.histories import statuses as engine_statuses
from shuke.engine.histories.building import Cancelled, build
from shuke.engine.histories.fields import Kind
from shuke.engine.histories.sources import File, Sources, sample
from shuke.engine.histories.statuses import Status, statuses_of
from shuke.engine.histories.stored import Meta, StoredHistory
from shuke.engine.histories.storing import write_history
from shuke.engine.histories.typed import refuse_repeated
from shuke.engine.history import History
from shuke.engine.schema import load_program
from shuke.foundation import ids
from shuke.foundation.transactions import snapshot
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.programs import facade as programs
from shuke.rooms.studio.contracts import ColumnGuess, FileKind, OrderStatus, Reading
from shuke.rooms.studio.services import working

NOTHING = "-"
_SAMPLES = 3
FAULTY = "faulty-rows.csv"
STORE = "store"
_CHUNK = 5_000  # members whose past is read at once
_PART = 50_000


@dataclass(frozen=True, slots=True)
class Looked:
    """The columns of a file with what each is taken for, the fields that it lacks, and the statuses of its orders."""

    columns: tuple[ColumnGuess, ...]
    missing: tuple[str, ...]
    statuses: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: what it holds, its name, where it lies, what its columns mean (empty: nothing).

    `statuses` are those that were told of it.
    """

    kind: FileKind
    name: str
    path: Path
    fields: Mapping[str, str]
    statuses: tuple[str, ...] = ()


def look(path: Path, kind: FileKind, name: str, *, whole: bool) -> Looked:
    """Look at the first rows of a file, and for the statuses of orders at more of them, or at the whole file.

    Raises: Refusal `file_not_readable`, which says nothing of where the file is kept; `header_repeated`.
    """
    try:
        headers, rows = sample(path)
    except Refusal as refused:
        raise Refusal("file_not_readable", "The file is no CSV, XLSX or Parquet, or is damaged.") from refused
    found = suggesting.suggest(Kind(kind.value), headers, rows)
    for one in found:
        if one.field != NOTHING:
            refuse_repeated(name, headers, one.header)
    columns = tuple(
        ColumnGuess(
            one.header,
            "" if one.field == NOTHING else one.field,
            one.confidence / 100,
            tuple(row[place] for row in rows[:_SAMPLES] if place < len(row) and row[place]),
        )
        for place, one in enumerate(found)
    )
    missing = suggesting.lacking(Kind(kind.value), found)
    try:
        return Looked(
            columns, missing, statuses(path, kind, {guess.column: guess.field for guess in columns}, whole=whole)
        )
    except Refusal as refused:
        if refused.code != "too_many_statuses":
            raise
        others = (replace(guess, field="", confidence=0) if guess.field == "status" else guess for guess in columns)
        return Looked(tuple(others), missing, ())


def statuses(path: Path, kind: FileKind, meant: Mapping[str, str], *, whole: bool) -> tuple[tuple[str, int], ...]:
    """Return the statuses of the orders of a file with their rows, none where no column is taken for that.

    They are counted in the first rows: a whole file may take a while.

    Raises: Refusal `too_many_statuses`, `file_not_readable`.
    """
    if kind is not FileKind.ORDERS or "status" not in meant.values():
        return ()
    try:
        file = File(path, Kind(kind.value), {column: field or NOTHING for column, field in meant.items()})
        found = statuses_of(file, None if whole else engine_statuses.LOOKED)
    except Refusal as refused:
        if refused.code == "too_many_statuses":
            raise
        raise Refusal("file_not_readable", "The file is no CSV, XLSX or Parquet, or is damaged.") from refused
    return tuple((one.value, one.rows) for one in found)


def status(value: str, rows: int) -> OrderStatus:
    """Return a status with whether its words tell of a sale."""
    return OrderStatus(value, rows, is_sale=not Status(value, rows).is_no_sale)


def check_statuses(files: Iterable[Sequence[tuple[str, int]]], counting: Sequence[str] | None) -> None:
    """Refuse where nobody said which of the statuses of files count as sales.

    Raises: Refusal `statuses_missing`, `unknown_statuses`.
    """
    known: dict[str, int] = {}
    for value, rows in (each for file in files for each in file):
        known[value] = known.get(value, 0) + rows
    engine_statuses.check(known, counting)


def check_headers(name: str, columns: Sequence[str], meant: Mapping[str, str]) -> None:
    """Refuse a header that means something and stands over several columns. Raises: Refusal `header_repeated`."""
    for column in (column for column, field in meant.items() if field):
        refuse_repeated(name, columns, column)


def missing(kind: FileKind, meant: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that a file lacks whose columns mean so; empty is nothing.

    Raises: Refusal `unknown_fields`, `duplicate_columns`.
    """
    of, used = Kind(kind.value), [field for field in meant.values() if field]
    unknown = sorted({field for field in used if fields.field_of(of, field) is None})
    if unknown:
        told = ", ".join(unknown)
        raise Refusal("unknown_fields", f"There are no fields {told} of {kind}.", params={"fields": told})
    twice = sorted({field for field in used if used.count(field) > 1})
    if twice:
        told = ", ".join(twice)
        raise Refusal("duplicate_columns", f"Several columns mean {told}.", params={"columns": told})
    return fields.missing(of, set(used))


def fields_of(kind: FileKind) -> tuple[str, ...]:
    """Return the codes of the fields of a kind of file."""
    return tuple(field.code for field in fields.FIELDS[Kind(kind.value)])


def expected(code: str, *, chinese: bool) -> str:
    """Say what was expected where rows have a fault."""
    english, zh = engine_faults.EXPECTED[code]
    return zh if chinese else english


def from_files(work: Path, sources: Sequence[Source], wanted: Reading, steps: working.Steps) -> dict[str, Any]:
    """Read files into `work`, and return the report; it is not `whole` where rows can't be used and none is left out.

    Raises: working.Stopped; Refusal as `engine.histories.building.build`.
    """
    files = [
        File(
            source.path, Kind(source.kind.value), {column: field or NOTHING for column, field in source.fields.items()}
        )
        for source in sources
    ]
    names = {source.path.name: source.name for source in sources}
    try:
        with _named({source.path: source.name for source in sources}):
            report = build(
                work / STORE,
                Sources(
                    tuple(files),
                    wanted.dates,
                    wanted.leave_out,
                    work / FAULTY,
                    wanted.statuses,
                    {status for source in sources for status in source.statuses},
                ),
                currency=wanted.currency,
                digits=CURRENCY_DIGITS[wanted.currency],
                time_zone=wanted.time_zone,
                progress=steps.tell,
                cancelled=steps.stopped,
            )
    except Cancelled as stopped:
        raise working.Stopped from stopped
    if report.stored is not None and not report.stored.members:
        raise Refusal("history_empty", "The files hold nothing that a program could be tried on.")
    left_out = {
        "rows": report.left_out_rows,
        "orders": report.left_out_orders,
        "net_minor": report.left_out_net_minor,
    }
    return {
        "whole": report.stored is not None,
        "faults": [
            {
                "file": names.get(fault.file, fault.file),
                "code": fault.cause,
                "column": fault.column,
                "count": fault.count,
                "rows": list(fault.rows),
                "found": fault.found,
                "expected": fault.expected,
            }
            for fault in report.faults
        ],
        "left_out": left_out if report.left_out_rows else {},
        "no_sale": report.no_sale if report.no_sale_rows else {},
        "notes": report.notes,
        **(_counts(report.stored) if report.stored else {}),
    }


@contextmanager
def _named(names: Mapping[Path, str]) -> Iterator[None]:
    """Let refusals tell of files by the names that people know, not by where they are kept."""
    try:
        yield
    except Refusal as refused:
        path = Path(str(refused.params.get("path", "")))
        name = names.get(path)
        if name is None:
            raise
        detail = refused.detail.replace(str(path), name).replace(path.name, name)
        raise Refusal(refused.code, detail, params=dict(refused.params) | {"path": name}) from refused


def from_live(work: Path, currency: str, time_zone: str, steps: working.Steps) -> dict[str, Any]:
    """Read what the live database recorded up to one instant of members, who go by their ids of pages and API.

    Return the report.

    Raises: working.Stopped; Refusal `no_program`.
    """

    def parts(program: Program, aside: Executor) -> Iterator[History]:
        total, after, done = programs.member_count(), None, 0
        while member_ids := programs.member_ids_after(after, _PART):
            for at in range(0, len(member_ids), _CHUNK):
                part = programs.recorded_history(member_ids[at : at + _CHUNK], program=program)
                yield replace(part, members=tuple(ids.encode(ID_PREFIX, UUID(member)) for member in part.members))
                done += len(member_ids[at : at + _CHUNK])
                aside.submit(_tell_apart, steps, done, total).result()
            after = member_ids[-1]

    with snapshot(), ThreadPoolExecutor(1) as aside:
        program = load_program(programs.current().text)
        units = tuple((unit.code, unit.scale) for unit in program.units)
        meta = Meta(currency=currency, digits=CURRENCY_DIGITS[currency], time_zone=time_zone, units=units)
        stored = write_history(work / STORE, parts(program, aside), meta)
    if not stored.members:
        raise Refusal("history_empty", "Nothing was recorded here that a program could be tried on.")
    return {"whole": True, "faults": [], "left_out": {}, **_counts(stored)}


def _tell_apart(steps: working.Steps, done: int, total: int) -> None:
    """Tell how far it is in a thread, by a connection of its own: the one that reads stands still at its instant."""
    try:
        steps.tell(done, total, "live")
    finally:
        connection.close()


def _counts(stored: StoredHistory) -> dict[str, Any]:
    names = ("members", "orders", "lines", "refunds", "redemptions", "net_minor")
    return {
        "counts": {name: getattr(stored.meta, name) for name in names},
        "segments": list(stored.meta.segments),
        "first_at": stored.meta.first_at,
        "last_at": stored.meta.last_at,
    }
