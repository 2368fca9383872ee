"""Histories from the first file to the store: files are brought and looked at, read by a worker, kept or refused."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.studio import queries
from shuke.rooms.studio.contracts import (
    HISTORY_PREFIX,
    NAME_LIMIT,
    UNDER_WAY,
    ColumnGuess,
    Fault,
    FileKind,
    HistoryFile,
    HistoryView,
    Reading,
    State,
)
from shuke.rooms.studio.models import File, History
from shuke.rooms.studio.services import folders, reading, working

_OPEN = frozenset({State.DRAFT, State.REFUSED, State.FAILED, State.CANCELLED})  # in which files may be changed
_FILES_LIMIT = 50
_ENDING_LIMIT = 12


def begin(name: str, actor: Actor) -> HistoryView:
    """Open a history without files."""
    return _open(name, actor, is_live=False)


def add_file(
    history_id: UUID, kind: FileKind, name: str, chunks: Iterable[bytes], actor: Actor, *, whole: bool
) -> HistoryFile:
    """Keep a file and look at its columns; one that is gone is put back, with what was said of its columns."""
    name = _file_name(name)
    _changeable(history_id)
    file_id = ids.new_id()
    path = folders.file(history_id, file_id, name)
    kept = folders.keep(chunks, path)
    try:
        seen = reading.look(path, kind, name, whole=whole)
        with unit_of_work():
            row = _changeable(history_id, lock=True)
            others = queries.files([row.id])[row.id]
            same = next((other for other in others if other.digest == kept.digest), None)
            if same is not None and same.kind == kind and _is_gone(same):
                path.replace(_path(same))
                return _file(same)
            if same is not None:
                raise Refusal("file_brought_already", "This very file is there already.", params={"name": name})
            if len(others) >= _FILES_LIMIT:
                raise Refusal("too_many_files", "A history has at most 50 files.", params={"limit": _FILES_LIMIT})
            file = File(
                id=file_id,
                history=row,
                kind=kind,
                name=name,
                size=kept.size,
                digest=kept.digest,
                columns=[[guess.column, guess.field, guess.confidence, list(guess.samples)] for guess in seen.columns],
                missing=list(seen.missing),
                statuses=[list(status) for status in seen.statuses],
            )
            queries.insert(file)
            after = {"file": file.name, "kind": kind.value, "bytes": kept.size, "sha256": kept.digest}
            org.audit("history.file_added", ids.encode(HISTORY_PREFIX, row.id), None, after, actor)
    except BaseException:
        folders.remove(path)
        raise
    return _file(file)


def map_columns(history_id: UUID, file_id: UUID, mapping: Mapping[str, str], *, whole: bool) -> HistoryFile:
    """Say which columns of a file are which fields, `-` for none."""
    _changeable(history_id)
    file = _file_of(history_id, file_id)
    kind, columns = FileKind(file.kind), [column for column, *_ in file.columns]
    unknown = sorted(set(mapping).difference(columns))
    if unknown:
        raise Refusal(
            "unknown_columns",
            f"The file has no columns {', '.join(unknown)}.",
            params={"columns": ", ".join(unknown), "known": ", ".join(sorted(set(columns)))},
        )
    said = {column: "" if field == reading.NOTHING else field for column, field in mapping.items()}
    meant = {column: guess for column, guess, *_ in file.columns} | said
    missing = reading.missing(kind, meant)
    reading.check_headers(file.name, columns, meant)
    statuses = file.statuses
    if _of_statuses(meant) != _of_statuses(_file(file).fields):
        _require_there([file])
        statuses = reading.statuses(_path(file), kind, meant, whole=whole)  # before anything is locked
    with unit_of_work():
        _changeable(history_id, lock=True)
        file = _file_of(history_id, file_id)
        queries.change(file, mapping=said, missing=list(missing), statuses=[list(status) for status in statuses])
    return _file(file)


def _of_statuses(meant: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(column, field) for column, field in meant.items() if field in {"status", "order_id"}}


def remove_file(history_id: UUID, file_id: UUID) -> None:
    """Take a file away again."""
    with unit_of_work():
        _changeable(history_id, lock=True)
        file = _file_of(history_id, file_id)
        queries.delete_file(file.id)
    folders.remove(folders.file(history_id, file_id, file.name))


def prepare(history_id: UUID, wanted: Reading, actor: Actor) -> None:
    """Check that a history can be read, and say that it waits for a worker."""
    _check_reading(wanted)
    with unit_of_work():
        row = _changeable(history_id, lock=True)
        brought = queries.files([row.id])[row.id]
        kinds = {file.kind for file in brought}
        if FileKind.ORDERS not in kinds:
            raise Refusal("orders_file_missing", "A history needs a file of orders.")
        _require_there(brought)
        lacking = next((file for file in brought if file.missing), None)
        if lacking is not None:
            missing = ", ".join(lacking.missing)
            raise Refusal(
                "fields_missing",
                f"{lacking.name} has no column for {missing}.",
                params={"file": lacking.name, "missing": missing},
            )
        reading.check_statuses([file.statuses for file in brought], wanted.statuses)
        queries.change(
            row,
            currency=wanted.currency,
            time_zone=wanted.time_zone,
            dates=wanted.dates,
            leave_out=wanted.leave_out,
            statuses=wanted.statuses,
            report={},
            **_WAITING,
        )
        after = {"currency": wanted.currency, "time_zone": wanted.time_zone, "leave_out": wanted.leave_out}
        after |= {"statuses": list(wanted.statuses)} if wanted.statuses is not None else {}
        org.audit("history.read", ids.encode(HISTORY_PREFIX, row.id), None, after, actor)


def begin_live(name: str, actor: Actor) -> HistoryView:
    """Open a history of what the live database recorded, which waits for a worker."""
    own = org.organisation()
    assert own is not None
    with unit_of_work():
        made = _open(name, actor, is_live=True)
        row = _known(made.id, lock=True)
        queries.change(row, currency=own.currency, time_zone=own.time_zone, **_WAITING)
        org.audit("history.read", ids.encode(HISTORY_PREFIX, row.id), None, {"live": True}, actor)
    return view(_known(made.id))


_WAITING = {
    "state": State.WAITING,
    "stop": False,
    "tries": 0,
    "failure": "",
    "failure_params": {},
    "phase": "",
    "done": 0,
    "total": 0,
}


def read(history_id: UUID) -> State | None:
    """Read the files, or the live database, into the store: the work of the job."""

    def do(steps: working.Steps) -> tuple[State, Mapping[str, object]]:
        row = _known(history_id)
        work = folders.fresh(folders.history(history_id) / "reading")
        try:
            if row.is_live:
                report = reading.from_live(work, row.currency, row.time_zone, steps)
            else:
                brought = queries.files([row.id])[row.id]
                _require_there(brought)
                report = _read_files(work, brought, _reading(row), steps)
            folders.remove(folders.faulty_rows(history_id))
            if report["faults"]:
                (work / reading.FAULTY).replace(folders.faulty_rows(history_id))
            if not report["whole"]:
                return State.REFUSED, {"report": report}
            folders.remove(folders.store(history_id))
            (work / reading.STORE).replace(folders.store(history_id))
            return State.READY, {"report": report}
        finally:
            folders.remove(work)

    return working.work(History, history_id, do)


def _read_files(work: Path, brought: list[File], wanted: Reading, steps: working.Steps) -> dict[str, Any]:
    """Read files; where they have other statuses than their first rows, all are told, to be chosen among."""
    sources = [
        reading.Source(
            FileKind(file.kind), file.name, _path(file), _file(file).fields, tuple(value for value, _ in file.statuses)
        )
        for file in brought
    ]
    try:
        return reading.from_files(work, sources, wanted, steps)
    except Refusal as refused:
        if refused.code in {"statuses_missing", "unknown_statuses"}:
            for file, one in zip(brought, sources, strict=True):
                found = reading.statuses(one.path, one.kind, one.fields, whole=True)
                queries.change(file, statuses=[list(status) for status in found])
        raise


def faulty_rows(history_id: UUID) -> Path:
    """Return where the rows that can't be used stand, each with the reason."""
    row = _known(history_id)
    path = folders.faulty_rows(history_id)
    if not path.is_file():
        if row.report.get("faults"):
            raise _gone()
        raise Refusal("no_faulty_rows", "No row of this history is at fault.")
    return path


def cancel(history_id: UUID) -> HistoryView:
    """Ask the worker to leave off."""
    with unit_of_work():
        row = _known(history_id, lock=True)
        if row.state not in UNDER_WAY:
            raise _other_state(row)
        queries.change(row, stop=True, **({"state": State.CANCELLED} if row.state == State.WAITING else {}))
    return view(_known(history_id))


def remove(history_id: UUID, actor: Actor) -> None:
    """Forget a history with its files, its store and its runs."""
    with unit_of_work():
        row = _known(history_id, lock=True)
        if row.state in UNDER_WAY or queries.runs_under_way(history_id):
            raise Refusal("history_in_use", "Something is being done with this history; cancel that first.")
        gone = queries.delete_history(history_id)
        org.audit("history.removed", ids.encode(HISTORY_PREFIX, history_id), {"name": row.name}, None, actor)
    folders.remove(folders.history(history_id), *(folders.run(run_id) for run_id in gone))


def find(history_id: UUID) -> HistoryView:
    return view(_known(history_id))


def latest(limit: int) -> list[HistoryView]:
    rows = queries.histories(limit)
    files = queries.files([row.id for row in rows])
    return [view(row, files[row.id]) for row in rows]


def ready(history_id: UUID, *, lock: bool = False) -> History:
    """Return a history that can be run over; with a lock nobody removes it meanwhile.

    Raises: Refusal `unknown_history`, `history_not_ready`, `history_files_gone`.
    """
    row = _known(history_id, lock=lock)
    state = _state(row)
    if state is State.GONE:
        raise _gone()
    if state is not State.READY:
        raise Refusal("history_not_ready", "The history is not ready yet.", params={"state": row.state})
    return row


def view(row: History, files: list[File] | None = None) -> HistoryView:
    """Return a history as it leaves the room."""
    report = row.report
    zone = ZoneInfo(row.time_zone or "UTC")
    days = [
        datetime.fromtimestamp(report[name], UTC).astimezone(zone).date() if report.get(name) else None
        for name in ("first_at", "last_at")
    ]
    brought = queries.files([row.id])[row.id] if files is None else files
    return HistoryView(
        id=row.id,
        name=row.name,
        is_live=row.is_live,
        state=_state(row),
        reading=_reading(row),
        files=tuple(_file(file) for file in brought),
        counts=report.get("counts", {}),
        segments=tuple(report.get("segments", ())),
        first_day=days[0],
        last_day=days[1],
        faults=tuple(Fault(**fault | {"rows": tuple(fault["rows"])}) for fault in report.get("faults", ())),
        left_out=report.get("left_out", {}),
        no_sale=report.get("no_sale", {}),
        notes=report.get("notes", {}),
        progress=working.progress_of(row),
        failure=row.failure,
        failure_params=row.failure_params,
        asked_at=row.asked_at,
        actor=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_label),
    )


def _state(row: History) -> State:
    """Return how far a history is: what was ready is gone where its store is."""
    return State.GONE if row.state == State.READY and not folders.store(row.id).is_dir() else State(row.state)


def _require_there(brought: Iterable[File]) -> None:
    if any(map(_is_gone, brought)):
        raise _gone()


def _is_gone(file: File) -> bool:
    return not _path(file).is_file()


def _gone() -> Refusal:
    return Refusal(
        "history_files_gone",
        "The history's files are not on this machine; bring them again, as a new history if it was ready.",
    )


def _open(name: str, actor: Actor, *, is_live: bool) -> HistoryView:
    name = _printable(name)
    if not name:
        raise Refusal("name_required", "Give it a name.", pointer="/name")
    row = History(
        id=ids.new_id(),
        name=name,
        state=State.DRAFT,
        is_live=is_live,
        asked_at=clock.business_now(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    with unit_of_work():
        queries.insert(row)
        org.audit("history.begun", ids.encode(HISTORY_PREFIX, row.id), None, {"name": name, "live": is_live}, actor)
    return view(row, [])


def _reading(row: History) -> Reading:
    statuses = None if row.statuses is None else tuple(row.statuses)
    return Reading(row.currency, row.time_zone, row.dates, row.leave_out, statuses)


def _check_reading(wanted: Reading) -> None:
    if wanted.time_zone and wanted.time_zone not in available_timezones():
        raise Refusal(
            "time_zone_unknown",
            f"There is no time zone {wanted.time_zone!r}.",
            pointer="/time_zone",
            params={"zone": wanted.time_zone},
        )
    if wanted.currency not in CURRENCY_DIGITS:
        raise Refusal("unknown_currency", "The currency is not an ISO 4217 code, such as CNY.", pointer="/currency")


def _known(history_id: UUID, *, lock: bool = False) -> History:
    row = queries.find(History, history_id, lock=lock)
    if row is None:
        raise Refusal("unknown_history", "There is no such history.")
    return row


def _changeable(history_id: UUID, *, lock: bool = False) -> History:
    row = _known(history_id, lock=lock)
    if row.is_live or row.state not in _OPEN:
        raise _other_state(row)
    return row


def _other_state(row: History) -> Refusal:
    state = _state(row)
    return Refusal(
        "history_in_other_state", f"This can't be done with a history that is {state}.", params={"state": state}
    )


def _file_of(history_id: UUID, file_id: UUID) -> File:
    file = queries.file(file_id)
    if file is None or file.history_id != history_id:
        raise Refusal("unknown_history_file", "The history has no such file.")
    return file


def _path(file: File) -> Path:
    return folders.file(file.history_id, file.id, file.name)


def _file(file: File) -> HistoryFile:
    return HistoryFile(
        id=file.id,
        kind=FileKind(file.kind),
        name=file.name,
        size=file.size,
        digest=file.digest,
        columns=tuple(
            ColumnGuess(column, field, confidence, tuple(samples))
            for column, field, confidence, samples in file.columns
        ),
        mapping=file.mapping,
        missing=tuple(file.missing),
        is_gone=_is_gone(file),
        statuses=tuple(reading.status(value, rows) for value, rows in file.statuses),
    )


def _printable(name: str) -> str:
    return "".join(filter(str.isprintable, name)).strip()[:NAME_LIMIT]


def _file_name(name: str) -> str:
    """Return a name as it is kept, with its ending however long it is: that says where the file lies."""
    whole = "".join(filter(str.isprintable, name)).strip()
    ending = Path(whole).suffix[:_ENDING_LIMIT]
    return whole if len(whole) <= NAME_LIMIT else whole[: NAME_LIMIT - len(ending)] + ending
