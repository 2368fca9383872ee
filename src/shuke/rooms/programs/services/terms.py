"""The terms on which members use their points: which unit is meant, and what may be given away or back."""

from datetime import UTC, date, datetime

from shuke.core.program.model import Unit
from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.engine.calendar import EPOCH
from shuke.rooms.programs.services.dossiers import Dossier
from shuke.rooms.programs.services.timeline import Running


def check_transfer(dossier: Dossier, unit: int, points: int, at: int) -> None:
    """Refuse what the unit's terms of giving away don't allow.

    Raises:
        Refusal: `not_transferable`, `transfer_bounds`, `transfer_cool_down`.
    """
    asked_of = dossier.running.program.units[unit]
    terms = asked_of.transfer
    if terms is None:
        raise Refusal("not_transferable", "Points of this unit can't be given away.", pointer="/unit")
    if points < terms.least or (terms.most is not None and points > terms.most):
        asked, least = (written(amount, asked_of.scale) for amount in (points, terms.least))
        most = "∞" if terms.most is None else written(terms.most, asked_of.scale)
        detail = f"{asked} asked for; {least} to {most} can be given at once."
        params: dict[str, str | int] = {"asked": asked, "least": least, "most": most}
        raise Refusal("transfer_bounds", detail, pointer="/points", params=params)
    first_day = dossier.state.joined_day + terms.cool_down_days
    if dossier.running.day_of(datetime.fromtimestamp(at, UTC)) < first_day:
        first = date.fromordinal(EPOCH + first_day).isoformat()
        detail = f"The member can give points away from {first} on, {terms.cool_down_days} days after joining."
        raise Refusal("transfer_cool_down", detail, params={"first": first, "days": terms.cool_down_days})


def more_than_left(unit: Unit, asked: int, left: int) -> Refusal:
    """Return why so many points of a redemption can't be given back."""
    told = {"asked": written(asked, unit.scale), "left": written(left, unit.scale)}
    detail = f"{told['asked']} asked for; only {told['left']} is left to return."
    return Refusal("more_than_left", detail, pointer="/points", params=told)


def unit_of(running: Running, code: str | None) -> int:
    """Return where a unit stands in the program, by default the first.

    Raises:
        Refusal: `unknown_unit`.
    """
    if code is None:
        return 0
    if code not in running.unit_codes:
        known = ", ".join(running.unit_codes)
        raise Refusal("unknown_unit", f"The units then were: {known}.", pointer="/unit", params={"known": known})
    return running.unit_codes.index(code)


def unit_by_hand(running: Running, code: str | None) -> int:
    """Return where a unit stands in the program of which staff may give and take: any but principal.

    Principal is what members paid less what went back or was used, so it moves with money alone.

    Raises:
        Refusal: `unknown_unit`, `principal_by_hand`.
    """
    place, said = unit_of(running, code), running.program.stored_value
    if said is not None and running.unit_codes[place] == said.principal:
        detail = "This unit is money that members paid: a top-up brings it, a refund of stored value takes it."
        raise Refusal("principal_by_hand", detail, pointer="/unit")
    return place


def spendable_unit(running: Running, code: str | None) -> int:
    """Return where a unit stands in the program, by default the first that can be spent.

    Raises:
        Refusal: `unknown_unit`, `not_spendable`.
    """
    units = running.program.units
    if code is None:
        return next((place for place, unit in enumerate(units) if unit.spendable), 0)
    place = unit_of(running, code)
    if not units[place].spendable:
        raise Refusal("not_spendable", "This unit only counts; it can't be used.", pointer="/unit")
    return place
