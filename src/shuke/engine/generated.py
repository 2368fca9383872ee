"""Runs the text generated from a program as plain functions; the one place where CPython does."""

from typing import Any

from shuke.engine.compile import Compiled


def functions_of(compiled: Compiled) -> tuple[Any, Any, Any]:
    """Return (prepare, rules, tiers) of a program."""
    module: dict[str, Any] = {}
    exec(compile(compiled.source, f"<program {compiled.program.code}>", "exec"), module)  # noqa: S102  our own text
    return module["prepare"], module["rules"], module["tiers"]
