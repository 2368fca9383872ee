"""Points moved by hand: adjustments, transfers between members, opening balances."""

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from shuke.rooms.org.contracts import Approval, Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.naming import name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, Now
from shuke.surfaces.http.recording import OF_POINTS, REASONED, recorded
from shuke.surfaces.http.schemas import examples, movement_examples
from shuke.surfaces.http.schemas.adjustments import (
    ADJUSTMENT_PREFIX,
    OPENING_PREFIX,
    TRANSFER_PREFIX,
    AdjustmentBody,
    OpeningLotBody,
    TransferBody,
)
from shuke.surfaces.http.schemas.approvals import ApprovalAnswer, approval_answer
from shuke.surfaces.http.schemas.movements import MovementAnswer, movement_answer

router = Router(tags=["adjustments"])


@operation(
    router,
    "POST",
    "/adjustments",
    MovementAnswer,
    Operation(
        id="adjustPoints",
        en="Give or take points by hand",
        zh="人工调整积分",
        about_zh="人工增加或扣减积分，须说明原因。ask 为真时只提出申请：以 202 返回审批，批准后才执行。",
        scope=Right.POINTS_ADJUST,
        status=201,
        writes=True,
        codes=(*OF_POINTS, *REASONED, "insufficient_points", "points_zero", "principal_by_hand", "supply_exhausted"),
        waits=ApprovalAnswer,
        waits_example=examples.APPROVAL_WAITING,
        request_example=movement_examples.NEW_ADJUSTMENT,
        response_example=movement_examples.ADJUSTMENT,
    ),
)
def adjust_points(request: HttpRequest, body: AdjustmentBody, *, dry_run: DryRun = False, now: Now = None) -> BaseModel:
    """Give points by hand, or take them, with a reason.

    With `ask` it is only requested: the answer is 202 with the approval, and nothing is done before somebody agrees.
    """
    livemode, name = keys.livemode(request), name_of(request, body)
    done = programs.adjust(
        body.value(*name),
        keys.actor(request),
        request.principal,  # type: ignore[attr-defined]
        ask=body.ask,
        history=keys.may_write_history(request),
    )
    if isinstance(done, Approval):
        return approval_answer(done, livemode=livemode, dry_run=dry_run)
    return movement_answer(done, ADJUSTMENT_PREFIX, name, livemode=livemode, dry_run=dry_run)


@operation(
    router,
    "POST",
    "/transfers",
    MovementAnswer,
    Operation(
        id="transferPoints",
        en="Give points to another member",
        zh="转赠积分",
        about_zh="将会员的积分转赠给另一会员，最早到期的先转；会员计划规定可否转赠、上下限与入会冷静期。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(
            *OF_POINTS,
            "cap_reached",
            "gifts_not_given_on",
            "insufficient_points",
            "not_transferable",
            "transfer_bounds",
            "transfer_cool_down",
            "transfer_to_oneself",
        ),
        request_example=movement_examples.NEW_TRANSFER,
        response_example=movement_examples.TRANSFER,
    ),
)
def transfer_points(
    request: HttpRequest, body: TransferBody, *, dry_run: DryRun = False, now: Now = None
) -> MovementAnswer:
    """Give points of a member to another, soonest expiring first. The program says who may give how many."""
    name = name_of(request, body)
    done = recorded(request, body.value(*name))
    return movement_answer(done, TRANSFER_PREFIX, name, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/opening-lots",
    MovementAnswer,
    Operation(
        id="openLot",
        en="Bring points from elsewhere",
        zh="录入期初积分",
        about_zh="录入会员从别处带来的一批积分，连同其最后可用日与获得日。",
        scope=Right.IMPORTS_WRITE,
        status=201,
        writes=True,
        codes=(*OF_POINTS, "earned_in_future", "lot_has_ended", "principal_by_hand", "supply_exhausted"),
        request_example=movement_examples.NEW_OPENING_LOT,
        response_example=movement_examples.OPENING_LOT,
        links={"lots": ("listLots", "member_id", "$response.body#/member_id")},
    ),
)
def open_lot(request: HttpRequest, body: OpeningLotBody, *, dry_run: DryRun = False, now: Now = None) -> MovementAnswer:
    """Open a lot of points that a member brings from elsewhere, with its last day and the day it was earned."""
    name = name_of(request, body)
    done = recorded(request, body.value(*name))
    return movement_answer(done, OPENING_PREFIX, name, livemode=keys.livemode(request), dry_run=dry_run)
