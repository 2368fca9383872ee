"""`shuke doctor`, `clock`, `migrate`, and the refusals of a deployment that does not fit its database."""

import re
import subprocess
import sys

import psycopg
import pytest
from django.db import connection

from shuke.foundation import embedded
from shuke.foundation.home import Home
from shuke.surfaces.cli import session

OTHER_KEY = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="


@pytest.fixture
def forgotten_migration(live):
    """A database that does not know the migration of sessions."""
    with psycopg.connect(embedded.url(live.home / "postgres", "shuke")) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        connection.execute("DROP TABLE django_session")


def test_doctor_shows_every_setting_with_its_source(live):
    (live.home / "shuke.toml").write_text('origin = "https://vip.example.com"\n')
    (live.home / "last-backup.json").unlink(missing_ok=True)  # of a migration that another test made
    told = live.json("doctor", environment={"SHUKE_BIND": "127.0.0.1:18999"})
    (live.home / "shuke.toml").unlink()
    assert told["settings"]["origin"] == {"value": "https://vip.example.com", "source": "shuke.toml"}
    assert told["settings"]["bind"] == {"value": "127.0.0.1:18999", "source": "environment SHUKE_BIND"}
    assert told["settings"]["language"] == {"value": "en", "source": "deployment.toml"}
    assert told["settings"]["insecure_lan"] == {"value": "no", "source": "default"}
    assert told["settings"]["home"]["source"] == "environment SHUKE_HOME"
    checks = [
        "secrets",
        "disk",
        "wallets",
        "port",
        "database",
        "durability",
        "checksums",
        "migrations",
        "programs",
        "clock",
    ]
    found = {check["name"]: check["state"] for check in told["checks"]}
    assert found == dict.fromkeys(checks, "ok") | {"backup": "warning"}


@pytest.fixture
def unsafe(live):
    """A database that acknowledges before it has written."""
    with psycopg.connect(embedded.url(live.home / "postgres", "shuke"), autocommit=True) as connection:
        connection.execute("ALTER DATABASE shuke SET synchronous_commit = off")
        yield
        connection.execute("ALTER DATABASE shuke RESET synchronous_commit")


@pytest.mark.parametrize("command", [("serve", "--bind", "127.0.0.1:18998"), ("worker", "--until-empty")])
def test_a_live_start_on_an_unsafe_database_is_refused(live, unsafe, command):
    said = live.both(*command, code=1, environment={"SHUKE_ORIGIN": "http://127.0.0.1:18998"})[1]
    assert said.startswith("PostgreSQL runs with synchronous_commit = off: a crash could lose what was acknowledged.")
    assert said.count("\n") == 1
    checks = {check["name"]: (check["state"], check["detail"]) for check in live.json("doctor", code=1)["checks"]}
    assert checks["durability"] == ("failed", "synchronous_commit = off")


@pytest.fixture
def of_another_release(shop):
    """A published version whose compiled shape is not this release's."""
    with psycopg.connect(embedded.url(shop.home / "postgres", "shuke"), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # versions never change
        ((shape,),) = connection.execute("SELECT shape FROM programs_version").fetchall()
        connection.execute("UPDATE programs_version SET shape = 'another'")
        yield
        connection.execute("UPDATE programs_version SET shape = %s", [shape])


@pytest.mark.usefixtures("of_another_release")
def test_a_program_that_this_release_reads_otherwise_is_told_before_the_start(shop):
    said = shop.both("worker", "--until-empty", code=1)[1]
    assert said.startswith("Version 1 was published by a release that compiled it to other rules than this one does;")
    checks = {check["name"]: (check["state"], check["detail"]) for check in shop.json("doctor", code=1)["checks"]}
    assert checks["programs"][0] == "failed"
    assert checks["programs"][1].startswith("Version 1 was published by a release")


@pytest.mark.django_db
def test_a_sandbox_on_an_unsafe_database_is_told(capsys, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    session.check_start(Home(tmp_path, "default", {}, "sandbox", "deployment.toml"))
    assert "synchronous_commit = off" in capsys.readouterr().err


def test_doctor_tells_how_old_the_last_backup_is(live):
    note = live.home / "last-backup.json"
    note.write_text('{"path": "/backups/shop", "made_at": "2020-02-02T02:02:02+00:00", "sha256": "aa"}')
    (check,) = (check for check in live.json("doctor")["checks"] if check["name"] == "backup")
    note.unlink()
    assert check["state"] == "warning"
    assert re.fullmatch(r"\d{4} days ago, /backups/shop", check["detail"])


def test_doctor_finds_what_is_wrong_and_says_so_by_its_exit_code(live):
    (live.home / "secrets.toml").chmod(0o644)
    told = live.json("doctor", code=1)
    (live.home / "secrets.toml").chmod(0o600)
    assert {key: value for key, value in told["checks"][0].items() if key != "detail"} == {
        "name": "secrets",
        "state": "failed",
    }
    assert [check["name"] for check in told["checks"]].count("database") == 0


def test_doctor_of_an_empty_home_makes_nothing(empty):
    told = empty.json("doctor")
    assert told["checks"][-1]["name"] == "deployment"
    assert not empty.home.exists()


def test_doctor_hides_the_password_of_the_database(empty):
    told = empty("doctor", environment={"DATABASE_URL": "postgresql://anna:hunter2@nowhere/shop"})
    assert "password=***" in told
    assert "hunter2" not in told


def test_a_database_of_other_keys_is_refused(live):
    said = live.both("staff", "list", code=1, environment={"SHUKE_FIELD_KEYS": OTHER_KEY})[1]
    assert said.startswith("The database was written with other keys")
    assert said.count("\n") == 1


def test_an_unreachable_database_is_one_sentence(live):
    said = live.both("staff", "list", code=1, environment={"DATABASE_URL": "postgresql://127.0.0.1:1/shop"})[1]
    assert said.startswith("The database does not answer:")
    assert said.count("\n") == 1


def test_a_database_that_goes_away_is_one_sentence(live):
    code = (
        "from shuke.core.values.errors import Refusal\n"
        "from shuke.surfaces.cli import session\n"
        "try:\n"
        "    with session.opened():\n"
        "        from django.db import connection\n"
        "        connection.cursor().execute('SELECT pg_terminate_backend(pg_backend_pid())')\n"
        "except Refusal as refused:\n"
        "    print(refused.code, refused.detail)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=live.environment(), capture_output=True, text=True, check=True
    )
    assert (
        done.stdout
        == "database_lost The database stopped answering: terminating connection due to administrator command\n"
    )


def test_a_worker_that_finds_nothing_leaves(live):
    assert live("worker", "--until-empty") == ""


def test_pending_migrations_are_listed_and_refused_until_they_are_applied(live, forgotten_migration):
    said = live.both("staff", "list", code=1)[1]
    assert said == "1 migrations are not applied (sessions.0001_initial); run shuke migrate.\n"
    states = {check["name"]: check["state"] for check in live.json("doctor", code=1)["checks"]}
    assert states["migrations"] == "failed"
    assert live.both("worker", "--until-empty", code=1)[1] == said
    assert live("worker", "--until-empty", "--migrate") == ""
    assert live.json("migrate") == {"applied": []}


def test_the_clock_of_a_live_deployment_is_shown_and_not_moved(live):
    told = live.json("clock")
    assert told["kind"] == "live"
    assert told["business"][:16] == told["machine"][:16]
