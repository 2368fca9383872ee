"""Virtual goods from a service over HTTP: signed requests, one key an order, and no certainty where there is none.

POST {url}/orders with {"key", "sku", "quantity"}, GET {url}/orders/{key}; both answer {"state": "delivered" | "refused"
| "processing", "codes": [...], "reference": "", "detail": ""}. A request is signed with HMAC-SHA256 over its time,
method, path and body, a line each. What is not answered, or not in this form, is UNKNOWN and asked about again.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from shuke.adapters import calling
from shuke.foundation import clock
from shuke.rooms.mall.contracts import Access, Delivered, Supplied, Wanted

_STATES = {"delivered": Delivered.DELIVERED, "refused": Delivered.REFUSED, "processing": Delivered.UNKNOWN}


class HttpSupplier:
    """Asks a supplier's service; whatever may have been done there and is not known is UNKNOWN."""

    def deliver(self, wanted: Wanted, access: Access) -> Supplied:
        """Order the goods under the order's key."""
        body = {"key": wanted.key, "sku": wanted.sku, "quantity": wanted.quantity}
        status, answer = _send("POST", "/orders", body, access)
        return _supplied(status, answer)

    def query(self, wanted: Wanted, access: Access) -> Supplied | None:
        """Ask what became of the key; a service that never heard of it says 404."""
        status, answer = _send("GET", f"/orders/{quote(wanted.key)}", None, access)
        return None if status == HTTPStatus.NOT_FOUND else _supplied(status, answer)


def signature(secret: str, time: str, method: str, path: str, body: bytes) -> str:
    """Return what signs a request, as hexadecimal digits."""
    message = f"{time}\n{method}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _send(method: str, path: str, body: Mapping[str, object] | None, access: Access) -> tuple[int, object]:
    """Return the status and what JSON the answer holds; (0, why) where none came."""
    url = access.url.rstrip("/") + path
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    time = clock.machine_now().isoformat()
    headers = {
        "Content-Type": "application/json",
        "X-Shuke-Time": time,
        "X-Shuke-Signature": signature(access.secret, time, method, urlsplit(url).path, content),
    }
    try:
        status, _, answer = calling.call(url, method, content, headers)
        return status, json.loads(answer) if status < HTTPStatus.BAD_REQUEST else None
    except (OSError, ValueError) as error:  # no connection, no answer in time, no JSON
        return 0, type(error).__name__


def _supplied(status: int, answer: object) -> Supplied:
    if status not in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED} or not isinstance(answer, dict):
        return Supplied(Delivered.UNKNOWN, detail=f"HTTP {status}" if status else f"no answer: {answer}")
    codes = answer.get("codes", [])
    state = _STATES.get(answer.get("state", ""))
    if state is None or not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        return Supplied(Delivered.UNKNOWN, detail="an answer of another form")
    return Supplied(state, tuple(codes), str(answer.get("reference", "")), str(answer.get("detail", "")))
