"""Runs the wheel's PostgreSQL in a data folder: the only module that knows the wheel.

Every process that uses the server holds a shared lock beside the folder; the last one to leave stops the server.
It listens on a socket in a short path and nowhere else.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from shuke.core.values.errors import Refusal
from shuke.foundation import logs, postgres_program

SUPERUSER = "postgres"
_LEAST_FREE_BYTES = 256 * 1024 * 1024
_LONGEST_SOCKET_FOLDER = 90  # a socket's path ends at 107 bytes, the file's name takes 17
_START_SECONDS = 300  # recovery after a crash may take its time
_SETTLE_SECONDS = 60  # for a server that starts or stops while we look
_LOOK_SECONDS = 0.5  # between two looks whether the server still runs
_REVIVE_SECONDS = 20  # the processes of a dead postmaster take a moment to leave its memory

# Settings beside those for memory. The log must not hold statements or details: they may carry personal data.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "default_toast_compression": "pglz",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its data folder, the folder of its socket and the postmaster's process id."""

    folder: Path
    sockets: Path
    pid: int

    def url(self, database: str) -> str:
        """Return the connection string of a database."""
        return url(self.folder, database)


def url(folder: Path, database: str) -> str:
    """Return the connection string of a database in the server of `folder`, whether it runs or not."""
    return f"postgresql:///{database}?{urlencode({'host': socket_folder(folder), 'user': SUPERUSER})}"


@contextmanager
def running(folder: Path, options: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start the server of `folder` or join the one that runs; on leaving, stop it unless others still use it.

    `folder` is made on first use; `options` are PostgreSQL settings that go before ours when this call starts it.

    Raises: Refusal `database_folder_unusable`, `database_of_other_postgres`, `database_disk_full`,
        `database_not_started`.
    """
    folder = folder.resolve()
    users, gate = _open_lock(folder, "users"), _open_lock(folder, "gate")
    try:
        with _alone(gate):
            server = _join(folder) or _start(folder, options or {})
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield server
        finally:
            with _alone(gate):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _nobody_else(users):
                    _stop(server, ours=_stands_beside(folder, users))
    finally:
        os.close(users)
        os.close(gate)


@contextmanager
def watched(folder: Path, lost: Callable[[Refusal], None]) -> Iterator[None]:
    """Start the server of `folder` again whenever it dies while the block runs; where that fails, tell `lost` why.

    The caller is inside `running`.
    """
    folder = folder.resolve()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if postgres_program.works_in(_recorded_pid(folder) or 0, folder):
                continue
            try:
                _revive(folder, over)
            except Refusal as refused:
                lost(refused)
                return

    watcher = threading.Thread(target=watch, name="database-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _revive(folder: Path, over: threading.Event) -> None:
    deadline = time.monotonic() + _REVIVE_SECONDS
    gate = _open_lock(folder, "gate")
    try:
        while not over.is_set():
            if not folder.exists():
                raise _unusable(folder, "it is gone")
            try:
                with _alone(gate):
                    server = _join(folder) or _start(folder, {})
            except Refusal as refused:
                if refused.code != "database_not_started" or time.monotonic() > deadline:
                    raise
                over.wait(_LOOK_SECONDS)
            else:
                logs.event("database_started_again", pid=server.pid)
                return
    finally:
        os.close(gate)


def set_aside_of_other_version(folder: Path) -> Path | None:
    """Rename a data folder that another major of PostgreSQL made, and return where it is now; None if there is none.

    Raises: Refusal `database_folder_unusable` where one was set aside before.
    """
    folder = folder.resolve()
    made = folder / "PG_VERSION"
    if not made.exists() or postgres_program.works_in(_recorded_pid(folder) or 0, folder):
        return None
    version = made.read_text().strip()
    if version == postgres_program.locate(folder).version:
        return None
    aside = folder.with_name(f"{folder.name}-{version}")
    if aside.exists():
        raise _unusable(aside, "it is the place where the folder of the older PostgreSQL would be kept")
    folder.rename(aside)
    return aside


def ensure_database(server: Server, name: str) -> None:
    """Create a database unless it exists."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))


def socket_folder(folder: Path) -> Path:
    """Return where the server of `folder` puts its socket: the folder itself, or a short path that stands for it."""
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"shuke-{name}"


def _join(folder: Path) -> Server | None:
    """Return the server that runs on `folder`, or None after clearing away what a dead one left."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while (pid := _recorded_pid(folder)) is not None:
        server = Server(folder, socket_folder(folder), pid)
        try:
            with psycopg.connect(server.url("postgres"), connect_timeout=5):
                return server
        except psycopg.OperationalError:
            if not postgres_program.works_in(pid, folder):
                # The number of a dead postmaster may belong to any process by now, and PostgreSQL would not start.
                (folder / "postmaster.pid").unlink(missing_ok=True)
                return None
            if time.monotonic() > deadline:
                raise _not_started(folder, "it runs but does not answer") from None
        time.sleep(0.1)
    return None


def _recorded_pid(folder: Path) -> int | None:
    try:
        first = (folder / "postmaster.pid").read_text().partition("\n")[0]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(folder, f"it cannot be read ({error.strerror})") from error
    return int(first) if first.strip().isdigit() else 0


def _start(folder: Path, options: Mapping[str, str]) -> Server:
    check_room(folder)
    program = postgres_program.locate(folder)
    if not folder.exists():
        _initialise(program, folder)
    _check_folder(program, folder)
    program.give(folder)
    sockets = socket_folder(folder)
    if sockets != folder:
        _make_private(program, sockets)
    settings = _SETTINGS | _memory_settings() | {"unix_socket_directories": str(sockets)} | dict(options)
    flags = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    log = folder / "start.log"
    log.unlink(missing_ok=True)
    done = program.run(
        "pg_ctl", "start", "-w", "-t", str(_START_SECONDS), "-D", str(folder), "-l", str(log), "-o", flags
    )
    pid = _recorded_pid(folder)
    if done.returncode or not pid:
        raise _explained(folder, _tail(log) or done.stdout)
    return Server(folder, sockets, pid)


def _initialise(program: postgres_program.Program, folder: Path) -> None:
    """Make a new cluster aside and move it in place whole, so that a crash leaves nothing half made."""
    fresh = folder.with_name(f"{folder.name}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        program.give(fresh)
    except OSError as error:
        raise _unusable(folder, f"its parent is not writable ({error.strerror})") from error
    done = program.run(
        "initdb", "-D", str(fresh), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--data-checksums",
        "--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C", "--no-instructions",
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise _explained(folder, done.stdout)
    fresh.rename(folder)


def _check_folder(program: postgres_program.Program, folder: Path) -> None:
    try:
        version = (folder / "PG_VERSION").read_text().strip()
        folder.chmod(0o700)
    except FileNotFoundError as error:
        raise _unusable(folder, "it is not a PostgreSQL data folder") from error
    except OSError as error:
        raise _unusable(folder, f"this user may not use it ({error.strerror})") from error
    if version != program.version:
        raise Refusal(
            "database_of_other_postgres",
            f"{folder} was made by PostgreSQL {version}, and this release of Shuke brings {program.version}. With the "
            "release that you had: shuke backup FILE. Then with this one: shuke restore FILE.",
            params={"folder": str(folder), "made": version, "brought": program.version},
        )


def check_room(folder: Path) -> None:
    """Check that the disk has room for a data folder, which need not exist.

    Raises: Refusal `database_disk_full`, `database_folder_unusable`.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
    except OSError as error:
        raise _unusable(folder, f"its parent cannot be used ({error.strerror})") from error
    if free < _LEAST_FREE_BYTES:
        raise _disk_full(folder, free)


def _make_private(program: postgres_program.Program, sockets: Path) -> None:
    sockets.mkdir(mode=0o700, exist_ok=True)
    if sockets.is_symlink() or sockets.stat().st_uid not in {os.geteuid(), program.uid}:
        raise _unusable(sockets, "it belongs to somebody else")
    program.give(sockets)


def _memory_settings() -> dict[str, str]:
    """Take an eighth of the memory, from 128 MB to 1 GB, for PostgreSQL's own cache."""
    megabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return {
        "shared_buffers": f"{min(1024, max(128, megabytes // 8))}MB",
        "effective_cache_size": f"{max(256, megabytes // 2)}MB",
    }


def _stop(server: Server, *, ours: bool) -> None:
    """Stop the server, or the one that was started in its place where the folder is still `ours`."""
    recorded = _recorded_pid(server.folder)
    if recorded == server.pid or (recorded and ours):
        postgres_program.locate(server.folder).run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(server.folder))
    elif postgres_program.works_in(server.pid, server.folder):
        os.kill(server.pid, signal.SIGQUIT)  # its folder is gone: nothing is left to be written in order
    if server.sockets != server.folder:
        with suppress(OSError):
            server.sockets.rmdir()


def _open_lock(folder: Path, purpose: str) -> int:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return os.open(folder.with_name(f"{folder.name}.{purpose}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(folder, f"its parent is not writable ({error.strerror})") from error


def _stands_beside(folder: Path, lock: int) -> bool:
    """Tell whether `lock` is the file of that name still, and not of a folder that somebody made anew."""
    try:
        return os.path.samestat(os.fstat(lock), folder.with_name(f"{folder.name}.users.lock").stat())
    except OSError:
        return False


@contextmanager
def _alone(gate: int) -> Iterator[None]:
    """Hold the lock under which servers are joined, started and stopped."""
    fcntl.flock(gate, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(gate, fcntl.LOCK_UN)


def _nobody_else(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tail(log: Path) -> str:
    try:
        return log.read_text(errors="replace")
    except OSError:
        return ""


def _explained(folder: Path, output: str) -> Refusal:
    """Turn what PostgreSQL wrote into one sentence."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return _disk_full(folder, shutil.disk_usage(folder.parent).free)
    if "Permission denied" in output:
        return _unusable(folder, "PostgreSQL's system user may not enter it")
    lines = [line for line in output.splitlines() if "FATAL" in line or "error:" in line] or output.splitlines()[-1:]
    return _not_started(folder, lines[-1].strip() if lines else "it left no message")


def _unusable(folder: Path, why: str) -> Refusal:
    detail = f"The database folder {folder} cannot be used: {why}. Choose another home with SHUKE_HOME."
    return Refusal("database_folder_unusable", detail, params={"folder": str(folder), "why": why})


def _disk_full(folder: Path, free: int) -> Refusal:
    need, left = _LEAST_FREE_BYTES // 2**20, free // 2**20
    detail = f"The disk of the database folder {folder} is full: {left} MB are free and {need} MB are needed."
    return Refusal("database_disk_full", detail, params={"folder": str(folder), "free": left, "need": need})


def _not_started(folder: Path, why: str) -> Refusal:
    detail = f"PostgreSQL did not start in {folder}: {why}. Its log is in {folder / 'log'}."
    return Refusal("database_not_started", detail, params={"folder": str(folder), "why": why})
