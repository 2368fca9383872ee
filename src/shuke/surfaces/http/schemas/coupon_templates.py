"""What clients say about templates of coupons and their batches, and how those stand. Amounts in minor units."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from shuke.foundation import ids
from shuke.rooms.coupons import contracts as coupons
from shuke.rooms.members import contracts as members
from shuke.surfaces.http.fields import (
    Answer,
    Body,
    Code,
    ExternalIdText,
    Instant,
    Source,
    Time,
    instant,
    integer,
    text,
)


def _id(prefix: str) -> Any:
    return Annotated[str, StringConstraints(pattern=rf"^{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$")]


CouponId = _id(coupons.COUPON_PREFIX)
BatchId = _id(coupons.BATCH_PREFIX)
CouponCode = text(64)
Minor = integer(1, coupons.MINOR_LIMIT)
Count = integer(1, coupons.COUNT_LIMIT)
KindName = Literal["threshold", "discount", "gift", "exchange", "shipping", "cash", "packet"]
CODES_LIMIT = 200_000


class CouponValidityBody(Body):
    """When a coupon can be used: between two instants, or `days` days from its issue, today being the first.

    `delay_days` lets the days begin later; the last ends with its local day. Without any: for ever.
    """

    since: Time | None = None
    until: Time | None = None
    delay_days: integer(0, coupons.DAYS_LIMIT) = 0
    days: integer(1, coupons.DAYS_LIMIT) | None = None


class CouponLimitBody(Body):
    """How many one member may have in each period; of one code for many: how often one may use it."""

    most: Count
    period: Literal["ever", "day", "week", "month"] = "ever"


class CouponPacketBody(Body):
    """A lucky packet: `pot_minor` is split by chance, to the cent, over `shares` coupons of at least `least_minor`."""

    pot_minor: Minor
    shares: integer(1, coupons.PACKET_LIMIT)
    least_minor: Minor = 1


class CouponTemplateBody(Body):
    """A template. `offer` is YAML: one entry of the program file's `offers` without code, name and group.

    `codes`: each coupon's own, one that many use (`one_code`), or a pool that is made or imported beforehand. `most` is
    how many may ever be issued, `budget_minor` what all of them may cost at most; `claim_when` is a condition in the
    words of the program's rules; `points` is a price in the program's first unit. A member may take one of what is
    `claimable`, where `per_member` is not said; null is any number. By a rule, one is given for each fact `given_on`
    (`order`, or the code of a behaviour; "": for none) that meets the condition `given_when`, null for every one.
    """

    code: Code
    name: text(coupons.NAME_LIMIT)
    kind: KindName
    offer: Annotated[str, StringConstraints(min_length=1, max_length=coupons.OFFER_LIMIT)]
    codes: Literal["own", "one", "pool"] = "own"
    one_code: CouponCode | None = None
    validity: CouponValidityBody = CouponValidityBody()
    issue_since: Time | None = None
    issue_until: Time | None = None
    claimable: StrictBool = False
    claim_when: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None
    points: Minor | None = None
    most: Count | None = None
    per_member: CouponLimitBody | None = None
    budget_minor: Minor | None = None
    cost_minor: Minor | None = None
    packet: CouponPacketBody | None = None
    gives_back: StrictBool = True
    transferable: StrictBool = False
    given_on: Annotated[str, StringConstraints(max_length=40)] = ""
    given_when: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None

    def value(self) -> coupons.TemplateDraft:
        """Return the draft; programs put it into their own time zone."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        limit, packet, validity = self.per_member, self.packet, self.validity
        if self.claimable and "per_member" not in self.model_fields_set:
            limit = CouponLimitBody(most=1)
        return coupons.TemplateDraft(
            **told
            | {
                "time_zone": "UTC",
                "kind": coupons.Kind(self.kind),
                "codes": coupons.Codes(self.codes),
                "validity": coupons.Validity(**validity.model_dump()),
                "per_member": limit and coupons.MemberLimit(limit.most, coupons.Period(limit.period)),
                "packet": packet and coupons.Packet(**packet.model_dump()),
            }
        )


class CouponTemplateChangeBody(Body):
    """What may change once coupons are out: the name, whether they can be had, and more of everything."""

    name: text(coupons.NAME_LIMIT) | None = None
    state: Literal["active", "paused", "stopped"] | None = None
    most: Count | None = None
    budget_minor: Minor | None = None
    issue_until: Time | None = None

    def value(self) -> coupons.TemplateChange:
        state = None if self.state is None else coupons.TemplateState(self.state)
        return coupons.TemplateChange(self.name, state, self.most, self.budget_minor, self.issue_until)


class CouponTemplateAnswer(Answer):
    """A template and what became of its coupons. `left` is how many more can be issued, null where nothing limits it.

    `use_rate` is a decimal from 0 to 1, null before the first and where many use one code.
    """

    id: str
    code: str
    name: str
    kind: KindName
    offer: str
    state: Literal["active", "paused", "stopped"]
    codes: Literal["own", "one", "pool"]
    one_code: str | None
    valid_since: Instant | None
    valid_until: Instant | None
    delay_days: int
    days: int | None
    issue_since: Instant | None
    issue_until: Instant | None
    claimable: bool
    claim_when: str | None
    points: int | None
    most: int | None
    per_member: int | None
    per_period: Literal["ever", "day", "week", "month"] | None
    budget_minor: int | None
    cost_minor: int | None
    pot_minor: int | None
    shares: int | None
    gives_back: bool
    transferable: bool
    given_on: str
    given_when: str | None
    issued: int
    in_pool: int
    used: int
    off_minor: int
    left: int | None
    use_rate: str | None
    created_at: Instant
    livemode: bool


class CouponTemplatesAnswer(Answer):
    """Every template, newest first."""

    items: list[CouponTemplateAnswer]
    livemode: bool


class CouponAudienceBody(Body):
    """Active members: all, or those with every one of the tags; of `tier` on the program's first ladder."""

    tags: Annotated[list[text(40)], Field(max_length=10)] = []
    tier: Code | None = None

    def value(self) -> coupons.Audience:
        return coupons.Audience(tuple(self.tags), self.tier)


class CouponBatchBody(Body):
    """Coupons to be made together: so many new codes, codes from elsewhere, or one for each member of an audience."""

    model_config = {"json_schema_extra": {"minProperties": 1}}

    name: text(coupons.NAME_LIMIT) | None = None
    count: integer(1, coupons.BATCH_LIMIT) | None = None
    codes: Annotated[list[CouponCode], Field(min_length=1, max_length=CODES_LIMIT)] | None = None
    audience: CouponAudienceBody | None = None


class SkippedCouponsAnswer(Answer):
    code: str
    count: int


class CouponBatchAnswer(Answer):
    """A batch and how far it is: `wanted` is what was asked for, `made` and `skipped` what came of it."""

    id: str
    template: str
    kind: Literal["codes", "import", "push"]
    state: Literal["running", "done", "cancelled"]
    name: str
    wanted: int
    made: int
    skipped: list[SkippedCouponsAnswer]
    created_at: Instant
    livemode: bool


class BatchCodesAnswer(Answer):
    """Codes of a batch in the order in which they were made; `next_cursor` is null on the last page."""

    codes: list[str]
    next_cursor: str | None
    livemode: bool


class CouponRecallAnswer(Answer):
    """What a recall found: coupons made void, and those that it could not take any more."""

    recalled: int
    used: int
    locked: int
    expired: int
    livemode: bool


class CouponUseAnswer(Answer):
    """A use of a coupon for an order."""

    coupon_id: str
    code: str
    member_id: str | None
    source: Source
    external_id: ExternalIdText
    state: Literal["locked", "used", "released", "given_back"]
    off_minor: int
    at: Instant


class CouponUsesAnswer(Answer):
    """Uses, latest first; `next_cursor` is null on the last page."""

    items: list[CouponUseAnswer]
    next_cursor: str | None
    livemode: bool


def template_answer(template: coupons.Template, *, livemode: bool) -> CouponTemplateAnswer:
    """Return a template as the API shows it."""
    draft, limit, packet, validity = (
        template.draft,
        template.draft.per_member,
        template.draft.packet,
        template.draft.validity,
    )
    same = ("code", "name", "offer", "one_code", "claimable", "claim_when", "points", "most", "budget_minor")
    more = ("cost_minor", "gives_back", "transferable", "given_on", "given_when")
    return CouponTemplateAnswer(
        **{name: getattr(draft, name) for name in (*same, *more)},
        id=ids.encode(coupons.TEMPLATE_PREFIX, template.id),
        kind=draft.kind.value,
        state=template.state.value,
        codes=draft.codes.value,
        valid_since=told_at(validity.since),
        valid_until=told_at(validity.until),
        delay_days=validity.delay_days,
        days=validity.days,
        issue_since=told_at(draft.issue_since),
        issue_until=told_at(draft.issue_until),
        per_member=limit.most if limit else None,
        per_period=limit.period.value if limit else None,
        pot_minor=packet.pot_minor if packet else None,
        shares=packet.shares if packet else None,
        issued=template.issued,
        in_pool=template.in_pool,
        used=template.uses,
        off_minor=template.off_minor,
        left=template.left,
        use_rate=None if template.use_rate is None else f"{template.use_rate:.4f}",
        created_at=instant(template.created_at),
        livemode=livemode,
    )


def batch_answer(batch: coupons.Batch, template: str, *, livemode: bool) -> CouponBatchAnswer:
    """Return a batch as the API shows it."""
    return CouponBatchAnswer(
        id=ids.encode(coupons.BATCH_PREFIX, batch.id),
        template=template,
        kind=batch.kind.value,
        state=batch.state.value,
        name=batch.name,
        wanted=batch.wanted,
        made=batch.made,
        skipped=[SkippedCouponsAnswer(code=code, count=count) for code, count in sorted(batch.skipped.items())],
        created_at=instant(batch.created_at),
        livemode=livemode,
    )


def use_line_answer(use: coupons.UseLine) -> CouponUseAnswer:
    """Return a use as the API shows it."""
    return CouponUseAnswer(
        coupon_id=ids.encode(coupons.COUPON_PREFIX, use.coupon_id),
        code=use.code,
        member_id=encoded_member(use.member_id),
        source=use.order.source,
        external_id=use.order.external_id,
        state=use.state.value,
        off_minor=use.off_minor,
        at=instant(use.at),
    )


def encoded_member(member_id: UUID | None) -> str | None:
    """Return the outside id of a member, if there is one."""
    return ids.encode(members.ID_PREFIX, member_id) if member_id else None


def told_at(moment: datetime | None) -> str | None:
    """Return an instant that may be missing."""
    return None if moment is None else instant(moment)
