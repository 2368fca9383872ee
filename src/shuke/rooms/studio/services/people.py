"""Members of a run: its table read page by page, and one of them told entry by entry."""

from pathlib import Path
from uuid import UUID

import duckdb

from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.schema import load_program
from shuke.rooms.studio.contracts import MembersPage, MemberStory, State
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.services import folders, histories, runs, studies


def page(run_id: UUID, sort: str, limit: int, offset: int) -> MembersPage:
    """Return members by one of the table's columns, highest first; with `-` before its name lowest first."""
    path = _table(run_id)
    with duckdb.connect() as db:
        columns = [name for name, *_ in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()]
        name = sort.removeprefix("-") or columns[-1]
        if name not in columns:
            raise Refusal(
                "unknown_columns",
                f"Sort by one of {', '.join(columns)}.",
                params={"columns": name, "known": ", ".join(columns)},
            )
        direction = "ASC" if sort.startswith("-") else "DESC"
        rows = db.execute(
            f'SELECT * FROM read_parquet(?) ORDER BY "{name}" {direction}, {columns[0]} LIMIT ? OFFSET ?',  # noqa: S608  of its own columns
            [str(path), limit, offset],
        ).fetchall()
        (total,) = db.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone() or (0,)
    return MembersPage(tuple(columns), tuple(rows), total, offset)


def story(run_id: UUID, member_id: str) -> MemberStory:
    """Replay one member of a run, and tell every entry with the decision behind it.

    Raises: Refusal `unknown_run`, `run_in_other_state`, `history_files_gone`, `history_not_ready`, `unknown_member`.
    """
    row = _ready(run_id)
    assert row.history_id is not None
    histories.ready(row.history_id)
    return studies.story(row, compile_program(load_program(row.text)), member_id)


def table(run_id: UUID) -> Path:
    """Return where the table of members of a run is kept, as Parquet."""
    return _table(run_id)


def _table(run_id: UUID) -> Path:
    row = _ready(run_id)
    path = folders.run(row.id) / studies.MEMBERS
    if not path.is_file():
        raise Refusal("run_files_gone", "The run's files are not on this machine; ask for the run again.")
    return path


def _ready(run_id: UUID) -> Run:
    row = runs.known(run_id)
    if row.state != State.READY:
        raise Refusal("run_in_other_state", f"The run is {row.state}.", params={"state": row.state})
    return row
