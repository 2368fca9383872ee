"""Runs work in the background: deferred jobs, and those that come round; one log line each.

A job is deferred in the transaction of what asks for it. Which jobs come round is said in config/wiring.py.
"""

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections, transaction
from django.db.models import Max
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.tasks import Task

from shuke.foundation import logs

_LEAVE_SECONDS = 30  # that a running job has to finish
_SILENT_SECONDS = 30  # after which a worker that sends no heartbeat (it sends one every 10) is taken for dead
_LOOK_SECONDS = 10  # between two looks for jobs of dead workers
_AGAIN_SECONDS = 2  # before a worker that stopped by itself begins again

Work = Callable[..., Mapping[str, int] | None]


@dataclass(frozen=True, slots=True)
class Queued:
    """A job that waits, runs or failed; `status` is todo, doing, failed, cancelled or aborted."""

    id: int
    name: str
    status: str
    attempts: int
    scheduled_at: datetime | None
    last_event_at: datetime | None


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that comes round at the machine times of `cron`, never twice at once; it returns counts for its log line."""

    name: str
    cron: str
    work: Work


def job(name: str) -> Callable[[Work], Task[..., Any, ...]]:
    """Make a function of a room's `tasks.py` a job: `.defer(**arguments)` puts it in the queue.

    Arguments are JSON without personal data. One job of a name runs at a time.
    """

    def declare(work: Work) -> Task[..., Any, ...]:
        return app.task(name=name, lock=name)(_logged(name, work))

    return declare


def register(target: App, periodics: tuple[Periodic, ...]) -> None:
    """Let periodic work come round wherever a worker of `target` runs."""
    for each in periodics:
        logged = _logged(each.name, each.work)

        def come_round(timestamp: int, logged: Work = logged) -> None:  # noqa: ARG001  # procrastinate gives it
            logged()

        task = target.task(name=each.name, lock=each.name, queueing_lock=each.name)(come_round)
        target.periodic(cron=each.cron)(task)


def defer_once(task: Task[..., Any, ...], **arguments: Any) -> bool:
    """Put a job in the queue unless one of its name waits there already; tell whether it was put."""
    try:
        with transaction.atomic():  # the refusal of a second one must not end the caller's transaction
            task.configure(queueing_lock=task.name).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def is_under_way(name: str) -> bool:
    """Say whether a job of a name waits or runs."""
    from procrastinate.contrib.django.models import ProcrastinateJob  # models come after settings

    return bool(ProcrastinateJob.objects.filter(task_name=name, status__in=("todo", "doing")).exists())


def queued(limit: int) -> list[Queued]:
    """Return up to `limit` jobs, newest first; those that succeeded are gone."""
    from procrastinate.contrib.django.models import ProcrastinateJob  # models come after settings

    jobs = ProcrastinateJob.objects.annotate(last_event_at=Max("procrastinateevent__at")).order_by("-id")[:limit]
    return [
        Queued(job.id, job.task_name, job.status, job.attempts, job.scheduled_at, job.last_event_at) for job in jobs
    ]


def run_worker(*, until_empty: bool = False) -> None:
    """Work off the queue in this thread until a signal says stop, or until nothing is left."""
    asyncio.run(_work(wait=not until_empty))


@contextmanager
def worker_aside() -> Iterator[None]:
    """Work off the queue in a thread of its own while the block runs."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def work_until_told() -> None:
        told = asyncio.ensure_future(stop.wait())
        while not told.done():
            worker = asyncio.ensure_future(_work(install_signal_handlers=False))
            await asyncio.wait({worker, told}, return_when=asyncio.FIRST_COMPLETED)
            worker.cancel()
            (ended,) = await asyncio.gather(worker, return_exceptions=True)
            if not told.done():  # it lost the database, which may come back
                if isinstance(ended, Exception):
                    logs.failure("worker_stopped", ended)
                await asyncio.wait({told}, timeout=_AGAIN_SECONDS)

    thread = threading.Thread(target=lambda: loop.run_until_complete(work_until_told()), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_LEAVE_SECONDS)


async def _work(**options: Any) -> None:
    target = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    try:
        async with target.open_async():
            await target.job_manager.prune_stalled_workers(_SILENT_SECONDS)
            await _take_back(target)
            looking = asyncio.ensure_future(_keep_taking_back(target))
            try:
                await target.run_worker_async(
                    delete_jobs="successful", stalled_worker_timeout=_SILENT_SECONDS, **options
                )
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)
    finally:
        # What comes round is put in the queue by a thread that keeps Django's connection.
        await sync_to_async(connections.close_all)()


async def _keep_taking_back(target: App) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            await _take_back(target)
        except ConnectorException as error:  # the database may come back
            logs.failure("job", error, job="take_back")


async def _take_back(target: App) -> None:
    """Put jobs back into the queue whose worker died: each holds the lock of its name, and would hold it for ever."""
    for stalled in await target.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_SECONDS):
        assert stalled.id is not None
        try:
            await target.job_manager.retry_job(stalled)
        except UniqueViolation:  # the next one of its name waits already and does the same work
            await target.job_manager.finish_job(stalled, status=Status.FAILED, delete_job=True)
        logs.event("job_taken_back", job=stalled.task_name, id=stalled.id)


def _logged(name: str, work: Work) -> Work:
    @functools.wraps(work)
    def run(*positional: Any, **arguments: Any) -> None:
        close_old_connections()
        started = time.perf_counter()
        try:
            counts = work(*positional, **arguments)
        except Exception as error:
            logs.failure("job", error, job=name, duration_ms=_milliseconds_since(started))
            raise
        finally:
            close_old_connections()
        logs.event("job", job=name, duration_ms=_milliseconds_since(started), **(counts or {}))

    return run


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
