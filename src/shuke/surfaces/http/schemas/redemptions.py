"""What clients say about redemptions, and what became of them."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import RedeemFact, Result, ReturnFact
from shuke.surfaces.http.fields import Code, Instant, Points, instant
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import Foreseen, KeyBody, KeyedBody

REDEMPTION_PREFIX = "rdm"
RETURN_PREFIX = "ret"
RedemptionId = Annotated[str, StringConstraints(pattern=r"^rdm_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class RedemptionBody(KeyedBody):
    """Points to be used, of the program's first unit that can be where none is named, now where no time is said.

    source and external_id name the redemption for ever; without them, Idempotency-Key is needed. `order` is the order
    that the points pay for: what is refunded of it brings them back in proportion.
    """

    member: MemberRefBody
    points: Points
    unit: Code | None = None
    order: KeyBody | None = None

    def value(self, source: str, external_id: str) -> RedeemFact:
        return RedeemFact(
            source=source,
            external_id=external_id,
            member=self.member.value(),
            points=self.points,
            unit=self.unit,
            occurred_at=self.occurred_at,
            order=self.order.value() if self.order else None,
        )


class ReturnBody(KeyedBody):
    """Points of a redemption to be given back to their lots, all that is left where no number is said."""

    points: Points | None = None

    def value_of(self, source: str, external_id: str, redemption: tuple[str, str]) -> ReturnFact:
        return ReturnFact(source, external_id, redemption, self.points, self.occurred_at)


class RedemptionAnswer(Foreseen):
    """Points that were used. `balance_after` is what the member has left of the unit."""

    status: Literal["recorded", "repeated"]
    id: str
    member_id: str
    unit: str
    points: int
    balance_after: int
    effective_at: Instant
    entry_ids: list[str]
    livemode: bool


def redemption_answer(result: Result, *, livemode: bool, dry_run: bool) -> RedemptionAnswer:
    """Return a redemption that was not refused."""
    ((unit, points),) = result.points.items()
    return RedemptionAnswer(
        status=result.status.value,
        id=ids.encode(REDEMPTION_PREFIX, result.reference),
        member_id=ids.encode(members.ID_PREFIX, result.member_id),
        unit=unit,
        points=points,
        balance_after=result.balances[unit],
        effective_at=instant(result.effective_at),
        entry_ids=[entry.id for entry in result.entries],
        livemode=livemode,
        dry_run=dry_run,
    )
