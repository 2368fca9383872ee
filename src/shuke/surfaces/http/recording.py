"""Records one fact or a batch for an operation, and names the refusals that facts have in common."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import ValidationError

from shuke.core.values.errors import Refusal
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Fact, Result
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.fields import Body
from shuke.surfaces.http.schemas.problems import ProblemAnswer

NAMED = ("already_recorded_differently", "text_characters", "text_length")
TIMES = (
    "clock_moves_back",
    "clock_too_far",
    "now_needs_dry_run",
    "occurs_in_future",
    "out_of_bounds",
    "too_far_ahead",
    "too_old",
)
REASONED = ("reason_required", "reason_too_long")
OF_A_MEMBER = (
    "member_blacklisted",
    "member_exited",
    "member_frozen",
    "no_program",
    "not_enrolled",
    "unknown_member",
)
OF_POINTS = (
    *NAMED,
    *TIMES,
    *OF_A_MEMBER,
    "balance_limit",
    "idempotency_key_required",
    "incomplete_business_key",
    "points_out_of_range",
    "unknown_unit",
)

Made = TypeVar("Made", bound=Body)


def recorded(request: HttpRequest, fact: Fact) -> Result:
    """Record one fact.

    Raises: Refusal as `programs.record` tells it in its results.
    """
    (result,) = programs.record([fact], keys.actor(request), history=keys.may_write_history(request))
    if result.refusal is not None:
        raise result.refusal
    return result


def recorded_each(
    request: HttpRequest, model: type[Made], items: Sequence[Any], value: Callable[[Made], Fact]
) -> list[tuple[Made | None, Result | Refusal]]:
    """Check every item by itself, record the sound ones together, and return what each came to, in order."""
    checked = [_checked(model, item) for item in items]
    facts = [value(item) for item in checked if not isinstance(item, Refusal)]
    found = programs.record(facts, keys.actor(request), history=keys.may_write_history(request)) if facts else []
    results = iter(found)
    answers: list[tuple[Made | None, Result | Refusal]] = []
    for item in checked:
        if isinstance(item, Refusal):
            answers.append((None, item))
        else:
            result = next(results)
            answers.append((item, result.refusal or result))
    return answers


def refused(request: HttpRequest, refusal: Refusal) -> ProblemAnswer:
    """Return the problem of an item that was refused."""
    return ProblemAnswer(**problems.problem(request, refusal))


def _checked(model: type[Made], item: Any) -> Made | Refusal:
    try:
        return model.model_validate(item)
    except ValidationError as error:
        return problems.invalid_request(error.errors(include_url=False, include_input=False), depth=0)
