"""Declares an operation once: its route, scope, answer, refusals, examples; and runs it.

What the declaration says is what the OpenAPI file says and what the tests check.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org.contracts import Right
from shuke.surfaces.http import guessing, replays
from shuke.surfaces.http.foresight import foreseen
from shuke.surfaces.http.keys import ApiKey
from shuke.surfaces.http.problems import FIELDS_LIMIT, FieldError, InvalidRequest, say_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an operation is; its view's docstring says more in English, `about_zh` in Chinese.

    `codes` are its own refusals, beside those that every operation has.
    `guesses` says that it takes codes that somebody might find by trying, and limits those who do.
    `writes` says that the operation takes `dry_run` and Idempotency-Key, `speaks` that its answer is in the reader's
    language; a view with the parameter `now` can look ahead in a dry run. `waits` is what is answered, with 202, where
    what was asked waits for somebody's yes. `links` maps a name to (operation id, parameter, runtime expression).
    """

    id: str
    en: str
    zh: str
    about_zh: str
    scope: Right | None = None
    status: int = 200
    guesses: bool = False
    writes: bool = False
    speaks: bool = False
    codes: Sequence[str] = ()
    waits: type[BaseModel] | None = None
    waits_example: Mapping[str, Any] | None = None
    request_example: Mapping[str, Any] | None = None
    response_example: Mapping[str, Any]
    parameter_examples: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


View = Callable[..., BaseModel]


def operation(
    router: Router, method: str, path: str, answer: type[BaseModel], spec: Operation
) -> Callable[[View], View]:
    """Mount a view under `router`; the view returns an `answer`, or what `waits`, or raises a Refusal."""

    def told(content: BaseModel) -> HttpResponse:
        waits = spec.waits is not None and isinstance(content, spec.waits)
        return rendered(content, 202 if waits else spec.status)

    def mount(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, **values: Any) -> HttpResponse:
            _check_parameters(request, known)
            with guessing.watched(request, values.get("body")) if spec.guesses else nullcontext():
                return done(request, values)

        def done(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
            if not spec.writes:
                response = told(view(request, **values))
                if spec.speaks:
                    say_language(request, response)
                return response
            dry_run, now = values.pop("dry_run"), values.pop("now", None)
            if now is not None and not dry_run:
                raise Refusal("now_needs_dry_run", "Only a dry run looks ahead.", pointer="query:now")
            if dry_run:
                with unit_of_work(dry_run=True):
                    tried = functools.partial(view, request, **values, dry_run=True)
                    return told(tried() if now is None else foreseen(request, tried, now))
            return replays.once(request, lambda: told(view(request, **values, dry_run=False)))

        run.spec = spec  # type: ignore[attr-defined]
        router.api_operation(
            [method],
            path,
            auth=None if spec.scope is None else ApiKey(spec.scope),
            response={spec.status: answer} | ({202: spec.waits} if spec.waits else {}),
            operation_id=spec.id,
            summary=spec.en,
        )(run)
        known = {
            name
            for model in run._ninja_operation.models  # type: ignore[attr-defined]  # noqa: SLF001
            if model.__ninja_param_source__ == "query"
            for name in model.__ninja_flatten_map__
        }
        return run

    return mount


def rendered(content: BaseModel, status: int) -> HttpResponse:
    """Return an answer as JSON."""
    return HttpResponse(content.model_dump_json(), status=status, content_type="application/json")


def _check_parameters(request: HttpRequest, known: set[str]) -> None:
    """Refuse what this operation does not take, or takes once: a mistyped `dry_run` must not become a real write."""
    wrong = [
        FieldError(f"query:{name[:100]}", "given_twice" if name in known else "unknown_parameter")
        for name, values in request.GET.lists()
        if name not in known or len(values) > 1
    ]
    if wrong:
        raise InvalidRequest(wrong[:FIELDS_LIMIT])
