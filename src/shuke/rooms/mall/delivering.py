"""Virtual goods: asked of their supplier, once under one key however often, and never forgotten while uncertain.

That a supplier is asked is committed before it is; so whatever dies in between, the next attempt first looks up what
the supplier knows of the key.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, encryption, ids, sql
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.mall import checks, items, models, moving, queries
from shuke.rooms.mall.contracts import (
    ORDER_PREFIX,
    Access,
    Delivered,
    Delivery,
    State,
    Statement,
    StatementLine,
    Supplied,
    Supplier,
    SupplierDraft,
    SupplierKind,
    SupplierView,
    Wanted,
)

_UNCERTAIN = frozenset({Delivered.PENDING, Delivered.UNKNOWN})
_LONGEST_PAUSE_MINUTES = 6 * 60
_MADE_BY = "supplier"
_suppliers: dict[SupplierKind, Supplier] = {}


def supplied_by(kind: SupplierKind, supplier: Supplier) -> None:
    """Let `supplier` be asked wherever an item comes from a supplier of this kind."""
    _suppliers[kind] = supplier


def await_delivery(order_id: UUID, item_id: UUID) -> None:
    """Note that an order's supplier is to be asked."""
    item = queries.item(pk=item_id)
    assert item is not None
    assert item.supplier is not None
    queries.insert_delivery(
        {
            "order_id": order_id,
            "supplier_id": item.supplier.pk,
            "sku": item.supplier_sku,
            "state": Delivered.PENDING.value,
            "attempts": 0,
            "next_at": clock.machine_now(),
            "cost_minor": item.cost_minor,
            "reference": "",
            "detail": "",
        }
    )


def deliver_at_once(order_id: UUID) -> None:
    """Deliver in the open transaction what lies in our own pool."""
    row = queries.delivery(order_id)
    if row is not None and row.supplier.kind == SupplierKind.POOL:
        answer = ask(order_id)
        if answer is None or answer.state is not Delivered.DELIVERED:
            raise Refusal("sold_out", "There are not so many codes left.", pointer="/quantity")


def due(limit: int) -> list[UUID]:
    """Return the orders whose supplier is to be asked now, longest waiting first."""
    return queries.due_deliveries(clock.machine_now(), limit)


def ask(order_id: UUID) -> Delivery | None:
    """Ask the supplier of an order, if it is time to, and book its answer; None where nothing was to be asked."""
    with unit_of_work():
        row = queries.lock_delivery(order_id)
        now = clock.machine_now()
        if row is None or row.next_at is None or row.next_at > now:
            return None
        pause = timedelta(minutes=min(1 << min(row.attempts, 9), _LONGEST_PAUSE_MINUTES))
        queries.write_delivery(order_id, attempts=row.attempts + 1, state=Delivered.UNKNOWN.value, next_at=now + pause)
    wanted = Wanted(ids.encode(ORDER_PREFIX, order_id), order_id, row.order.item_id, row.sku, row.order.quantity)
    supplier, access = _suppliers[SupplierKind(row.supplier.kind)], _access(row.supplier)
    answer = supplier.query(wanted, access) if row.attempts else None
    if answer is None:
        answer = supplier.deliver(wanted, access)
    return _book(order_id, answer)


def _book(order_id: UUID, answer: Supplied) -> Delivery:
    """Write what a supplier said; an order that it delivered or refused before stays as it is."""
    with unit_of_work():
        order = moving.locked(order_id)
        row = queries.lock_delivery(order_id)
        assert row is not None
        if Delivered(row.state) in _UNCERTAIN:
            state, detail = answer.state, answer.detail
            if state is Delivered.DELIVERED and len(answer.codes) != order.quantity:
                state, detail = Delivered.UNKNOWN, f"{len(answer.codes)} codes for {order.quantity} pieces. {detail}"
            told = {"state": state.value, "reference": answer.reference[:200], "detail": detail[:500]}
            if state is Delivered.DELIVERED:
                at = clock.business_now()
                sealed = encryption.seal(json.dumps(answer.codes), _context(order_id))
                queries.write_delivery(order_id, next_at=None, delivered_at=at, codes_sealed=sealed, **told)
                moving.to(order, State.DELIVERED, at, _MADE_BY, "", {})
            elif state is Delivered.REFUSED:
                queries.write_delivery(order_id, next_at=None, **told)
            else:
                queries.write_delivery(order_id, **told)
        found = queries.delivery(order_id)
        assert found is not None
        return _delivery(found)


def take_cards(wanted: Wanted) -> tuple[str, ...]:
    """Give codes of the item's pool to an order, the same again where it has them; none where there are too few."""
    cards = queries.cards_of(wanted.order_id) or queries.take_cards(wanted.item_id, wanted.order_id, wanted.quantity)
    if len(cards) < wanted.quantity:
        return ()
    return tuple(encryption.open_sealed(card.code_sealed, items.card_context(card.pk)) for card in cards)


def codes_of(order_id: UUID) -> tuple[str, ...]:
    """Open the codes that an order delivered; none while it has not."""
    row = queries.delivery(order_id)
    if row is None or row.codes_sealed is None:
        return ()
    return tuple(json.loads(encryption.open_sealed(row.codes_sealed, _context(order_id))))


def _context(order_id: UUID) -> str:
    return f"mall_delivery.codes.{order_id}"


def deliveries(order_ids: list[UUID]) -> dict[UUID, Delivery]:
    """Return how the deliveries of virtual orders stand."""
    return {row.order_id: _delivery(row) for row in queries.deliveries(order_ids)}


def _delivery(row: models.Delivery) -> Delivery:
    return Delivery(
        order_id=row.order_id,
        order_number=row.order.number,
        supplier=row.supplier.code,
        state=Delivered(row.state),
        attempts=row.attempts,
        reference=row.reference,
        detail=row.detail,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
    )


# --- suppliers ---


def write_supplier(draft: SupplierDraft) -> SupplierView:
    """Make a supplier, or change the one with this code."""
    checks.supplier(draft)
    sql.hold("supplier", draft.code)
    row = queries.supplier(code=draft.code) or models.Supplier(id=ids.new_id(), code=draft.code, kind=draft.kind.value)
    if row.kind != draft.kind.value:
        raise Refusal("item_fixed", "A supplier keeps its kind.", pointer="/kind")
    row.name, row.url, row.active = draft.name, draft.url, draft.active
    if draft.secret:
        row.secret_sealed = encryption.seal(draft.secret, _secret_context(row.pk))
    row.save()
    return _view(row)


def suppliers() -> list[SupplierView]:
    """Return all suppliers, by code."""
    return [_view(row) for row in queries.suppliers()]


def _view(row: models.Supplier) -> SupplierView:
    kind = SupplierKind(row.kind)
    return SupplierView(row.pk, row.code, row.name, kind, row.url, row.active, row.secret_sealed is not None)


def _access(row: models.Supplier) -> Access:
    secret = encryption.open_sealed(row.secret_sealed, _secret_context(row.pk)) if row.secret_sealed else ""
    return Access(row.url, secret)


def _secret_context(supplier_id: UUID) -> str:
    return f"mall_supplier.secret.{supplier_id}"


def statement(code: str, year: int, month: int, zone: str) -> Statement:
    """Return what a supplier is to be paid for what it delivered in a local month.

    Raises:
        Refusal: `unknown_supplier`, `out_of_bounds`.
    """
    supplier = queries.supplier(code=code)
    if supplier is None:
        raise Refusal("unknown_supplier", "There is no such supplier.")
    if not (1970 <= year <= 2099 and 1 <= month <= 12):
        raise Refusal("out_of_bounds", "There is no such month.", params={"least": "1970-01", "most": "2099-12"})
    start = datetime(year, month, 1, tzinfo=ZoneInfo(zone))
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    lines = tuple(_line(row) for row in queries.delivered(supplier.pk, start, end))
    total = sum(line.cost_minor for line in lines)
    return Statement(code, year, month, lines, total, queries.open_deliveries(supplier.pk))


def _line(row: models.Delivery) -> StatementLine:
    assert row.delivered_at is not None
    order = row.order
    cost = row.cost_minor * order.quantity
    return StatementLine(
        row.delivered_at, order.number, order.item_code, row.sku, row.reference, order.quantity, cost, order.currency
    )
