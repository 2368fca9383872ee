"""What of an award is rounded, capped and dated together: the grants of a program.

Owns their order; must not know how points are worked out.
"""

from dataclasses import dataclass

from shuke.core.program.model import EarnRule, Expiry, Pending, PendingKind, Program
from shuke.core.state.slots import GRANTS_MAX
from shuke.engine.measures import limit

AT_ONCE = Pending(PendingKind.NONE)


@dataclass(frozen=True, slots=True)
class Grant:
    """One lot of an award. `unit` is a number; None stands for what the unit says of expiry and waiting.

    `rule` is the code of a rule with a cap of its own, whose points are kept apart.
    """

    unit: int
    expiry: Expiry | None = None
    pending: Pending | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Grants:
    """All grants of a program in their order, and which of them each rule and each milestone of a unit adds to.

    Units come as written; of each, first its own grant, then those of its rules as first written, then that of its
    milestones, which never wait, where the unit's points do.
    """

    all: tuple[Grant, ...]
    of_rules: dict[str, int]
    of_milestones: dict[str, int]


def grants_of(program: Program) -> Grants:
    """Return the grants of a program.

    Raises:
        Refusal: too_many_grants.
    """
    found: dict[Grant, int] = {}
    of_rules: dict[str, int] = {}
    of_milestones: dict[str, int] = {}
    capped = {cap.rule for cap in program.caps}

    def numbered(grant: Grant, place: str | None) -> int:
        number = found.setdefault(grant, len(found))
        if number >= GRANTS_MAX:
            raise limit("too_many_grants", "kinds of points with dates or caps of their own", GRANTS_MAX, place)
        return number

    for index, unit in enumerate(program.units):
        numbered(Grant(index), None)
        for rule in program.earn:
            if rule.unit == unit.code and rule.points is not None:
                of_rules[rule.code] = numbered(_grant(index, rule, rule.code in capped), rule.place)
        for milestone in program.milestones:
            if milestone.unit == unit.code:
                grant = Grant(index, None, AT_ONCE if unit.pending else None)
                of_milestones[unit.code] = numbered(grant, milestone.place)
    return Grants(tuple(found), of_rules, of_milestones)


def _grant(unit: int, rule: EarnRule, capped: bool) -> Grant:  # noqa: FBT001 - one of two shapes
    return Grant(unit, rule.expiry, rule.pending, rule.code if capped else None)
