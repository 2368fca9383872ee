"""What clients say about coupons, and how those stand. Amounts in minor units."""

from typing import Annotated, Literal

from pydantic import Field

from shuke.foundation import ids
from shuke.rooms.coupons import contracts as coupons
from shuke.rooms.programs.contracts import Result
from shuke.surfaces.http.fields import Answer, Body, Code, Instant, Time, instant, integer
from shuke.surfaces.http.schemas.coupon_templates import CouponCode, KindName, encoded_member, told_at
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import KeyBody, KeyedBody

StateName = Literal["issued", "locked", "used", "expired", "frozen", "offered", "void"]
ReasonName = Literal["expired", "not_started", "not_usable", "not_this_member", "limit_reached", "budget_reached"]


class GivenForAnswer(Answer):
    """For which order, or behaviour of the kind `on`, a rule gave a coupon."""

    on: str
    source: str
    external_id: str


class CouponAnswer(Answer):
    """A coupon as it stands; `refused` says why it can't be used now. `member_id` null: whoever brings the code may.

    `given_for` is there where a rule gave it; `order_refunded`: what is left of that order would not have earned it,
    so the coupon is void, or will be once it comes back.
    """

    id: str
    code: str
    template: str
    name: str
    kind: KindName
    offer: str
    value_minor: int | None
    state: StateName
    member_id: str | None
    starts_at: Instant
    ends_at: Instant | None
    issued_at: Instant
    cause: Literal["claim", "push", "rule", "points", "api", "batch", "benefit", "mall", "goodwill"]
    transferable: bool
    refused: ReasonName | None
    given_for: GivenForAnswer | None
    order_refunded: bool
    livemode: bool


class GivenCouponAnswer(Answer):
    """A coupon that a rule gave."""

    id: str
    code: str
    template: str
    name: str
    ends_at: Instant | None


class CouponsAnswer(Answer):
    """Coupons, latest first."""

    items: list[CouponAnswer]
    livemode: bool


class IssueCouponBody(KeyedBody):
    """A coupon for a member, or without one for whoever brings its code. `cause` says by what it comes.

    A claim needs the template's `claim_when`, points also its price, which is taken in the same transaction.
    """

    template: Code
    member: MemberRefBody | None = None
    cause: Literal["api", "claim", "points", "goodwill"] = "api"


class IssuedCouponAnswer(Answer):
    status: Literal["recorded", "repeated"]
    coupon: CouponAnswer
    dry_run: bool
    livemode: bool


class CouponCodeBody(Body):
    """A code as somebody typed or scanned it."""

    code: CouponCode


class CouponUseBody(Body):
    """A coupon for an order: by its code, with what it takes off, and who brings it."""

    code: CouponCode
    member: MemberRefBody | None = None
    order: KeyBody
    off_minor: integer(0, coupons.MINOR_LIMIT) = 0


class CouponUsesBody(Body):
    """Coupons for orders. `until`: set them aside until then; without it, they are used."""

    uses: Annotated[list[CouponUseBody], Field(min_length=1, max_length=100)]


class CouponLockBody(CouponUsesBody):
    """Coupons to be set aside for orders until an instant."""

    until: Time


class CouponUseResult(Answer):
    """What became of one use: `refused` null where it is done."""

    code: str
    refused: ReasonName | None


class CouponUseResults(Answer):
    """What became of each use, in the order given."""

    items: list[CouponUseResult]
    dry_run: bool
    livemode: bool


class CouponOrdersBody(Body):
    """Orders, as their sources call them."""

    orders: Annotated[list[KeyBody], Field(min_length=1, max_length=100)]


class FreedCouponsAnswer(Answer):
    """The coupons that can be used again."""

    coupon_ids: list[str]
    dry_run: bool
    livemode: bool


class CouponGiverBody(Body):
    """Whose coupon it is."""

    member: MemberRefBody


class GiftCodeAnswer(Answer):
    """With `claim_code`, whoever brings it takes the coupon."""

    claim_code: str
    livemode: bool


class AcceptCouponBody(Body):
    """Who takes the coupon that a friend gives."""

    claim_code: CouponCode
    member: MemberRefBody


def given_coupons(result: Result) -> list[GivenCouponAnswer]:
    """Return the coupons that were given for a fact."""
    return [
        GivenCouponAnswer(
            id=ids.encode(coupons.COUPON_PREFIX, each.id),
            code=each.code,
            template=each.template_code,
            name=each.name,
            ends_at=told_at(each.ends_at),
        )
        for each in result.coupons
    ]


def coupon_answer(coupon: coupons.HeldCoupon, *, livemode: bool) -> CouponAnswer:
    """Return a coupon as the API shows it."""
    fact = coupon.given_for
    return CouponAnswer(
        id=ids.encode(coupons.COUPON_PREFIX, coupon.id),
        code=coupon.code,
        template=coupon.template_code,
        name=coupon.name,
        kind=coupon.kind.value,
        offer=coupon.offer,
        value_minor=coupon.value_minor,
        state=coupon.state.value,
        member_id=encoded_member(coupon.member_id),
        starts_at=instant(coupon.starts_at),
        ends_at=told_at(coupon.ends_at),
        issued_at=instant(coupon.issued_at),
        cause=coupon.cause.value,
        transferable=coupon.transferable,
        refused=coupon.refused.value if coupon.refused else None,
        given_for=fact and GivenForAnswer(on=fact.on, source=fact.source, external_id=fact.external_id),
        order_refunded=coupon.order_refunded,
        livemode=livemode,
    )
