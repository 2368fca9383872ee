"""Runs commands in processes of their own without importing everything anew: each is forked from one that has.

What is imported beforehand is all that needs no deployment; settings and models are each command's own, so a command
sees its home and its environment as in a fresh interpreter. Run as a program it serves the socket that it is given.
"""

import atexit
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress

_LONGEST = 1 << 20


class Forker:
    """A process that has imported the product, and forks a command from itself when asked."""

    def __init__(self, environment):
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())], env=environment, pass_fds=[theirs.fileno()]
        )
        theirs.close()

    def __call__(self, arguments, environment):
        """Run a command to its end; return its exit code and what it wrote on stdout and stderr."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
            asked = json.dumps([arguments, environment, os.getcwd()]).encode()  # noqa: PTH109  # a process's own
            socket.send_fds(self._ours, [asked], [out.fileno(), error.fileno()])
            code = json.loads(self._ours.recv(_LONGEST))
            out.seek(0), error.seek(0)
            return code, out.read().decode(), error.read().decode()

    def close(self):
        self._ours.close()
        self._process.wait(30)


def _serve(channel):
    from django.core.exceptions import ImproperlyConfigured

    import shuke

    for floor in ("core", "engine", "foundation", "rooms", "surfaces"):
        for module in pkgutil.walk_packages([f"{shuke.__path__[0]}/{floor}"], f"shuke.{floor}."):
            parts = set(module.name.split("."))
            if not parts & {"tests", "__main__", "http", "console", "portal", "cashier"}:
                with suppress(ImproperlyConfigured):
                    importlib.import_module(module.name)
    while True:
        asked, streams, _, _ = socket.recv_fds(channel, _LONGEST, 2)
        if not asked:
            return
        child = os.fork()
        if child == 0:
            os._exit(_command(*json.loads(asked), streams, channel))
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        channel.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _command(arguments, environment, folder, streams, channel):
    channel.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, stream in zip((0, 1, 2), (nothing, *streams), strict=True):
        os.dup2(stream, ours)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["shuke", *arguments]
    try:
        from shuke.surfaces.cli.main import main

        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001  # told as an interpreter tells it at its end
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
