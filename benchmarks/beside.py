"""A peer's packages at work in a process of their own, beside the product and in the same PostgreSQL.

`Beside` is the product's end of the line, `serve` the packages'.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / ".venv" / "peers"


class Beside:
    """A module of benchmarks run with the packages of `make bench-peers` and an empty database `peers`."""

    def __init__(self, module: str, **settings: str) -> None:
        from django.db import connection

        own = connection.settings_dict
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE peers")
        where = {"PEERS_HOST": own["HOST"], "PEERS_USER": own["USER"], "PYTHONPATH": f"{PACKAGES}:{ROOT}", **settings}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            env={**os.environ, **where, "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def per_second(self, name: str, count: int) -> float:
        """Let it do as many of a kind of work, and return how many it did a second."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name} {count}\n")
        self._process.stdin.flush()
        return count / float(self._answer())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process of the packages ended; `make bench-peers` installs them"
        return line


def serve(work: Mapping[str, Callable[[], object]]) -> None:
    """Say that all is set up, then do what each line asks for, and answer it with the seconds it took."""
    print("ready", flush=True)
    for line in sys.stdin:
        name, count = line.split()
        started = perf_counter()
        for _ in range(int(count)):
            work[name]()
        print(perf_counter() - started, flush=True)
