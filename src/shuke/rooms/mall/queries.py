"""The statements of the mall, one function each. They decide nothing and open no transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Sum

from shuke.foundation import sql
from shuke.rooms.mall.contracts import OVER, Cause, Delivered, OrderSearch, State, SupplierKind
from shuke.rooms.mall.models import Card, Delivery, Item, Movement, Order, OrderStep, Picture, Stock, Supplier

PACKAGE = "shuke.rooms.mall"

# --- items ---


def items(*, on_sale: bool = False) -> list[Item]:
    found = Item.objects.select_related("supplier").order_by("category", "code")
    return list(found.filter(on_sale=True) if on_sale else found)


def item(**by: Any) -> Item | None:
    return Item.objects.select_related("supplier").filter(**by).first()


def lock_item(item_id: UUID) -> Item | None:
    return Item.objects.select_for_update(of=("self",)).select_related("supplier").filter(pk=item_id).first()


def left(item_ids: Sequence[UUID], day: int) -> dict[UUID, int]:
    """Return what is left of those items that are counted."""
    if not item_ids:
        return {}
    rows = Stock.objects.filter(item_id__in=item_ids, day=day).values_list("item_id").annotate(Sum("remaining"))
    return dict(rows)


# --- stock ---

_WRITE_SLICES = (
    "INSERT INTO mall_stock (item_id, day, slice, remaining) SELECT %(item_id)s, %(day)s, * FROM "
    "unnest(%(slice)b::smallint[], %(remaining)b::bigint[]) ON CONFLICT (item_id, day, slice)"
)


def open_slices(item_id: UUID, day: int, shares: Sequence[int]) -> None:
    """Write the slices of a day that nobody counted; whoever comes second leaves them as they are."""
    sql.run(f"{_WRITE_SLICES} DO NOTHING", _slices(item_id, day, shares))


def write_slices(item_id: UUID, day: int, shares: Sequence[int]) -> None:
    """Write the slices, which the caller has locked, in place."""
    sql.run(f"{_WRITE_SLICES} DO UPDATE SET remaining = excluded.remaining", _slices(item_id, day, shares))


def _slices(item_id: UUID, day: int, shares: Sequence[int]) -> dict[str, Any]:
    return {"item_id": item_id, "day": day, **sql.columns("slice remaining", enumerate(shares))}


def lock_slices(item_id: UUID, day: int) -> list[int]:
    """Lock the slices in their order and return what is left in each."""
    rows = sql.fetch(
        "SELECT remaining FROM mall_stock WHERE item_id = %(item_id)s AND day = %(day)s ORDER BY slice FOR UPDATE",
        {"item_id": item_id, "day": day},
    )
    return [pieces for (pieces,) in rows]


def take_of_slice(item_id: UUID, day: int, slice: int, quantity: int) -> bool:
    """Take pieces of a slice and return whether it had them."""
    written = sql.run(
        "UPDATE mall_stock SET remaining = remaining - %(quantity)s "
        "WHERE item_id = %(item_id)s AND day = %(day)s AND slice = %(slice)s AND remaining >= %(quantity)s",
        {"item_id": item_id, "day": day, "slice": slice, "quantity": quantity},
    )
    return written == 1


def is_counted(item_id: UUID, day: int) -> bool:
    return Stock.objects.filter(item_id=item_id, day=day).exists()


def drop_days(item_id: UUID) -> None:
    Stock.objects.filter(item_id=item_id, day__gt=0).delete()


def day_limit(item_id: UUID, day: int, apart_from: UUID) -> tuple[int | None, int]:
    """Return how many pieces may go in a day, and how many its orders have taken, one left out."""
    most = Item.objects.filter(pk=item_id).values_list("per_day", flat=True).get()
    of_day = Order.objects.filter(item_id=item_id, day=day).exclude(pk=apart_from)
    return most, of_day.exclude(state__in=OVER).aggregate(sum=Sum("quantity"))["sum"] or 0


def add_movement(
    item_id: UUID, id: UUID, cause: Cause, change: int, order_id: UUID | None, reason: str, actor: str, at: datetime
) -> None:
    sql.run(
        "INSERT INTO mall_movement (item_id, id, cause, change, order_id, reason, actor, at) VALUES "
        "(%(item_id)s, %(id)s, %(cause)s, %(change)s, %(order_id)s, %(reason)s, %(actor)s, %(at)s)",
        {"item_id": item_id, "id": id, "cause": cause.value, "change": change, "order_id": order_id}
        | {"reason": reason, "actor": actor, "at": at},
    )


def movements(item_id: UUID, limit: int, before: UUID | None) -> list[tuple[Movement, str]]:
    """Return movements, newest first, with the number of the order that each is of."""
    found = Movement.objects.filter(item_id=item_id).order_by("-id")
    rows = list((found.filter(id__lt=before) if before else found)[:limit])
    numbers = dict(Order.objects.filter(pk__in=[row.order_id for row in rows]).values_list("pk", "number"))
    return [(row, numbers.get(row.order_id, "")) for row in rows]


def verify_stock() -> list[tuple[UUID | None, str]]:
    return sql.fetch(sql.load(PACKAGE, "verify_stock"), {})


# --- orders ---


def insert_order(values: dict[str, Any]) -> None:
    Order(**values).save(force_insert=True)


def order(**by: Any) -> Order | None:
    return Order.objects.filter(**by).first()


def lock_order(order_id: UUID) -> Order | None:
    return Order.objects.select_for_update().filter(pk=order_id).first()


def write_order(order_id: UUID, values: dict[str, Any]) -> None:
    Order.objects.filter(pk=order_id).update(step_count=F("step_count") + 1, **values)


def add_step(order_id: UUID, number: int, state: State, at: datetime, actor: str, note: str) -> None:
    sql.run(
        "INSERT INTO mall_order_step (order_id, number, state, at, actor, note) VALUES "
        "(%(order_id)s, %(number)s, %(state)s, %(at)s, %(actor)s, %(note)s)",
        {"order_id": order_id, "number": number, "state": state.value, "at": at, "actor": actor, "note": note},
    )


def picked_up_at(code: str) -> datetime | None:
    """Return when what waited under a code was handed out, the latest where the digits were drawn again."""
    picked = Order.objects.filter(pickup_code=code, state=State.PICKED_UP).values("pk")
    return OrderStep.objects.filter(order_id__in=picked, state=State.PICKED_UP).aggregate(at=Max("at"))["at"]


def steps(order_id: UUID) -> list[OrderStep]:
    return list(OrderStep.objects.filter(order_id=order_id).order_by("number"))


def orders(search: OrderSearch, people: Sequence[UUID], limit: int, before: UUID | None) -> list[Order]:
    """Return orders, last placed first; where a member is asked for, those of `people`."""
    asked = Q()
    if search.states:
        asked &= Q(state__in=search.states)
    if search.member_id:
        asked &= Q(member_id__in=people)
    if search.item_id:
        asked &= Q(item_id=search.item_id)
    if search.number:
        asked &= Q(number=search.number) | Q(pickup_code=search.number, state=State.READY_FOR_PICKUP)
    if before:
        asked &= Q(id__lt=before)
    return list(Order.objects.filter(asked).order_by("-id")[:limit])


def counts() -> dict[str, int]:
    """Return how many orders are in each state."""
    rows: QuerySet[Any, Any] = Order.objects.values_list("state")
    return dict(rows.annotate(count=Sum(1)))


def taken_by(member_ids: Sequence[UUID], item_ids: Sequence[UUID], first_day: int) -> dict[UUID, int]:
    """Return how many pieces members together have of items since a day, orders that are over left out."""
    found = Order.objects.filter(member_id__in=member_ids, item_id__in=item_ids, day__gte=first_day)
    return dict(found.exclude(state__in=OVER).values_list("item_id").annotate(Sum("quantity")))


def lapsed(now: datetime, limit: int) -> list[UUID]:
    """Return the orders whose time to be finished is over, oldest first."""
    found = Order.objects.filter(state__in=(State.PLACED, State.PAYING), until_at__lte=now)
    return list(found.order_by("until_at").values_list("pk", flat=True)[:limit])


# --- pictures ---


def keep_picture(id: UUID, digest: bytes, kind: str, content: bytes) -> UUID:
    picture, _ = Picture.objects.get_or_create(digest=digest, defaults={"id": id, "kind": kind, "content": content})
    return picture.pk


def picture(id: UUID) -> Picture | None:
    return Picture.objects.filter(pk=id).first()


# --- suppliers ---


def suppliers() -> list[Supplier]:
    return list(Supplier.objects.order_by("code"))


def supplier(**by: Any) -> Supplier | None:
    return Supplier.objects.filter(**by).first()


def insert_cards(rows: Iterable[tuple[UUID, UUID, bytes, bytes]]) -> int:
    """Write (id, item, blind, sealed code) of codes that are new to their item and return how many were."""
    return sql.run(
        "INSERT INTO mall_card (id, item_id, blind, code_sealed) SELECT * FROM "
        "unnest(%(id)b::uuid[], %(item_id)b::uuid[], %(blind)b::bytea[], %(sealed)b::bytea[]) "
        "ON CONFLICT (item_id, blind) DO NOTHING",
        sql.columns("id item_id blind sealed", rows),
    )


def cards_of(order_id: UUID) -> list[Card]:
    return list(Card.objects.filter(order_id=order_id).order_by("id"))


def take_cards(item_id: UUID, order_id: UUID, quantity: int) -> list[Card]:
    """Give free codes to an order; those that another order is taking are passed by."""
    free = Card.objects.filter(item_id=item_id, order_id=None).order_by("id").select_for_update(skip_locked=True)
    cards = list(free[:quantity])
    if len(cards) == quantity:
        Card.objects.filter(pk__in=[card.pk for card in cards]).update(order_id=order_id)
    return cards


def insert_delivery(values: dict[str, Any]) -> None:
    Delivery(**values).save(force_insert=True)


def delivery(order_id: UUID) -> Delivery | None:
    return Delivery.objects.select_related("order", "supplier").filter(pk=order_id).first()


def deliveries(order_ids: Sequence[UUID]) -> list[Delivery]:
    return list(Delivery.objects.select_related("order", "supplier").filter(pk__in=order_ids))


def lock_delivery(order_id: UUID) -> Delivery | None:
    found = Delivery.objects.select_related("order", "supplier").select_for_update(of=("self",))
    return found.filter(pk=order_id).first()


def write_delivery(order_id: UUID, **values: Any) -> None:
    Delivery.objects.filter(pk=order_id).update(**values)


def due_deliveries(now: datetime, limit: int) -> list[UUID]:
    found = Delivery.objects.filter(next_at__lte=now).order_by("next_at")
    return list(found.values_list("pk", flat=True)[:limit])


def refused_deliveries(limit: int) -> list[UUID]:
    found = Delivery.objects.filter(state=Delivered.REFUSED, order__state=State.DELIVERING)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def open_deliveries(supplier_id: UUID) -> int:
    uncertain = (Delivered.PENDING, Delivered.UNKNOWN)
    return Delivery.objects.filter(supplier_id=supplier_id, state__in=uncertain).count()


def delivered(supplier_id: UUID, start: datetime, end: datetime) -> list[Delivery]:
    found = Delivery.objects.select_related("order").filter(
        supplier_id=supplier_id, delivered_at__gte=start, delivered_at__lt=end
    )
    return list(found.order_by("delivered_at", "pk"))


def is_pool(item_row: Item) -> bool:
    return item_row.supplier is not None and item_row.supplier.kind == SupplierKind.POOL
