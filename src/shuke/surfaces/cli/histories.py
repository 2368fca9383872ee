"""`shuke history`: files are read into a history, with what is wrong in which row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, table, words

if TYPE_CHECKING:
    from shuke.rooms.studio.contracts import HistoryFile, HistoryView, RunView

_LATEST = 100
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read and how; `files` by kind. `reading` is currency, time zone and order of dates."""

    name: str
    reading: tuple[str, str, str]
    files: Mapping[str, list[str]]
    columns: tuple[str, ...]
    statuses: tuple[str, ...]
    leave_out: bool
    bad_rows: str | None

    def mapping(self) -> dict[str, str]:
        """Return what columns mean. Raises: Refusal `mapping_invalid`."""
        pairs = [each.rpartition("=") for each in self.columns]
        wrong = next(
            (each for each, (column, _, field) in zip(self.columns, pairs, strict=True) if not (column and field)), None
        )
        if wrong is not None:
            raise Refusal("mapping_invalid", f"{wrong} is not COLUMN=FIELD.", params={"text": wrong})
        return {column: field for column, _, field in pairs}


def read(asked: Asked, *, as_json: bool) -> int:
    """Bring the files, read them here and now, and say what is in them."""
    mapping = asked.mapping()
    for path in [path for paths in asked.files.values() for path in paths]:
        if not Path(path).is_file():
            raise Refusal("file_not_found", f"There is no file {path}.", params={"path": path})
    with session.opened():
        from shuke.rooms.studio import facade as studio
        from shuke.rooms.studio.contracts import FileKind, Reading

        made = studio.begin_history(asked.name, actor())
        try:
            for kind, paths in asked.files.items():
                for path in paths:
                    file = studio.add_file(
                        made.id, FileKind(kind), Path(path).name, _chunks(Path(path)), actor(), whole=True
                    )
                    own = {column: field for column, field in mapping.items() if column in file.fields}
                    if own:
                        studio.map_columns(made.id, file.id, own, whole=True)
            wanted = Reading(*asked.reading, asked.leave_out, asked.statuses or None)
            studio.ask_reading(made.id, wanted, actor())
        except Refusal:
            studio.remove_history(made.id, actor())
            raise
        studio.read_history(made.id)
        return _tell(studio.history(made.id), asked.bad_rows, as_json=as_json)


def live(name: str, *, as_json: bool) -> int:
    """Read what the live database recorded."""
    with session.opened():
        from shuke.rooms.studio import facade as studio

        made = studio.ask_live_history(name, actor())
        studio.read_history(made.id)
        return _tell(studio.history(made.id), None, as_json=as_json)


def listed(*, as_json: bool) -> None:
    """List the latest histories."""
    with session.opened():
        from shuke.rooms.studio import facade as studio

        found = studio.latest_histories(_LATEST)
        heads = (
            words("id", "编号"),
            words("name", "名称"),
            words("state", "状态"),
            words("members", "会员"),
            words("orders", "订单"),
        )
        cells = [
            (
                data["id"],
                data["name"],
                state(data["state"]),
                data["counts"].get("members", 0),
                data["counts"].get("orders", 0),
            )
            for data in map(_data, found)
        ]
        result([_data(each) for each in found], table(heads, cells), as_json=as_json)


def show(named: str, *, as_json: bool) -> None:
    """Show one history."""
    with session.opened():
        _print(find(named), as_json=as_json)


def remove(named: str, *, as_json: bool) -> None:
    """Remove a history and its runs."""
    with session.opened():
        from shuke.rooms.studio import facade as studio

        found = find(named)
        studio.remove_history(found.id, actor())
        line = words(f"{found.name} is removed", f"已删除 {found.name}")
        result({"removed": _data(found)["id"]}, [line], as_json=as_json)


def find(named: str) -> "HistoryView":
    """Return a history by its id, or by a name that only one has.

    Raises: Refusal `unknown_history`, `history_ambiguous`.
    """
    from shuke.foundation import ids
    from shuke.rooms.studio import facade as studio
    from shuke.rooms.studio.contracts import HISTORY_PREFIX

    if named.startswith(f"{HISTORY_PREFIX}_"):
        return studio.history(ids.decode(HISTORY_PREFIX, named))
    called = [each for each in studio.latest_histories(_LATEST) if each.name == named]
    if not called:
        raise Refusal("unknown_history", "There is no such history.")
    if len(called) > 1:
        raise Refusal("history_ambiguous", f"Several histories are called {named}; say the id.", params={"name": named})
    return called[0]


def state(code: str) -> str:
    """Word a state of work."""
    chinese = {
        "draft": "待选文件",
        "waiting": "等待执行",
        "running": "进行中",
        "ready": "就绪",
        "refused": "有错误",
        "failed": "失败",
        "cancelled": "已取消",
        "gone": "文件已不在",
    }
    return words(code, chinese[code])


def failed(found: "HistoryView | RunView") -> Refusal:
    """Return why work failed as a refusal, in words."""
    from django.utils.translation import override

    from shuke.surfaces.wording import refusals

    with override("zh-hans" if in_chinese() else "en"):
        told = refusals.failure(found.failure, found.failure_params)
    return Refusal(found.failure, told, params=dict(found.failure_params))


def _tell(found: "HistoryView", bad_rows: str | None, *, as_json: bool) -> int:
    from shuke.rooms.studio import facade as studio
    from shuke.rooms.studio.contracts import State

    if bad_rows and found.faults:
        Path(bad_rows).write_bytes(studio.faulty_rows(found.id).read_bytes())
    if found.failure:
        raise failed(found)
    _print(found, as_json=as_json)
    if found.state is not State.READY:
        return Exit.FAILED
    return Exit.PARTIAL if found.faults else Exit.OK


def _print(found: "HistoryView", *, as_json: bool) -> None:
    from shuke.rooms.studio.contracts import State

    data = _data(found)
    rows: list[tuple[str, object]] = [(words("state", "状态"), state(found.state))]
    names = {
        "members": words("members", "会员"),
        "orders": words("orders", "订单"),
        "lines": words("lines", "订单行"),
        "refunds": words("refunds", "退款"),
        "redemptions": words("redemptions", "兑换"),
    }
    rows += [(name, found.counts[code]) for code, name in names.items() if code in found.counts]
    if found.state is State.GONE:
        rows.append(
            (
                words("what to do", "怎么办"),
                words("bring its files again, as a new history", "请作为新的历史数据重新导入"),
            )
        )
    if found.failure:
        rows.append((words("why", "原因"), failed(found).detail))
    if found.first_day:
        rows.append((words("from – to", "起止"), f"{found.first_day} – {found.last_day}"))
    lines = table((data["id"], found.name), rows)
    for file in found.files:
        lines += [f"{file.name} ({file.kind}): {', '.join(_columns(file))}"]
        if file.statuses:
            there = ", ".join(f"{one.value or '–'} ({one.rows:,})" for one in file.statuses)
            lines.append(words(f"statuses of orders: {there}", f"订单状态：{there}"))
    lines += _notes(found)
    if found.faults:
        from shuke.rooms.studio import facade as studio

        heads = (
            words("expected", "应为"),
            words("rows", "行数"),
            words("file", "文件"),
            words("column", "列"),
            words("first rows", "首见行"),
        )
        faults = [
            (
                studio.expected(each.code, chinese=in_chinese()),
                each.count,
                each.file,
                each.column or "–",
                ", ".join(map(str, each.rows[:8])),
            )
            for each in found.faults
        ]
        lines += table(heads, faults)
    result(data, lines, as_json=as_json)


def _notes(found: "HistoryView") -> list[str]:
    """Say what its status left out and what was used as it is, in the words of the pages."""
    from django.utils.translation import override

    from shuke.surfaces.wording import studio_words

    with override("zh-hans" if in_chinese() else "en"):
        return studio_words.notes(found)


def _columns(file: "HistoryFile") -> Iterator[str]:
    for column, field in file.fields.items():
        yield f"{column} → {field or words('nothing', '不使用')}"


def _data(found: "HistoryView") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.studio.contracts import HISTORY_PREFIX

    return {
        "id": ids.encode(HISTORY_PREFIX, found.id),
        "name": found.name,
        "state": found.state.value,
        "counts": dict(found.counts),
        "first_day": found.first_day.isoformat() if found.first_day else None,
        "last_day": found.last_day.isoformat() if found.last_day else None,
        "faults": [
            {
                "file": each.file,
                "code": each.code,
                "column": each.column,
                "count": each.count,
                "rows": list(each.rows),
                "found": each.found,
                "expected": each.expected,
            }
            for each in found.faults
        ],
        "left_out": dict(found.left_out),
        "statuses": None if found.reading.statuses is None else list(found.reading.statuses),
        "no_sale": dict(found.no_sale),
        "notes": dict(found.notes),
        "failure": found.failure,
    }


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
