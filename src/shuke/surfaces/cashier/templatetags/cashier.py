"""What the till's pages need to be drawn."""

from django import template
from django.conf import settings

from shuke import __version__

register = template.Library()


@register.simple_tag
def asset(path: str) -> str:
    """Return the address of a static file, new with every release."""
    return f"{settings.STATIC_URL}{path}?{__version__}"
