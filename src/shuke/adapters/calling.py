"""Calls services over HTTP: one request, its answer as it is, or none. No redirect is followed: signatures are for an
address that an owner entered.
"""

import http.client
import time
import urllib.request
from collections.abc import Mapping

_SECONDS = 10
_LARGEST_BYTES = 1 << 20
_PART_BYTES = 1 << 16


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Takes every answer as it came, refusals and redirects too."""

    def http_response(
        self, request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        """Return the answer."""
        return response

    https_response = http_response  # type: ignore[assignment]  # as the class does it


_OPENER = urllib.request.build_opener(_AsItIs)


def call(
    url: str, method: str, body: bytes, headers: Mapping[str, str], seconds: int = _SECONDS
) -> tuple[int, dict[str, str], bytes]:
    """Send a request; return status, headers by lower-case name, and the first MiB of the body.

    Raises: OSError where no whole answer came in time: nothing for so many seconds, ten by default, or a body that
        takes longer than these. What the service did is then unknown.
    """
    request = urllib.request.Request(url, body or None, dict(headers), method=method)  # noqa: S310  # an owner's address
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, found, _body(answer, time.monotonic() + seconds)
    except http.client.HTTPException as broken:
        raise OSError("The answer broke off.") from broken


def _body(answer: http.client.HTTPResponse, until: float) -> bytes:
    """Return the first MiB; a service that sends a byte now and then holds nobody for longer than `until`."""
    found = b""
    while len(found) < _LARGEST_BYTES and (part := answer.read1(_PART_BYTES)):
        if time.monotonic() > until:
            raise TimeoutError("The answer took too long.")
        found += part
    return found[:_LARGEST_BYTES]
