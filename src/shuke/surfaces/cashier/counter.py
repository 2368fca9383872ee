"""Who stands at which till: the browser by its cookie, the clerk by a PIN that is asked for again when nobody worked.

What a page asks for goes as JSON to `call`s and comes back as JSON: a refusal as its code and a sentence. An answer of
any other kind means that nobody knows whether it was done, and the page asks again with the same key.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_datetime

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, Organisation, Shift, StaffPrincipal, Till
from shuke.surfaces.wording import refusals

SESSION = "till"
IDLE = timedelta(minutes=15)
_NOTED = timedelta(minutes=1)
_LONGEST_KEY = 64
_MOST_MINOR = 10**11
_LOCKED = {"unknown_till", "till_locked"}
_MISSING = 404


@dataclass(frozen=True, slots=True)
class Counter:
    """A till with the clerk who works there now."""

    till: Till
    principal: StaffPrincipal
    actor: Actor
    shift: Shift
    shop: Organisation


Call = Callable[[HttpRequest, Counter, "Told"], Mapping[str, Any]]


def till_of(request: HttpRequest) -> Till:
    """Return the till that this browser is.

    Raises: Refusal `unknown_till`.
    """
    return org.till_of(request.COOKIES.get(settings.TILL_COOKIE_NAME, ""))


def counter_of(request: HttpRequest) -> Counter:
    """Return the till and the clerk who is logged in there.

    Raises: Refusal `unknown_till`; `till_locked` where nobody is, or nobody worked for a quarter of an hour.
    """
    till, shop = till_of(request), org.organisation()
    kept, now = request.session.get(SESSION) or {}, clock.machine_now()
    shift = org.open_shift(till.id)
    clerk = next((person for person, mark in org.clerks_of(till.store) if mark == kept.get("mark")), None)
    if (
        shop is None
        or clerk is None
        or shift is None
        or kept.get("shift") != str(shift.id)
        or now - datetime.fromisoformat(kept["seen"]) > IDLE
    ):
        raise Refusal("till_locked", "Nobody is logged in at this till.")
    if now - datetime.fromisoformat(kept["seen"]) > _NOTED:  # not with every call: each time is a row written
        request.session[SESSION] = kept | {"seen": now.isoformat()}
    principal = org.principal_of(clerk)
    return Counter(till, principal, org.actor_of(principal, request.request_id), shift, shop)


def let_in(request: HttpRequest, till: Till, staff_id: UUID, pin: str) -> None:
    """Log a clerk in at a till.

    Raises: Refusal `wrong_pin`, `pin_locked`.
    """
    shift = org.begin_shift(till, staff_id, pin)
    request.session.cycle_key()
    request.session[SESSION] = {"shift": str(shift.id)}
    keep_in(request, till, staff_id)


def keep_in(request: HttpRequest, till: Till, staff_id: UUID) -> None:
    """Let the clerk of this session go on under the PIN that they have now."""
    mark = next(mark for person, mark in org.clerks_of(till.store) if person.id == staff_id)
    request.session[SESSION] |= {"mark": mark, "seen": clock.machine_now().isoformat()}


def call(*methods: str) -> Callable[[Call], Callable[..., HttpResponse]]:
    """Make of a function `(request, counter, told)` an address that takes and answers JSON."""

    def decorate(work: Call) -> Callable[..., HttpResponse]:
        @wraps(work)
        def asked(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return JsonResponse({"code": "method_not_allowed"}, status=405, headers={"Allow": ", ".join(methods)})
            try:
                return JsonResponse(work(request, counter_of(request), Told.of(request)))
            except Refusal as refused:
                logs.refusal(refused, request_id=request.request_id)
                answer = {"code": refused.code, "sentence": refusals.sentence(refused)}
                return JsonResponse(answer, status=_status(refused))

        return asked

    return decorate


def _status(refused: Refusal) -> int:
    if refused.code in _LOCKED:
        return 401
    if refused.code == "unavailable":
        return 503
    if refused.code == "forbidden" or refused.code in refusals.NOT_YOURS:
        return 403
    return _MISSING if refused.code.startswith("unknown_") else 409


class Told:
    """What a page sent, read field by field.

    Each reader raises: Refusal `bad_request` where the field is not what it must be.
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body

    @classmethod
    def of(cls, request: HttpRequest) -> "Told":
        if request.method == "GET":
            return cls({})
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise _unfit("/") from error
        if not isinstance(body, dict):
            raise _unfit("/")
        return cls(body)

    @property
    def digest(self) -> bytes:
        """The hash of all that was sent: what comes again under the same key is the same."""
        return hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).digest()

    def key(self) -> str:
        key = self.text("key", _LONGEST_KEY)
        if not key:
            raise _unfit("/key")
        return key

    def text(self, name: str, most: int = 200) -> str:
        value = self.body.get(name) or ""
        if not isinstance(value, str) or len(value) > most or "\0" in value:
            raise _unfit(f"/{name}")
        return value.strip()

    def yes(self, name: str) -> bool:
        return self.body.get(name) is True

    def number(self, name: str, value: Any = None) -> int:
        value = self.body.get(name) if value is None else value
        if type(value) is not int or not 0 <= value <= _MOST_MINOR:
            raise _unfit(f"/{name}")
        return value

    def optional(self, name: str) -> int:
        """Return a number, 0 where none was sent."""
        return self.number(name) if name in self.body else 0

    def amounts_or_parts(self, name: str, most: int = 100) -> "list[int | Told]":
        """Return a list of which each is a number or has parts."""
        values = self.body.get(name)
        if not isinstance(values, list) or len(values) > most:
            raise _unfit(f"/{name}")
        return [Told(value) if isinstance(value, dict) else self.number(name, value) for value in values]

    def parts(self, name: str, most: int = 100) -> "list[Told]":
        """Return a list of parts, empty where none was sent."""
        values = self.body.get(name) or []
        if not isinstance(values, list) or len(values) > most or not all(isinstance(value, dict) for value in values):
            raise _unfit(f"/{name}")
        return [Told(value) for value in values]

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of texts, None where none was sent."""
        values = self.body.get(name)
        if values is None:
            return None
        if not isinstance(values, list) or not all(isinstance(value, str) and len(value) < 200 for value in values):
            raise _unfit(f"/{name}")
        return tuple(values)

    def moment(self, name: str = "occurred_at") -> datetime:
        try:
            at = parse_datetime(self.text(name))
        except ValueError as error:
            raise _unfit(f"/{name}") from error
        if at is None or at.tzinfo is None:
            raise _unfit(f"/{name}")
        return at


def _unfit(pointer: str) -> Refusal:
    return Refusal("bad_request", "The request cannot be read.", pointer=pointer)
