"""A server of the product in a home of its own, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


def environment(home, port):
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("SHUKE_", "DJANGO_", "DATABASE_"))
    }
    return plain | {
        "SHUKE_HOME": str(home),
        "SHUKE_BIND": f"127.0.0.1:{port}",
        "SHUKE_ORIGIN": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT / "src"),
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(home, port):
    """Run `shuke serve` in `home` while the block runs; give the file that it writes to."""
    log = home / "serve.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "shuke.surfaces.cli", "serve"], env=environment(home, port), stdout=out, stderr=out
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/login", server, log)
            yield log
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def wait_for(address, server, log):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)  # noqa: S310  # our own loopback address
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"The server did not start:\n{log.read_text()}")
