"""The door of the studio: what is tried on history before anyone presses publish."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID
from zoneinfo import available_timezones

from shuke.rooms.org.contracts import Actor
from shuke.rooms.studio import tasks
from shuke.rooms.studio.contracts import (
    FileKind,
    HistoryFile,
    HistoryView,
    MembersPage,
    MemberStory,
    Reading,
    RunKind,
    RunRequest,
    RunView,
    State,
)
from shuke.rooms.studio.services import histories, people, reading, runs


def begin_history(name: str, actor: Actor) -> HistoryView:
    """Open a history, to which files are brought.

    Raises:
        Refusal: `name_required`.
    """
    return histories.begin(name, actor)


def add_file(
    history_id: UUID, kind: FileKind, name: str, chunks: Iterable[bytes], actor: Actor, *, whole: bool = False
) -> HistoryFile:
    """Keep a file of a history and say what its columns are taken for; a CSV, XLSX or Parquet file by its name.

    One of its files that is not on this machine any more is put back. Statuses of orders are counted in its first
    rows, or in the `whole` file, which may take a while.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `file_too_large`, `file_empty`, `file_not_readable`,
            `too_many_files`, `file_brought_already`, `header_repeated`.
    """
    return histories.add_file(history_id, kind, name, chunks, actor, whole=whole)


def map_columns(history_id: UUID, file_id: UUID, mapping: Mapping[str, str], *, whole: bool = False) -> HistoryFile:
    """Say which columns of a file are which fields, `-` for none; others stay what they were taken for.

    Statuses of orders are counted as by `add_file`.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `unknown_history_file`, `unknown_columns`,
            `unknown_fields`, `duplicate_columns`, `header_repeated`, `too_many_statuses`.
    """
    return histories.map_columns(history_id, file_id, mapping, whole=whole)


def remove_file(history_id: UUID, file_id: UUID) -> None:
    """Take a file away again.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `unknown_history_file`.
    """
    histories.remove_file(history_id, file_id)


def ask_reading(history_id: UUID, wanted: Reading, actor: Actor) -> HistoryView:
    """Let a worker read the files of a history, and return at once.

    Raises:
        Refusal: `unknown_history`, `history_in_other_state`, `orders_file_missing`, `history_files_gone`,
            `fields_missing`, `time_zone_unknown`, `unknown_currency`, `statuses_missing`, `unknown_statuses`.
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


def faulty_rows(history_id: UUID) -> Path:
    """Return a CSV file of the rows of a history that can't be used, each with the reason.

    Raises:
        Refusal: `unknown_history`, `no_faulty_rows`.
    """
    return histories.faulty_rows(history_id)


def fields_of(kind: FileKind) -> tuple[str, ...]:
    """Return the codes of the fields that columns of a kind of file may be. Raises: nothing."""
    return reading.fields_of(kind)


def expected(fault: str, *, chinese: bool) -> str:
    """Say what was expected where rows have a fault. Raises: nothing."""
    return reading.expected(fault, chinese=chinese)


def common_time_zones() -> list[str]:
    """Return the names of the time zones that there are. Raises: nothing."""
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


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


def run_members(run_id: UUID, sort: str, limit: int, offset: int) -> MembersPage:
    """Return members of a run by one of its columns, highest first, with `-` before its name lowest first.

    Raises:
        Refusal: `unknown_run`, `run_in_other_state`, `run_files_gone`, `unknown_columns`.
    """
    return people.page(run_id, sort, limit, offset)


def run_members_file(run_id: UUID) -> Path:
    """Return the Parquet file of all members of a run.

    Raises:
        Refusal: `unknown_run`, `run_in_other_state`, `run_files_gone`.
    """
    return people.table(run_id)


def run_member(run_id: UUID, member_id: str) -> MemberStory:
    """Replay one member of a run, and tell every entry with the decision behind it.

    Raises:
        Refusal: `unknown_run`, `run_in_other_state`, `history_files_gone`, `history_not_ready`,
            `unknown_member`.
    """
    return people.story(run_id, member_id)


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
