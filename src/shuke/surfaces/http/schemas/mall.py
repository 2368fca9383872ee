"""The mall as clients write and read it: items with prices, what a member sees, orders and their fulfilment."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shuke.core.values import reasons
from shuke.engine import facts
from shuke.foundation import ids
from shuke.rooms.mall import contracts as mall
from shuke.rooms.members import contracts as members
from shuke.rooms.payments.contracts import PAYMENT_PREFIX, Payment, State
from shuke.rooms.programs.contracts import Exchanged, ExchangeFact, MallOffer, MallView
from shuke.surfaces.http.fields import Answer, Body, Currency, Instant, Label, Time, instant, integer, text
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import Foreseen, NamedBody

ItemCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
MallOrderId = Annotated[str, StringConstraints(pattern=r"^mlo_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
StoreCode = Annotated[str, StringConstraints(max_length=facts.TEXT_LIMIT, pattern=r"^[^\x00-\x1f\x7f]*$")]
Tags = Annotated[list[Label], Field(max_length=100)]
_Cash = integer(0, mall.CASH_MOST)
_Limit = integer(1, mall.STOCK_MOST)
_Left = Annotated[int, Field(ge=0)]


class PriceBody(Body):
    """What one piece costs whom: those in `tier`, those with `tag`, or (neither) everybody."""

    points: integer(1, mall.POINTS_MOST)  # type: ignore[valid-type]
    cash_minor: _Cash = 0
    tier: Label | None = None
    tag: Label | None = None


class VisibilityBody(Body):
    """Who sees an item; what is empty asks nothing."""

    tiers: Tags = []
    tags: Tags = []
    stores: Tags = []
    starts_at: Time | None = None
    ends_at: Time | None = None


class LimitsBody(Body):
    """How many pieces one member may have in all and in one period, and how many go in one local day to all."""

    per_member: _Limit | None = None
    per_period: _Limit | None = None
    period: mall.Period = mall.Period.MONTH
    per_day: _Limit | None = None


class SupplyBody(Body):
    """Where a virtual item comes from, what that calls it, and what one piece costs us."""

    supplier: ItemCode
    sku: text(200) | None = None  # type: ignore[valid-type]
    cost_minor: _Cash = 0


class ItemBody(Body):
    """An item; the first of `prices` that fits a member is theirs. Kind, supplier and `counted` stay as first written.

    With `revision`, it is changed only if nobody else has changed it since.
    """

    kind: mall.Kind
    name: text(100)  # type: ignore[valid-type]
    description: Annotated[str, StringConstraints(max_length=4_000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")] = ""
    category: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    prices: Annotated[list[PriceBody], Field(min_length=1, max_length=mall.PRICES_MOST)]
    unit: Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9_-]*$")] = ""
    ways: Annotated[list[mall.Way], Field(min_length=1, max_length=3)]
    counted: bool = Field(default=True, strict=True)
    on_sale: bool = Field(default=True, strict=True)
    visibility: VisibilityBody = VisibilityBody()
    limits: LimitsBody = LimitsBody()
    supply: SupplyBody | None = None
    coupon: Label | None = None
    hold_minutes: integer(1, 10_080) = 15  # type: ignore[valid-type]
    picture: UUID | None = None
    revision: integer(1, 2**31 - 1) | None = None  # type: ignore[valid-type]

    def value(self, code: str) -> mall.ItemDraft:
        """Return the item under its code."""
        seen = self.visibility
        return mall.ItemDraft(
            code=code,
            kind=self.kind,
            name=self.name,
            prices=tuple(mall.Price(row.points, row.cash_minor, row.tier or "", row.tag or "") for row in self.prices),
            description=self.description,
            category=self.category,
            unit=self.unit,
            ways=tuple(self.ways),
            counted=self.counted,
            on_sale=self.on_sale,
            visibility=mall.Visibility(
                tuple(seen.tiers), tuple(seen.tags), tuple(seen.stores), seen.starts_at, seen.ends_at
            ),
            limits=mall.Limits(**self.limits.model_dump()),
            supply=mall.Supply(self.supply.supplier, self.supply.sku or "", self.supply.cost_minor)
            if self.supply
            else mall.Supply(),
            coupon=self.coupon or "",
            hold_minutes=self.hold_minutes,
            picture=self.picture,
        )


class StockBody(Body):
    """Pieces that come in (above 0) or are taken off (below 0), and why."""

    change: Annotated[integer(-mall.STOCK_MOST, mall.STOCK_MOST), Field(json_schema_extra={"not": {"const": 0}})]  # type: ignore[valid-type]
    reason: text(reasons.LENGTH_LIMIT)  # type: ignore[valid-type]


class AddressBody(Body):
    """Where something is sent; kept sealed, and deleted when the order is done."""

    name: text(100)  # type: ignore[valid-type]
    phone: text(40)  # type: ignore[valid-type]
    region: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    street: text(300)  # type: ignore[valid-type]


class ExchangeBody(NamedBody):
    """Points given for pieces of an item; `reserve` sets both aside until the order is confirmed.

    `way` is by default the first of the item's; `store` is where the member stands, and where it is picked up. `method`
    is how a cash part is paid, by default the deployment's first.
    """

    member: MemberRefBody
    item: ItemCode
    quantity: integer(1, mall.QUANTITY_MOST) = 1  # type: ignore[valid-type]
    way: mall.Way | None = None
    store: StoreCode = ""
    address: AddressBody | None = None
    reserve: bool = Field(default=False, strict=True)
    method: Label | None = None

    def value(self, source: str, external_id: str) -> ExchangeFact:
        """Return the exchange under its name."""
        return ExchangeFact(
            source=source,
            external_id=external_id,
            member=self.member.value(),
            item=self.item,
            quantity=self.quantity,
            way=self.way,
            store=self.store,
            address=mall.Address(**self.address.model_dump()) if self.address else None,
            reserve=self.reserve,
            method=self.method or "",
        )


class NoteBody(Body):
    """Why an order is ended."""

    reason: Annotated[str, StringConstraints(max_length=reasons.LENGTH_LIMIT, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class TakenBackBody(Body):
    """Why a fulfilled order is taken back, and whether its pieces can be had again."""

    reason: text(reasons.LENGTH_LIMIT)  # type: ignore[valid-type]
    restock: bool = Field(strict=True)


class ShipmentBody(Body):
    """Who carries it, and under which number it is followed."""

    carrier: text(100)  # type: ignore[valid-type]
    tracking: text(100)  # type: ignore[valid-type]


class PickupBody(Body):
    """The code that the member shows, and the store in which it is handed out."""

    code: text(20)  # type: ignore[valid-type]
    store: Label


class PriceAnswer(Answer):
    points: int
    cash_minor: int
    tier: str
    tag: str


class VisibilityAnswer(Answer):
    tiers: list[str]
    tags: list[str]
    stores: list[str]
    starts_at: Instant | None
    ends_at: Instant | None


class LimitsAnswer(Answer):
    per_member: int | None
    per_period: int | None
    period: mall.Period
    per_day: int | None


class SupplyAnswer(Answer):
    supplier: str
    sku: str
    cost_minor: int


class ItemAnswer(Answer):
    """An item; `left` is what is left of its stock, null where that is not counted. A picture is at /pictures/{id}."""

    code: str
    kind: mall.Kind
    name: str
    description: str
    category: str
    prices: list[PriceAnswer]
    unit: str
    ways: list[mall.Way]
    counted: bool
    on_sale: bool
    visibility: VisibilityAnswer
    limits: LimitsAnswer
    supply: SupplyAnswer | None
    coupon: str
    hold_minutes: int
    picture: str | None
    left: _Left | None
    revision: int
    livemode: bool
    dry_run: bool = False


class ItemsAnswer(Answer):
    items: list[ItemAnswer]
    livemode: bool


class MallOfferAnswer(Answer):
    """An item at the member's price: `usable` are their points of its unit, `missing` those wanting for one piece.

    `allowance` is what limits and stock leave them, null where nothing does.
    """

    code: str
    kind: mall.Kind
    name: str
    description: str
    category: str
    ways: list[mall.Way]
    picture: str | None
    unit: str
    points: int
    cash_minor: int
    usable: int
    missing: int
    allowance: _Left | None
    affordable: bool


class MallAnswer(Answer):
    """What a member sees in the mall, by category and code; money in `currency`."""

    member_id: str
    currency: Currency
    items: list[MallOfferAnswer]
    livemode: bool


class MallOrderAnswer(Answer):
    """An order of the mall; `points` and `cash_minor` are for all its pieces, an unfinished one ends at `until`."""

    id: str
    number: str
    member_id: str
    item: str
    name: str
    kind: mall.Kind
    quantity: int
    unit: str
    points: int
    cash_minor: int
    currency: str
    way: mall.Way
    state: mall.State
    store: str
    placed_at: Instant
    until: Instant | None
    pickup_code: str | None
    carrier: str
    tracking: str
    address_masked: str
    livemode: bool
    dry_run: bool = False


class MallPaymentAnswer(Answer):
    """What is asked for the cash part of an order; it is paid at `pay_url`, which the provider tells a moment later."""

    id: str
    state: State
    amount_minor: int
    refunded_minor: int
    currency: str
    method: str
    pay_url: str | None


class ExchangeAnswer(Foreseen):
    """What became of an exchange: recorded, or repeated with the order of the first time as it stands now."""

    status: Literal["recorded", "repeated"]
    order: MallOrderAnswer
    payment: MallPaymentAnswer | None
    livemode: bool


class MallOrderDetailAnswer(MallOrderAnswer):
    """An order of the mall with the payment of its cash part."""

    payment: MallPaymentAnswer | None


class MallOrdersAnswer(Answer):
    items: list[MallOrderAnswer]
    next_cursor: str | None
    livemode: bool


def item_answer(item: mall.Item, *, livemode: bool, dry_run: bool = False) -> ItemAnswer:
    """Return an item as it is stored."""
    draft, seen, limits = item.draft, item.draft.visibility, item.draft.limits
    return ItemAnswer(
        code=draft.code,
        kind=draft.kind,
        name=draft.name,
        description=draft.description,
        category=draft.category,
        prices=[
            PriceAnswer(points=row.points, cash_minor=row.cash_minor, tier=row.tier, tag=row.tag)
            for row in draft.prices
        ],
        unit=draft.unit,
        ways=list(draft.ways),
        counted=draft.counted,
        on_sale=draft.on_sale,
        visibility=VisibilityAnswer(
            tiers=list(seen.tiers),
            tags=list(seen.tags),
            stores=list(seen.stores),
            starts_at=instant(seen.starts_at) if seen.starts_at else None,
            ends_at=instant(seen.ends_at) if seen.ends_at else None,
        ),
        limits=LimitsAnswer(
            per_member=limits.per_member, per_period=limits.per_period, period=limits.period, per_day=limits.per_day
        ),
        supply=SupplyAnswer(supplier=draft.supply.supplier, sku=draft.supply.sku, cost_minor=draft.supply.cost_minor)
        if draft.supply.supplier
        else None,
        coupon=draft.coupon,
        hold_minutes=draft.hold_minutes,
        picture=_picture(draft),
        left=item.left,
        revision=item.revision,
        livemode=livemode,
        dry_run=dry_run,
    )


def mall_answer(view: MallView, *, livemode: bool) -> MallAnswer:
    """Return what a member sees."""
    return MallAnswer(
        member_id=ids.encode(members.ID_PREFIX, view.member_id),
        currency=view.currency,
        items=[_offer(offer) for offer in view.offers],
        livemode=livemode,
    )


def _offer(offer: MallOffer) -> MallOfferAnswer:
    draft = offer.item.draft
    return MallOfferAnswer(
        code=draft.code,
        kind=draft.kind,
        name=draft.name,
        description=draft.description,
        category=draft.category,
        ways=list(draft.ways),
        picture=_picture(draft),
        unit=offer.unit,
        points=offer.price.points,
        cash_minor=offer.price.cash_minor,
        usable=offer.usable,
        missing=offer.missing,
        allowance=offer.allowance,
        affordable=offer.affordable,
    )


def _picture(draft: mall.ItemDraft) -> str | None:
    return str(draft.picture) if draft.picture else None


def mall_order_answer(order: mall.Order, *, livemode: bool, dry_run: bool = False) -> MallOrderAnswer:
    """Return an order as it stands."""
    return MallOrderAnswer(
        id=ids.encode(mall.ORDER_PREFIX, order.id),
        number=order.number,
        member_id=ids.encode(members.ID_PREFIX, order.member_id),
        item=order.item_code,
        name=order.item_name,
        kind=order.kind,
        quantity=order.quantity,
        unit=order.unit,
        points=order.points,
        cash_minor=order.cash_minor,
        currency=order.currency,
        way=order.way,
        state=order.state,
        store=order.store,
        placed_at=instant(order.placed_at),
        until=instant(order.until_at) if order.until_at else None,
        pickup_code=order.pickup_code or None,
        carrier=order.carrier,
        tracking=order.tracking,
        address_masked=order.address_masked,
        livemode=livemode,
        dry_run=dry_run,
    )


def exchange_answer(done: Exchanged, *, livemode: bool, dry_run: bool) -> ExchangeAnswer:
    """Return what became of an exchange."""
    order = mall_order_answer(done.order, livemode=livemode, dry_run=dry_run)
    status = "repeated" if done.repeated else "recorded"
    payment = payment_answer(done.payment)
    return ExchangeAnswer(
        payment=payment, member_id=order.member_id, dry_run=dry_run, status=status, order=order, livemode=livemode
    )


def payment_answer(payment: Payment | None) -> MallPaymentAnswer | None:
    """Return how the payment of a cash part stands."""
    return payment and MallPaymentAnswer(
        id=ids.encode(PAYMENT_PREFIX, payment.id),
        state=payment.state,
        amount_minor=payment.amount_minor,
        refunded_minor=payment.refunded_minor,
        currency=payment.currency,
        method=payment.method,
        pay_url=payment.pay_url or None,
    )
