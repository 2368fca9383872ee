"""Units as programs declare them: made once, with decimal places that never change, gone only where nobody had any."""

from collections.abc import Collection, Sequence

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import queries, supply
from shuke.rooms.points.contracts import NewUnit, Unit


def known() -> tuple[Unit, ...]:
    """Return every unit, in the order declared."""
    return tuple(Unit(*row) for row in queries.units())


def declare(units: Sequence[NewUnit]) -> dict[str, Unit]:
    """Make sure that these units exist and return them by code."""
    with unit_of_work():
        queries.insert_units(units)
        return _as_declared(units)


def check(units: Sequence[NewUnit]) -> None:
    """Refuse what declaring these units and limiting their supply would refuse; reads only."""
    there = _as_declared(units)
    for unit in units:
        if unit.code in there and unit.supply is not None:
            supply.check(there[unit.code].id, unit.supply)


def drop(codes: Collection[str]) -> None:
    """Forget units of which no account exists."""
    queries.delete_units(codes)


def _as_declared(units: Sequence[NewUnit]) -> dict[str, Unit]:
    """Return by code those that exist, and refuse other decimal places than they have."""
    there = {unit.code: unit for unit in known()}
    for unit in units:
        if unit.code in there and there[unit.code].scale != unit.scale:
            raise Refusal(
                "unit_scale_fixed",
                f"The unit {unit.code} has {there[unit.code].scale} decimal places, which never change.",
                params={"unit": unit.code, "scale": there[unit.code].scale},
            )
    return {unit.code: there[unit.code] for unit in units if unit.code in there}
