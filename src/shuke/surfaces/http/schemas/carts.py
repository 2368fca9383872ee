"""A cart as clients tell it, and what offers make of it."""

from typing import Annotated, Final

from pydantic import FailFast, Field

from shuke.core.offers.model import Reason
from shuke.engine import facts
from shuke.foundation import clock, ids
from shuke.rooms.members import contracts as members
from shuke.rooms.programs.contracts import AppliedOffer, CartPriced, OrderFact
from shuke.surfaces.http.fields import AmountMinor, Answer, Attributes, Body, Currency, Label
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.orders import LineBody

CART: Final = "cart"  # stands where an order has its name


class CartBody(Body):
    """What somebody is about to buy, at listed prices, in minor units of `currency`; without `member`, a guest."""

    member: MemberRefBody | None = None
    currency: Currency
    shipping_minor: AmountMinor = 0
    store: Label | None = None
    channel: Label | None = None
    attributes: Attributes = Field(default={})
    lines: Annotated[list[LineBody], FailFast(), Field(min_length=1, max_length=facts.LINES_LIMIT)]

    def value(self) -> OrderFact:
        """Return the order that it would be now, paid as listed, shipping included."""
        listed = sum(line.net_minor for line in self.lines) + self.shipping_minor
        return OrderFact(
            source=CART,
            external_id=CART,
            member=self.member.value() if self.member else None,
            occurred_at=clock.business_now(),
            net_minor=listed,
            gross_minor=listed,
            currency=self.currency,
            store=self.store or "",
            channel=self.channel or "",
            lines=tuple(line.value() for line in self.lines),
            shipping_minor=self.shipping_minor,
            attributes=dict(self.attributes),
        )


class CartLineAnswer(Answer):
    """A line: what offers take off it, and what it then costs."""

    off_minor: int
    pay_minor: int


class GiftAnswer(Answer):
    """Pieces that come with the order."""

    sku: str
    quantity: int


class AppliedOfferAnswer(Answer):
    """An offer that applies: minor units off in all and off shipping, gifts, how many times the points are earned."""

    code: str
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


class CartAnswer(Answer):
    """A cart with its offers. `lines` stand in the order of the request; amounts in minor units."""

    member_id: str | None
    program: str
    version: int
    currency: str
    listed_minor: int
    off_minor: int
    shipping_minor: int
    pay_minor: int
    lines: list[CartLineAnswer]
    applied: list[AppliedOfferAnswer]
    refused: list[RefusedOfferAnswer]
    livemode: bool


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
        off_minor=listed - priced.pay_minor,
        shipping_minor=priced.shipping_minor,
        pay_minor=priced.pay_minor,
        lines=lines,
        applied=[_applied(each) for each in priced.applied],
        refused=[RefusedOfferAnswer(code=code, name=name, reason=reason) for code, name, reason in priced.refused],
        livemode=livemode,
    )


def _applied(offer: AppliedOffer) -> AppliedOfferAnswer:
    return AppliedOfferAnswer(
        code=offer.code,
        name=offer.name,
        off_minor=offer.off_minor,
        shipping_off_minor=offer.shipping_off_minor,
        gifts=[GiftAnswer(sku=gift.sku, quantity=gift.quantity) for gift in offer.gifts],
        points_times=str(float(offer.points_times)).removesuffix(".0"),
    )
