"""Gives every test that asks for a database a PostgreSQL of the tests' own, or the one of DATABASE_URL."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import psycopg.conninfo
import pytest
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import Phase, settings

from shuke.foundation import embedded

# Tests die with the machine anyway, so nothing is waited for on disk.
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "256MB"}

# What is imported stays: to look through all of it each 700 objects makes importing a third longer.
gc.set_threshold(50_000)

# For whoever asks only whether a test fails: to look for the smallest story that fails may take minutes.
settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])

_FILLED = "SELECT {} WHERE EXISTS (SELECT FROM {})"


def _flush_past_triggers(self, style, tables, **_):
    """Empty tables after a test also where triggers refuse it, and only those that hold something; in one transaction.

    A hundred tables take a second to truncate, and a test writes to a few.
    """
    quoted = [self.quote_name(table) for table in tables]
    with self.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_FILLED.format(number, table) for number, table in enumerate(quoted)))
        filled = [quoted[number] for (number,) in cursor.fetchall()]
    statements = [f"{style.SQL_KEYWORD('DELETE FROM')} {style.SQL_TABLE(table)}" for table in filled]
    return ["SET LOCAL session_replication_role = replica", *statements] if statements else []


DatabaseOperations.sql_flush = _flush_past_triggers


@pytest.fixture(scope="session")
def open_folder():
    """A folder that every system user may enter; pytest's own are closed to the one who runs PostgreSQL for root."""
    folder = Path(tempfile.mkdtemp(prefix="shuke-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(open_folder):
    """The connection string of a database in which tests may create others."""
    if os.environ.get("DATABASE_URL"):
        yield os.environ["DATABASE_URL"]
        return
    with embedded.running(open_folder / "postgres", QUICK) as server:
        embedded.ensure_database(server, "shuke")
        yield server.url("shuke")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url, request):
    request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")  # where processes share DATABASE_URL
    said = psycopg.conninfo.conninfo_to_dict(database_url)
    settings = connections["default"].settings_dict
    for name, part in {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }.items():
        settings[name] = said.get(part, "")
