"""Where a request came from, as far as it can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return where a request came from: what the nearest of our proxies saw, none of which a client can write."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.SHUKE_PROXIES <= len(forwarded):
        try:
            return str(ipaddress.ip_address(forwarded[-settings.SHUKE_PROXIES].strip()))
        except ValueError:
            pass  # not an address: then the proxy's own
    return str(request.META.get("REMOTE_ADDR", ""))


def network(address: str) -> str:
    """Return what one asker can't leave at will: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
