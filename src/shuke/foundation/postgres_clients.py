"""Finds pg_dump and pg_restore, the machine's or the wheel's, and streams databases through them.

Knows nothing of what is in a database. A password travels in the environment, where other users do not see it.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg.conninfo

from shuke.core.values.errors import Refusal
from shuke.foundation import postgres_program

_CHUNK = 1 << 20
# Where Debian and Red Hat put them beside one another.
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")


@dataclass(frozen=True, slots=True)
class Client:
    program: Path
    major: int


def find(name: str, major: int) -> Client:
    """Return the client program `name` of the lowest version that is at least `major`, which is what a server speaks.

    Raises: Refusal `postgres_client_missing`.
    """
    known = [client for program in _candidates(name) if (client := _client(program))]
    fitting = [client for client in known if client.major >= major]
    if not fitting:
        have = ", ".join(sorted({str(client.major) for client in known})) or "–"
        raise Refusal(
            "postgres_client_missing",
            f"The server is PostgreSQL {major}, and this machine has no {name} of {major} or newer (it has {have}); "
            f"install the client programs of PostgreSQL {major}.",
            params={"name": name, "major": major, "have": have},
        )
    return min(fitting, key=lambda client: client.major)


def dump(client: Client, url: str) -> Iterator[bytes]:
    """Yield a database in pg_dump's custom format: one consistent state, while others go on writing.

    Raises: Refusal `backup_failed`.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = _start(client, url, ["--format=custom"], said, stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            while chunk := process.stdout.read(_CHUNK):
                yield chunk
        except BaseException:  # whoever reads has given up
            process.kill()
            process.wait()
            raise
        if process.wait():
            why = _last_line(said)
            raise Refusal("backup_failed", f"pg_dump failed: {why}", params={"why": why})


def restore(client: Client, url: str, dumped: Iterable[bytes]) -> None:
    """Write a dump into an empty database in one transaction: whole, or not at all.

    Raises: Refusal `restore_failed`, and what `dumped` raises.
    """
    flags = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = _start(client, url, flags, said, stdin=subprocess.PIPE)
        assert process.stdin is not None
        try:
            for chunk in dumped:
                process.stdin.write(chunk)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended, and says why below
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.wait():
            why = _last_line(said)
            raise Refusal("restore_failed", f"pg_restore failed: {why}", params={"why": why})


def _start(
    client: Client, url: str, flags: list[str], said: IO[str], stdin: int | None = None, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    parts = psycopg.conninfo.conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    return subprocess.Popen(
        [client.program, *flags, "--dbname", psycopg.conninfo.make_conninfo("", **parts), "--no-password"],
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=said,
        env=environment,
    )


def _candidates(name: str) -> Iterator[Path]:
    """Yield where the program may be, the machine's own first: the wheel's speaks no TLS."""
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
    for pattern in _FOLDERS:
        yield from sorted(Path("/").glob(f"{pattern[1:]}/{name}"))
    yield postgres_program.programs() / name


def _client(program: Path) -> Client | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    return Client(program, int(version[1])) if version else None


def _last_line(said: IO[str]) -> str:
    """Return the last sentence of what a program said on stderr, without its own name."""
    said.seek(0)
    lines = [line.strip() for line in said if ": error:" in line] or ["it left no message"]
    return lines[0].partition(": error: ")[2] or lines[0]
