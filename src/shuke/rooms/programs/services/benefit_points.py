"""The points that a benefit names, given as an adjustment of the system under the benefit's own key."""

from collections.abc import Sequence

from shuke.core.program.model import Unit
from shuke.rooms.benefits.contracts import Giving, NeverError, TryLaterError
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs.facts import AdjustFact
from shuke.rooms.programs.services.recording import record
from shuke.rooms.programs.services.timeline import timeline

SOURCE = "benefits"
_PASSING = ("member_frozen", "unavailable", "no_program", "insufficient_points")
_BY_BENEFITS = Actor(ActorKind.SYSTEM, SOURCE, SOURCE)


class PointsOfBenefits:
    """Gives the points that a benefit names; the job does it, behind the member's lock. What was given stays.

    But where the money of what gave them goes back, so do the points, as far as the member still has them.
    """

    at_once = False

    def grant(self, givings: Sequence[Giving]) -> None:
        """Give points, once for each key.

        Raises:
            TryLaterError: the member is frozen. NeverError: the points can't be given.
        """
        unit = _spendable()
        _record([_fact(one, unit, _worth(one, unit, one.quantity)) for one in givings])

    def cycle(self, givings: Sequence[Giving]) -> None:
        """Give points for a new period. Raises: as `grant`."""
        self.grant(givings)

    def revoke(self, givings: Sequence[Giving]) -> None:
        """Leave what was given: points are the member's own."""

    def recall(self, givings: Sequence[Giving]) -> None:
        """Take back what was given, at most what the member has. Raises: as `grant`."""
        unit = _spendable()
        id = next(one.id for one in points.all_units() if one.code == unit.code)
        for one in givings:
            points.lock([one.member_id])
            account = points.balances([one.member_id]).get(one.member_id, {}).get(id)
            given = _worth(one, unit, sum(quantity for _, quantity in one.given))
            back = min(given, account.available if account else 0)
            if back > 0:
                _record([_fact(one, unit, -back)])


def _worth(one: Giving, unit: Unit, quantity: int) -> int:
    return int(one.benefit.gives) * quantity * 10**unit.scale


def _fact(one: Giving, unit: Unit, amount: int) -> AdjustFact:
    reason = one.benefit.name_zh if _speaks_chinese() else one.benefit.name_en
    return AdjustFact(SOURCE, one.key, MemberRef(id=one.member_id), amount, reason, unit.code)


def _record(facts: Sequence[AdjustFact]) -> None:
    for result in record(facts, _BY_BENEFITS, history=False, dry_run=False):
        if result.refusal is not None:
            raise (TryLaterError if result.refusal.code in _PASSING else NeverError)(result.refusal.code)


def _spendable() -> Unit:
    plan = timeline()
    said = plan.latest.program.stored_value if plan else None
    units = plan.latest.program.units if plan else ()
    found = next((unit for unit in units if unit.spendable and (said is None or unit.code != said.principal)), None)
    if found is None:
        raise NeverError("The program has no unit that members spend and that is no money.")
    return found


def _speaks_chinese() -> bool:
    own = org.organisation()
    return bool(own and own.language.startswith("zh"))
