"""Does the work of histories and runs behind a job: tells how far it is, leaves off when told to, ends in one state."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import close_old_connections

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.rooms.studio import queries
from shuke.rooms.studio.contracts import UNDER_WAY, Progress, State
from shuke.rooms.studio.models import History, Run, Work
from shuke.rooms.studio.services import folders

_TELL_SECONDS = 0.5  # between two words of how far it is
_TRIES = 3  # of work whose process ends on the way: it was stopped, or memory ran out


class Stopped(Exception):  # nothing went wrong
    """Somebody asked the work to leave off."""


class Steps:
    """What work tells its row: `tell(done, total, phase)`, and whether it should leave off."""

    def __init__(self, model: type[History] | type[Run], id: UUID) -> None:
        self._model, self._id = model, id
        self._told_at, self._phase, self._stop = 0.0, "", False

    def tell(self, done: int, total: int, phase: str) -> None:
        """Write how far the work is, at most twice a second.

        Raises: Stopped.
        """
        now = time.monotonic()
        if phase != self._phase or now - self._told_at >= _TELL_SECONDS:
            began_at = clock.machine_now() if phase != self._phase else None
            self._told_at, self._phase = now, phase
            self._stop = queries.note_progress(self._model, self._id, phase, done, total, began_at)
        if self._stop:
            raise Stopped

    def stopped(self) -> bool:
        """Say whether somebody asked the work to leave off."""
        now = time.monotonic()
        if not self._stop and now - self._told_at >= _TELL_SECONDS:
            self._told_at = now
            row = queries.find(self._model, self._id)
            self._stop = row is None or row.stop
        return self._stop


def work(
    model: type[History] | type[Run], id: UUID, do: Callable[[Steps], tuple[State, Mapping[str, Any]]]
) -> State | None:
    """Do a piece of work and write how it ended; None where nobody wants it any more.

    A command line and the server's worker may both come for it: the second waits, and finds it done. `do` returns
    the state and what is to be written beside it. What it refuses is kept as the reason of its failure.
    """
    with folders.alone():
        return _work_alone(model, id, do)


def _work_alone(
    model: type[History] | type[Run], id: UUID, do: Callable[[Steps], tuple[State, Mapping[str, Any]]]
) -> State | None:
    if not queries.begin(model, id, clock.machine_now(), _TRIES):
        _end_unbegun(model, id)
        return None
    started = time.monotonic()
    try:
        state, values = do(Steps(model, id))
    except Stopped:
        state, values = State.CANCELLED, {}
    except Refusal as refused:
        state, values = State.FAILED, {"failure": refused.code, "failure_params": _plain(refused.params)}
    except Exception as error:  # noqa: BLE001  # the row must not stay under way for ever; the line says where it was
        logs.failure("studio", error, id=str(id))
        state, values = State.FAILED, {"failure": "unforeseen"}
        close_old_connections()  # what failed may be the one to the database
    queries.end(model, id, state, seconds=round(time.monotonic() - started, 3), **values)
    return state


def _end_unbegun(model: type[History] | type[Run], id: UUID) -> None:
    """End work that is not begun again: somebody stopped it, or each time its process died."""
    row = queries.find(model, id)
    if row is None or row.state not in UNDER_WAY:
        return
    if row.stop:
        queries.end(model, id, State.CANCELLED)
    else:
        logs.event("studio_given_up", id=str(id), tries=row.tries)
        queries.end(model, id, State.FAILED, failure="given_up", failure_params={"tries": row.tries})


def progress_of(row: Work) -> Progress:
    """Return how far a piece of work is, with the seconds left as far as its phase tells."""
    left = None
    if row.state == State.RUNNING and row.started_at is not None and row.total and row.done:
        gone = (clock.machine_now() - row.started_at).total_seconds()
        left = round(gone * (row.total - row.done) / row.done)
    return Progress(row.phase, row.done, row.total, left)


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str | float) else str(value) for name, value in params.items()}
