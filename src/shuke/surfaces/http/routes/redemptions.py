"""Redemptions: points of a member are used."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.org.contracts import KEY_PREFIX, Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys, replays
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.redemptions import RedemptionAnswer, RedemptionBody, redemption_answer

router = Router(tags=["redemptions"])
_STAND_IN = ":"  # no source that a client sends can hold it


@operation(
    router,
    "POST",
    "/redemptions",
    RedemptionAnswer,
    Operation(
        id="redeemPoints",
        en="Redeem points",
        zh="积分兑换",
        about_zh="使用会员的积分，最早到期的先用。请给出 source 与 external_id，或 Idempotency-Key。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(
            "already_recorded_differently",
            "idempotency_key_required",
            "incomplete_business_key",
            "insufficient_points",
            "member_blacklisted",
            "member_exited",
            "member_frozen",
            "no_program",
            "not_enrolled",
            "out_of_bounds",
            "too_far_ahead",
            "too_old",
            "unknown_member",
            "unknown_unit",
        ),
        request_example=examples.NEW_REDEMPTION,
        response_example=examples.REDEMPTION,
    ),
)
def redeem_points(request: HttpRequest, body: RedemptionBody, *, dry_run: DryRun = False) -> RedemptionAnswer:
    """Use points of a member, soonest expiring first. Send source and external_id, or Idempotency-Key."""
    fact = body.value(*_business_key(request, body))
    result = programs.redeem(fact, keys.actor(request), history=keys.may_write_history(request))
    return redemption_answer(result, livemode=keys.livemode(request), dry_run=dry_run)


def _business_key(request: HttpRequest, body: RedemptionBody) -> tuple[str, str]:
    """Return (source, external_id); without them the Idempotency-Key stands in, with the API key as its source."""
    if body.source is not None and body.external_id is not None:
        return body.source, body.external_id
    if body.source is not None or body.external_id is not None:
        raise Refusal("incomplete_business_key", "Send both source and external_id, or neither.", pointer="/source")
    key = replays.read_key(request)
    if key is None:
        raise Refusal("idempotency_key_required", "Send Idempotency-Key, or source and external_id.")
    return f"{_STAND_IN}{ids.encode(KEY_PREFIX, request.principal.id)}", key  # type: ignore[attr-defined]
