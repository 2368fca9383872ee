"""Runs a verb in processes of its own over the same club: undisturbed, or ended at a failpoint and done again."""

import json
import os
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection, connections

from shuke.rooms.programs import facade as programs
from tests.faults import database_text, failpoints
from tests.faults.verbs import VERBS, settle

DATABASE = "shuke_killed"
Point = tuple[str, int]  # the name of a statement, and how manieth of that name


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: its answer, every row of the database after it, and what verify-ledger found."""

    answer: list[str]
    rows: dict[str, list[str]]
    violations: list[str]


# Of each table the columns that are written.
COLUMNS = """
SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
JOIN pg_tables ON schemaname = table_schema AND tablename = table_name
WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name
"""


@dataclass
class Club:
    """The club in a database of its own on the server of `url`, which Django is to use."""

    url: str
    known: dict[str, Any] = field(default_factory=dict)
    anew: str = ""

    def make(self) -> None:
        """Make the database and keep what every run begins with."""
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} (FORCE)")
            admin.execute(f"CREATE DATABASE {DATABASE}")
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            # A process remembers versions by their ids, and other tests have theirs.
            cursor.execute("ALTER SEQUENCE programs_version_id_seq RESTART 1000000")
        self.known = settle()
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA kept")
            cursor.execute(COLUMNS)
            tables = dict(cursor.fetchall())
            for table in tables:
                cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE "{table}"')
        back = (
            f'DELETE FROM "{table}"; INSERT INTO "{table}" ({columns}) OVERRIDING SYSTEM VALUE'
            f' SELECT {columns} FROM kept."{table}"'
            for table, columns in tables.items()
        )
        self.anew = "; ".join(("SET LOCAL session_replication_role = replica", *back))

    def begin_anew(self) -> None:
        """Put every row back as `make` kept it."""
        with connection.cursor() as cursor:
            cursor.execute(self.anew)

    def passed(self, verb: str, size: int) -> list[Point]:
        """Return each point that a verb passes."""

        def run() -> list[Point]:
            connection.ensure_connection()
            numbers: Counter[str] = Counter()
            told: list[Point] = []

            def tell(name: str) -> None:
                numbers[name] += 1
                told.append((name, numbers[name]))

            failpoints.watch(tell)
            VERBS[verb](self.known, size)
            return told

        self.begin_anew()
        return [(name, number) for name, number in _done(_forked(run))]

    def undisturbed(self, verb: str, size: int) -> tuple[Outcome, Outcome]:
        """Return what a verb comes to, and what it comes to when it is called again."""
        self.begin_anew()
        return self.run(verb, size), self.run(verb, size)

    def killed(self, verb: str, size: int, point: Point) -> Outcome:
        """End a verb at a point, call it again, and return what came of it."""

        def die() -> None:
            connection.ensure_connection()
            os.environ[failpoints.VARIABLE] = f"{point[0]}:{point[1]}:exit"
            failpoints.arm()
            VERBS[verb](self.known, size)

        self.begin_anew()
        code, _ = _forked(die)
        assert code == failpoints.EXIT_CODE, f"{verb} does not pass {point}"
        return self.run(verb, size)

    def run(self, verb: str, size: int) -> Outcome:
        """Call a verb on what there is."""

        def work() -> list[Any]:
            rows = database_text.read(VERBS[verb](self.known, size))
            violations = [str(each) for room in programs.verify_all() for each in room.violations]
            return [rows.pop("answer"), rows, violations]

        return Outcome(*_done(_forked(work)))


def _forked(work: Callable[[], Any]) -> tuple[int, Any]:
    """Run `work` in a child process; return its exit code and what it returned, as JSON carries it."""
    connections.close_all()  # a connection is of one process
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            said = json.dumps(work()).encode()
            with os.fdopen(write, "wb") as out:
                out.write(said)
            code = 0
        except BaseException:  # noqa: BLE001  # whatever it is, the child must not go on as the parent
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        said = told.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), json.loads(said) if said else None


def _done(ended: tuple[int, Any]) -> Any:
    code, answer = ended
    assert code == 0, "the child process failed; it says why above"
    return answer
