"""What clients say about holds, and how a hold stands."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.points.contracts import Hold
from shuke.rooms.programs.contracts import CaptureFact, HoldFact, ReleaseFact
from shuke.surfaces.http.fields import Answer, Code, Instant, Points, Time, instant
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import KeyedBody

HOLD_PREFIX = "hld"
CAPTURE_PREFIX = "cap"
RELEASE_PREFIX = "rel"
HoldId = Annotated[str, StringConstraints(pattern=r"^hld_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class HoldBody(KeyedBody):
    """Points to be set aside until an instant, of the program's first unit that can be used where none is named.

    What is neither captured nor released by then comes back by itself. source and external_id name the hold for ever;
    without them, Idempotency-Key is needed.
    """

    member: MemberRefBody
    points: Points
    until: Time
    unit: Code | None = None

    def value(self, source: str, external_id: str) -> HoldFact:
        return HoldFact(source, external_id, self.member.value(), self.points, self.until, self.unit, self.occurred_at)


class CaptureBody(KeyedBody):
    """Points of a hold to be spent, all that it still has where no number is said."""

    points: Points | None = None

    def value_of(self, source: str, external_id: str, hold: tuple[str, str]) -> CaptureFact:
        return CaptureFact(source, external_id, hold, self.points, self.occurred_at)


class ReleaseBody(KeyedBody):
    """What a hold still has is given back."""

    def value_of(self, source: str, external_id: str, hold: tuple[str, str]) -> ReleaseFact:
        return ReleaseFact(source, external_id, hold, self.occurred_at)


class HoldAnswer(Answer):
    """A hold as it stands: of its `points`, `left` are still set aside, `captured` were used, `released` came back, and
    `lapsed` are gone: when the hold ended, the lot that they were of had ended already.
    """

    id: str
    member_id: str
    unit: str
    state: Literal["open", "closed"]
    points: int
    left: int
    captured: int
    released: int
    lapsed: int
    made_at: Instant
    until: Instant
    livemode: bool


def hold_answer(member_id: UUID, hold: Hold, unit: str, *, livemode: bool) -> HoldAnswer:
    """Return a hold as the API shows it."""
    return HoldAnswer(
        id=ids.encode(HOLD_PREFIX, hold.id),
        member_id=ids.encode(members.ID_PREFIX, member_id),
        unit=unit,
        state="open" if hold.left else "closed",
        points=hold.points,
        left=hold.left,
        captured=hold.captured,
        released=hold.released,
        lapsed=hold.lapsed,
        made_at=instant(hold.made_at),
        until=instant(hold.until_at),
        livemode=livemode,
    )
