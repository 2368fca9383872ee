"""`shuke run` and `shuke backtest --history`: programs tried on histories, and what came of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import histories, programs, session
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.study_lines import study_lines
from shuke.surfaces.cli.terminal import Exit, result, table, words

if TYPE_CHECKING:
    from shuke.rooms.studio.contracts import RunView

_LATEST = 100


def backtest(file: str, history: str, against: str | None, settings: Mapping[str, Any], *, as_json: bool) -> int:
    """Run a program file over a history that was brought, keep what it found, and print it.

    Raises: Refusal as `studio.facade.ask_run`, `unknown_history`, `history_ambiguous`, `file_not_found`.
    """
    text, other = programs.read(file), programs.read(against) if against else ""
    with session.opened():
        from shuke.rooms.studio import facade as studio
        from shuke.rooms.studio.contracts import RunKind, RunRequest

        asked = RunRequest(RunKind.BACKTEST, histories.find(history).id, text, other, "", settings)
        made = programs.judged(file, lambda: studio.ask_run(asked, actor()), as_json=as_json)
        if made is None:
            return Exit.FAILED
        studio.do_run(made.id)
        _print(studio.run(made.id), as_json=as_json)
        return Exit.OK


def listed(*, as_json: bool) -> None:
    """List the latest runs."""
    with session.opened():
        from shuke.rooms.studio import facade as studio

        found = [_data(each) for each in studio.latest_runs(None, _LATEST)]
        heads = (
            words("id", "编号"),
            words("kind", "类型"),
            words("program", "会员计划"),
            words("history", "历史数据"),
            words("state", "状态"),
        )
        cells = [
            (each["id"], each["kind"], each["program"], each["history"], histories.state(each["state"]))
            for each in found
        ]
        result(found, table(heads, cells), as_json=as_json)


def show(id: str, *, as_json: bool) -> None:
    """Show a run and what it found."""
    with session.opened():
        _print(_run(id), as_json=as_json)


def remove(id: str, *, as_json: bool) -> None:
    """Remove a run."""
    with session.opened():
        from shuke.rooms.studio import facade as studio

        found = _run(id)
        studio.remove_run(found.id, actor())
        result({"removed": id}, [words(f"{id} is removed", f"已删除 {id}")], as_json=as_json)


def _run(id: str) -> "RunView":
    from shuke.foundation import ids
    from shuke.rooms.studio import facade as studio
    from shuke.rooms.studio.contracts import RUN_PREFIX

    return studio.run(ids.decode(RUN_PREFIX, id))


def _print(found: "RunView", *, as_json: bool) -> None:
    if found.failure:
        raise Refusal(found.failure, found.failure, params=dict(found.failure_params))
    data = _data(found)
    head = table((data["id"], found.name), [(words("state", "状态"), histories.state(found.state))])
    lines = study_lines(found.result) if found.result and found.kind == "backtest" else []
    result(data | {"result": dict(found.result)}, [*head, *lines], as_json=as_json)


def _data(found: "RunView") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.studio.contracts import RUN_PREFIX

    return {
        "id": ids.encode(RUN_PREFIX, found.id),
        "kind": found.kind.value,
        "name": found.name,
        "program": found.program,
        "against": found.other_program,
        "history": found.history.name,
        "settings": dict(found.settings),
        "state": found.state.value,
        "seconds": found.seconds,
    }
