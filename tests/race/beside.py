"""Lets something happen in another connection at one place of the product's own work."""

from concurrent.futures import ThreadPoolExecutor, wait

from django.db import connections


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
        wait(futures, 2)  # it may have to wait for us

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
