"""The product's own statements as scripts for pgbench: captured from one call, with what varies put in as expressions.

A script begins with a member `:n` at random and counts orders in `:k`. What the product reads of the account before it
writes, the script reads too, and writes what follows from it; everything else stays as it was captured.
"""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

Statement = tuple[str, Any]  # its text and its parameters, by name or by place


@dataclass(frozen=True)
class Capture:
    """What was sent for one fact, and by which id and outside id it knows the fact."""

    statements: list[Statement]
    reference: UUID
    external_id: str


REFERENCE = (
    "(lpad(to_hex(:k::bigint), 8, '0') || '-' || lpad(to_hex(:client_id::bigint), 4, '0')"
    " || '-7000-8000-000000000000')::uuid"
)
EXTERNAL_ID = "(:k::text || '-' || :client_id::text)"
START = "\\set n random(1, :members)\n\\set k :k + 1\n"
_PLACE = re.compile(r"%%|%(?:\((\w+)\))?[bst]")
_WRITES = re.compile(r"(?:INSERT INTO|UPDATE) (\w+)")
_ACCOUNT = "SELECT holder_id, unit_id, available, entry_count"
_counters = count(1)


@contextmanager
def captured() -> Iterator[list[Statement]]:
    """Keep what is sent to the database in the block."""
    from django.db import connection

    seen: list[Statement] = []

    def keep(execute: Callable[..., Any], text: str, parameters: Any, *rest: Any) -> Any:
        seen.append((text, parameters))
        return execute(text, parameters, *rest)

    with connection.execute_wrapper(keep):
        yield seen


def member(templates: Sequence[UUID]) -> str:
    """Return the expression of the n-th member among all copies of these."""
    count, endings = len(templates), ", ".join(f"'{str(template)[8:]}'" for template in templates)
    number = f"(:n::bigint - 1) / {count} + 1"
    return f"(lpad(to_hex({number}), 8, '0') || (ARRAY[{endings}])[(:n::bigint - 1) % {count} + 1])::uuid"


def script(statements: Sequence[Statement], same: Mapping[Any, str], varied: Mapping[str, Mapping[str, str]]) -> str:
    """Return one transaction of these statements.

    `same` has the expression that stands for a captured value wherever it is, `varied` by the first write of a
    statement, such as `INSERT INTO points_lot`, and the name of a parameter.
    """
    lines = [START, "BEGIN;"]
    for text, parameters in statements:
        written = _WRITES.search(text)
        own = varied.get(written[0], {}) if written else {}
        end = " \\gset" if text.startswith(_ACCOUNT) else ";"
        lines.append(_rendered(text, parameters, same, own) + end)
    return "\n".join([*lines, "COMMIT;", ""])


def written(statements: Sequence[Statement]) -> dict[str, dict[str, int]]:
    """Return by table in which rows are inserted or updated how many indexes it has."""
    from django.db import connection

    found: dict[str, dict[str, int]] = {"inserted": {}, "updated": {}}
    with connection.cursor() as cursor:
        for text, _ in statements:
            for written in _WRITES.finditer(text.replace("INSERT INTO points_account", "")):  # opened once, then moved
                cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", [written[1]])
                kind = "inserted" if written[0].startswith("INSERT") else "updated"
                found[kind][written[1]] = cursor.fetchone()[0]
    return found


def pgbench(text: str, clients: int, seconds: float, members: int) -> float:
    """Run a script from that many connections at once, each statement prepared; return the transactions a second."""
    from django.db import connection

    from shuke.foundation import postgres_program

    database = connection.settings_dict
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(
            [
                postgres_program.programs() / "pgbench",
                *("--no-vacuum", "--protocol=prepared", f"--file={file.name}", f"--time={seconds}"),
                *(f"--client={clients}", f"--jobs={min(clients, 2)}", f"--host={database['HOST']}"),
                *(f"--username={database['USER']}", f"--define=members={members}"),
                *(f"--define=k={next(_counters) * 4_000_000}", database["NAME"]),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode or rate is None:
        raise RuntimeError(done.stderr[-2_000:])
    return float(rate[1])


def _rendered(text: str, parameters: Any, same: Mapping[Any, str], own: Mapping[str, str]) -> str:
    by_name = isinstance(parameters, Mapping)
    places = iter(() if by_name else parameters or ())

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = parameters[found[1]] if by_name else next(places)
        if found[1] in own:
            return f"ARRAY[{own[found[1]]}]" if isinstance(value, list) else own[found[1]]
        return _literal(value, same)

    return _PLACE.sub(put, text) if parameters else text


def _literal(value: Any, same: Mapping[Any, str]) -> str:
    from django.db import connection
    from psycopg.sql import Literal

    if isinstance(value, list):
        return f"ARRAY[{', '.join(_literal(each, same) for each in value)}]"
    return same[value] if value in same else Literal(value).as_string(connection.connection)
