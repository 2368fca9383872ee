"""What clients say about redemptions, and what became of them."""

from typing import Literal

from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import RedeemFact, Result
from shuke.surfaces.http.fields import Answer, Body, Code, ExternalIdText, Instant, Points, Source, Time, instant
from shuke.surfaces.http.schemas.members import MemberRefBody

REDEMPTION_PREFIX = "rdm"


class RedemptionBody(Body):
    """Points to be used, of the program's first unit where none is named, now where no time is said.

    source and external_id name the redemption for ever; without them, Idempotency-Key is needed.
    """

    member: MemberRefBody
    points: Points
    unit: Code | None = None
    occurred_at: Time | None = None
    source: Source | None = None
    external_id: ExternalIdText | None = None

    def value(self, source: str, external_id: str) -> RedeemFact:
        return RedeemFact(
            source=source,
            external_id=external_id,
            member=self.member.value(),
            points=self.points,
            unit=self.unit,
            occurred_at=self.occurred_at,
        )


class RedemptionAnswer(Answer):
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
    dry_run: bool = False


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
