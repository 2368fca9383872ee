"""Loads the SQL statements that rooms keep in files beside their code."""

from functools import cache
from importlib import resources


@cache
def load(package: str, name: str) -> str:
    """Return the statement in `sql/<name>.sql` of `package`, without the header of comments that every file opens with.

    The header tells people the purpose, the locks with their order and what makes the statement repeatable.
    """
    lines = (resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    header = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    if header == 0:
        raise ValueError(f"{package}/sql/{name}.sql has no header")
    return "\n".join(lines[header:])
