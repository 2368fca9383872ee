"""What an item, a supplier, an address and an order must look like before anything is stored. Pure; knows no table."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from shuke.core.values.errors import Refusal
from shuke.rooms.mall.contracts import (
    CASH_MOST,
    POINTS_MOST,
    PRICES_MOST,
    QUANTITY_MOST,
    STOCK_MOST,
    Address,
    ItemDraft,
    Kind,
    SupplierDraft,
    SupplierKind,
    Way,
)

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_WAYS = {
    Kind.GOODS: {Way.SHIP, Way.PICKUP},
    Kind.COUPON: {Way.DELIVER},
    Kind.SERVICE: {Way.PICKUP},
    Kind.VIRTUAL: {Way.DELIVER},
}
_HOLD_MINUTES_MOST = 7 * 24 * 60


def item(draft: ItemDraft) -> None:
    """Refuse an item that can't be.

    Raises:
        Refusal: `invalid_code`, `text_length`, `text_characters`, `out_of_bounds`, `price_required`, `price_unreached`,
            `way_not_possible`, `item_ends_before`.
    """
    _code(draft.code)
    _text("/name", draft.name, 100, least=1)
    _text("/description", draft.description, 4_000, lines=True)
    _text("/category", draft.category, 60)
    _prices(draft)
    if not draft.ways or not set(draft.ways) <= _WAYS[draft.kind]:
        possible = ", ".join(sorted(_WAYS[draft.kind]))
        raise Refusal("way_not_possible", f"Such an item goes by: {possible}.", pointer="/ways")
    _bounds("/hold_minutes", draft.hold_minutes, 1, _HOLD_MINUTES_MOST)
    _bounds("/supply/cost_minor", draft.supply.cost_minor, 0, CASH_MOST)
    _text("/supply/sku", draft.supply.sku, 200)
    _text("/coupon", draft.coupon, 200)
    for name in ("per_member", "per_period", "per_day"):
        most = getattr(draft.limits, name)
        if most is not None:
            _bounds(f"/limits/{name}", most, 1, STOCK_MOST)
    seen = draft.visibility
    for name in ("tiers", "tags", "stores"):
        for text in getattr(seen, name):
            _text(f"/visibility/{name}", text, 200, least=1)
    if seen.starts_at and seen.ends_at and seen.ends_at <= seen.starts_at:
        raise Refusal("item_ends_before", "The item would end before it begins.", pointer="/visibility/ends_at")


def supplier(draft: SupplierDraft) -> None:
    """Refuse a supplier that can't be. Raises: Refusal `invalid_code`, `text_length`, `supplier_url`."""
    _code(draft.code)
    _text("/name", draft.name, 100, least=1)
    _text("/url", draft.url, 500)
    _text("/secret", draft.secret, 500)
    address = urlsplit(draft.url)
    local = address.hostname in {"127.0.0.1", "localhost"}
    sound = address.hostname and (address.scheme == "https" or (local and address.scheme == "http"))
    if draft.kind is SupplierKind.HTTP and not (sound and not address.query and not address.fragment):
        raise Refusal("supplier_url", "A supplier is asked at an https address.", pointer="/url")


def quantity(pieces: int) -> None:
    """Refuse a number of pieces that no order has. Raises: Refusal `out_of_bounds`."""
    _bounds("/quantity", pieces, 1, QUANTITY_MOST)


def change(pieces: int) -> None:
    """Refuse what changes no stock. Raises: Refusal `out_of_bounds`, `stock_unchanged`."""
    _bounds("/change", pieces, -STOCK_MOST, STOCK_MOST)
    if pieces == 0:
        raise Refusal("stock_unchanged", "Add pieces (above 0) or take them off (below 0).", pointer="/change")


def address(given: Address) -> None:
    """Refuse where nothing can be sent. Raises: Refusal `text_length`, `text_characters`."""
    _text("/address/name", given.name, 100, least=1)
    _text("/address/phone", given.phone, 40, least=1)
    _text("/address/region", given.region, 200)
    _text("/address/street", given.street, 300, least=1)


def label(pointer: str, text: str, *, least: int = 0) -> None:
    """Refuse a text of more than 100 characters. Raises: Refusal `text_length`, `text_characters`."""
    _text(pointer, text, 100, least=least)


def _prices(draft: ItemDraft) -> None:
    if not 1 <= len(draft.prices) <= PRICES_MOST:
        raise Refusal("price_required", f"An item has 1 to {PRICES_MOST} prices.", pointer="/prices")
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(draft.prices):
        at = f"/prices/{place}"
        _bounds(f"{at}/points", row.points, 0, POINTS_MOST)
        _bounds(f"{at}/cash_minor", row.cash_minor, 0, CASH_MOST)
        _text(f"{at}/tier", row.tier, 200)
        _text(f"{at}/tag", row.tag, 200)
        if row.points == 0:
            raise Refusal("price_required", "A piece costs at least one point.", pointer=f"{at}/points")
        if (row.tier, row.tag) in seen or ("", "") in seen:
            raise Refusal("price_unreached", "A price before this one takes everybody whom it is for.", pointer=at)
        seen.add((row.tier, row.tag))


def _code(text: str) -> None:
    if not _CODE.fullmatch(text):
        detail = "A code is 1 to 64 small letters, digits, - and _, and begins with a letter or digit."
        raise Refusal("bad_code", detail, pointer="/code")


def _text(pointer: str, text: str, most: int, *, least: int = 0, lines: bool = False) -> None:
    if not least <= len(text) <= most or (least and not text.strip()):
        params = {"least": least, "most": most}
        detail = f"This text must have {least} to {most} characters."
        raise Refusal("text_length", detail, pointer=pointer, params=params)
    if not all(_plain(part) for part in (text.splitlines() if lines else [text])):
        raise Refusal("text_characters", "This text holds control characters.", pointer=pointer)


def _plain(text: str) -> bool:
    return text.replace("\u3000", " ").isprintable()


def _bounds(pointer: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        params = {"least": least, "most": most}
        detail = f"This value must lie between {least} and {most}."
        raise Refusal("out_of_bounds", detail, pointer=pointer, params=params)


def luhn(digits: str) -> str:
    """Return the check digit of a string of digits: it tells every wrong digit and most swapped neighbours."""
    return str(-sum(_luhn_parts(digits)) % 10)


def _luhn_parts(digits: str) -> Iterator[int]:
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        yield doubled - 9 if doubled > 9 else doubled  # the sum of two digits
