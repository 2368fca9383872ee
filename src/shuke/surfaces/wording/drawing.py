"""What pages are drawn with: QR and bar codes, without a script or address elsewhere, and addresses of static files."""

from functools import lru_cache
from itertools import groupby

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from shuke import __version__

_QUIET_MODULES = 2
_QUIET_BARS = 10  # as Code 128 asks for on each side
_HEIGHT = 28
_PHONE_PX = 352  # across the white of a card on a phone of 390


@lru_cache(maxsize=256)
def qr(text: str) -> SafeString:
    """Return a QR code as inline SVG, which takes the size of its place; black on white whatever the page."""
    import segno  # only who draws needs it

    drawn = segno.make(text, error="q", micro=False, boost_error=False)
    svg = drawn.svg_inline(omitsize=True, border=_QUIET_MODULES, svgclass=None, lineclass=None)
    return mark_safe(svg.replace("<svg ", '<svg aria-hidden="true" '))  # noqa: S308  # made of digits and addresses


@lru_cache(maxsize=256)
def bars(text: str) -> SafeString:
    """Return a Code 128 bar code as inline SVG, its quiet zone with it, for scanners that read no QR codes.

    A bar is 2 px wide, or 1.5 where a phone is too narrow for that; "" for what is longer than a phone can show.
    """
    from barcode.codex import Code128  # only who draws needs it

    (modules,) = Code128(text).build()
    width = len(modules) + 2 * _QUIET_BARS
    pixels = next((each for each in (2, 1.5) if width * each <= _PHONE_PX), None)
    if pixels is None:
        return mark_safe("")
    path, at = "", _QUIET_BARS
    for dark, run in groupby(modules):
        wide = len(list(run))
        path += f"M{at} 0h{wide}v{_HEIGHT}h-{wide}z" if dark == "1" else ""
        at += wide
    svg = (
        f'<svg aria-hidden="true" width="{width * pixels:g}" viewBox="0 0 {width} {_HEIGHT}" '
        f'preserveAspectRatio="none"><path d="{path}"/></svg>'
    )
    return mark_safe(svg)  # noqa: S308  # made of numbers


def asset(path: str) -> str:
    """Return the address of a static file, new with every release."""
    return f"{settings.STATIC_URL}{path}?{__version__}"
