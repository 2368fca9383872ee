"""Lets something happen in another connection at one place of the product's own work."""

import time
from concurrent.futures import ThreadPoolExecutor, wait

from django.db import connection, connections

PATIENCE_SECONDS = 2
WAITS_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


def waits_for_us():
    """Whether another connection waits for a lock that ours holds, and so does nothing until we have ended."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_US)
        return cursor.fetchone()[0] > 0


def once(monkeypatch, module, name, work, *, before):
    """Let `work` happen in another connection beside the first call of `module.name`.

    Return what waits until it has ended and raises what it raised; it fails where it was never begun.
    """
    real, futures = getattr(module, name), []

    def run():
        try:
            work()
        finally:
            connections.close_all()

    def meanwhile():
        futures.append(ThreadPoolExecutor(1).submit(run))
        end = time.monotonic() + PATIENCE_SECONDS
        while not wait(futures, 0.02).done and not waits_for_us() and time.monotonic() < end:
            pass

    def patched(*args, **named):
        if before and not futures:
            meanwhile()
        answer = real(*args, **named)
        if not before and not futures:
            meanwhile()
        return answer

    def ended(within=60):
        futures[0].result(within)

    monkeypatch.setattr(module, name, patched)
    return ended
