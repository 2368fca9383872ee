"""One line per request, job and refusal: JSON for machines, plain words on a terminal, personal data nowhere.

Lines of libraries are kept by their template only, and errors by their class and place: arguments and messages
may carry what a person typed.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from shuke.core.values.errors import Refusal

Field = str | int | float | bool | None

_logger = logging.getLogger("shuke")


def event(name: str, **fields: Field) -> None:
    """Write one line: what happened, with ids, codes, counts and milliseconds."""
    _logger.info(name, extra={"shuke": fields})


def refusal(refused: Refusal, **fields: Field) -> None:
    """Write the line of a refusal: its code and the field or place that it names."""
    event("refusal", code=refused.code, pointer=refused.pointer, **fields)


def failure(name: str, error: BaseException, **fields: Field) -> None:
    """Write the line of an error that is ours, with its place in the code and without its message."""
    _logger.error(name, exc_info=error, extra={"shuke": fields})


class LineHandler(logging.StreamHandler[Any]):
    """Writes to stderr, for people where that is a terminal and as JSON elsewhere."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record)
        return _for_people(line) if self.stream.isatty() else json.dumps(line, ensure_ascii=False)


def _line(record: logging.LogRecord) -> dict[str, Any]:
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
    }
    if record.name == _logger.name:
        line["event"] = record.msg
        line |= {name: value for name, value in vars(record)["shuke"].items() if value is not None}
    else:
        line |= {"event": "library", "logger": record.name, "template": str(record.msg)}
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        frames = traceback.extract_tb(error.__traceback__)
        line["error"] = type(error).__name__
        line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    return line


def _for_people(line: dict[str, Any]) -> str:
    at, level, name = line.pop("at"), line.pop("level"), line.pop("event")
    where = "".join(f"\n    {place}" for place in line.pop("where", []))
    mark = "" if level == "info" else f"{level.upper()} "
    rest = " ".join(f"{field}={value}" for field, value in line.items())
    return f"{at[11:19]} {mark}{name} {rest}{where}".rstrip()


def settings() -> dict[str, Any]:
    """Return Django's LOGGING: our lines, and what libraries warn of."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"lines": {"()": LineHandler}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            "shuke": {"level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
            "psycopg.pool": {"level": "CRITICAL"},  # the requests that it fails have lines of their own
        },
    }
