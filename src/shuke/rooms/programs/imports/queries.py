"""Reads and writes of the tables of imports; decides nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min
from psycopg.types.json import Jsonb

from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, sql
from shuke.rooms.programs.contracts import ImportState, RowState
from shuke.rooms.programs.imports.landing import Outcome, Staged
from shuke.rooms.programs.models import Import, ImportRow

_COLUMNS = ("import_id", "number", "state", "foreseen", "sealed", "column", "code", "member_id", "revision", "undo")
_SAMPLE = 10


def insert(row: Import) -> None:
    row.save(force_insert=True)


def find(import_id: UUID, *, lock: bool = False) -> Import | None:
    rows = Import.objects.select_for_update() if lock else Import.objects
    return rows.filter(pk=import_id).first()


def unfinished(digest: bytes) -> Import | None:
    """Return the import of the same file that stopped half-way."""
    return Import.objects.filter(digest=digest, state=ImportState.COMMITTING).first()


def page(limit: int) -> list[Import]:
    """Return up to `limit` imports, latest first."""
    return list(Import.objects.order_by("-id")[:limit])


def set_state(import_id: UUID, state: ImportState) -> None:
    Import.objects.filter(pk=import_id).update(state=state)


def insert_rows(import_id: UUID, rows: Sequence[Staged], outcomes: Mapping[int, Outcome]) -> None:
    """Write the rows of a check, their texts sealed: one COPY."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    statement = f"COPY programs_import_row ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(_columns(import_id, row, outcomes[row.number]))


def _columns(import_id: UUID, row: Staged, outcome: Outcome) -> tuple[Any, ...]:
    failed = outcome.state is RowState.FAILED
    fault = outcome.fault
    texts: dict[str, Any] = {"values": dict(row.values)}
    if fault:
        texts["fault"] = {"found": fault.found, "expected": fault.expected}
    return (
        import_id,
        row.number,
        (RowState.FAILED if failed else RowState.WAITING).value,
        outcome.state.value,
        encryption.seal(json.dumps(texts, ensure_ascii=False), context(import_id, row.number)),
        fault.column if fault else "",
        fault.code if fault else "",
        None,
        0,
        None,
    )


def waiting(import_id: UUID, limit: int) -> list[Staged]:
    """Return the next rows to be committed, in their order."""
    rows = ImportRow.objects.filter(import_id=import_id, state=RowState.WAITING).order_by("number")
    return [Staged(row.number, texts(row)["values"]) for row in rows[:limit]]


def texts(row: ImportRow) -> dict[str, Any]:
    """Return what a row says, of one whose texts are still kept.

    Raises: Refusal `import_damaged`.
    """
    try:
        opened: dict[str, Any] = json.loads(encryption.open_sealed(row.sealed, context(row.import_id, row.number)))
    except encryption.UnreadableSecretError as error:
        raise Refusal(
            "import_damaged", f"Row {row.number} is not as it was checked.", params={"row": row.number}
        ) from error
    return opened


def write_outcomes(import_id: UUID, rows: Iterable[Staged], outcomes: Sequence[Outcome]) -> None:
    """Write what came of rows: one round trip. The texts of those that are not refused are forgotten."""
    said = {row.number: row.values for row in rows}
    with sql.cursor() as cursor:
        cursor.executemany(
            'UPDATE programs_import_row SET state = %(state)b, sealed = %(sealed)b, "column" = %(column)b,'
            " code = %(code)b, member_id = %(member_id)b, revision = %(revision)b, undo = %(undo)b"
            " WHERE import_id = %(import_id)b AND number = %(number)b",
            [_written(import_id, one, said[one.number]) for one in outcomes],
        )


def _written(import_id: UUID, one: Outcome, values: Mapping[str, str]) -> dict[str, Any]:
    sealed = None
    if one.fault:
        plain = {"values": dict(values), "fault": {"found": one.fault.found, "expected": one.fault.expected}}
        sealed = encryption.seal(json.dumps(plain, ensure_ascii=False), context(import_id, one.number))
    return {
        "import_id": import_id,
        "number": one.number,
        "state": one.state.value,
        "sealed": sealed,
        "column": one.fault.column if one.fault else "",
        "code": one.fault.code if one.fault else "",
        "member_id": one.member_id,
        "revision": one.revision,
        "undo": None if one.undo is None else Jsonb(one.undo),
    }


def to_undo(import_id: UUID, limit: int) -> list[ImportRow]:
    """Return the next rows to be undone, the last first: what filled is undone before what enrolled."""
    rows = ImportRow.objects.filter(import_id=import_id, state__in=(RowState.CREATED, RowState.UPDATED))
    return list(rows.order_by("-number")[:limit])


def write_undone(import_id: UUID, states: Mapping[int, tuple[RowState, str]]) -> None:
    """Write what an undo made of rows: undone, and nothing personal of them left, or kept and why."""
    rows = [(number, state.value, code) for number, (state, code) in states.items()]
    sql.run(
        "UPDATE programs_import_row r SET state = u.state, code = u.code,"
        " undo = CASE u.state WHEN 'undone' THEN r.undo - ARRAY['external', 'tags'] ELSE r.undo END"
        " FROM unnest(%(numbers)b::int[], %(states)b::text[], %(codes)b::text[]) AS u (number, state, code)"
        " WHERE r.import_id = %(import_id)b AND r.number = u.number",
        sql.columns("numbers states codes", rows) | {"import_id": import_id},
    )


def follow(import_id: UUID, member_id: UUID, before: int, revision: int) -> None:
    """Say of the row that left a member at one revision that they stand at another now: what followed is undone."""
    rows = ImportRow.objects.filter(import_id=import_id, member_id=member_id, revision=before)
    rows.filter(state__in=(RowState.CREATED, RowState.UPDATED)).update(revision=revision)


def counts(import_id: UUID, column: str) -> dict[RowState, int]:
    """Return how many rows there are by `state` or `foreseen`."""
    found = ImportRow.objects.filter(import_id=import_id).values_list(column).annotate(rows=Count("number"))
    return {RowState(state): rows for state, rows in found}


def faults(import_id: UUID) -> list[tuple[str, str, int, tuple[ImportRow, ...]]]:
    """Return (code, column, how many, the first of them) by cause, the most frequent first."""
    bad = ImportRow.objects.filter(import_id=import_id, state__in=(RowState.FAILED, RowState.KEPT))
    groups = bad.values_list("code", "column").annotate(rows=Count("number"), first=Min("number"))
    return [
        (code, column, rows, tuple(bad.filter(code=code, column=column).order_by("number")[:_SAMPLE]))
        for code, column, rows, _ in groups.order_by("-rows", "first")
    ]


def failed(import_id: UUID) -> Iterable[ImportRow]:
    """Yield the refused rows in their order."""
    return ImportRow.objects.filter(import_id=import_id, state=RowState.FAILED).order_by("number").iterator()


def busy(import_id: UUID, member_ids: Sequence[UUID]) -> set[UUID]:
    """Return those members who have a decision, or an entry that no row of this import brought."""
    rows = sql.fetch(sql.load("shuke.rooms.programs", "import_busy"), {"import_id": import_id, "ids": list(member_ids)})
    return {member_id for (member_id,) in rows}


def enrolled_by(import_id: UUID, member_ids: Sequence[UUID]) -> set[UUID]:
    """Return those members whom an import enrolled."""
    rows = ImportRow.objects.filter(import_id=import_id, member_id__in=member_ids, undo__has_key="created")
    return set(rows.values_list("member_id", flat=True))


def context(import_id: UUID, number: int) -> str:
    return f"programs_import_row.sealed:{import_id}:{number}"
