"""The points that a benefit names, given as an adjustment of the system under the benefit's own key."""

from collections.abc import Sequence

from shuke.core.program.model import Unit
from shuke.rooms.benefits.contracts import Giving, NeverError, TryLaterError
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs.facts import AdjustFact
from shuke.rooms.programs.services.recording import record
from shuke.rooms.programs.services.timeline import timeline

SOURCE = "benefits"
_BY_BENEFITS = Actor(ActorKind.SYSTEM, SOURCE, SOURCE)


class PointsOfBenefits:
    """Gives the points that a benefit names; the job does it, behind the member's lock. What was given stays."""

    at_once = False

    def grant(self, givings: Sequence[Giving]) -> None:
        """Give points, once for each key.

        Raises:
            TryLaterError: the member is frozen. NeverError: the points can't be given.
        """
        spendable = next((unit for unit in _units() if unit.spendable), None)
        if spendable is None:
            raise NeverError("The program has no unit that members spend.")
        facts = [
            AdjustFact(
                SOURCE,
                one.key,
                MemberRef(id=one.member_id),
                int(one.benefit.gives) * one.quantity * 10**spendable.scale,
                one.benefit.name_zh if _speaks_chinese() else one.benefit.name_en,
                spendable.code,
            )
            for one in givings
        ]
        for result in record(facts, _BY_BENEFITS, history=False, dry_run=False):
            if result.refusal is not None:
                retried = result.refusal.code in ("member_frozen", "unavailable", "no_program")
                raise (TryLaterError if retried else NeverError)(result.refusal.code)

    def cycle(self, givings: Sequence[Giving]) -> None:
        """Give points for a new period. Raises: as `grant`."""
        self.grant(givings)

    def revoke(self, givings: Sequence[Giving]) -> None:
        """Leave what was given: points are the member's own."""


def _units() -> Sequence[Unit]:
    plan = timeline()
    return plan.latest.program.units if plan else ()


def _speaks_chinese() -> bool:
    own = org.organisation()
    return bool(own and own.language.startswith("zh"))
