"""The unit that members spend first of all, as the program in force declares it."""

from functools import lru_cache

from shuke.core.program.model import Program, Unit
from shuke.engine.schema import load_program
from shuke.rooms.programs import facade as programs
from shuke.surfaces.wording import words


def spent() -> Unit:
    """Return the unit.

    Raises: Refusal `no_program`.
    """
    units = _program(programs.current().text).units
    return next((unit for unit in units if unit.spendable), units[0])


def named(unit: Unit) -> str:
    """Return what a unit is called: as the program names it, or a word of ours."""
    return words.wording(unit.code) if unit.name == unit.code else unit.name


@lru_cache(maxsize=4)
def _program(text: str) -> Program:
    return load_program(text)
