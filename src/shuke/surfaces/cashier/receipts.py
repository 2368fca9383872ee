"""What a receipt says: the till prints it, and prints it again, from what it was told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs.contracts import CartPriced
from shuke.surfaces.cashier.counter import Counter
from shuke.surfaces.wording import figures


def of_sale(
    counter: Counter,
    key: str,
    at: datetime,
    lines: Sequence[Line],
    priced: CartPriced | None,
    answer: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the receipt of a sale; `priced` is None where it was sold at its full price."""
    currency = counter.shop.currency
    rows = [[_called(line, number), figures.money(line.net_minor, currency)] for number, line in enumerate(lines, 1)]
    if priced is not None:
        rows += [[each.name, figures.money(-each.off_minor, currency)] for each in priced.applied if each.off_minor]
        if priced.points is not None and priced.points.used:
            rows.append([_("Paid with points"), figures.money(-priced.points.used_minor, currency)])
        if priced.value is not None and priced.value.used_minor:
            rows.append([_("Paid with stored value"), figures.money(-priced.value.used_minor, currency)])
    left = [[_("Stored value"), answer["value_left"]]] if "value_left" in answer else []
    return head(counter, key, at, _("Sale")) | {
        "rows": rows,
        "total": answer["paid"],
        "points": [*_points(answer), *left],
    }


def _called(line: Line, number: int) -> str:
    name = line.sku or line.category or _("Item %(number)d") % {"number": number}
    return f"{name} × {line.quantity}" if line.quantity > 1 else name


def head(counter: Counter, key: str, at: datetime, title: str) -> dict[str, Any]:
    """Return what stands above and below every receipt."""
    local = at.astimezone(ZoneInfo(counter.shop.time_zone))
    return {
        "shop": counter.shop.name,
        "store": counter.till.store.name,
        "till": counter.till.name,
        "clerk": counter.principal.name,
        "title": title,
        "at": f"{local:%Y-%m-%d %H:%M}",
        "number": key,
    }


def _points(answer: Mapping[str, Any]) -> list[list[str]]:
    if "after" not in answer:
        return []
    told = [[_("Points earned"), answer["earned"]]]
    if answer["used"]:
        told.append([_("Points used"), answer["used"]])
    gave = [[_("Coupon given"), answer["gave"]]] if answer["gave"] else []
    return [*told, [_("Balance"), answer["after"]], *gave]
