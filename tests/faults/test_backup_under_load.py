"""A backup taken while orders pour in, and a migration killed half way: what comes of both is whole."""

import json
import subprocess
import sys

import pytest

from tests.faults.test_kill import ROOT, SOME, SUMMARY, _finish, _start, _verify, _wait_for_baskets, home  # noqa: F401

PASSPHRASE = {"SHUKE_BACKUP_PASSPHRASE": "correct horse"}
# Runs the command of argv and is killed before the migration of the name said in DIES_BEFORE.
DIES = """
import os, signal, sys
from django.db.migrations.executor import MigrationExecutor
apply = MigrationExecutor.apply_migration

def apply_or_die(self, state, migration, *arguments, **options):
    if f"{migration.app_label}.{migration.name}" == os.environ["DIES_BEFORE"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return apply(self, state, migration, *arguments, **options)

MigrationExecutor.apply_migration = apply_or_die
from shuke.surfaces.cli.main import main
main()
"""
OWNER = [
    "--organisation",
    "Acme",
    "--currency",
    "USD",
    "--time-zone",
    "UTC",
    "--language",
    "en",
    "--email",
    "a@b.example",
]


def _shuke(environment, *arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "shuke.surfaces.cli", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.long
def test_a_backup_under_load_holds_a_whole_state_from_which_the_load_goes_on(home, open_folder):  # noqa: F811
    folder, environment = home
    environment |= PASSPHRASE
    file = open_folder / "underload.backup"
    loading = _start(environment, SOME)
    _wait_for_baskets(loading, 3_000)
    _shuke(environment, "backup", str(file), "--with-secrets")
    result, said = loading.communicate(timeout=600)
    assert loading.returncode == 0, said
    whole = {name: json.loads(result)[name] for name in SUMMARY}

    there = environment | {"SHUKE_HOME": str(folder.parent / "restored")}
    restored = json.loads(_shuke(there, "restore", str(file), "--json").stdout)
    assert (restored["ok"], restored["kind"]) == (True, "sandbox")
    assert _finish(there, SOME) == whole
    _verify(there)


@pytest.mark.parametrize("before", ["org.0002_audit_lines_never_change", "programs.0001_initial"])
def test_a_first_start_killed_in_mid_migration_succeeds_the_next_time(home, before):  # noqa: F811
    environment = home[1]
    done = subprocess.run(
        [sys.executable, "-c", DIES, "init", *OWNER], env=environment | {"DIES_BEFORE": before}, cwd=ROOT, check=False
    )
    assert done.returncode < 0

    _shuke(environment, "init", *OWNER)
    assert _shuke(environment, "migrate").stdout == "0 migrations applied.\n"
    _verify(environment)
