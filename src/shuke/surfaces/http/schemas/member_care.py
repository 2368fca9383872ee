"""What clients say about a member's status and tags, and the histories that they are shown."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from shuke.foundation import ids
from shuke.rooms.members import contracts
from shuke.rooms.programs.contracts import Moved, Standing
from shuke.surfaces.http.fields import Answer, Body, Code, Day, Instant, instant, text
from shuke.surfaces.http.schemas.members import ExternalIdAnswer, MemberId
from shuke.surfaces.http.schemas.points import BalanceAnswer, balance_answer

Reason = text(200)
Name = text(60)
MergeId = Annotated[str, StringConstraints(pattern=r"^mrg_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class StatusBody(Body):
    """The status that a member shall have, and why. Who leaves gives stored value up by `give_up_value`."""

    status: contracts.Status
    reason: Reason
    give_up_value: StrictBool = False


class TagsBody(Body):
    """All tags that a member shall have."""

    tags: Annotated[list[Code], Field(max_length=contracts.TAGS_LIMIT)]


class StatusChangeAnswer(Answer):
    """One move of a status; `by` is who did it, as the audit log names them."""

    at: Instant
    before: str
    after: str
    reason: str
    by: str


class StatusChangesAnswer(Answer):
    """A member's changes of status, latest first."""

    items: list[StatusChangeAnswer]
    livemode: bool


class IdentityChangeAnswer(Answer):
    """One change of a phone, an e-mail address or an external id; `was` is the old value masked, empty if none."""

    at: Instant
    kind: str
    event: str
    source: str
    was: str
    by: str


class IdentityChangesAnswer(Answer):
    """What became of a member's phone, e-mail address and external ids, latest first."""

    items: list[IdentityChangeAnswer]
    livemode: bool


class LikeAnswer(Answer):
    """One of two members who may be one person."""

    id: str
    display_name: str
    phone_masked: str
    email_masked: str
    joined_at: Instant
    external_ids: list[ExternalIdAnswer]


class DuplicateAnswer(Answer):
    """Two members who may be one person; `because` says what they share beside their names."""

    elder: LikeAnswer
    younger: LikeAnswer
    because: list[str]


class DuplicatesAnswer(Answer):
    """Pairs of members who may be one person; a page may be short. `next_cursor` is null on the last one."""

    items: list[DuplicateAnswer]
    next_cursor: str | None
    livemode: bool


class MergeBody(Body):
    """The members that shall live on in the one of the address, and why."""

    sources: Annotated[list[MemberId], Field(min_length=1, max_length=20)]
    reason: Reason

    def ids(self) -> list[UUID]:
        return [ids.decode(contracts.ID_PREFIX, one) for one in self.sources]


class ReasonBody(Body):
    """Why."""

    reason: Reason


class MovedAnswer(Answer):
    """What a merge moved between a source and the survivor: `points` in `lots`; below 0, they paid what it owed."""

    member_id: str
    unit: str
    lots: int
    points: int


class TierHeldAnswer(Answer):
    """A tier on a ladder, and the last day on which it holds, null where it has no end."""

    ladder: str
    code: str
    until: Day | None


class MergeAnswer(Answer):
    """A merge: the sources live on in the survivor; `undone_at` is null while it holds.

    `filled` names the personal fields that the survivor lacked and took over, `moved` what moved between the records;
    `balances` and `tiers` are the survivor's after it.
    """

    id: str
    survivor_id: str
    source_ids: list[str]
    at: Instant
    reason: str
    by: str
    filled: list[str]
    undone_at: Instant | None
    moved: list[MovedAnswer]
    balances: list[BalanceAnswer]
    tiers: list[TierHeldAnswer]
    livemode: bool
    dry_run: bool = False


def merge_answer(
    record: contracts.MergeRecord,
    moved: Sequence[Moved],
    standing: Standing | None,
    *,
    livemode: bool,
    dry_run: bool = False,
) -> MergeAnswer:
    """Return a merge as the API shows it; `standing` is the survivor's, None where they are in no program."""
    return MergeAnswer(
        id=ids.encode(contracts.MERGE_PREFIX, record.id),
        survivor_id=ids.encode(contracts.ID_PREFIX, record.survivor_id),
        source_ids=[ids.encode(contracts.ID_PREFIX, one) for one in record.source_ids],
        at=instant(record.at),
        reason=record.reason,
        by=record.actor.label,
        filled=list(record.filled),
        undone_at=instant(record.undone_at) if record.undone_at else None,
        moved=[
            MovedAnswer(
                member_id=ids.encode(contracts.ID_PREFIX, each.member_id),
                unit=each.unit,
                lots=each.lots,
                points=each.points,
            )
            for each in moved
        ],
        balances=[balance_answer(each) for each in standing.balances] if standing else [],
        tiers=[
            TierHeldAnswer(ladder=each.ladder, code=each.code, until=each.until.isoformat() if each.until else None)
            for each in (standing.tiers if standing else ())
        ],
        livemode=livemode,
        dry_run=dry_run,
    )


def decode_merge_id(value: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    return ids.decode(contracts.MERGE_PREFIX, value)


class ChoiceBody(Body):
    """One value of an attribute of choice."""

    code: Code
    name_zh: Name
    name_en: Name


class AttributeBody(Body):
    """The definition of an attribute; kind and personal stay as first defined, choices are only added."""

    name_zh: Name
    name_en: Name
    kind: contracts.AttributeKind
    personal: bool = Field(default=False, strict=True)
    required: bool = Field(default=False, strict=True)
    choices: Annotated[list[ChoiceBody], Field(max_length=100)] = Field(default=[])

    def value(self, code: str) -> contracts.Attribute:
        choices = tuple(contracts.Choice(one.code, one.name_zh, one.name_en) for one in self.choices)
        return contracts.Attribute(code, self.name_zh, self.name_en, self.kind, self.personal, self.required, choices)


class ChoiceAnswer(Answer):
    code: str
    name_zh: str
    name_en: str


class AttributeAnswer(Answer):
    """An attribute: a personal one is stored encrypted, a required one counts toward a complete profile."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    personal: bool
    required: bool
    choices: list[ChoiceAnswer]
    livemode: bool
    dry_run: bool = False


class AttributesAnswer(Answer):
    """The attributes in the order of their definition."""

    items: list[AttributeAnswer]
    livemode: bool


class DroppedAnswer(Answer):
    """What is not there any more."""

    code: str
    livemode: bool
    dry_run: bool = False


def attribute_answer(one: contracts.Attribute, *, livemode: bool, dry_run: bool = False) -> AttributeAnswer:
    """Return an attribute as the API shows it."""
    return AttributeAnswer(
        code=one.code,
        name_zh=one.name_zh,
        name_en=one.name_en,
        kind=one.kind,
        personal=one.personal,
        required=one.required,
        choices=[ChoiceAnswer(code=each.code, name_zh=each.name_zh, name_en=each.name_en) for each in one.choices],
        livemode=livemode,
        dry_run=dry_run,
    )


def status_change_answer(change: contracts.StatusChange) -> StatusChangeAnswer:
    return StatusChangeAnswer(
        at=instant(change.at), before=change.before, after=change.after, reason=change.reason, by=change.actor.label
    )


def identity_change_answer(change: contracts.IdentityChange) -> IdentityChangeAnswer:
    return IdentityChangeAnswer(
        at=instant(change.at),
        kind=change.kind,
        event=change.event,
        source=change.source,
        was=change.was,
        by=change.actor.label,
    )


def duplicate_answer(pair: contracts.DuplicatePair) -> DuplicateAnswer:
    return DuplicateAnswer(elder=_like(pair.elder), younger=_like(pair.younger), because=list(pair.because))


def _like(member: contracts.Member) -> LikeAnswer:
    return LikeAnswer(
        id=ids.encode(contracts.ID_PREFIX, member.id),
        display_name=member.display_name,
        phone_masked=member.phone_masked,
        email_masked=member.email_masked,
        joined_at=instant(member.joined_at),
        external_ids=[ExternalIdAnswer(source=one.source, external_id=one.external_id) for one in member.external],
    )
