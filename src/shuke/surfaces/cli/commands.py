"""How a command is declared: under which name, and what becomes of its refusals. Imports nothing heavy."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import terminal
from shuke.surfaces.cli.terminal import Exit

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and compute everything, write nothing.")]


def answering(body: Callable[[], int | None]) -> None:
    """Run the body of a command; a refusal is one sentence on stderr and exit code 1."""
    try:
        code = body()
    except Refusal as refused:
        print(terminal.explain(refused), file=sys.stderr)
        raise typer.Exit(Exit.FAILED) from None
    except KeyboardInterrupt:
        raise typer.Exit(Exit.FAILED) from None
    raise typer.Exit(code or Exit.OK)


def command(
    group: typer.Typer, name: str, *, dashes: bool = False
) -> Callable[[Callable[..., int | None]], Callable[..., None]]:
    """Register a command under its name; with `dashes` an argument may be a number below zero."""

    def register(body: Callable[..., int | None]) -> Callable[..., None]:
        @wraps(body)
        def run(**options: Any) -> None:
            answering(lambda: body(**options))

        return group.command(name, context_settings={"ignore_unknown_options": dashes})(run)

    return register
