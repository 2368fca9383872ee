"""What pages are drawn with: QR codes, without a script or an address elsewhere, and addresses of static files."""

from functools import lru_cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from shuke import __version__

_QUIET_MODULES = 2


@lru_cache(maxsize=256)
def qr(text: str) -> SafeString:
    """Return a QR code as inline SVG, which takes the size of its place; black on white whatever the page."""
    import segno  # only who draws needs it

    drawn = segno.make(text, error="q", micro=False, boost_error=False)
    svg = drawn.svg_inline(omitsize=True, border=_QUIET_MODULES, svgclass=None, lineclass=None)
    return mark_safe(svg.replace("<svg ", '<svg aria-hidden="true" '))  # noqa: S308  # made of digits and addresses


def asset(path: str) -> str:
    """Return the address of a static file, new with every release."""
    return f"{settings.STATIC_URL}{path}?{__version__}"
