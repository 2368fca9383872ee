"""Reads a request's JSON body strictly: what two parsers could read differently is refused before anything sees it.

Owns size, depth, number and character limits; must not know any schema.
"""

import json
import re
from typing import Any, NoReturn

from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser

from shuke.core.values.errors import Refusal

BODY_LIMIT_BYTES: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
DEPTH_LIMIT = 32
MEMBERS_LIMIT = 100  # of one object; no schema has a third of them

# Possessive, and with an end that may be missing: linear in whatever is sent.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_INNERMOST = re.compile(rb"\{,*+\}|\[,*+\]")
_MANY_MEMBERS = re.compile(rb"\{,{%d}" % MEMBERS_LIMIT)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{},"))
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class BodyInvalid(Refusal):
    """The body is not the JSON that this API reads."""


class StrictJsonParser(Parser):
    """Parse bodies with `read_json`."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        BodyInvalid: not UTF-8, not JSON, deeper than `DEPTH_LIMIT`, an object of more than `MEMBERS_LIMIT` members,
            a key given twice, NaN or Infinity, an integer of thousands of digits, a NUL or half of a surrogate pair.
    """
    _check_shape(body)
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_no_constant,
            object_pairs_hook=_members_once,
        )
    except (ValueError, RecursionError):
        raise BodyInvalid("invalid_json", "The body is not valid JSON in UTF-8.") from None
    if _SUSPICIOUS.search(body):
        _check_characters(value)
    return value


def _check_shape(body: bytes) -> None:
    """Take the innermost brackets away, level by level; where none pair up, the parser will say what is wrong.

    Members are counted by their commas before anything is built of them.
    """
    brackets = _STRINGS.sub(b"", body).translate(None, _ALL_BUT_BRACKETS)
    for _ in range(DEPTH_LIMIT):
        if _MANY_MEMBERS.search(brackets):
            raise BodyInvalid(
                "json_too_many_members",
                f"An object of the body has more than {MEMBERS_LIMIT} members.",
                params={"limit": MEMBERS_LIMIT},
            )
        inner, brackets = brackets, _INNERMOST.sub(b"", brackets)
        if brackets == inner:
            return
    if brackets.strip(b","):
        raise BodyInvalid(
            "json_too_deep", f"The body is nested deeper than {DEPTH_LIMIT} levels.", params={"limit": DEPTH_LIMIT}
        )


def _no_constant(name: str) -> NoReturn:
    raise BodyInvalid("invalid_json", f"{name} is not a JSON number.")


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BodyInvalid("json_duplicate_key", "An object of the body has the same key twice.")
    return members


def _check_characters(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item.keys())
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, str) and ("\x00" in item or any("\ud800" <= char <= "\udfff" for char in item)):
            raise BodyInvalid("invalid_characters", "A string of the body holds NUL or half of a surrogate pair.")
