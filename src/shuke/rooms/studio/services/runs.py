"""Runs from the asking to the result: a program is checked at once, a worker does the rest, the result is kept."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.schema import load_program
from shuke.engine.study_settings import check_segments
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.studio import queries
from shuke.rooms.studio.contracts import NAME_LIMIT, RUN_PREFIX, UNDER_WAY, RunKind, RunRequest, RunView, State
from shuke.rooms.studio.models import History, Run
from shuke.rooms.studio.services import folders, forecasts, histories, proposals, studies, working

Check = Callable[[Mapping[str, Any], Program | None, Program | None], Mapping[str, Any]]
Do = Callable[[Run, Compiled | None, Compiled | None, working.Steps], Mapping[str, Any]]
# what checks the settings of runs of a kind, returning them whole, and what does their work
_KINDS: Mapping[RunKind, tuple[Check, Do]] = {
    RunKind.BACKTEST: (studies.check, studies.do),
    RunKind.FORECAST: (forecasts.check, forecasts.do),
    RunKind.PROPOSAL: (proposals.check, proposals.do),
}


def ask(request: RunRequest, actor: Actor) -> RunView:
    """Keep what is asked; it waits for a worker."""
    history = histories.ready(request.history_id) if request.history_id else None
    if request.kind is not RunKind.PROPOSAL and history is None:
        raise Refusal("unknown_history", "There is no such history.", pointer="/history")
    program = compile_program(load_program(request.text)).program if request.kind is not RunKind.PROPOSAL else None
    other = compile_program(load_program(request.other)).program if request.other else None
    for each in filter(None, (program, other)):
        assert history is not None
        _check_fits(each.currency, history)
    if request.kind is RunKind.PROPOSAL and history is not None:
        _check_fits(str(request.settings.get("currency", "")), history)
    check, _ = _KINDS[request.kind]
    settings = check(request.settings, program, other)
    if history is not None:
        check_segments(settings.get("policy") or {}, histories.view(history, []).segments)
    name = "".join(filter(str.isprintable, request.name)).strip()[:NAME_LIMIT]
    row = Run(
        id=ids.new_id(),
        name=name or _called(program) or (history.name if history else ""),
        state=State.WAITING,
        kind=request.kind,
        history=history,
        text=request.text,
        other=request.other,
        program=request.labels[0] or _called(program),
        other_program=request.labels[1] or _called(other),
        settings=dict(settings),
        asked_at=clock.business_now(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    with unit_of_work():
        if request.history_id:
            histories.ready(request.history_id, lock=True)
        queries.insert(row)
        after = {"kind": request.kind.value, "history": history.name if history else "", "program": row.program}
        org.audit("run.asked", ids.encode(RUN_PREFIX, row.id), None, after, actor)
    return view(row)


def do(run_id: UUID) -> State | None:
    """Do a run: the work of the job."""

    def run(steps: working.Steps) -> tuple[State, Mapping[str, Any]]:
        row = known(run_id)
        if row.history_id:
            histories.ready(row.history_id)
        program = compile_program(load_program(row.text)) if row.text else None
        other = compile_program(load_program(row.other)) if row.other else None
        folders.fresh(folders.run(run_id))
        _, work = _KINDS[RunKind(row.kind)]
        return State.READY, {"result": work(row, program, other, steps)}

    return working.work(Run, run_id, run)


def cancel(run_id: UUID) -> RunView:
    """Ask the worker to leave off."""
    with unit_of_work():
        row = known(run_id, lock=True)
        if row.state not in UNDER_WAY:
            raise Refusal("run_in_other_state", f"The run is {row.state}.", params={"state": row.state})
        queries.change(row, stop=True, **({"state": State.CANCELLED} if row.state == State.WAITING else {}))
    return find(run_id)


def remove(run_id: UUID, actor: Actor) -> None:
    """Forget a run with what it found."""
    with unit_of_work():
        row = known(run_id, lock=True)
        if row.state in UNDER_WAY:
            raise Refusal("run_in_other_state", f"The run is {row.state}.", params={"state": row.state})
        queries.delete_run(run_id)
        org.audit("run.removed", ids.encode(RUN_PREFIX, run_id), {"name": row.name, "kind": row.kind}, None, actor)
    folders.remove(folders.run(run_id))


def find(run_id: UUID) -> RunView:
    return view(known(run_id))


def latest(of: RunKind | None, history_id: UUID | None, limit: int) -> list[RunView]:
    return [view(row, brief=True) for row in queries.runs(of, history_id, limit)]


def known(run_id: UUID, *, lock: bool = False) -> Run:
    """Return a run.

    Raises: Refusal `unknown_run`.
    """
    row = queries.find(Run, run_id, lock=lock)
    if row is None:
        raise Refusal("unknown_run", "There is no such run.")
    return row


def view(row: Run, *, brief: bool = False) -> RunView:
    """Return a run as it leaves the room; `brief` without its programs and result."""
    return RunView(
        id=row.id,
        kind=RunKind(row.kind),
        name=row.name,
        history=histories.view(row.history, [] if brief else None) if row.history else None,
        text="" if brief else row.text,
        other="" if brief else row.other,
        program=row.program,
        other_program=row.other_program,
        settings=row.settings,
        state=State(row.state),
        progress=working.progress_of(row),
        failure=row.failure,
        failure_params=row.failure_params,
        result={} if brief else row.result,
        asked_at=row.asked_at,
        seconds=row.seconds,
        actor=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_label),
    )


def _called(program: Program | None) -> str:
    return (program.name or program.code) if program else ""


def _check_fits(currency: str, history: History) -> None:
    if currency != history.currency:
        raise Refusal(
            "currency_mismatch",
            f"The program counts in {currency}, the history in {history.currency}.",
            params={"expected": history.currency},
        )
