"""The API under /v1: its operations, how requests are read and how every refusal is answered."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.surfaces.http import problems
from shuke.surfaces.http.bodies import StrictJsonParser
from shuke.surfaces.http.openapi import Document
from shuke.surfaces.http.routes import (
    adjustments,
    approvals,
    behaviours,
    benefits,
    carts,
    coupon_templates,
    coupons,
    explanations,
    gift_cards,
    health,
    histories,
    holds,
    imports,
    mall,
    mall_supplies,
    member_care,
    members,
    orders,
    payment_refunds,
    plans,
    points,
    programs,
    redemptions,
    refunds,
    runs,
    subscriptions,
    tiers,
    value,
)

VERSION = "1.0.0"


class Api(NinjaAPI):
    """NinjaAPI whose document is ours."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        return Document(self, "v1/")


api = Api(
    title="Shuke", version=VERSION, parser=StrictJsonParser(), openapi_url=None, docs_url=None, urls_namespace="v1"
)
ROOMS = (
    imports,
    member_care,
    members,
    orders,
    refunds,
    behaviours,
    carts,
    coupon_templates,
    coupons,
    redemptions,
    holds,
    adjustments,
    tiers,
    benefits,
    points,
    explanations,
    programs,
    histories,
    runs,
    mall,
    mall_supplies,
    plans,
    subscriptions,
    payment_refunds,
    value,
    gift_cards,
    approvals,
    health,
)
for room in ROOMS:
    api.add_router("", room.router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problems.answer(request, refusal)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.answer(request, problems.invalid_request(error.errors))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer for a body that could not be parsed; ninja wraps the parser's refusal."""
    cause = error.__cause__
    refusal = cause if isinstance(cause, Refusal) else Refusal("bad_request", "The request cannot be read.")
    return problems.answer(request, refusal)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, _: RequestDataTooBig) -> HttpResponse:
    return problems.answer(request, problems.body_too_large())


@api.exception_handler(Http404)
def _missing(request: HttpRequest, _: Http404) -> HttpResponse:
    return problems.answer(request, Refusal("not_found", "There is nothing at this address."))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _no_database(request: HttpRequest, error: Exception) -> HttpResponse:
    logs.failure("database_unavailable", error, request_id=request.request_id)  # type: ignore[attr-defined]
    return problems.answer(request, Refusal("unavailable", "The database does not answer; nothing was written."))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    logs.failure("request_failed", error, request_id=request.request_id)  # type: ignore[attr-defined]
    return problems.answer(request, Refusal("internal_error", "Something broke on our side; nothing was written."))
