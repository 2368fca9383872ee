"""A cart as clients tell it, and what offers make of it."""

from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Final

from pydantic import FailFast, Field, StrictBool, StringConstraints

from shuke.core.offers.model import Reason
from shuke.engine import facts
from shuke.foundation import clock, ids
from shuke.rooms.coupons.contracts import COUPON_PREFIX
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import (
    AppliedOffer,
    CartCommitted,
    CartPriced,
    Choice,
    OrderFact,
    PointsOffered,
    Taxes,
    ValueOffered,
)
from shuke.surfaces.http.fields import (
    POINTS_LIMIT,
    AmountMinor,
    Answer,
    Attributes,
    Body,
    Currency,
    ExternalIdText,
    Label,
    Source,
    Time,
    integer,
)
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import UnitPoints, by_unit
from shuke.surfaces.http.schemas.orders import LineBody, OrderResult, order_result

COUPONS_LIMIT = 30
CART: Final = "cart"  # stands where an order has its name
Percent = Annotated[str, StringConstraints(pattern=r"^(100|[0-9]{1,2}(\.[0-9]{1,4})?)$")]


class CartLineBody(LineBody):
    """A line of a cart at its listed price; `tax_percent` is its tax."""

    tax_percent: Percent = "0"


class CartBody(Body):
    """What somebody is about to buy, at listed prices, in minor units of `currency`; without `member`, a guest.

    `prices_with_tax`: prices hold their tax, or it comes on top of what they are after offers. `points` are paid with
    at most, in the smallest fraction of the unit that pays; none where it is missing. `coupons` are the codes to use
    where they save anything; the best of all that the member has where it is missing, none where it is empty.
    `value_minor` of what is left then is paid with stored value at most, nothing where it is missing. `occurred_at` is
    when it will be bought, now by default.
    """

    member: MemberRefBody | None = None
    currency: Currency
    shipping_minor: AmountMinor = 0
    prices_with_tax: StrictBool = True
    points: integer(0, POINTS_LIMIT) | None = None
    coupons: Annotated[list[Label], Field(max_length=COUPONS_LIMIT)] | None = None
    value_minor: AmountMinor | None = None
    occurred_at: Time | None = None
    store: Label | None = None
    channel: Label | None = None
    attributes: Attributes = Field(default={})
    lines: Annotated[list[CartLineBody], FailFast(), Field(min_length=1, max_length=facts.LINES_LIMIT)]

    def value(self) -> OrderFact:
        """Return the order that it would be, paid as listed, shipping included."""
        listed = sum(line.net_minor for line in self.lines) + self.shipping_minor
        return OrderFact(
            source=CART,
            external_id=CART,
            member=self.member.value() if self.member else None,
            occurred_at=self.occurred_at or clock.business_now(),
            net_minor=listed,
            gross_minor=listed,
            currency=self.currency,
            store=self.store or "",
            channel=self.channel or "",
            lines=tuple(line.value() for line in self.lines),
            shipping_minor=self.shipping_minor,
            attributes=dict(self.attributes),
        )

    def choice(self) -> Choice:
        """Return what the buyer chose."""
        return Choice(self.points, None if self.coupons is None else tuple(self.coupons), self.value_minor)

    def taxes(self) -> Taxes:
        """Return the tax of each line."""
        return Taxes(tuple(Fraction(line.tax_percent) / 100 for line in self.lines), included=self.prices_with_tax)


class CartCommitBody(CartBody):
    """A cart that is bought: (source, external_id) names its order for ever.

    `expected_minor` is what the buyer was told to pay in money; where it is something else by now, nothing is done.
    """

    source: Source
    external_id: ExternalIdText
    occurred_at: Time
    expected_minor: AmountMinor | None = None

    def value(self) -> OrderFact:
        return replace(CartBody.value(self), source=self.source, external_id=self.external_id)


class CartLineAnswer(Answer):
    """A line: what offers take off it, and what it then costs."""

    off_minor: int
    pay_minor: int


class GiftAnswer(Answer):
    """Pieces that come with the order."""

    sku: str
    quantity: int


class AppliedOfferAnswer(Answer):
    """An offer that applies: minor units off in all and off shipping, gifts, how many times the points are earned.

    Of a coupon, `code` is its code and `coupon_id` is there.
    """

    code: str
    coupon_id: str | None
    name: str
    off_minor: int
    shipping_off_minor: int
    gifts: list[GiftAnswer]
    points_times: str


class RefusedOfferAnswer(Answer):
    """An offer that does not apply, and why."""

    code: str
    name: str
    reason: Reason


class PointsOfferedAnswer(Answer):
    """Points that may pay: from `least` to `most` in whole `step`s, none where `most` is 0; `used` are those chosen.

    `most_minor` and `used_minor` are what they pay, `scale` the decimal places of the unit.
    """

    unit: str
    scale: int
    least: int
    step: int
    most: int
    most_minor: int
    used: int
    used_minor: int


class ValueOfferedAnswer(Answer):
    """Stored value that may pay, after offers, coupons and points: `most_minor` of it; as chosen, so much is used."""

    most_minor: int
    used_minor: int
    used_principal_minor: int
    used_bonus_minor: int


class GivesAnswer(Answer):
    """A template that would give a coupon for the order by its rule."""

    template: str
    name: str


class CartAnswer(Answer):
    """A cart with its offers. `lines` stand in the order of the request; amounts in minor units.

    `total_minor` is what it costs, tax and all, of which `points` and stored `value` pay a part and `pay_minor` is paid
    in money; `tax_minor` is the tax within. `points` and `value` are null where none can pay. `earns` is what the order
    would earn by the rules, null where no program would decide it, and `gives` the coupons that it would give by rules.
    """

    member_id: str | None
    program: str
    version: int
    currency: str
    listed_minor: int
    off_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    pay_minor: int
    lines: list[CartLineAnswer]
    applied: list[AppliedOfferAnswer]
    refused: list[RefusedOfferAnswer]
    points: PointsOfferedAnswer | None
    value: ValueOfferedAnswer | None
    earns: list[UnitPoints] | None
    gives: list[GivesAnswer]
    livemode: bool


class CartCommitAnswer(OrderResult):
    """What became of the order, and the cart as it was priced when it was committed."""

    cart: CartAnswer


def commit_answer(body: CartCommitBody, committed: CartCommitted, *, livemode: bool, dry_run: bool) -> CartCommitAnswer:
    """Return the answer to a cart that was committed."""
    order = order_result(body, committed.order, livemode=livemode, dry_run=dry_run)
    return CartCommitAnswer(**order.model_dump(), cart=cart_answer(body, committed.priced, livemode=livemode))


def cart_answer(body: CartBody, priced: CartPriced, *, livemode: bool) -> CartAnswer:
    """Return the answer to a cart."""
    lines = [
        CartLineAnswer(off_minor=line.net_minor - left, pay_minor=left)
        for line, left in zip(body.lines, priced.lines_minor, strict=True)
    ]
    listed = sum(line.net_minor for line in body.lines) + body.shipping_minor
    return CartAnswer(
        member_id=ids.encode(members.ID_PREFIX, priced.member_id) if priced.member_id else None,
        program=priced.program,
        version=priced.version,
        currency=priced.currency,
        listed_minor=listed,
        off_minor=listed - sum(priced.lines_minor) - priced.shipping_minor,
        shipping_minor=priced.shipping_minor,
        tax_minor=priced.tax_minor,
        total_minor=priced.total_minor,
        pay_minor=priced.pay_minor,
        lines=lines,
        applied=[_applied(each) for each in priced.applied],
        refused=[RefusedOfferAnswer(code=code, name=name, reason=reason) for code, name, reason in priced.refused],
        points=_points(priced.points) if priced.points else None,
        value=_value(priced.value) if priced.value else None,
        earns=None if priced.earns is None else by_unit(priced.earns),
        gives=[GivesAnswer(template=template, name=name) for template, name in priced.gives],
        livemode=livemode,
    )


def _applied(offer: AppliedOffer) -> AppliedOfferAnswer:
    return AppliedOfferAnswer(
        code=offer.code,
        coupon_id=ids.encode(COUPON_PREFIX, offer.coupon_id) if offer.coupon_id else None,
        name=offer.name,
        off_minor=offer.off_minor,
        shipping_off_minor=offer.shipping_off_minor,
        gifts=[GiftAnswer(sku=gift.sku, quantity=gift.quantity) for gift in offer.gifts],
        points_times=str(float(offer.points_times)).removesuffix(".0"),
    )


def _value(value: ValueOffered) -> ValueOfferedAnswer:
    return ValueOfferedAnswer(**{name: getattr(value, name) for name in ValueOfferedAnswer.model_fields})


def _points(points: PointsOffered) -> PointsOfferedAnswer:
    return PointsOfferedAnswer(**{name: getattr(points, name) for name in PointsOfferedAnswer.model_fields})
