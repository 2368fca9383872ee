"""Publishes a program file in another deployment, over its API: compared there first, approved there where need be.

The key of the other deployment passes through, and is kept and logged nowhere.
"""

from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from shuke.core.values.currencies import CURRENCY_DIGITS
from shuke.core.values.errors import Refusal
from shuke.engine.file_units import SCALE_LIMIT
from shuke.engine.schema import load_program
from shuke.foundation import ids
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.programs.promotions import Deployments, Preview, Promoted, Target

_reached: list[Deployments] = []

_SCALES = frozenset(range(SCALE_LIMIT + 1))
_MONEY = {"before_minor": int, "after_minor": int}
_COMPARISON = {
    "against": int,
    "meaning": [{"en": str, "zh": str}],
    "effect": {
        "currency": frozenset(CURRENCY_DIGITS),
        "members": int,
        "looked_at": int,
        "shifts": [{"ladder": str} | dict.fromkeys(("up", "down", "up_later", "down_later"), int)],
        "liability": _MONEY | {"units": [{"unit": str, "scale": _SCALES, "lots": int, "lot_points": int}]},
        "yearly": _MONEY
        | {"first_day": str, "until_day": str, "members": int, "facts": int}
        | {"units": [{"unit": str, "scale": _SCALES, "points_before": int, "points_after": int}]},
    },
}


def reach_with(deployments: Deployments) -> None:
    """Say what reaches other deployments. Raises: nothing."""
    _reached[:] = [deployments]


def preview(text: str, target: Target) -> Preview:
    """Ask another deployment what publishing a file there would change; nothing is written.

    Raises:
        ProgramErrors: everything that is wrong with the file.
        Refusal: `target_address`, `target_is_here`, `target_unreachable`, `target_not_understood`, `target_refused`.
    """
    load_program(text)
    status, answer = _ask(target, "/v1/programs/compare", {"text": text})
    if status == HTTPStatus.OK and _is_like(answer, _COMPARISON):
        return Preview(answer)
    if answer.get("code") == "no_program":
        return Preview(None)
    raise _refused(status, answer)


def promote(text: str, target: Target, seen: Preview, actor: Actor) -> Promoted:
    """Publish a file in another deployment right after the version with which it was compared there.

    Where that needs a second person there, it is asked for. A line in the log here says where it went.

    Raises:
        Refusal: as `preview`.
    """
    body: dict[str, Any] = {"text": text} | ({} if seen.after is None else {"after": seen.after})
    status, answer = _ask(target, "/v1/programs/publish", body)
    if answer.get("code") == "approval_needed":
        status, answer = _ask(target, "/v1/programs/publish", body | {"ask": True})
    program = load_program(text).code
    if status == HTTPStatus.CREATED and _is_like(answer, {"number": int}):
        done = Promoted(program, answer["number"], None)
    elif status == HTTPStatus.ACCEPTED and _is_like(answer, {"id": str}):
        done = Promoted(program, None, answer["id"])
    else:
        raise _refused(status, answer)
    told = {"to": _origin(target.url), "version": done.version, "approval": done.approval}
    org.audit("program.promoted", f"program:{program}", None, {k: v for k, v in told.items() if v}, actor)
    return done


def _ask(target: Target, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    _check(target)
    try:
        return _reached[0].ask(_origin(target.url), target.key, path, body, str(ids.new_id()))
    except ValueError:
        raise _not_understood() from None
    except OSError as error:
        raise Refusal(
            "target_unreachable",
            "The other deployment gave no answer; what it did is not known.",
            params={"why": type(error).__name__},
            pointer="/url",
        ) from None  # what failed may tell of the request


def _check(target: Target) -> None:
    """Refuse an address over which a key must not travel, and the key of this very deployment."""
    try:
        parts = urlsplit(target.url)
        is_plain = parts.port != 0 and "@" not in parts.netloc and not parts.query
    except ValueError:  # brackets or a port that are none
        is_plain = False
    if not is_plain or not parts.hostname or parts.scheme not in ("http", "https"):
        raise Refusal("target_address", "This is no address of a deployment, such as https://….", pointer="/url")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise Refusal("target_address", "A key travels to another machine over https only.", pointer="/url")
    if not target.key.isascii() or not target.key.isprintable() or not target.key:
        raise Refusal("target_refused", "This is no key.", pointer="/key", params={"detail": "unauthenticated"})
    try:
        org.authenticate_key(target.key)
    except Refusal:
        return
    raise Refusal("target_is_here", "This key is of this deployment; a file is sent to another one.", pointer="/key")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_like(found: object, shape: object) -> bool:
    """Say whether an answer has what is read of it; `shape` is of types, or of the values that there are."""
    match shape:
        case dict():
            return isinstance(found, dict) and all(
                name in found and _is_like(found[name], part) for name, part in shape.items()
            )
        case [part]:
            return isinstance(found, list) and all(_is_like(each, part) for each in found)
        case frozenset():
            return isinstance(found, int | str) and found in shape
        case _:
            assert isinstance(shape, type)
            return isinstance(found, shape) and not isinstance(found, bool)


def _not_understood() -> Refusal:
    return Refusal(
        "target_not_understood",
        "What answers there is no deployment of Shuke, or of another release; what it did is not known.",
        pointer="/url",
    )


def _refused(status: int, answer: Mapping[str, Any]) -> Refusal:
    """Return what the other deployment says against it."""
    if status < HTTPStatus.BAD_REQUEST:
        return _not_understood()
    detail = str(answer.get("detail") or answer.get("title") or f"HTTP {status}")[:300]
    code = str(answer.get("code") or status)[:60]
    return Refusal(
        "target_refused", f"The other deployment refuses it: {detail}", params={"detail": f"{code}: {detail}"}
    )
