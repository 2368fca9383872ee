"""Calls services over HTTP: one request, its answer as it is, or none. No redirect is followed: signatures are for an
address that an owner entered.
"""

import http.client
import io
import socket
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

_SECONDS = 10
_LARGEST_BYTES = 1 << 20


class _Reading(io.RawIOBase):
    """Reads a socket until an instant: a service that sends a byte now and then holds nobody for longer."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._file, self._until = sock, sock.makefile("rb", buffering=0), until

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what an answer reads, as a socket does."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, into: Any) -> int | None:
        """Read what comes in what is left of the time."""
        self._sock.settimeout(_left(self._until))
        return self._file.readinto(into)

    def close(self) -> None:
        """Let go of the socket."""
        self._file.close()
        super().close()


class _InTime(http.client.HTTPConnection):
    """A connection whose timeout is that of the whole call: to connect, to send, and for the answer, head and body."""

    def connect(self) -> None:
        """Connect, and leave what is left of the time to what follows."""
        self._until = time.monotonic() + (self.timeout or 0)
        super().connect()
        self.sock.settimeout(_left(self._until))

    def response_class(self, sock: socket.socket, *args: Any, **given: Any) -> http.client.HTTPResponse:  # type: ignore[override]  # it is only called
        """Return an answer that is read until the time is over."""
        return http.client.HTTPResponse(_Reading(sock, self._until), *args, **given)  # type: ignore[arg-type]  # it asks for makefile only


class _SealedInTime(_InTime, http.client.HTTPSConnection):
    """The same over TLS."""


class _Connecting(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens connections that keep to their time."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Ask in the clear."""
        return self.do_open(_InTime, req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Ask over TLS."""
        return self.do_open(_SealedInTime, req)


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Takes every answer as it came, refusals and redirects too."""

    def http_response(
        self, request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        """Return the answer."""
        return response

    https_response = http_response  # type: ignore[assignment]  # as the class does it


_OPENER = urllib.request.build_opener(_Connecting, _AsItIs)


def call(
    url: str, method: str, body: bytes, headers: Mapping[str, str], seconds: int = _SECONDS
) -> tuple[int, dict[str, str], bytes]:
    """Send a request; return status, headers by lower-case name, and the first MiB of the body.

    Raises: OSError where no whole answer came in so many seconds, ten by default. What the service did is then unknown.
    """
    request = urllib.request.Request(url, body or None, dict(headers), method=method)  # noqa: S310  # an owner's address
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, found, answer.read(_LARGEST_BYTES)
    except http.client.HTTPException as broken:
        raise OSError("The answer broke off.") from broken


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("The answer took too long.")
    return left
