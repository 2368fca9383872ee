"""The door of the studio: what is tried on history before anyone presses publish."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shuke.rooms.org.contracts import Actor
from shuke.rooms.studio import tasks
from shuke.rooms.studio.contracts import (
    FileKind,
    HistoryFile,
    HistoryView,
    Reading,
    RunKind,
    RunRequest,
    RunView,
    State,
)
from shuke.rooms.studio.services import histories, runs


def begin_history(name: str, actor: Actor) -> HistoryView:
    """Open a history, to which files are brought.

    Raises:
        Refusal: `name_required`.
    """
    return histories.begin(name, actor)


def add_file(history_id: UUID, kind: FileKind, name: str, chunks: Iterable[bytes], actor: Actor) -> HistoryFile:
    """Keep a file of a history and say what its columns are taken for; a CSV, XLSX or Parquet file by its name.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `file_too_large`, `file_empty`, `file_not_readable`,
            `too_many_files`, `file_brought_already`.
    """
    return histories.add_file(history_id, kind, name, chunks, actor)


def map_columns(history_id: UUID, file_id: UUID, mapping: Mapping[str, str]) -> HistoryFile:
    """Say which columns of a file are which fields, `-` for none; others stay what they were taken for.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `unknown_history_file`, `unknown_columns`,
            `unknown_fields`, `duplicate_columns`.
    """
    return histories.map_columns(history_id, file_id, mapping)


def remove_file(history_id: UUID, file_id: UUID) -> None:
    """Take a file away again.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `unknown_history_file`.
    """
    histories.remove_file(history_id, file_id)


def ask_reading(history_id: UUID, wanted: Reading, actor: Actor) -> HistoryView:
    """Let a worker read the files of a history, and return at once.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `orders_file_missing`, `fields_missing`,
            `time_zone_unknown`, `unknown_currency`.
    """
    return tasks.ask_reading(history_id, wanted, actor)


def ask_live_history(name: str, actor: Actor) -> HistoryView:
    """Let a worker make a history of what the live database recorded, and return at once.

    Raises:
        Refusal: `name_required`.
    """
    return tasks.ask_live(name, actor)


def read_history(history_id: UUID) -> State | None:
    """Read a history that waits here and now, as the worker would. Raises: nothing."""
    return histories.read(history_id)


def history(history_id: UUID) -> HistoryView:
    """Return a history and how far it is.

    Raises:
        Refusal: `unknown_history`.
    """
    return histories.find(history_id)


def latest_histories(limit: int) -> list[HistoryView]:
    """Return up to `limit` histories, latest first. Raises: nothing."""
    return histories.latest(limit)


def cancel_history(history_id: UUID) -> HistoryView:
    """Ask the worker to leave off reading.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`.
    """
    return histories.cancel(history_id)


def remove_history(history_id: UUID, actor: Actor) -> None:
    """Forget a history, its files and its runs.

    Raises:
        Refusal: `unknown_history`, `history_in_use`.
    """
    histories.remove(history_id, actor)


def ask_run(request: RunRequest, actor: Actor) -> RunView:
    """Let a worker do a run, and return at once; programs and settings are checked before.

    Raises:
        ProgramErrors: everything that is wrong with a program file.
        Refusal: `unknown_history`, `history_not_ready`, `history_files_gone`, `currency_mismatch`, and what the
            settings of its kind refuse.
    """
    return tasks.ask_run(request, actor)


def do_run(run_id: UUID) -> State | None:
    """Do a run that waits here and now, as the worker would. Raises: nothing."""
    return runs.do(run_id)


def run(run_id: UUID) -> RunView:
    """Return a run, and what it found.

    Raises:
        Refusal: `unknown_run`.
    """
    return runs.find(run_id)


def latest_runs(kind: RunKind | None, limit: int, history_id: UUID | None = None) -> list[RunView]:
    """Return up to `limit` runs, latest first, without programs and results. Raises: nothing."""
    return runs.latest(kind, history_id, limit)


def cancel_run(run_id: UUID) -> RunView:
    """Ask the worker to leave off.

    Raises:
        Refusal: `unknown_run`, `run_in_other_state`.
    """
    return runs.cancel(run_id)


def remove_run(run_id: UUID, actor: Actor) -> None:
    """Forget a run and what it found.

    Raises:
        Refusal: `unknown_run`, `run_in_other_state`.
    """
    runs.remove(run_id, actor)
