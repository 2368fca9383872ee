"""The studio's jobs: one history or run at a time, since each takes what memory and processor there is."""

from collections.abc import Mapping
from uuid import UUID

from shuke.foundation import jobs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org.contracts import Actor
from shuke.rooms.studio.contracts import HistoryView, Reading, RunRequest, RunView
from shuke.rooms.studio.services import histories, runs


@jobs.job("studio")
def work(history_id: str = "", run_id: str = "") -> Mapping[str, int]:
    """Read a history, or do a run."""
    done = histories.read(UUID(history_id)) if history_id else runs.do(UUID(run_id))
    return {"done": int(done is not None)}


def ask_reading(history_id: UUID, wanted: Reading, actor: Actor) -> HistoryView:
    """Let a worker read a history's files, in the transaction that is open or one of its own."""
    with unit_of_work():
        histories.prepare(history_id, wanted, actor)
        work.defer(history_id=str(history_id))
    return histories.find(history_id)


def ask_live(name: str, actor: Actor) -> HistoryView:
    """Let a worker read what the live database recorded."""
    with unit_of_work():
        made = histories.begin_live(name, actor)
        work.defer(history_id=str(made.id))
    return made


def ask_run(request: RunRequest, actor: Actor) -> RunView:
    """Let a worker do a run."""
    with unit_of_work():
        made = runs.ask(request, actor)
        work.defer(run_id=str(made.id))
    return made
