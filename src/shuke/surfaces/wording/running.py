"""The program in force as every surface needs it: names of its tiers and units, and what a point is worth."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import gettext as _

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.core.values.rounding import half_up_of
from shuke.engine.schema import load_program
from shuke.foundation.transactions import once_per_unit
from shuke.rooms.org import facade as org
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Unit
from shuke.rooms.programs import facade as programs
from shuke.surfaces.wording import words


@dataclass(frozen=True, slots=True)
class Running:
    """The version in force with its program, and the ledger's unit for the first one of it that members can spend."""

    program_id: int
    program: Program
    unit: Unit

    def tier_name(self, code: str) -> str:
        """Return what a tier is called, also one that the program no longer has."""
        return tier_name(self.program, code)

    def unit_name(self, code: str) -> str:
        """Return what a unit is called: as the program names it, or a word of ours."""
        return unit_name(self.program, code)

    def behaviour_name(self, code: str) -> str:
        """Return what a behaviour is called."""
        name = next((each.name for each in self.program.behaviours if each.code == code), code)
        return words.behaviour(code, name)

    def worth_minor(self, amount: int) -> int | None:
        """Return what an amount of the unit is worth in minor units of money, None where no value is declared."""
        value = next(unit.value for unit in self.program.units if unit.code == self.unit.code)
        if value is None:
            return None
        worth = Fraction(amount * 10**self.program.currency_digits, 10**self.unit.scale) * value
        return half_up_of(worth.numerator, worth.denominator)


def running() -> Running | None:
    """Return the program in force, None before one is published; read once for a page."""
    return once_per_unit("running_running", _running)


def _running() -> Running | None:
    try:
        version = programs.current()
    except Refusal:
        return None
    program = program_of(version.text)
    first = next((unit for unit in program.units if unit.spendable), program.units[0])
    return Running(version.program_id, program, next(each for each in units().values() if each.code == first.code))


def units() -> dict[int, Unit]:
    """Return the units of the ledger by id; read once for a page."""
    return once_per_unit("running_units", lambda: {unit.id: unit for unit in points.all_units()})


def store_called(code: str) -> str:
    """Write a store by its name; one that nobody made known by its code."""
    stores = once_per_unit("running_stores", lambda: {store.code: store.name for store in org.list_stores()})
    return stores[code] if code in stores else f"{_('Store')} {code}"


def unit_called(code: str) -> str:
    """Write a unit by its name in the program in force; before one is published by a word of ours."""
    program = running()
    return program.unit_name(code) if program else words.wording(code)


def tier_called(code: str) -> str:
    """Write a tier by its name in the program in force; before one is published by a word of ours."""
    program = running()
    return program.tier_name(code) if program else words.tier(code, code)


def tier_name(program: Program, code: str, ladder: str | None = None) -> str:
    """Return what a program calls a tier, of any ladder where none is named; one that it lacks by a word of ours."""
    ladders = (each for each in program.ladders if ladder in {None, each.code})
    levels = (level for each in ladders for level in each.levels)
    return words.tier(code, next((level.name for level in levels if level.code == code), code))


def unit_name(program: Program, code: str) -> str:
    """Return what a program calls a unit; one that it lacks or does not name by a word of ours."""
    return words.unit(code, next((unit.name for unit in program.units if unit.code == code), code))


@lru_cache(maxsize=16)
def program_of(text: str) -> Program:
    """Return the program of a file that was found good."""
    return load_program(text)
