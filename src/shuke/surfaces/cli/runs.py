"""`shuke run` and `shuke backtest --history`: programs tried on histories, and what came of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import histories, programs, session
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.run_lines import forecast_lines, proposal_lines
from shuke.surfaces.cli.study_lines import study_lines
from shuke.surfaces.cli.terminal import Exit, in_chinese, result, table, words

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

        labels = (Path(file).name, Path(against).name) if against else ("", "")
        asked = RunRequest(RunKind.BACKTEST, histories.find(history).id, text, other, "", settings, labels)
        made = programs.judged(file, lambda: studio.ask_run(asked, actor()), as_json=as_json)
        if made is None:
            return Exit.FAILED
        studio.do_run(made.id)
        _print(studio.run(made.id), as_json=as_json)
        return Exit.OK


def forecast(
    file: str, history: str, settings: Mapping[str, Any], months: int, costs: tuple[str, ...], *, as_json: bool
) -> int:
    """Forecast a program file from a history, keep what it found, and print it.

    Raises: Refusal as `studio.facade.ask_run`, `unknown_history`, `history_ambiguous`, `mapping_invalid`.
    """
    text, priced = programs.read(file), _pairs(costs)
    with session.opened():
        from shuke.rooms.studio import facade as studio
        from shuke.rooms.studio.contracts import RunKind, RunRequest

        asked = RunRequest(
            RunKind.FORECAST,
            histories.find(history).id,
            text,
            settings={**settings, "months": months, "costs": priced},
        )
        made = programs.judged(file, lambda: studio.ask_run(asked, actor()), as_json=as_json)
        if made is None:
            return Exit.FAILED
        studio.do_run(made.id)
        _print(studio.run(made.id), as_json=as_json)
        return Exit.OK


def propose(
    said: Mapping[str, str | None], history: str | None, answers: tuple[str, ...], out: str | None, *, as_json: bool
) -> int:
    """Propose a program, keep what it found, print it, and write its file where that is asked.

    Raises: Refusal as `studio.facade.ask_run`, `unknown_history`, `history_ambiguous`, `mapping_invalid`.
    """
    told = _pairs(answers)
    with session.opened():
        from shuke.rooms.org import facade as org
        from shuke.rooms.studio import facade as studio
        from shuke.rooms.studio.contracts import RunKind, RunRequest

        own = org.organisation()
        assert own is not None
        settings = {
            "industry": said["industry"],
            "currency": said["currency"] or own.currency,
            "time_zone": said["time_zone"] or own.time_zone,
            "language": "zh" if in_chinese() else "en",
            **told,
        }
        found = histories.find(history).id if history else None
        name = told.get("name") or words("Proposal", "方案")
        made = studio.ask_run(RunRequest(RunKind.PROPOSAL, found, name=name, settings=settings), actor())
        studio.do_run(made.id)
        done = studio.run(made.id)
        if out and not done.failure:
            Path(out).write_text(done.result["text"], encoding="utf-8")
        _print(done, as_json=as_json)
        return Exit.OK


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in texts]
    for each, (name, _equals, value) in zip(texts, pairs, strict=True):
        if not (name and value):
            raise Refusal("mapping_invalid", f"{each} is not NAME=VALUE.", params={"text": each})
    return {name: value for name, _equals, value in pairs}


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
        kinds = {
            "backtest": words("backtest", "回测"),
            "forecast": words("forecast", "预测"),
            "proposal": words("proposal", "方案"),
        }
        cells = [
            (each["id"], kinds[each["kind"]], each["program"], each["history"], histories.state(each["state"]))
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
        raise histories.failed(found)
    data = _data(found)
    head = table((data["id"], found.name), [(words("state", "状态"), histories.state(found.state))])
    told = {"backtest": study_lines, "forecast": forecast_lines, "proposal": proposal_lines}
    lines = told[found.kind](found.result) if found.result else []
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
        "history": found.history.name if found.history else "",
        "settings": dict(found.settings),
        "state": found.state.value,
        "seconds": found.seconds,
    }
