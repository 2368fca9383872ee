"""How numbers, money, points and instants are written on every page."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shuke.rooms.orders.contracts import LineLeft
from shuke.surfaces.wording import coupon_words, days, figures, log_words, refusals, running, words
from shuke.surfaces.wording.drawing import asset

register = template.Library()

_ICONS = {
    "order": "order",
    "tier": "tier",
    "staff": "audit",
    "joined": "members",
    "coupon": "coupon",
    "redemption": "gift",
    "transfer_out": "gift",
    "transfer_in": "gift",
    "expiry": "expire",
    "lapse": "expire",
    "cancellation": "expire",
    "refund": "back",
    "return": "back",
    "credit": "edit",
    "debit": "edit",
    "holding": "lock",
    "capture": "lock",
    "release": "lock",
}
_STYLES = {"order", "tier", "staff", "joined"}
_SPENT = {
    "redemption",
    "expiry",
    "lapse",
    "cancellation",
    "debit",
    "transfer_out",
    "withdrawal",
    "holding",
    "capture",
    "refund",
}

register.simple_tag(asset)
register.filter("number", figures.number)
register.filter("plain", figures.plain)
register.filter("points", figures.points)
register.filter("signed", figures.signed_points)
register.filter("wording", words.wording)
register.filter("refusal", refusals.refusal)
register.filter("field_called", log_words.field)
register.filter("origin", log_words.origin)
register.filter("actor_called", log_words.actor)
register.filter("came_by", coupon_words.came_by)
register.filter("coupon_state", coupon_words.state)
register.filter("store_called", running.store_called)


@register.filter
def at(named: dict[str, str], code: str) -> str:
    """Return what a code is called."""
    return named.get(code, code)


@register.simple_tag(takes_context=True)
def money(context: template.Context, minor: int | None, currency: str | None = None) -> str:
    """Write `minor` units in the shop's currency, or in `currency`."""
    return "—" if minor is None else figures.money(minor, currency or context["shop"].currency)


@register.simple_tag
def share(part: int, whole: int) -> str:
    """Write `part` of `whole` as a percentage with one decimal, the base in the tooltip."""
    return format_html(
        '<span title="{} / {}">{}</span>', figures.number(part), figures.number(whole), figures.share(part, whole)
    )


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None, style: str = "minutes") -> SafeString | str:
    """Write an instant in the shop's time zone, with UTC as its tooltip; `style` is minutes, day or clock."""
    if at is None:
        return "—"
    local = at.astimezone(context["desk"].zone)
    text = local.strftime(
        {"minutes": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "clock": "%H:%M", "seconds": "%Y-%m-%d %H:%M:%S"}[style]
    )
    utc = at.astimezone(UTC)
    return format_html(
        '<time class="nowrap" datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        text,
    )


@register.simple_tag(takes_context=True)
def through(context: template.Context, over_at: datetime | None) -> SafeString | str:
    """Write until when something is good that is over at an instant."""
    if over_at is None:
        return "—"
    utc = over_at.astimezone(UTC)
    return format_html(
        '<time class="nowrap" datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        days.through(over_at, context["desk"].zone),
    )


@register.simple_tag(takes_context=True)
def amount(context: template.Context, points: int, unit_id: int) -> str:
    """Write points of a unit with their sign."""
    return figures.signed_points(points, context["units"][unit_id].scale)


@register.simple_tag(takes_context=True)
def balance(context: template.Context, points: int, unit_id: int) -> str:
    """Write points of a unit."""
    return figures.points(points, context["units"][unit_id].scale)


@register.inclusion_tag("console/parts/tier.html")
def tier(code: str, name: str, rank: int) -> dict[str, Any]:
    """Draw a tier's badge in the colour of its rank."""
    return {"name": words.tier(code, name), "rank": min(rank, 4)}


@register.inclusion_tag("console/parts/tier.html", takes_context=True)
def held(context: template.Context, tier: Any) -> dict[str, Any]:
    """Draw the badge of a tier that was held once, as the program in force names it."""
    return {"name": context["program"].tier_name(tier.code), "rank": min(tier.rank, 4)}


@register.inclusion_tag("console/parts/approval_state.html")
def approval_state(code: str) -> dict[str, Any]:
    """Draw the badge of where an approval stands."""
    return {"code": code, "words": words.approval_state(code)}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite, silent for those who listen."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', asset("console/icons.svg"), name
    )


@register.simple_tag
def insecure_lan() -> bool:
    """Say whether this deployment was allowed to speak plain http beyond its machine."""
    return bool(settings.SHUKE_INSECURE_LAN)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """Return the query of this page with `changes`; None takes a key away."""
    query = context["request"].GET.dict() | changes
    return "?" + urlencode({key: value for key, value in query.items() if value not in {None, ""}})


@register.simple_tag(takes_context=True)
def unit_name(context: template.Context, unit_id: int) -> str:
    """Write what a unit of the ledger is called."""
    return running.unit_called(context["units"][unit_id].code)


@register.simple_tag(takes_context=True)
def left_of(context: template.Context, line: LineLeft) -> str:
    """Write what refunds have left of a line of an order: pieces and money."""
    money = figures.money(line.line.net_minor - line.refunded_minor, context["order"].order.currency)
    return f"{figures.number(line.line.quantity - line.refunded_quantity)} × · {money}"


@register.simple_tag
def icon_of(kind: str) -> str:
    """Return the icon of something on a timeline."""
    return _ICONS.get(kind, "points")


@register.simple_tag
def style_of(kind: str) -> str:
    """Return the style of something on a timeline."""
    return kind if kind in _STYLES else "spent" if kind in _SPENT else "points"
