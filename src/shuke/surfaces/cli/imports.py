"""`shuke import`: members from a file, checked, committed and undone, with a report of what is wrong."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.import_words import CHINESE
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import Exit, in_chinese, note, progress, result, table, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from shuke.rooms.programs.contracts import ImportReport

_LATEST = 20


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read: source of its external ids, COLUMN=FIELD, and whether known members are filled."""

    source: str
    columns: tuple[str, ...]
    fill: bool

    def mapping(self) -> dict[str, str]:
        """Return what the columns mean.

        Raises: Refusal `mapping_invalid`.
        """
        pairs = [one.rpartition("=") for one in self.columns]
        wrong = next(
            (one for one, (column, _, field) in zip(self.columns, pairs, strict=True) if not (column and field)), None
        )
        if wrong is not None:
            raise Refusal("mapping_invalid", f"{wrong} is not COLUMN=FIELD.", params={"text": wrong})
        return {column: field for column, _, field in pairs}


def check(file: str, options: Options, *, commit: bool, bad_rows: str | None, as_json: bool) -> int:
    """Check a file, commit it where `commit` says so, and say what came of it."""
    path = Path(file)
    if not path.is_file():
        raise Refusal("file_not_found", f"There is no file {file}.", params={"path": file})
    with session.opened():
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.programs.contracts import ImportFile

        given = ImportFile(path.name, path.read_bytes(), options.source, options.mapping(), options.fill)
        with progress(None, "checked", "已检查") as advance:
            report = programs.check_import(given, actor(), _steps(advance))
        if commit:
            with progress(report.rows, "committed", "已提交") as advance:
                report = programs.commit_import(report.id, actor(), _steps(advance))
        if bad_rows is not None:
            lines = programs.import_bad_rows(report.id, _worded, chinese=in_chinese())
            Path(bad_rows).write_text("".join(lines), encoding="utf-8-sig", newline="")
        _tell(report, as_json=as_json)
        if not commit:
            note("Nothing is changed yet; --commit commits it.", "尚未改变任何会员；加 --commit 提交。")
        return Exit.PARTIAL if report.faults else Exit.OK


def commit(id: str, *, as_json: bool) -> int:
    """Commit an import, or go on with it."""
    with session.opened():
        from shuke.rooms.programs import facade as programs

        with progress(None, "committed", "已提交") as advance:
            report = programs.commit_import(_id(id), actor(), _steps(advance))
        _tell(report, as_json=as_json)
        return Exit.PARTIAL if report.faults else Exit.OK


def undo(id: str, *, as_json: bool) -> int:
    """Undo an import where nobody touched its members since."""
    with session.opened():
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.programs.contracts import RowState

        with progress(None, "undone", "已撤销") as advance:
            report = programs.undo_import(_id(id), actor(), _steps(advance))
        _tell(report, as_json=as_json)
        return Exit.PARTIAL if report.counts.get(RowState.KEPT) else Exit.OK


def show(*, as_json: bool) -> None:
    """List the latest imports."""
    with session.opened():
        from shuke.rooms.programs import facade as programs

        here = times.zone()
        latest = programs.imports(_LATEST)
        rows = [_data(report) for report in latest]
        heads = (
            words("id", "编号"),
            words("file", "文件"),
            words("state", "状态"),
            words("rows", "行数"),
            times.when(here),
        )
        cells = [
            (row["id"], row["name"], _worded(row["state"]), row["rows"], times.clock_time(report.created_at, here))
            for report, row in zip(latest, rows, strict=True)
        ]
        result(rows, table(heads, cells), as_json=as_json)


def _steps(advance: "Callable[[int], None]") -> "Callable[[int, int], None]":
    """Turn «how many are done» into steps."""
    last = 0

    def tell(done: int, _all: int) -> None:
        nonlocal last
        advance(done - last)
        last = done

    return tell


def _tell(report: "ImportReport", *, as_json: bool) -> None:
    data = _data(report)
    counts = data["foreseen"] if data["state"] == "checked" else data["counts"]
    told = "，".join if in_chinese() else ", ".join
    lines = [f"{data['id']}  {data['name']}  {_worded(data['state'])}"]
    lines.append(told(f"{_worded(state)} {count:,}" for state, count in counts.items()))
    if report.faults:
        heads = (
            words("rows", "行数"),
            words("why", "原因"),
            words("column", "列"),
            words("first rows", "前几行"),
            words("found", "内容"),
        )
        cells = [
            (one.count, _worded(one.code), one.column, " ".join(map(str, one.rows[:5])), one.found[:30])
            for one in report.faults
        ]
        lines += ["", *table(heads, cells)]
    result(data, lines, as_json=as_json)


def _data(report: "ImportReport") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.programs.contracts import IMPORT_PREFIX

    return {
        "id": ids.encode(IMPORT_PREFIX, report.id),
        "name": report.name,
        "state": report.state.value,
        "rows": report.rows,
        "foreseen": {state.value: count for state, count in report.foreseen.items()},
        "counts": {state.value: count for state, count in report.counts.items()},
        "faults": [
            {
                "code": one.code,
                "column": one.column,
                "count": one.count,
                "rows": list(one.rows),
                "found": one.found,
                "expected": one.expected,
            }
            for one in report.faults
        ],
        "created_at": report.created_at.isoformat(),
        "created_by": report.actor.label,
    }


def _worded(code: str) -> str:
    return CHINESE.get(code, code) if in_chinese() else code.replace("_", " ")


def _id(text: str) -> "UUID":
    from shuke.foundation import ids
    from shuke.rooms.programs.contracts import IMPORT_PREFIX

    return ids.decode(IMPORT_PREFIX, text)
