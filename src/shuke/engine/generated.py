"""Runs the text generated from a program as plain functions; the one place where CPython does."""

from functools import lru_cache
from types import CodeType
from typing import Any

from shuke.engine.compile import Compiled


def functions_of(compiled: Compiled) -> tuple[Any, Any, Any]:
    """Return (prepare, rules, tiers) of a program."""
    module = _module_of(compiled)
    return module["prepare"], module["rules"], module["tiers"]


def offer_functions_of(compiled: Compiled) -> tuple[Any, Any, Any]:
    """Return (prepare, offers, offer_lines) of a program; those of one without offers tell of none."""
    module = _module_of(compiled)
    return module["prepare"], module.get("offers", _nothing), module.get("offer_lines", _nothing)


def _module_of(compiled: Compiled) -> dict[str, Any]:
    module: dict[str, Any] = {}
    exec(_code_of(compiled.source, compiled.program.code), module)  # noqa: S102  our own text
    return module


@lru_cache(maxsize=32)  # a version is run for prices and for points, and anew whenever the versions are read
def _code_of(source: str, name: str) -> CodeType:
    return compile(source, f"<program {name}>", "exec")


def _nothing(*_: object) -> None:
    """Tell of no offer."""
