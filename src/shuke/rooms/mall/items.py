"""Items: written, changed, read; their pictures; and what of their stock staff move."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.foundation import encryption, ids, sql
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.mall import checks, models, queries, stock, stores
from shuke.rooms.mall.contracts import (
    Cause,
    Item,
    ItemDraft,
    Kind,
    Limits,
    Movement,
    Period,
    Picture,
    Price,
    Restock,
    Supply,
    Visibility,
    Way,
)

PICTURE_MOST_BYTES = 2 * 1024 * 1024
_MAGIC = {  # what a picture of a kind begins with: what a browser is told is what is there
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}
_CARDS_MOST = 100_000
_LONGEST_CARD = 200


def create(draft: ItemDraft) -> Item:
    """Store a new item, without stock."""
    checks.item(draft)
    sql.hold("item", draft.code)
    if queries.item(code=draft.code) is not None:
        raise Refusal("item_exists", "There is an item with this code already.", pointer="/code")
    row = models.Item(id=ids.new_id(), revision=1)
    _write(row, draft)
    stock.open_stock(row.pk)
    return get(row.pk)


def change(item_id: UUID, draft: ItemDraft, revision: int | None) -> tuple[Item, Item]:
    """Change an item, if it is as the caller saw it, and return it before and after."""
    checks.item(draft)
    row = queries.lock_item(item_id)
    if row is None:
        raise unknown_item()
    before = of_rows([row])[0]
    if revision is not None and revision != before.revision:
        raise Refusal("item_changed", "The item was changed meanwhile; look at it again.")
    for name in ("code", "kind", "counted"):
        if getattr(draft, name) != getattr(before.draft, name):
            raise Refusal("item_fixed", "An item keeps its code, kind and whether it is counted.", pointer=f"/{name}")
    if draft.supply.supplier != before.draft.supply.supplier:
        raise Refusal("item_fixed", "An item keeps its supplier.", pointer="/supply/supplier")
    row.revision += 1
    _write(row, draft)
    if draft.limits.per_day != before.draft.limits.per_day:
        stock.forget_days(item_id)
    return before, get(item_id)


def _write(row: models.Item, draft: ItemDraft) -> None:
    stores.require_known(draft.visibility.stores, "/visibility/stores")
    for name in ("code", "name", "description", "category", "unit", "on_sale", "coupon", "hold_minutes"):
        setattr(row, name, getattr(draft, name))
    row.kind, row.ways = draft.kind.value, [way.value for way in draft.ways]
    row.prices = [{name: value for name, value in asdict(price).items() if value} for price in draft.prices]
    seen, limits = draft.visibility, draft.limits
    row.tiers, row.tags, row.stores = list(seen.tiers), list(seen.tags), list(seen.stores)
    row.starts_at, row.ends_at = seen.starts_at, seen.ends_at
    row.per_member, row.per_period, row.per_day = limits.per_member, limits.per_period, limits.per_day
    row.period = limits.period.value
    row.supplier, row.supplier_sku, row.cost_minor = _supplier(draft), draft.supply.sku, draft.supply.cost_minor
    row.counted = draft.counted or queries.is_pool(row)
    if draft.kind is Kind.COUPON:
        coupons.template_by_code(draft.coupon)
    if draft.picture is not None and queries.picture(draft.picture) is None:
        raise Refusal("unknown_picture", "There is no such picture.", pointer="/picture")
    row.picture_id = draft.picture
    row.save()


def _supplier(draft: ItemDraft) -> models.Supplier | None:
    if draft.kind is not Kind.VIRTUAL:
        return None
    found = queries.supplier(code=draft.supply.supplier)
    if found is None:
        raise Refusal("unknown_supplier", "There is no such supplier.", pointer="/supply/supplier")
    return found


def get(item_id: UUID) -> Item:
    """Return an item.

    Raises:
        Refusal: `unknown_item`.
    """
    return _known(queries.item(pk=item_id))


def by_code(code: str) -> Item:
    """Return an item by its code.

    Raises:
        Refusal: `unknown_item`.
    """
    return _known(queries.item(code=code))


def _known(row: models.Item | None) -> Item:
    if row is None:
        raise unknown_item()
    return of_rows([row])[0]


def of_rows(rows: Sequence[models.Item]) -> list[Item]:
    """Return items with what is left of them."""
    left = queries.left([row.pk for row in rows if row.counted], stock.OF_ITEM)
    return [Item(row.pk, _draft(row), left.get(row.pk) if row.counted else None, row.revision) for row in rows]


def _draft(row: models.Item) -> ItemDraft:
    supplier = row.supplier.code if row.supplier else ""
    return ItemDraft(
        code=row.code,
        kind=Kind(row.kind),
        name=row.name,
        prices=tuple(Price(**price) for price in row.prices),
        description=row.description,
        category=row.category,
        unit=row.unit,
        ways=tuple(map(Way, row.ways)),
        counted=row.counted,
        on_sale=row.on_sale,
        visibility=Visibility(tuple(row.tiers), tuple(row.tags), tuple(row.stores), row.starts_at, row.ends_at),
        limits=Limits(row.per_member, row.per_period, Period(row.period), row.per_day),
        supply=Supply(supplier, row.supplier_sku, row.cost_minor),
        coupon=row.coupon,
        hold_minutes=row.hold_minutes,
        picture=row.picture_id,
    )


def unknown_item() -> Refusal:
    return Refusal("unknown_item", "There is no such item.")


# --- stock ---


def restock(changes: Sequence[Restock], actor: str, at: datetime) -> dict[UUID, int]:
    """Move stock by hand, in the order of the items' ids, and return what is left of each."""
    left = {}
    for each in sorted(changes, key=lambda change: change.item_id):
        checks.change(each.change)
        reasons.require(each.reason)
        row = queries.item(pk=each.item_id)
        if row is None:
            raise unknown_item()
        if not row.counted or queries.is_pool(row):
            detail = "This item's stock is not counted by hand: it is without end, or the number of its codes."
            raise Refusal("stock_not_by_hand", detail)
        cause = Cause.RECEIVED if each.change > 0 else Cause.CORRECTED
        left[row.pk] = stock.change(row.pk, each.change, cause, each.reason, actor, at)
    return left


def import_cards(item_id: UUID, codes: Iterable[str], actor: str, at: datetime) -> tuple[int, int]:
    """Add codes to an item's pool and to its stock; return how many were new and how many were there already."""
    row = queries.item(pk=item_id)
    if row is None:
        raise unknown_item()
    if not queries.is_pool(row):
        raise Refusal("not_a_pool", "Only an item whose supplier is a pool has codes to import.")
    given = [code.strip() for code in codes if code.strip()]
    if not 1 <= len(given) <= _CARDS_MOST:
        raise Refusal("out_of_bounds", "1 to 100,000 codes at once.", params={"least": 1, "most": _CARDS_MOST})
    if any(len(code) > _LONGEST_CARD or not code.isprintable() for code in given):
        raise Refusal("text_length", "A code has 1 to 200 characters.", params={"least": 1, "most": _LONGEST_CARD})
    sealed = []
    for code in dict.fromkeys(given):
        id = ids.new_id()
        sealed.append((id, item_id, encryption.blind(code, "mall_card"), encryption.seal(code, card_context(id))))
    added = queries.insert_cards(sealed)
    if added:
        stock.change(item_id, added, Cause.RECEIVED, "codes_imported", actor, at)
    return added, len(given) - added


def card_context(card_id: UUID) -> str:
    """Return what a card's code is sealed for."""
    return f"mall_card.code.{card_id}"


def movements(item_id: UUID, limit: int, before: UUID | None) -> list[Movement]:
    """Return how an item's stock moved, newest first."""
    return [
        Movement(row.id, Cause(row.cause), row.change, number, row.reason, row.actor, row.at)
        for row, number in queries.movements(item_id, limit, before)
    ]


# --- pictures ---


def keep_picture(content: bytes) -> UUID:
    """Keep a picture, once however often it comes.

    Raises:
        Refusal: `picture_too_large`, `not_a_picture`.
    """
    if len(content) > PICTURE_MOST_BYTES:
        raise Refusal("picture_too_large", "A picture has at most 2 MiB.", pointer="/picture")
    kind = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if kind is None or (kind == "image/webp" and content[8:12] != b"WEBP"):
        raise Refusal("not_a_picture", "This is no PNG, JPEG or WebP.", pointer="/picture")
    return queries.keep_picture(ids.new_id(), hashlib.sha256(content).digest(), kind, content)


def picture(id: UUID) -> Picture:
    """Return a picture.

    Raises:
        Refusal: `unknown_picture`.
    """
    row = queries.picture(id)
    if row is None:
        raise Refusal("unknown_picture", "There is no such picture.")
    return Picture(row.pk, row.kind, bytes(row.content))
