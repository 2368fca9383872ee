"""Orders: placed within limits and stock, moved from state to state, ended with their pieces given back."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, ids, masks, randomness
from shuke.rooms.mall import checks, delivering, giving, models, moving, queries, stock, stores
from shuke.rooms.mall.contracts import (
    OVER,
    Address,
    Cause,
    Delivered,
    Item,
    Kind,
    Limits,
    Order,
    OrderPage,
    OrderSearch,
    Period,
    Placement,
    State,
    Step,
    Way,
)
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

_DAY_0 = date(1970, 1, 1)
_TAKEN_LETTERS = 8  # of an order's number: 40 bits a day
_CODE_DIGITS = 8


def place(placement: Placement, actor: str) -> Order:
    """Write an order and take its pieces, the stock last of all."""
    item = placement.item
    checks.quantity(placement.quantity)
    _check_way(placement)
    left = allowance(placement.member_id, [item], placement.day)[item.id]
    if left is not None and placement.quantity > left:
        raise limit_reached(left)
    queries.insert_order(_row(placement))
    queries.add_step(placement.id, 1, placement.state, placement.at, actor, "")
    if placement.state is State.DELIVERING:
        delivering.await_delivery(placement.id, item.id)
    _take(placement, actor)
    if placement.state is State.DELIVERING:
        delivering.deliver_at_once(placement.id)
    order = get(placement.id)
    if order.kind is Kind.COUPON and order.state is State.DELIVERED:
        giving.issue(order)
    return order


def _row(placement: Placement) -> dict[str, object]:
    """Return an order as it is written first."""
    item, draft, address = placement.item, placement.item.draft, placement.address
    number = f"M{placement.at:%y%m%d}{ids.encode('', placement.id)[-_TAKEN_LETTERS:]}"
    return {
        "id": placement.id,
        "number": number,
        "source": placement.source,
        "external_id": placement.external_id,
        "member_id": placement.member_id,
        "item_id": item.id,
        "item_code": draft.code,
        "item_name": draft.name,
        "kind": draft.kind.value,
        "quantity": placement.quantity,
        "unit": placement.unit,
        "points": placement.price.points * placement.quantity,
        "cash_minor": placement.price.cash_minor * placement.quantity,
        "currency": placement.currency,
        "counted": draft.counted,
        "way": placement.way.value,
        "state": placement.state.value,
        "store": placement.store,
        "day": placement.day,
        "placed_at": placement.at,
        "until_at": placement.until_at,
        "step_count": 1,
        "pickup_code": _new_pickup_code() if placement.state is State.READY_FOR_PICKUP else "",
        "carrier": "",
        "tracking": "",
        "address_sealed": _sealed(address, placement.id) if address else None,
        "address_masked": _masked(address) if address else "",
        "restocked": False,
    }


def _take(placement: Placement, actor: str) -> None:
    item, quantity, turn = placement.item, placement.quantity, placement.member_id.int
    if item.draft.limits.per_day is not None:
        stock.open_day(item.id, placement.day, placement.id)
    if item.draft.counted:
        at = placement.at
        queries.add_movement(item.id, ids.new_id(), Cause.ORDERED, -quantity, placement.id, "", actor, at)
        stock.take(item.id, stock.OF_ITEM, quantity, turn)
    if item.draft.limits.per_day is not None:
        stock.take(item.id, placement.day, quantity, turn)


def _check_way(placement: Placement) -> None:
    draft = placement.item.draft
    if placement.way not in draft.ways:
        possible = ", ".join(draft.ways)
        raise Refusal(
            "way_not_possible", f"This item goes by: {possible}.", pointer="/way", params={"possible": possible}
        )
    if placement.way is Way.SHIP and placement.address is None:
        raise Refusal("address_required", "Say where it is sent.", pointer="/address")
    if placement.way is Way.PICKUP:
        stores.require_for_pickup(placement.store)
    if placement.address is not None:
        checks.address(placement.address)


def allowance(member_id: UUID, items: Sequence[Item], day: int) -> dict[UUID, int | None]:
    """Return how many more pieces of each item a member may have, None where there is no limit.

    What those had who live on in them counts too.
    """
    by_start: dict[int, list[UUID]] = {}
    asked: dict[UUID, list[tuple[int, int]]] = {item.id: [] for item in items}
    for item in items:
        for first_day, most in _limits(item.draft.limits, day):
            by_start.setdefault(first_day, []).append(item.id)
            asked[item.id].append((first_day, most))
    people = members.records([member_id])[member_id] if by_start else ()
    taken = {start: queries.taken_by(people, item_ids, start) for start, item_ids in by_start.items()}
    return {
        item_id: min((max(0, most - taken[start].get(item_id, 0)) for start, most in limits), default=None)
        for item_id, limits in asked.items()
    }


def _limits(limits: Limits, day: int) -> list[tuple[int, int]]:
    """Return the limits of a member as (first day, most)."""
    found = [] if limits.per_member is None else [(0, limits.per_member)]
    return found if limits.per_period is None else [*found, (first_day(limits.period, day), limits.per_period)]


def first_day(period: Period, day: int) -> int:
    """Return the first day of the period that a local day lies in."""
    civil = _DAY_0 + timedelta(days=day)
    starts = {
        Period.DAY: civil,
        Period.WEEK: civil - timedelta(days=civil.weekday()),
        Period.MONTH: civil.replace(day=1),
        Period.YEAR: civil.replace(month=1, day=1),
    }
    return (starts[period] - _DAY_0).days


def limit_reached(left: int) -> Refusal:
    detail = f"The member may have {left} more of this item."
    return Refusal("item_limit_reached", detail, pointer="/quantity", params={"left": left})


def first_state(kind: Kind, way: Way) -> State:
    """Return the state in which an order begins once all is paid."""
    if kind is Kind.VIRTUAL:
        return State.DELIVERING
    return {Way.SHIP: State.TO_SHIP, Way.PICKUP: State.READY_FOR_PICKUP, Way.DELIVER: State.DELIVERED}[way]


def begin(order_id: UUID, actor: str, at: datetime) -> Order:
    """Let an order begin that was held until all was paid."""
    row = moving.locked(order_id)
    state = first_state(Kind(row.kind), Way(row.way))
    code = _new_pickup_code() if state is State.READY_FOR_PICKUP else ""
    moving.to(row, state, at, actor, "", {"until_at": None, "pickup_code": code})
    if state is State.DELIVERING:
        delivering.await_delivery(row.pk, row.item_id)
        delivering.deliver_at_once(row.pk)
    order = get(order_id)
    if order.kind is Kind.COUPON:
        giving.issue(order)
    return order


def move(order_id: UUID, state: State, actor: str, at: datetime, note: str = "", **values: str) -> Order:
    """Move an order on to a state that may follow the one it is in.

    Raises:
        Refusal: `unknown_mall_order`, `order_in_other_state`.
    """
    row = moving.locked(order_id)
    gone: dict[str, object] = {"address_sealed": None} if state is State.DONE else {}
    moving.to(row, state, at, actor, note, {**values, **gone})
    return get(order_id)


def cancel(order_id: UUID, actor: str, at: datetime, note: str) -> Order:
    """End an order before it is fulfilled, its pieces back in stock; one that is over is answered as it is."""
    row = moving.locked(order_id)
    if row.state == State.DELIVERING:
        delivery = queries.lock_delivery(order_id)
        if delivery is None or delivery.state != Delivered.REFUSED:
            raise Refusal("delivery_uncertain", "The supplier has been asked; wait for its answer.")
    return _end(row, State.CANCELLED, actor, at, note, restock=True)


def refund(order_id: UUID, actor: Actor, at: datetime, note: str, *, restock: bool) -> Order:
    """End an order after it was fulfilled; its pieces go back into stock where they can be given away again.

    Coupons that it gave are frozen.
    """
    row = moving.locked(order_id)
    if row.kind == Kind.COUPON and State(row.state) not in OVER:
        giving.take_back(_order(row), note, actor)
    return _end(row, State.REFUNDED, actor.label, at, note, restock=restock)


def _end(row: models.Order, state: State, actor: str, at: datetime, note: str, *, restock: bool) -> Order:
    if State(row.state) in OVER:
        return _order(row)
    back = row.counted and restock
    gone = {"address_sealed": None, "pickup_code": "", "until_at": None, "restocked": back}
    moving.to(row, state, at, actor, note, gone)
    turn = row.member_id.int
    if back:
        queries.add_movement(row.item_id, ids.new_id(), Cause.RETURNED, row.quantity, row.pk, "", actor, at)
        stock.give_back(row.item_id, stock.OF_ITEM, row.quantity, turn)
    stock.give_back(row.item_id, row.day, row.quantity, turn)
    return get(row.pk)


# --- picking up ---


def _new_pickup_code() -> str:
    """Draw digits that no order waits under, with a check digit."""
    while True:
        drawn = int.from_bytes(randomness.token_bytes(8), "big") % 10**_CODE_DIGITS
        digits = f"{drawn:0{_CODE_DIGITS}d}"
        code = digits + checks.luhn(digits)
        if queries.order(pickup_code=code, state=State.READY_FOR_PICKUP) is None:
            return code


def find_pickup(code: str) -> Order:
    """Return the order that waits under a pickup code.

    Raises:
        Refusal: `pickup_code_wrong` where a digit can't be right, `pickup_code_unknown`, `pickup_code_used`.
    """
    digits = "".join(code.split())
    sound = digits.isascii() and digits.isdigit() and len(digits) == _CODE_DIGITS + 1
    if not sound or checks.luhn(digits[:-1]) != digits[-1]:
        raise Refusal("pickup_code_wrong", "A digit of this code is not right; look again.", pointer="/code")
    row = queries.order(pickup_code=digits, state=State.READY_FOR_PICKUP)
    if row is None:
        raise _nothing_waits(queries.picked_up_at(digits))
    return _order(row)


def _nothing_waits(picked_up_at: datetime | None) -> Refusal:
    if picked_up_at is None:
        return Refusal("pickup_code_unknown", "Nothing waits under this code.", pointer="/code")
    own = org.organisation()
    at = f"{picked_up_at.astimezone(ZoneInfo(own.time_zone if own else 'UTC')):%Y-%m-%d %H:%M}"
    return Refusal("pickup_code_used", f"This was picked up already, on {at}.", pointer="/code", params={"at": at})


def hand_out(code: str, store: str, actor: str, at: datetime) -> Order:
    """Hand out what waits under a code, in the store where it waits."""
    moving.locked(find_pickup(code).id)
    order = find_pickup(code)  # again under the lock: who comes second is told that somebody was first
    if order.store not in {"", store}:
        detail = f"This order waits in the store {order.store}."
        raise Refusal("pickup_elsewhere", detail, pointer="/store", params={"store": order.store})
    return move(order.id, State.PICKED_UP, actor, at, store)


# --- read ---


def get(order_id: UUID) -> Order:
    """Return an order.

    Raises:
        Refusal: `unknown_mall_order`.
    """
    row = queries.order(pk=order_id)
    if row is None:
        raise moving.unknown_order()
    return _order(row)


def page(search: OrderSearch, limit: int, cursor: str | None) -> OrderPage:
    """Return orders, last placed first; those of a member with those of who lives on in them."""
    before = ids.decode("", f"_{cursor}") if cursor else None
    people = members.records([search.member_id])[search.member_id] if search.member_id else ()
    rows = queries.orders(search, people, limit + 1, before)
    following = ids.encode("", rows[limit - 1].pk)[1:] if len(rows) > limit else None
    return OrderPage(tuple(map(_order, rows[:limit])), following)


def steps(order_id: UUID) -> list[Step]:
    """Return the states that an order came to, in turn."""
    return [Step(State(row.state), row.at, row.actor, row.note) for row in queries.steps(order_id)]


def address_of(order_id: UUID) -> Address:
    """Open where an order is sent.

    Raises:
        Refusal: `unknown_mall_order`, `address_gone`.
    """
    row = queries.order(pk=order_id)
    if row is None:
        raise moving.unknown_order()
    if row.address_sealed is None:
        raise Refusal("address_gone", "This order has no address, or it was deleted when the order was done.")
    return Address(**json.loads(encryption.open_sealed(row.address_sealed, _context(order_id))))


def _sealed(address: Address, order_id: UUID) -> bytes:
    return encryption.seal(json.dumps(asdict(address), ensure_ascii=False), _context(order_id))


def _context(order_id: UUID) -> str:
    return f"mall_order.address.{order_id}"


def _masked(address: Address) -> str:
    return f"{masks.name(address.name)} {masks.phone(address.phone)} {address.region}".strip()


def _order(row: models.Order) -> Order:
    return Order(
        id=row.pk,
        number=row.number,
        source=row.source,
        external_id=row.external_id,
        member_id=row.member_id,
        item_id=row.item_id,
        item_code=row.item_code,
        item_name=row.item_name,
        kind=Kind(row.kind),
        quantity=row.quantity,
        unit=row.unit,
        points=row.points,
        cash_minor=row.cash_minor,
        currency=row.currency,
        way=Way(row.way),
        state=State(row.state),
        store=row.store,
        placed_at=row.placed_at,
        until_at=row.until_at,
        pickup_code=row.pickup_code,
        carrier=row.carrier,
        tracking=row.tracking,
        address_masked=row.address_masked if row.address_sealed else "",
    )
