"""Dry runs that look ahead: the clock is imagined at `now`, the fact recorded, time passes, all is rolled back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from shuke.foundation import clock, ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.points import facade as points
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http.schemas.points import passed_answer


def foreseen(request: HttpRequest, run: Callable[[], Any], now: datetime) -> Any:
    """Run in the open dry run with the clock at `now`, and add to the answer what time did until then.

    Raises: Refusal `clock_moves_back`, `clock_too_far`, and what `run` raises.
    """
    since = clock.imagine_business_clock(now)
    request.looks_ahead = True  # type: ignore[attr-defined]
    content = run()
    if getattr(content, "member_id", None) is None:
        return content
    passed = programs.let_pass(ids.decode(ID_PREFIX, content.member_id), since)
    if passed is not None:
        content.passed = passed_answer(passed, {unit.id: unit.code for unit in points.all_units()})
    return content


def ahead(now: datetime | None) -> datetime | None:
    """Return the instant at which a reader asks where somebody stands; None: now.

    Raises: Refusal `clock_moves_back`, `clock_too_far`.
    """
    if now is not None:
        clock.check_ahead(now)
    return now
