"""How numbers, money, points, days and drawings are written on a member's pages."""

from datetime import UTC, datetime

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shuke.surfaces.portal.account import skin_of
from shuke.surfaces.wording import coupon_words, days, figures, words
from shuke.surfaces.wording.drawing import asset, bars, qr
from shuke.surfaces.wording.running import unit_called

register = template.Library()

_GROUP = 3
register.filter("number", figures.number)
register.filter("points", figures.points)
register.filter("signed", figures.signed_points)
register.filter("wording", words.wording)
register.filter("unit_called", unit_called)
register.filter("qr", qr)
register.filter("bars", bars)
register.filter("came_by", coupon_words.came_by)
register.simple_tag(asset)


@register.simple_tag(takes_context=True)
def brand(context: template.Context) -> str:
    """Return the address of the style sheet with this page's colour: the shop's, or that of the member's tier."""
    shop, guest, account = (context.get(name) for name in ("shop", "guest", "account"))
    skin = (account.colour if account else skin_of(guest)) if guest else ""
    return f"{reverse('portal-brand')}?{(skin or (shop.colour if shop else ''))[1:]}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite, silent for those who listen."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', asset("portal/icons.svg"), name
    )


@register.filter
def grouped(digits: str) -> str:
    """Write the digits of a code in groups of three, as people read them out."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


@register.filter
def tier_called(tier) -> str:  # noqa: ANN001  # a tier as programs tell it
    """Write what a tier is called."""
    return words.tier(tier.code, tier.name)


@register.simple_tag
def money(minor: int, currency: str) -> str:
    """Write minor units of a currency."""
    return figures.money(minor, currency)


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None, style: str = "%Y-%m-%d %H:%M") -> SafeString | str:
    """Write an instant in the shop's time zone."""
    if at is None:
        return "—"
    local = at.astimezone(context["zone"])
    return format_html('<time datetime="{}">{}</time>', at.astimezone(UTC).isoformat(), local.strftime(style))


@register.simple_tag(takes_context=True)
def through(context: template.Context, over_at: datetime) -> SafeString:
    """Write until when something is good that is over at an instant."""
    return format_html(
        '<time datetime="{}">{}</time>', over_at.astimezone(UTC).isoformat(), days.through(over_at, context["zone"])
    )
