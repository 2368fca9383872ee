"""What clients say about benefits, and what they are shown: catalogue, entitlements, uses, requests, balance sheet."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from shuke.engine.yaml_tree import FILE_LIMIT_BYTES
from shuke.foundation import ids
from shuke.rooms.benefits import contracts
from shuke.rooms.benefits.contracts import REQUEST_PREFIX, USE_PREFIX, Benefit
from shuke.rooms.members import contracts as members
from shuke.surfaces.http.fields import (
    AmountMinor,
    Answer,
    Body,
    Code,
    Day,
    Instant,
    Label,
    Time,
    instant,
    integer,
    text,
)
from shuke.surfaces.http.schemas.movements import NamedBody
from shuke.surfaces.wording import benefit_words

UseId = Annotated[str, StringConstraints(pattern=r"^use_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
RequestId = Annotated[str, StringConstraints(pattern=r"^frq_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Quantity = integer(1, 1_000)
Kind = Literal["counted", "service", "content", "early_access", "coupon", "points", "price", "shipping", "promise"]
Per = Literal["month", "year", "term", "once"]
State = Literal["active", "withdrawn", "expired"]
EventKind = Literal["granted", "changed", "cycled", "used", "undone", "carried", "withdrawn", "expired"]
Concern = Literal["dead", "no_core", "no_fixed", "no_value_added", "gives_less", "steep"]
Stage = Literal["requested", "quoted", "accepted", "made", "done", "declined", "cancelled"]


class BenefitsBody(Body):
    """A benefits file."""

    text: Annotated[str, StringConstraints(max_length=FILE_LIMIT_BYTES)]


class BenefitAnswer(Answer):
    """A benefit of the catalogue; `cost_minor` is what one use costs, `quota` how often it may be used per `per`."""

    code: str
    name_zh: str
    name_en: str
    kind: Kind
    part: Literal["fixed", "value_added"]
    purpose: Literal["retention", "reciprocal", "reputation"]
    core: bool
    cost_minor: int
    quota: int | None
    per: Per
    days: int | None
    gives: str
    ahead_hours: int


class BenefitSetAnswer(Answer):
    """A benefit of the set of a subject, such as `tier:main:gold`, `plan:plus`, `birthday`."""

    subject: str
    benefit: str
    quota: int | None


class BenefitSeasonAnswer(Answer):
    """A season, both days included."""

    code: str
    first: Day
    last: Day


class BenefitsAnswer(Answer):
    """What is given and to whom; `text` is the same as a file."""

    benefits: list[BenefitAnswer]
    sets: list[BenefitSetAnswer]
    seasons: list[BenefitSeasonAnswer]
    text: str
    livemode: bool


class BenefitDifferenceAnswer(Answer):
    """What changes at one place, and in a sentence in the reader's language."""

    path: str
    before: str
    after: str
    sentence: str


class BenefitsAppliedAnswer(Answer):
    """What a file changed."""

    differences: list[BenefitDifferenceAnswer]
    livemode: bool
    dry_run: bool = False


class EntitlementAnswer(Answer):
    """One claim; `left` is null where nothing limits it, `until` the last day, null without end."""

    benefit: str
    name: str
    kind: Kind
    subject: str
    state: State
    quota: int | None
    per: Per
    used: int
    left: int | None
    since: Day
    until: Day | None


class EntitlementsAnswer(Answer):
    """What a member has, in the order of the catalogue."""

    member_id: str
    items: list[EntitlementAnswer]
    livemode: bool


class BenefitEventAnswer(Answer):
    """One line of the record."""

    benefit: str
    subject: str
    kind: EventKind
    quantity: int
    at: Instant
    by: str
    note: str


class BenefitEventsAnswer(Answer):
    """The record of a member's benefits, latest first; `next_cursor` is null on the last page."""

    items: list[BenefitEventAnswer]
    next_cursor: str | None
    livemode: bool


class BenefitRightAnswer(Answer):
    """Whether the member may now; else why not, and from when where it is only too early."""

    benefit: str
    allowed: bool
    reason: Literal["", "not_held", "used_up", "too_early"]
    left: int | None
    opens_at: Instant | None
    livemode: bool


class BenefitUseBody(NamedBody):
    """A use of a benefit; source and external_id name it for ever, without them Idempotency-Key is needed."""

    quantity: Quantity = 1
    note: text(200) | None = None


class UndoUseBody(Body):
    """Why a use is undone."""

    reason: text(200) | None = None


class BenefitUseAnswer(Answer):
    """A use; `left` is of the entitlement that it drew on."""

    id: str
    member_id: str
    benefit: str
    quantity: int
    left: int | None
    status: Literal["recorded", "repeated"]
    undone: bool
    livemode: bool
    dry_run: bool = False


class ServiceRequestBody(NamedBody):
    """A service that a member asks for: what they wish, and for when."""

    benefit: Code
    wish: text(500)
    wanted_at: Time | None = None
    store: Label | None = None

    def value(self, source: str, external_id: str, member_id: UUID) -> contracts.NewRequest:
        return contracts.NewRequest(
            source, external_id, member_id, self.benefit, self.wish, self.wanted_at, self.store or ""
        )


class RequestStepBody(Body):
    """The next stage of a request; a quote needs its amount, a refusal its note."""

    stage: Stage
    note: text(500) | None = None
    due_at: Time | None = None
    quote_minor: AmountMinor | None = None
    assignee: Label | None = None

    def value(self) -> contracts.Step:
        return contracts.Step(
            contracts.Stage(self.stage), self.note or "", self.due_at, self.quote_minor, self.assignee
        )


class RequestStepAnswer(Answer):
    """A step that was taken."""

    stage: Stage
    at: Instant
    by: str
    note: str
    quote_minor: int | None


class ServiceRequestAnswer(Answer):
    """A request as it stands; `next_stages` are those that it can go to."""

    id: str
    member_id: str
    benefit: str
    wish: str
    stage: Stage
    requested_at: Instant
    wanted_at: Instant | None
    due_at: Instant | None
    quote_minor: int | None
    store: str
    assignee: str
    next_stages: list[Stage]
    steps: list[RequestStepAnswer]
    livemode: bool
    dry_run: bool = False


class ServiceRequestsAnswer(Answer):
    """Requests, the oldest first, without their steps; `next_cursor` is null on the last page."""

    items: list[ServiceRequestAnswer]
    next_cursor: str | None
    livemode: bool


class SheetRowAnswer(Answer):
    """A benefit of a tier: who has it, who used it how often, the cost; null where carts count its use."""

    benefit: str
    quota: int | None
    entitled: int
    users: int | None
    uses: int | None
    cost_minor: int | None
    worth_minor: int
    dead: bool


class SheetLevelAnswer(Answer):
    """A tier; `worth_minor` is what its set is worth a member and year, `gained` and `lost` compare it with the one
    below.
    """

    ladder: str
    level: str
    members: int
    cost_minor: int
    worth_minor: int
    gained: list[str]
    lost: list[str]
    concerns: list[Concern]
    benefits: list[SheetRowAnswer]


class SheetOtherAnswer(Answer):
    """Benefits of a plan, tag or occasion."""

    subject: str
    benefits: list[SheetRowAnswer]


class BenefitSheetAnswer(Answer):
    """The balance sheet of benefits over days, both included."""

    first: Day
    last: Day
    levels: list[SheetLevelAnswer]
    others: list[SheetOtherAnswer]
    livemode: bool


def catalogue_answer(catalogue: contracts.Catalogue, written: str, *, livemode: bool) -> BenefitsAnswer:
    """Return the catalogue as the API shows it."""
    return BenefitsAnswer(
        benefits=[BenefitAnswer(**asdict(each)) for each in catalogue.benefits],
        sets=[BenefitSetAnswer(**asdict(each)) for each in catalogue.sets],
        seasons=[
            BenefitSeasonAnswer(code=each.code, first=each.first.isoformat(), last=each.last.isoformat())
            for each in catalogue.seasons
        ],
        text=written,
        livemode=livemode,
    )


def difference_answer(found: contracts.Difference, language: str) -> BenefitDifferenceAnswer:
    """Return a difference with its sentence."""
    return BenefitDifferenceAnswer(**asdict(found), sentence=benefit_words.difference(found, language))


def entitlement_answer(held: contracts.Entitlement, language: str) -> EntitlementAnswer:
    """Return a claim as the API shows it."""
    return EntitlementAnswer(
        benefit=held.benefit.code,
        name=held.benefit.name(language),
        kind=held.benefit.kind.value,
        subject=held.subject,
        state=held.state.value,
        quota=held.quota,
        per=held.per.value,
        used=held.used,
        left=held.left,
        since=_day(held.since_day),
        until=None if held.until_day is None else _day(held.until_day - 1),
    )


def event_answer(event: contracts.Event) -> BenefitEventAnswer:
    """Return a line of the record."""
    return BenefitEventAnswer(
        benefit=event.benefit,
        subject=event.subject,
        kind=event.kind.value,
        quantity=event.quantity,
        at=instant(event.at),
        by=event.by,
        note=event.note,
    )


def use_answer(done: contracts.Use, *, livemode: bool, dry_run: bool) -> BenefitUseAnswer:
    """Return a use."""
    return BenefitUseAnswer(
        id=ids.encode(USE_PREFIX, done.id),
        member_id=ids.encode(members.ID_PREFIX, done.member_id),
        benefit=done.benefit,
        quantity=done.quantity,
        left=done.left,
        status="repeated" if done.repeated else "recorded",
        undone=done.undone,
        livemode=livemode,
        dry_run=dry_run,
    )


def request_answer(found: contracts.Request, *, livemode: bool, dry_run: bool = False) -> ServiceRequestAnswer:
    """Return a request."""
    return ServiceRequestAnswer(
        id=ids.encode(REQUEST_PREFIX, found.id),
        member_id=ids.encode(members.ID_PREFIX, found.member_id),
        benefit=found.benefit,
        wish=found.wish,
        stage=found.stage.value,
        requested_at=instant(found.requested_at),
        wanted_at=instant(found.wanted_at) if found.wanted_at else None,
        due_at=instant(found.due_at) if found.due_at else None,
        quote_minor=found.quote_minor,
        store=found.store,
        assignee=found.assignee,
        next_stages=[stage.value for stage in found.next_stages],
        steps=[
            RequestStepAnswer(
                stage=step.stage.value, at=instant(step.at), by=step.by, note=step.note, quote_minor=step.quote_minor
            )
            for step in found.steps
        ],
        livemode=livemode,
        dry_run=dry_run,
    )


def sheet_answer(sheet: contracts.Sheet, *, livemode: bool) -> BenefitSheetAnswer:
    """Return the balance sheet."""
    return BenefitSheetAnswer(
        first=sheet.first.isoformat(),
        last=sheet.last.isoformat(),
        levels=[
            SheetLevelAnswer(
                ladder=level.ladder,
                level=level.level,
                members=level.members,
                cost_minor=level.cost_minor,
                worth_minor=level.worth_minor,
                gained=list(level.gained),
                lost=list(level.lost),
                concerns=[concern.value for concern in level.concerns],
                benefits=[_row(row) for row in level.rows],
            )
            for level in sheet.levels
        ],
        others=_others(sheet.others),
        livemode=livemode,
    )


def _others(others: Mapping[str, tuple[contracts.SheetRow, ...]]) -> list[SheetOtherAnswer]:
    return [SheetOtherAnswer(subject=subject, benefits=[_row(row) for row in rows]) for subject, rows in others.items()]


def _row(row: contracts.SheetRow) -> SheetRowAnswer:
    benefit: Benefit = row.benefit
    return SheetRowAnswer(
        benefit=benefit.code,
        quota=row.quota,
        entitled=row.entitled,
        users=row.users if row.counted else None,
        uses=row.uses if row.counted else None,
        cost_minor=row.cost_minor if row.counted else None,
        worth_minor=row.worth_minor,
        dead=row.dead,
    )


def _day(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
