"""Which pg_dump is taken, and what is said when it fails."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import postgres_clients, postgres_program
from shuke.foundation.postgres_clients import Client


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with pg_dump 15 on the path, 17 and 16 beside it, and the wheel's 18."""

    def program(folder, says):
        (tmp_path / folder).mkdir()
        made = tmp_path / folder / "pg_dump"
        made.write_text(f"#!/bin/sh\necho '{says}'\n")
        made.chmod(0o755)
        return made

    program("path", "pg_dump (PostgreSQL) 15.4 (Debian 15.4-1)")
    program("a17", "pg_dump (PostgreSQL) 17beta1")
    program("b16", "pg_dump (PostgreSQL) 16.1")
    program("broken", "no version")
    program("wheel", "pg_dump (PostgreSQL) 18.6")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(postgres_clients, "_FOLDERS", (f"{tmp_path}/[ab]*",))
    monkeypatch.setattr(postgres_program, "programs", lambda: tmp_path / "wheel")
    return tmp_path


@pytest.mark.parametrize(("server", "folder"), [(15, "path"), (16, "b16"), (17, "a17"), (18, "wheel"), (14, "path")])
def test_the_lowest_version_that_the_server_allows_is_taken(machine, server, folder):
    client = postgres_clients.find("pg_dump", server)
    assert client == Client(machine / folder / "pg_dump", max(server, 15))


def test_a_server_newer_than_every_client_is_refused_and_told_what_is_here(machine):
    with pytest.raises(Refusal) as refused:
        postgres_clients.find("pg_dump", 19)
    assert refused.value.detail == (
        "The server is PostgreSQL 19, and this machine has no pg_dump of 19 or newer (it has 15, 16, 17, 18); install "
        "the client programs of PostgreSQL 19."
    )


def test_a_database_that_does_not_answer_is_one_sentence():
    client = postgres_clients.find("pg_dump", 18)
    with pytest.raises(Refusal) as refused:
        list(postgres_clients.dump(client, "postgresql://anna:hunter2@127.0.0.1:1/shop"))
    assert refused.value.code == "backup_failed"
    assert refused.value.detail.startswith("pg_dump failed: connection to server at")
    assert "hunter2" not in refused.value.detail


def test_a_reader_that_gives_up_ends_the_program(database_url):
    dumped = postgres_clients.dump(postgres_clients.find("pg_dump", 18), database_url)
    assert next(dumped).startswith(b"PGDMP")
    dumped.close()


def test_what_is_no_dump_is_refused(database_url):
    client = postgres_clients.find("pg_restore", 18)
    with pytest.raises(Refusal) as refused:
        postgres_clients.restore(client, database_url, [b"nonsense"] * 100)
    assert refused.value.code == "restore_failed"
