"""Lets something happen in another connection at one place of the product's own work."""

import threading

from django.db import connections


def once(monkeypatch, module, name, work, *, before):
    """Let `work` happen in another connection beside the first call of `module.name`; return its thread."""
    real, threads = getattr(module, name), []

    def run():
        try:
            work()
        finally:
            connections.close_all()

    def meanwhile():
        threads.append(threading.Thread(target=run))
        threads[0].start()
        threads[0].join(2)  # it may have to wait for us

    def patched(*args, **named):
        if before and not threads:
            meanwhile()
        answer = real(*args, **named)
        if not before and not threads:
            meanwhile()
        return answer

    monkeypatch.setattr(module, name, patched)
    return threads
