"""The verbs of the mall: items and their stock, orders from state to state, suppliers and what they delivered.

What moves points is a verb of programs, which calls `quote` and `place`, `begin` or `end` in its unit of work.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guards, ids
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.mall import checks, delivering, items, ordering, pricing, queries, stock
from shuke.rooms.mall.contracts import (
    ITEM_PREFIX,
    ORDER_PREFIX,
    Address,
    Delivery,
    Item,
    ItemDraft,
    Movement,
    Order,
    OrderPage,
    OrderSearch,
    Picture,
    Placement,
    Price,
    Restock,
    Shopper,
    State,
    Statement,
    Step,
    Supplier,
    SupplierDraft,
    SupplierKind,
    SupplierView,
    Wanted,
)
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

STOCK_ADDS_UP = Invariant(
    "I17", "What is left of every item is what came less what orders took and did not give back; never below zero."
)

GUARDS = (
    Guard("mall_movement", "mall_movement_append_only", CHANGE),
    Guard("mall_movement", "mall_movement_never_emptied", EMPTYING),
    Guard("mall_order_step", "mall_order_step_append_only", CHANGE),
    Guard("mall_order_step", "mall_order_step_never_emptied", EMPTYING),
)

# --- items ---


def create_item(draft: ItemDraft, actor: Actor) -> Item:
    """Store a new item, without stock.

    Raises:
        Refusal: `bad_code`, `item_exists`, `text_length`, `text_characters`, `out_of_bounds`, `price_required`,
            `price_unreached`, `way_not_possible`, `item_ends_before`, `unknown_store`, `unknown_supplier`,
            `unknown_picture`.
    """
    with unit_of_work():
        item = items.create(draft)
        org.audit("mall.item_created", ids.encode(ITEM_PREFIX, item.id), None, _told(item), actor)
        return item


def change_item(item_id: UUID, draft: ItemDraft, actor: Actor, revision: int | None = None) -> Item:
    """Change an item; with `revision`, only if nobody else has changed it since. Orders keep what they were placed at.

    Raises:
        Refusal: `unknown_item`, `item_changed`, `item_fixed`, and as `create_item`.
    """
    with unit_of_work():
        before, after = items.change(item_id, draft, revision)
        org.audit("mall.item_changed", ids.encode(ITEM_PREFIX, item_id), _told(before), _told(after), actor)
        return after


def _told(item: Item) -> dict[str, object]:
    draft = item.draft
    prices = [f"{row.tier or '*'} {row.tag or '*'}: {row.points} + {row.cash_minor}" for row in draft.prices]
    return {"code": item.code, "name": item.name, "on_sale": draft.on_sale, "prices": "; ".join(prices)}


def item(item_id: UUID) -> Item:
    """Return an item. Raises: Refusal `unknown_item`."""
    return items.get(item_id)


def item_by_code(code: str) -> Item:
    """Return an item by its code. Raises: Refusal `unknown_item`."""
    return items.by_code(code)


def all_items() -> list[Item]:
    """Return every item, by category and code. Raises: nothing."""
    return items.of_rows(queries.items())


def keep_picture(content: bytes) -> UUID:
    """Keep a picture and return its id; the same picture has the same one.

    Raises:
        Refusal: `picture_too_large`, `not_a_picture`.
    """
    with unit_of_work():
        return items.keep_picture(content)


def picture(picture_id: UUID) -> Picture:
    """Return a picture. Raises: Refusal `unknown_picture`."""
    return items.picture(picture_id)


# --- stock ---


def restock(changes: Sequence[Restock], actor: Actor) -> dict[UUID, int]:
    """Add pieces to stock or take them off, all or none, and return what is left of each item.

    Raises:
        Refusal: `unknown_item`, `out_of_bounds`, `stock_unchanged`, `stock_below_zero`, `stock_not_by_hand`,
            `reason_required`, `reason_too_long`.
    """
    with unit_of_work():
        left = items.restock(changes, actor.label, clock.business_now())
        for each in changes:
            after = {"change": each.change, "reason": each.reason}
            org.audit("mall.restocked", ids.encode(ITEM_PREFIX, each.item_id), None, after, actor)
        return left


def import_cards(item_id: UUID, codes: Iterable[str], actor: Actor) -> tuple[int, int]:
    """Add codes to an item's pool, and as many pieces to its stock; return (new, there already).

    Raises:
        Refusal: `unknown_item`, `not_a_pool`, `out_of_bounds`, `text_length`.
    """
    with unit_of_work():
        added, known = items.import_cards(item_id, codes, actor.label, clock.business_now())
        org.audit("mall.cards_imported", ids.encode(ITEM_PREFIX, item_id), None, {"new": added, "known": known}, actor)
        return added, known


def change_and_restock(item_id: UUID, draft: ItemDraft, change: Restock | None, actor: Actor) -> Item:
    """Change an item and what is left of it, all or nothing; what stays as it is leaves no trace.

    Raises:
        Refusal: as `change_item` and `restock`.
    """
    with unit_of_work():
        if draft != items.get(item_id).draft:
            change_item(item_id, draft, actor)
        if change is not None:
            restock([change], actor)
        return items.get(item_id)


def movements(item_id: UUID, limit: int, before: UUID | None = None) -> list[Movement]:
    """Return how an item's stock moved, newest first, those before one. Raises: nothing."""
    return items.movements(item_id, limit, before)


# --- what a shopper sees ---


def visible(shopper: Shopper, now: datetime) -> list[tuple[Item, Price]]:
    """Return the items that a shopper sees at an instant, each with their price. Raises: nothing."""
    seen = (item for item in items.of_rows(queries.items(on_sale=True)) if pricing.is_visible(item, shopper, now))
    priced = ((item, pricing.price_of(item, shopper)) for item in seen)
    return [(item, price) for item, price in priced if price is not None]


def allowance(member_id: UUID, of: Sequence[Item], day: int) -> dict[UUID, int | None]:
    """Return how many more pieces of each item a member may have as of a local day, None: any. Raises: nothing."""
    return ordering.allowance(member_id, of, day)


def left_today(of: Sequence[Item], day: int) -> dict[UUID, int | None]:
    """Return how many pieces of each item may still go in a local day, None: any. Raises: nothing."""
    opened = queries.left([item.id for item in of if item.draft.limits.per_day is not None], day)
    return {item.id: opened.get(item.id, item.draft.limits.per_day) for item in of}


def check_left(item: Item, quantity: int, day: int) -> None:
    """Refuse early what is sold out as committed, so that a rush for nothing costs nobody a lock.

    Raises:
        Refusal: `sold_out`, `sold_out_today`.
    """
    if item.left is not None and item.left < quantity:
        raise stock.sold_out(stock.OF_ITEM)
    today = left_today([item], day)[item.id]
    if today is not None and today < quantity:
        raise stock.sold_out(day)


def quote(item: Item, quantity: int, shopper: Shopper, now: datetime) -> Price:
    """Return what a piece costs a shopper.

    Raises:
        Refusal: `out_of_bounds`, `item_not_for_sale` where it is not on sale, or not to this shopper.
    """
    checks.quantity(quantity)
    price = pricing.price_of(item, shopper) if pricing.is_visible(item, shopper, now) else None
    if price is None:
        raise Refusal("item_not_for_sale", "This item is not on sale now, or not for this member.", pointer="/item")
    return price


# --- orders ---


def place(placement: Placement, actor: Actor) -> Order:
    """Write an order and take its pieces, the stock last; the caller has locked the member and taken the points.

    Raises:
        Refusal: `out_of_bounds`, `way_not_possible`, `address_required`, `store_required`, `unknown_store`,
            `text_length`, `text_characters`, `item_limit_reached`, `sold_out`, `sold_out_today`, and as `coupons.issue`
            tells it.
    """
    with unit_of_work():
        return ordering.place(placement, actor.label)


first_state = ordering.first_state


def begin(order_id: UUID, actor: Actor, at: datetime) -> Order:
    """Let an order begin that was held until all was paid.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state`.
    """
    with unit_of_work():
        return ordering.begin(order_id, actor.label, at)


def cancel(order_id: UUID, actor: Actor, at: datetime, note: str) -> Order:
    """End an order before it is fulfilled, its pieces back in stock; the caller gives the points back.

    One that is over is answered as it is.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state`, `delivery_uncertain`.
    """
    with unit_of_work():
        return ordering.cancel(order_id, actor.label, at, note)


def refund(order_id: UUID, actor: Actor, at: datetime, note: str, *, restock: bool) -> Order:
    """End an order after it was fulfilled, its pieces back in stock where `restock` says so; the caller gives the
    points back. Coupons that it gave are frozen. One that is over is answered as it is.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state`, and as `coupons.freeze` where one was used.
    """
    with unit_of_work():
        return ordering.refund(order_id, actor, at, note, restock=restock)


def ship(order_id: UUID, carrier: str, tracking: str, actor: Actor) -> Order:
    """Note that an order was sent.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state`, `text_length`, `text_characters`.
    """
    checks.label("/carrier", carrier, least=1)
    checks.label("/tracking", tracking, least=1)
    return _moved(order_id, State.SHIPPED, actor, carrier=carrier, tracking=tracking)


def complete(order_id: UUID, actor: Actor) -> Order:
    """Note that what was sent has arrived; the address is deleted.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state`.
    """
    return _moved(order_id, State.DONE, actor)


def _moved(order_id: UUID, state: State, actor: Actor, **values: str) -> Order:
    with unit_of_work():
        order = ordering.move(order_id, state, actor.label, clock.business_now(), **values)
        org.audit(f"mall.order_{state}", ids.encode(ORDER_PREFIX, order_id), None, values, actor)
        return order


def find_pickup(code: str) -> Order:
    """Return the order that waits under a pickup code.

    Raises: Refusal `pickup_code_wrong`, `pickup_code_unknown`, `pickup_code_used` with the minute `at`, the shop's.
    """
    return ordering.find_pickup(code)


def hand_out(code: str, store: str, actor: Actor) -> Order:
    """Hand out what waits under a code in a store.

    Raises:
        Refusal: `pickup_code_wrong`, `pickup_code_unknown`, `pickup_code_used` (with `at`), `pickup_elsewhere`.
    """
    with unit_of_work():
        order = ordering.hand_out(code, store, actor.label, clock.business_now())
        org.audit("mall.order_picked_up", ids.encode(ORDER_PREFIX, order.id), None, {"store": store}, actor)
        return order


def order(order_id: UUID) -> Order:
    """Return an order. Raises: Refusal `unknown_mall_order`."""
    return ordering.get(order_id)


def orders_page(search: OrderSearch, limit: int, cursor: str | None = None) -> OrderPage:
    """Return up to `limit` orders, last placed first. Raises: Refusal `invalid_id` of a cursor that no page gave."""
    return ordering.page(search, limit, cursor)


def order_counts() -> dict[State, int]:
    """Return how many orders are in each state. Raises: nothing."""
    return {State(state): count for state, count in queries.counts().items()}


def steps(order_id: UUID) -> list[Step]:
    """Return the states that an order came to, in turn. Raises: nothing."""
    return ordering.steps(order_id)


def lapsed(now: datetime, limit: int) -> list[UUID]:
    """Return up to `limit` orders that were not finished in time. Raises: nothing."""
    return queries.lapsed(now, limit)


def reveal_address(order_id: UUID, reason: str, actor: Actor) -> Address:
    """Show where an order is sent, and note who looked.

    Raises:
        Refusal: `unknown_mall_order`, `address_gone`, `reason_required`, `reason_too_long`.
    """
    reasons.require(reason)
    with unit_of_work():
        address = ordering.address_of(order_id)
        org.audit("mall.address_revealed", ids.encode(ORDER_PREFIX, order_id), None, {"reason": reason}, actor)
        return address


# --- virtual goods ---


def supplied_by(kind: SupplierKind, supplier: Supplier) -> None:
    """Let `supplier` be asked wherever an item comes from a supplier of this kind. Raises: nothing."""
    delivering.supplied_by(kind, supplier)


def due_deliveries(limit: int) -> list[UUID]:
    """Return up to `limit` orders whose supplier is to be asked now. Raises: nothing."""
    return delivering.due(limit)


def refused_deliveries(limit: int) -> list[UUID]:
    """Return orders that wait for what their supplier has refused, oldest first. Raises: nothing."""
    return queries.refused_deliveries(limit)


def ask_supplier(order_id: UUID) -> Delivery | None:
    """Ask the supplier of an order and book its answer; None where it was not time to. Raises: nothing."""
    return delivering.ask(order_id)


def take_cards(wanted: Wanted) -> tuple[str, ...]:
    """Give codes of the item's pool to an order, the same again where it has them; none: too few. Raises: nothing."""
    with unit_of_work():
        return delivering.take_cards(wanted)


def deliveries(order_ids: Sequence[UUID]) -> dict[UUID, Delivery]:
    """Return how the deliveries of virtual orders stand, by order. Raises: nothing."""
    return delivering.deliveries(list(order_ids))


def codes_for(order_id: UUID, member_id: UUID) -> tuple[str, ...]:
    """Show the codes of an order to the member whose they are, or in whom that one lives on; none until delivered.

    Raises:
        Refusal: `unknown_mall_order`, of another member's too.
    """
    if ordering.get(order_id).member_id not in members.records([member_id])[member_id]:
        raise Refusal("unknown_mall_order", "There is no such order of the mall.")
    return delivering.codes_of(order_id)


def reveal_codes(order_id: UUID, reason: str, actor: Actor) -> tuple[str, ...]:
    """Show the codes of an order, and note who looked.

    Raises:
        Refusal: `unknown_mall_order`, `reason_required`, `reason_too_long`.
    """
    reasons.require(reason)
    with unit_of_work():
        found = ordering.get(order_id)
        org.audit("mall.codes_revealed", ids.encode(ORDER_PREFIX, found.id), None, {"reason": reason}, actor)
        return delivering.codes_of(order_id)


def write_supplier(draft: SupplierDraft, actor: Actor) -> SupplierView:
    """Make a supplier, or change the one with this code; an empty secret keeps the one that is stored.

    Raises:
        Refusal: `bad_code`, `text_length`, `text_characters`, `supplier_url`, `item_fixed` where its kind would change.
    """
    with unit_of_work():
        supplier = delivering.write_supplier(draft)
        after = {"name": supplier.name, "kind": supplier.kind.value, "url": supplier.url, "active": supplier.active}
        org.audit("mall.supplier_written", supplier.code, None, after, actor)
        return supplier


def suppliers() -> list[SupplierView]:
    """Return all suppliers, by code. Raises: nothing."""
    return delivering.suppliers()


def statement(supplier: str, year: int, month: int) -> Statement:
    """Return what a supplier is to be paid for a month of the organisation's time.

    Raises:
        Refusal: `unknown_supplier`, `out_of_bounds`.
    """
    shop = org.organisation()
    return delivering.statement(supplier, year, month, shop.time_zone if shop else "UTC")


def verify() -> Verification:
    """Check that stock, its movements and orders say the same. Raises: nothing."""
    found = [Violation(STOCK_ADDS_UP.id, member_id, told) for member_id, told in queries.verify_stock()]
    if guards.broken(GUARDS):
        detail = "Movements of stock can be changed: a trigger that refuses it is missing, off or another."
        found.append(Violation(STOCK_ADDS_UP.id, None, detail))
    return Verification((STOCK_ADDS_UP,), tuple(found))
