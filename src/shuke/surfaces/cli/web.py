"""Web processes, forked from one that has loaded everything: they answer within a moment, and share what it loaded.

The server can't fork them itself: it has threads, and a copy of them would hang.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing import forkserver
from typing import Any

_LOADED = ["shuke.surfaces.cli.main", "shuke.config.loaded"]


def load() -> None:
    """Begin to load, in a process of its own; the settings stand. Who asks for web processes later waits for it."""
    forkserver.set_forkserver_preload(_LOADED)
    forkserver.ensure_running()


def server(target: str, **options: Any) -> Any:
    """Return a granian server whose processes are forked from the one that `load` began."""
    from granian.server import mp

    class Forked(mp.WorkerProcess):
        def _spawn(self, target: Callable[..., None], args: tuple[Any, ...]) -> None:
            self.inner = multiprocessing.get_context("forkserver").Process(name="web", target=target, args=args)

    mp.WorkerProcess = Forked  # granian itself knows how to fork from itself and how to begin from nothing
    load()
    return mp.MPServer(target, **options)
