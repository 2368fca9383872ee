"""Gives every request an id and one log line, and lets no answer under /v1 leave that is not JSON or a problem.

The line holds the route's template and never the address: an address may hold what names a person.
"""

import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.org.contracts import KEY_PREFIX, STAFF_PREFIX
from shuke.surfaces.http import bodies, problems

Handler = Callable[[HttpRequest], HttpResponse]
API_ROOT = "/v1/"
_CODE_OF_STATUS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_SENTENCES = {
    "bad_request": "The request cannot be read.",
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "This address does not take that method.",
    "internal_error": "Something broke on our side; nothing was written.",
}


class RequestLog:
    """Set `request.request_id`, answer it as X-Request-Id, and write the request's line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = ids.encode("req", ids.new_id())  # type: ignore[attr-defined]
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is not None and match.url_name == "static" and response.status_code < 400:
            return response  # a file of ours: nobody asks who fetched it
        logs.event(
            "request",
            request_id=request.request_id,  # type: ignore[attr-defined]
            method=request.method if request.method in _METHODS else "other",
            route=f"/{match.route}" if match else None,
            status=response.status_code,
            code=getattr(request, "problem_code", None),
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            actor=_actor(request),
            replayed=response.get("Idempotency-Replayed") == "true" or None,
        )
        return response


class Heads:
    """Answer HEAD as GET is answered, without the content: no view needs to know of it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            response = self.get_response(request)
        finally:
            request.method = "HEAD"
        if response.streaming:
            response.close()
            response.streaming_content = ()
        else:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


class Problems:
    """Under /v1: refuse bodies that are too large or not JSON, and turn every other error answer into a problem."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API_ROOT):
            return self.get_response(request)
        refusal = _body_refusal(request)
        if refusal is not None:
            _drain(request)
            return problems.answer(request, refusal)
        response = self.get_response(request)
        if response.status_code < 400 or response.get("Content-Type", "").startswith(problems.MEDIA_TYPE):
            return response
        code = _CODE_OF_STATUS.get(
            response.status_code, "internal_error" if response.status_code >= 500 else "bad_request"
        )
        refusal = problems.body_too_large() if code == "body_too_large" else Refusal(code, _SENTENCES[code])
        answer = problems.answer(request, refusal)
        if "Allow" in response:
            answer["Allow"] = response["Allow"]
        return answer


_DRAIN_LIMIT_BYTES = 64 * 1024 * 1024
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


def _body_refusal(request: HttpRequest) -> Refusal | None:
    length = _length(request)
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return Refusal("length_required", "Send the body with its Content-Length, not in chunks.")
    if length is None or length > bodies.BODY_LIMIT_BYTES:
        return problems.body_too_large()
    if length and request.method in _WITH_BODY and request.content_type != "application/json":
        return Refusal("unsupported_media_type", "Send the body as Content-Type: application/json.")
    return None


def _length(request: HttpRequest) -> int | None:
    """Return the Content-Length, None where it is not a number that a body can have."""
    written = request.META.get("CONTENT_LENGTH") or "0"
    return int(written) if re.fullmatch(r"[0-9]{1,18}", written) else None


def _drain(request: HttpRequest) -> None:
    """Read what the client is still sending, so that it sees the answer and not a connection that broke."""
    left = min(_length(request) or 0, _DRAIN_LIMIT_BYTES)
    while left > 0:
        piece = request.read(min(left, 65_536))
        if not piece:
            return
        left -= len(piece)


def _actor(request: HttpRequest) -> str | None:
    principal = getattr(request, "principal", None)
    if principal is not None:
        return ids.encode(KEY_PREFIX, principal.id)
    user = getattr(request, "_cached_user", None)  # only if somebody asked: a log line asks no database
    return ids.encode(STAFF_PREFIX, user.pk) if user is not None and user.is_authenticated else None
