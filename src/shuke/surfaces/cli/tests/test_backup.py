"""`shuke backup` and `shuke restore`: the same rows on the other side, or nothing at all."""

import shutil
import signal
import subprocess
import sys
from uuid import uuid4

import psycopg
import pytest

from shuke.foundation import embedded

PASSPHRASE = {"SHUKE_BACKUP_PASSPHRASE": "correct horse"}
# Restores argv[1] and is killed, or kills PostgreSQL, in the middle of the dump.
KILLED = """
import os, signal, sys
from pathlib import Path
from shuke.foundation import backup_file
from shuke.surfaces.cli.main import main
chunks = backup_file.Backup.chunks

def half(backup):
    whole = b"".join(chunks(backup))
    yield whole[: len(whole) // 2]
    if os.environ["VICTIM"] == "restore":
        os.kill(os.getpid(), signal.SIGKILL)
    postmaster = Path(os.environ["SHUKE_HOME"]) / "postgres" / "postmaster.pid"
    os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
    yield whole[len(whole) // 2 :]

backup_file.Backup.checked = lambda backup: iter(())
backup_file.Backup.chunks = half
sys.argv[1:] = ["restore", sys.argv[1]]
main()
"""


def rows(url):
    """Return a digest of every table's rows, and how many there are."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        digest = "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {} AS t"
        return {table: connection.execute(digest.format(table)).fetchone() for (table,) in tables}


def url_of(shuke):
    return embedded.url(shuke.home / "postgres", "shuke")


def code_of(shuke, *arguments, environment=None):
    """Return the first words of a refusal, which is one sentence."""
    said = shuke.both(*arguments, code=1, environment=environment)[1]
    assert said.count("\n") == 1
    return said


@pytest.fixture(scope="module")
def kept(shop, open_folder):
    """A backup of the shop, with its keys."""
    path = open_folder / "shop.backup"
    shop.told = shop.json("backup", str(path), "--with-secrets", environment=PASSPHRASE)
    yield path
    path.unlink()


@pytest.fixture
def database(live):
    """The connection string of an empty database in the live deployment's server."""
    name = f"other_{uuid4().hex}"
    with psycopg.connect(embedded.url(live.home / "postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield embedded.url(live.home / "postgres", name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def kin(empty, live):
    """A home that has the keys of the live one, and nothing else."""
    empty.home.mkdir()
    shutil.copy(live.home / "secrets.toml", empty.home)
    return empty


def test_a_backup_tells_what_it_is_and_is_read_by_its_owner_alone(shop, kept):
    assert shop.told["organisation"] == "Acme"
    assert (shop.told["kind"], shop.told["postgres"], shop.told["with_secrets"]) == ("live", 18, True)
    assert (shop.told["bytes"], kept.stat().st_mode & 0o777) == (kept.stat().st_size, 0o600)
    assert str(kept) in next(c["detail"] for c in shop.json("doctor")["checks"] if c["name"] == "backup")


def test_an_empty_home_becomes_the_deployment_row_by_row_and_holds(shop, kept, empty):
    told = empty.json("restore", str(kept), environment=PASSPHRASE)

    assert (told["ok"], told["violations"], told["migrated"], told["organisation"]) == (True, [], [], "Acme")
    assert (empty.home / "secrets.toml").read_bytes() == (shop.home / "secrets.toml").read_bytes()
    assert (empty.home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    assert empty.json("clock")["kind"] == "live"
    with embedded.running(empty.home / "postgres"):
        assert rows(url_of(empty)) == rows(url_of(shop))
        assert empty.json("explain", "till/1") == shop.json("explain", "till/1")
        said = code_of(empty, "restore", str(kept), environment=PASSPHRASE)
    assert said.startswith("A backup is restored into an empty deployment only")


def test_a_home_that_was_started_once_and_not_set_up_is_empty(shop, kept, empty):
    empty("migrate")
    own = (empty.home / "secrets.toml").read_bytes()

    assert empty.json("restore", str(kept), environment=PASSPHRASE)["ok"] is True
    assert (empty.home / "secrets.toml.before-restore").read_bytes() == own
    assert (empty.home / "secrets.toml").read_bytes() == (shop.home / "secrets.toml").read_bytes()


def test_another_servers_database_takes_and_gives_a_backup(shop, kept, kin, database, tmp_path):
    there = {"DATABASE_URL": database}
    assert kin.json("restore", str(kept), environment=there)["ok"] is True
    assert rows(database) == rows(url_of(shop))
    assert not (kin.home / "postgres").exists()
    assert kin.json("backup", str(tmp_path / "again"), environment=there)["with_secrets"] is False


def left(shuke):
    return sorted(path.name for path in shuke.home.iterdir()) if shuke.home.exists() else []


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "Not a terminal, so no passphrase can be asked; say it with SHUKE_BACKUP_PASSPHRASE."),
        ({"SHUKE_BACKUP_PASSPHRASE": "wrong horse"}, "The passphrase does not open the secrets of the backup."),
    ],
)
def test_without_the_passphrase_nothing_happens(kept, empty, environment, said):
    assert code_of(empty, "restore", str(kept), environment=environment) == f"{said}\n"
    assert left(empty) == []


def test_a_damaged_file_touches_nothing(kept, empty, tmp_path):
    damaged = tmp_path / "damaged"
    whole = kept.read_bytes()
    damaged.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    assert "is damaged" in code_of(empty, "restore", str(damaged), environment=PASSPHRASE)
    assert left(empty) == []


def test_other_keys_are_refused_where_the_file_brings_none(shop, empty, tmp_path):
    shop("backup", str(tmp_path / "plain"))
    empty.home.mkdir()
    assert code_of(empty, "restore", str(tmp_path / "plain")).startswith("The backup was written with other keys")
    assert left(empty) == []


def test_a_live_backup_does_not_become_a_sandbox(kept, kin):
    (kin.home / "deployment.toml").write_text('kind = "sandbox"\nlanguage = "en"\n')
    assert "holds a sandbox deployment" in code_of(kin, "restore", str(kept))
    assert left(kin) == ["deployment.toml", "secrets.toml"]


def test_a_database_that_holds_something_else_is_refused_and_the_home_is_as_it_was(kept, kin, database):
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE guests (name text)")
    said = code_of(kin, "restore", str(kept), environment={"DATABASE_URL": database})
    assert said.startswith("A backup is restored into an empty deployment only")
    assert list(rows(database)) == ["guests"]
    assert left(kin) == ["secrets.toml"]


def test_a_database_that_others_use_is_refused(kept, kin, database):
    with psycopg.connect(database):
        said = code_of(kin, "restore", str(kept), environment={"DATABASE_URL": database})
    assert said == "1 others use the database; stop Shuke before you restore into it.\n"
    assert left(kin) == ["secrets.toml"]


@pytest.mark.parametrize("victim", ["restore", pytest.param("postgres", marks=pytest.mark.long)])
def test_a_restore_killed_half_way_leaves_nothing_and_succeeds_the_next_time(shop, kept, kin, victim):
    with embedded.running(kin.home / "postgres") as server:
        embedded.ensure_database(server, "shuke")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(kept)],
        env=kin.environment({"VICTIM": victim}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (-signal.SIGKILL if victim == "restore" else 1), done.stderr
    with embedded.running(kin.home / "postgres"):
        assert rows(url_of(kin)) == {}

        assert kin.json("restore", str(kept))["ok"] is True
        assert rows(url_of(kin)) == rows(url_of(shop))


def test_an_older_releases_backup_is_brought_up_to_date(shop, kin, database, tmp_path):
    with psycopg.connect(url_of(shop), autocommit=True) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        connection.execute("DROP TABLE django_session")
    shop("backup", str(tmp_path / "older"))
    assert shop.json("migrate") == {"applied": ["sessions.0001_initial"]}

    told = kin.json("restore", str(tmp_path / "older"), environment={"DATABASE_URL": database})
    assert (told["ok"], told["migrated"]) == (True, ["sessions.0001_initial"])


def test_a_newer_releases_backup_is_refused(shop, kin, database, tmp_path):
    with psycopg.connect(url_of(shop), autocommit=True) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('points', '9999_news', now())")
        shop("backup", str(tmp_path / "newer"))
        connection.execute("DELETE FROM django_migrations WHERE name = '9999_news'")

    said = code_of(kin, "restore", str(tmp_path / "newer"), environment={"DATABASE_URL": database})
    assert "which this release is too old to read" in said
    assert rows(database) == {}
    assert left(kin) == ["secrets.toml"]


def test_a_folder_of_an_older_postgresql_is_kept_aside_by_the_second_of_the_two_commands(shop, kept, kin):
    shutil.copy(shop.home / "deployment.toml", kin.home)
    (kin.home / "postgres").mkdir()
    (kin.home / "postgres" / "PG_VERSION").write_text("17\n")
    assert "shuke backup FILE. Then with this one: shuke restore FILE." in code_of(kin, "staff", "list")

    assert kin.json("restore", str(kept))["ok"] is True
    assert [path.name for path in (kin.home / "postgres-17").iterdir()] == ["PG_VERSION"]
    assert kin.json("staff", "list") == shop.json("staff", "list")


@pytest.mark.long
def test_a_folder_of_an_older_postgresql_is_where_it_was_after_a_refusal(kept, kin, open_folder):
    (kin.home / "postgres").mkdir()
    (kin.home / "postgres" / "PG_VERSION").write_text("17\n")
    environment = kin.environment({"VICTIM": "postgres"})
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(kept)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert (kin.home / "postgres" / "PG_VERSION").read_text() == "17\n"
    assert [name for name in left(kin) if not name.endswith(".lock")] == ["postgres", "secrets.toml"]


def test_nothing_is_backed_up_where_there_is_nothing(empty, tmp_path):
    assert code_of(empty, "backup", str(tmp_path / "none")).startswith("There is no deployment in")
    assert list(tmp_path.iterdir()) == []
