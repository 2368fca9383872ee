"""Redemptions: points of a member are used, and given back."""

from django.http import HttpRequest
from ninja import Router

from shuke.rooms.org.contracts import Right
from shuke.surfaces.http import keys
from shuke.surfaces.http.naming import fact, name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, Now, RedemptionIdPath
from shuke.surfaces.http.recording import OF_POINTS, recorded
from shuke.surfaces.http.schemas import examples, movement_examples
from shuke.surfaces.http.schemas.movements import MovementAnswer, movement_answer
from shuke.surfaces.http.schemas.redemptions import (
    REDEMPTION_PREFIX,
    RETURN_PREFIX,
    RedemptionAnswer,
    RedemptionBody,
    ReturnBody,
    redemption_answer,
)

router = Router(tags=["redemptions"])


@operation(
    router,
    "POST",
    "/redemptions",
    RedemptionAnswer,
    Operation(
        id="redeemPoints",
        en="Redeem points",
        zh="积分兑换",
        about_zh="使用会员的积分，最早到期的先用。请给出 source 与 external_id，或 Idempotency-Key。"
        "给出 order 时，该订单退款会按比例退回这些积分。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(*OF_POINTS, "cap_reached", "insufficient_points", "not_spendable"),
        request_example=examples.NEW_REDEMPTION,
        response_example=examples.REDEMPTION,
        links={"return": ("returnRedemption", "redemption_id", "$response.body#/id")},
    ),
)
def redeem_points(
    request: HttpRequest, body: RedemptionBody, *, dry_run: DryRun = False, now: Now = None
) -> RedemptionAnswer:
    """Use points of a member, soonest expiring first. Send source and external_id, or Idempotency-Key.

    Points that pay for an `order` come back in proportion to what is refunded of it.
    """
    done = recorded(request, body.value(*name_of(request, body)))
    return redemption_answer(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/redemptions/{redemption_id}/return",
    MovementAnswer,
    Operation(
        id="returnRedemption",
        en="Give points of a redemption back",
        zh="退回已兑换的积分",
        about_zh="将一次兑换的积分退回原批次与原有效期，可分次退回；不给出数量则退回剩余全部。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(*OF_POINTS, "already_returned", "invalid_id", "more_than_left", "unknown_redemption"),
        parameter_examples={"redemption_id": examples.REDEMPTION_ID},
        request_example={"points": 200, "source": "till-3", "external_id": "R-20170301-0007-1"},
        response_example=movement_examples.RETURN,
    ),
)
def return_redemption(
    request: HttpRequest,
    redemption_id: RedemptionIdPath,
    body: ReturnBody,
    *,
    dry_run: DryRun = False,
    now: Now = None,
) -> MovementAnswer:
    """Give points of a redemption back into their lots, with their dates; all that is left where no number is said."""
    redemption = fact("redemption", REDEMPTION_PREFIX, redemption_id)
    name = name_of(request, body)
    done = recorded(request, body.value_of(*name, (redemption.source, redemption.external_id)))
    return movement_answer(done, RETURN_PREFIX, name, livemode=keys.livemode(request), dry_run=dry_run)
