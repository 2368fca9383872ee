"""What the command line says and how: results on stdout, talk and bars on stderr, in the reader's language."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli.refusals import CHINESE


class Exit(IntEnum):
    """What the exit code of a command means."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    VIOLATED = 4


_language: str | None = None  # None: nobody said, so the deployment's or English


def speak(language: str | None) -> None:
    """Choose the language: as told, else the terminal's locale."""
    global _language  # noqa: PLW0603
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    said = language or _of_locale(locale)
    _language = said and _known(said)


def speak_of(deployment_language: str | None) -> None:
    """Take the deployment's language where nobody said another."""
    global _language  # noqa: PLW0603
    if _language is None and deployment_language:
        _language = _known(deployment_language)


def deployment_language() -> str:
    """Return the code under which a deployment keeps the reader's language."""
    return "zh-hans" if in_chinese() else "en"


def in_chinese() -> bool:
    """Tell whether the reader reads Chinese."""
    return _language == "zh"


def words(english: str, chinese: str) -> str:
    """Return the sentence in the reader's language."""
    return chinese if _language == "zh" else english


def note(english: str, chinese: str) -> None:
    """Say something beside the result, on stderr."""
    print(words(english, chinese), file=sys.stderr, flush=True)


def result(data: Mapping[str, Any] | Sequence[Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result on stdout: one JSON value, or lines for people."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False, default=str))
    else:
        for line in lines:
            print(line)
    sys.stdout.flush()


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Lay rows out in columns; numbers stand right."""
    from rich.cells import cell_len  # Chinese letters are two cells wide

    texts = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(cell_len(line[column]) for line in texts) for column in range(len(heads))]
    right = [all(isinstance(row[column], int) for row in rows) and bool(rows) for column in range(len(heads))]

    def laid_out(line: list[str]) -> str:
        padded = [
            " " * (width - cell_len(text)) + text if to_right else text + " " * (width - cell_len(text))
            for text, width, to_right in zip(line, widths, right, strict=True)
        ]
        return "  ".join(padded).rstrip()

    return [laid_out(line) for line in texts]


def scaled(amount: int, scale: int) -> int | str:
    """Show an amount that counts the smallest parts of a unit with `scale` decimal places."""
    if not scale:
        return amount
    whole, part = divmod(abs(amount), 10**scale)
    return f"{'-' if amount < 0 else ''}{whole:,}.{part:0{scale}}"


@contextmanager
def progress(total: int | None, english: str, chinese: str) -> Iterator[Callable[[int], None]]:
    """Give a function that counts steps done; a terminal sees a bar with speed and time left, nobody else does.

    `total` is None where nobody knows it.
    """
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(words(english, chinese)),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, speed="–")

        def advance(steps: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=steps, speed=f"{speed:,.0f}" if speed else "–")

        yield advance


def explain(refused: Refusal) -> str:
    """Word a refusal in the reader's language, with the place that it names."""
    detail = refused.detail
    if _language == "zh" and refused.code in CHINESE:
        detail = CHINESE[refused.code].format_map(refused.params)
    elif _language == "zh":
        from shuke.engine import fault_words

        detail = fault_words.sentence(refused, "zh")
    return f"{refused.pointer}: {detail}" if refused.pointer else detail


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _known(language: str) -> str:
    return "zh" if language.lower().startswith("zh") else "en"


def _of_locale(locale: str) -> str | None:
    language = locale.partition("_")[0].partition(".")[0]
    return None if language in {"", "C", "POSIX"} else language
