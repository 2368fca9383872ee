"""What clients try under a program, and what they are told would come of it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import Field

from shuke.core.program import wording
from shuke.core.program.cases import CaseFact, CaseLine, CaseMember
from shuke.core.values.errors import Refusal
from shuke.engine.explanation import EN_LABELS, ZH_LABELS
from shuke.engine.trying import Stand, Tried
from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.surfaces.http.fields import AmountMinor, Answer, Attributes, Body, Code, Date, Label, Quantity, Time, integer
from shuke.surfaces.http.schemas.members import MemberId
from shuke.surfaces.http.schemas.programs import ProgramText

_YEAR_SECONDS = 365 * 86_400


class TriedLineBody(Body):
    """A line of an order that is tried."""

    net_minor: AmountMinor
    quantity: Quantity = 1
    category: Label | None = None
    sku: Label | None = None
    attributes: Attributes = Field(default={})


class TriedOrderBody(Body):
    """An order that is tried; amounts in minor units."""

    net_minor: AmountMinor
    gross_minor: AmountMinor | None = None
    store: Label | None = None
    channel: Label | None = None
    lines: list[TriedLineBody] = Field(default=[], max_length=200)
    attributes: Attributes = Field(default={})


class TriedBehaviourBody(Body):
    """A behaviour that is tried."""

    kind: Code
    store: Label | None = None
    channel: Label | None = None
    attributes: Attributes = Field(default={})


class InventedBody(Body):
    """A member who is made up: joined a year before, where nothing else is said, and holds `tier` by hand."""

    joined_at: Time | None = None
    birthday: Date | None = None
    tier: Code | None = None
    tags: list[Label] = Field(default=[], max_length=20)


class SimulationBody(Body):
    """An order or a behaviour of a member, real (`member_id`) or made up, under `text`, `version`, or what is in force.

    `at` is now by default; it may be a time to come.
    """

    text: ProgramText | None = None
    version: integer(1, 2**31 - 1) | None = None
    member_id: MemberId | None = None
    invented: InventedBody = InventedBody()
    at: Time | None = None
    order: TriedOrderBody | None = None
    behaviour: TriedBehaviourBody | None = None

    def fact(self, at: int) -> CaseFact:
        """Return what is tried.

        Raises: Refusal `one_fact`.
        """
        if (self.order is None) == (self.behaviour is None):
            raise Refusal("one_fact", "Try one of order and behaviour.", pointer="/order")
        if self.behaviour is not None:
            said = self.behaviour
            return CaseFact(
                at, said.kind, store=said.store or "", channel=said.channel or "", attributes=_pairs(said.attributes)
            )
        assert self.order is not None
        lines = tuple(
            CaseLine(each.net_minor, each.quantity, each.category or "", each.sku or "", _pairs(each.attributes))
            for each in self.order.lines
        )
        net, gross = self.order.net_minor, self.order.gross_minor
        return CaseFact(
            at,
            net=net,
            gross=net if gross is None else gross,
            store=self.order.store or "",
            channel=self.order.channel or "",
            lines=lines,
            attributes=_pairs(self.order.attributes),
        )

    def who(self, at: int) -> UUID | CaseMember:
        """Return of whom it is tried."""
        if self.member_id is not None:
            return ids.decode(ID_PREFIX, self.member_id)
        made = self.invented
        joined = int(made.joined_at.timestamp()) if made.joined_at else at - _YEAR_SECONDS
        return CaseMember(joined, _month_day(made.birthday), made.tier or "", tuple(made.tags))


class StandAnswer(Answer):
    """Where a member is: points by unit, in its smallest fraction, and the tier by ladder."""

    available: dict[str, int]
    pending: dict[str, int]
    tiers: dict[str, str]


class SimulationAnswer(Answer):
    """What would come of it: what is earned by unit, milestones included, and why, in the reader's language."""

    before: StandAnswer
    after: StandAnswer
    earned: dict[str, int]
    why: list[str]
    livemode: bool


def simulation_answer(tried: Tried, *, language: str, livemode: bool) -> SimulationAnswer:
    """Return what was tried as the API tells it."""
    labels = ZH_LABELS if language == "zh" else EN_LABELS
    return SimulationAnswer(
        before=_stand(tried.before),
        after=_stand(tried.after),
        earned=dict(tried.earned),
        why=wording.render(tried.decision, language, labels),
        livemode=livemode,
    )


def _stand(stand: Stand) -> StandAnswer:
    return StandAnswer(available=dict(stand.available), pending=dict(stand.pending), tiers=dict(stand.tiers))


def _pairs(said: Attributes) -> Sequence[tuple[str, int | str | bool]]:
    return tuple(said.items())


def _month_day(day: date | None) -> int:
    return day.month * 100 + day.day if day else 0
