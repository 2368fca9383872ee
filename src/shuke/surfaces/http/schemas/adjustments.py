"""What clients say about points moved by hand: adjustments, transfers, opening balances."""

from pydantic import StrictBool

from shuke.engine import facts
from shuke.rooms.programs.contracts import AdjustFact, OpeningFact, TransferFact
from shuke.surfaces.http.fields import Code, Date, Points, SignedPoints, text
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import KeyedBody

ADJUSTMENT_PREFIX = "adj"
TRANSFER_PREFIX = "trf"
OPENING_PREFIX = "opn"
Reason = text(facts.TEXT_LIMIT)


class AdjustmentBody(KeyedBody):
    """Points to be given by hand (above 0) or taken (below), with the reason; of the first unit where none is named.

    `expires_on` is the last day of given ones, as the unit says where it is left out. With `ask` nothing is done
    before somebody approves it.
    """

    member: MemberRefBody
    points: SignedPoints
    reason: Reason
    unit: Code | None = None
    expires_on: Date | None = None
    ask: StrictBool = False

    def value(self, source: str, external_id: str) -> AdjustFact:
        return AdjustFact(
            source=source,
            external_id=external_id,
            member=self.member.value(),
            points=self.points,
            reason=self.reason,
            unit=self.unit,
            expires_on=self.expires_on,
            occurred_at=self.occurred_at,
        )


class TransferBody(KeyedBody):
    """Points that a member gives to another, of the program's first unit where none is named."""

    member: MemberRefBody
    to: MemberRefBody
    points: Points
    unit: Code | None = None

    def value(self, source: str, external_id: str) -> TransferFact:
        return TransferFact(
            source, external_id, self.member.value(), self.to.value(), self.points, self.unit, self.occurred_at
        )


class OpeningLotBody(KeyedBody):
    """Points that a member brings from elsewhere, with their last day (none: they don't end) and the day earned."""

    member: MemberRefBody
    points: Points
    unit: Code | None = None
    expires_on: Date | None = None
    earned_on: Date | None = None

    def value(self, source: str, external_id: str) -> OpeningFact:
        return OpeningFact(
            source=source,
            external_id=external_id,
            member=self.member.value(),
            points=self.points,
            unit=self.unit,
            expires_on=self.expires_on,
            earned_on=self.earned_on,
            occurred_at=self.occurred_at,
        )
