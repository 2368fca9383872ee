"""Ends a process where it stands once a statement is done: SHUKE_FAILPOINT=name:n:exit, at the n-th one of that name.

Nothing of this is in the product, so nothing can set it off there: it stands around psycopg, through which every
statement passes, in the process that calls `arm`. A statement of a file is called by room and file
(`points/post_entries`), any other by its first words; `commit` is passed once a transaction is in.
"""

import functools
import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

import shuke
from shuke.foundation import sql

VARIABLE = "SHUKE_FAILPOINT"
EXIT_CODE = 137  # what a shell says of a process that was killed by signal 9

_WORDS = re.compile(
    r"""\s*(?:(UPDATE|COPY|INSERT\ INTO|DELETE\ FROM|LOCK\ TABLE)\s+"?(\w+)   # what is written
    |(\w+)(?:.*?\bFROM\s+"?(\w+)|\s+(pg_\w+))?)                            # what is read, or a function, or one word""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


def arm() -> None:
    """Let this process end at the point that the environment names; do nothing where it names none."""
    said = os.environ.get(VARIABLE)
    if not said:
        return
    name, at, action = said.rsplit(":", 2)
    if action != "exit" or not at.isdigit():
        raise ValueError(f"{VARIABLE}={said} is not name:n:exit")
    passed: Counter[str] = Counter()

    def end(point: str) -> None:
        passed[point] += 1
        if point == name and passed[point] == int(at):
            os._exit(EXIT_CODE)

    watch(end)


def watch(tell: Callable[[str], None]) -> None:
    """Call `tell` with the name of each statement that this process has done from now on."""

    def after(owner: type, method: str, name: Callable[..., str]) -> None:
        done = getattr(owner, method)

        @functools.wraps(done)
        def run(self: Any, *arguments: Any, **options: Any) -> Any:
            answer = done(self, *arguments, **options)
            tell(name(*arguments))
            return answer

        setattr(owner, method, run)

    after(psycopg.Cursor, "execute", lambda statement, *_: name_of(statement))
    after(psycopg.Cursor, "executemany", lambda statement, *_: name_of(statement))
    after(psycopg.Connection, "commit", lambda: "commit")
    copy = psycopg.Cursor.copy

    @contextmanager
    def copied(self: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        with copy(self, statement, *arguments, **options) as opened:
            yield opened
        tell(name_of(statement))

    psycopg.Cursor.copy = copied


def name_of(statement: Any) -> str:
    """Return what a statement is called here."""
    text = statement if isinstance(statement, str) else psycopg.sql.as_string(statement)
    if text in _files():
        return _files()[text]
    found = _WORDS.match(text)
    return " ".join(word.lower() for word in found.groups() if word) if found else "statement"


@functools.cache
def _files() -> dict[str, str]:
    """Return the name of each statement that stands in a file, by its text."""
    root = Path(shuke.__file__).parent
    found = {}
    for path in sorted(root.glob("**/sql/*.sql")):
        room = path.parent.parent
        package = ".".join(("shuke", *room.relative_to(root).parts))
        found[sql.load(package, path.stem)] = f"{room.name}/{path.stem}"
    return found
