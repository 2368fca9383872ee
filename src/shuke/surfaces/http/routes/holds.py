"""Holds: points set aside for a purchase that is not finished, then spent or given back."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.org.contracts import Right
from shuke.rooms.points import facade as points
from shuke.surfaces.http import keys
from shuke.surfaces.http.naming import fact, name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, HoldIdPath, Now
from shuke.surfaces.http.recording import OF_POINTS, recorded
from shuke.surfaces.http.schemas import movement_examples
from shuke.surfaces.http.schemas.holds import (
    CAPTURE_PREFIX,
    HOLD_PREFIX,
    RELEASE_PREFIX,
    CaptureBody,
    HoldAnswer,
    HoldBody,
    ReleaseBody,
    hold_answer,
)
from shuke.surfaces.http.schemas.movements import MovementAnswer, movement_answer

router = Router(tags=["holds"])
_CODES = (*OF_POINTS, "hold_closed", "invalid_id", "unknown_hold")
_LINKS = {
    "read": ("getHold", "hold_id", "$response.body#/id"),
    "capture": ("captureHold", "hold_id", "$response.body#/id"),
    "release": ("releaseHold", "hold_id", "$response.body#/id"),
}


@operation(
    router,
    "POST",
    "/holds",
    MovementAnswer,
    Operation(
        id="holdPoints",
        en="Set points aside",
        zh="预占积分",
        about_zh="为尚未完成的购买预占积分，至所给时刻为止；届时未扣收、未释放的积分自动退回。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(*OF_POINTS, "cap_reached", "hold_ends_before", "insufficient_points", "not_spendable"),
        request_example=movement_examples.NEW_HOLD,
        response_example=movement_examples.HOLD_RESULT,
        links=_LINKS,
    ),
)
def hold_points(request: HttpRequest, body: HoldBody, *, dry_run: DryRun = False, now: Now = None) -> MovementAnswer:
    """Set points aside until an instant. What is neither captured nor released by then comes back by itself."""
    name = name_of(request, body)
    done = recorded(request, body.value(*name))
    return movement_answer(done, HOLD_PREFIX, name, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/holds/{hold_id}",
    HoldAnswer,
    Operation(
        id="getHold",
        en="Read a hold",
        zh="读取预占",
        about_zh="读取一次预占：尚余多少，已扣收、释放、失效多少。",
        scope=Right.POINTS_READ,
        codes=("invalid_id", "unknown_hold"),
        parameter_examples={"hold_id": movement_examples.HOLD_ID},
        response_example=movement_examples.HOLD,
    ),
)
def get_hold(request: HttpRequest, hold_id: HoldIdPath) -> HoldAnswer:
    """Read a hold: what it still has, and what became of the rest."""
    member_id = fact("hold", HOLD_PREFIX, hold_id).member_id
    if member_id is None:
        raise Refusal("unknown_hold", "There is no such hold.")
    hold = points.hold(member_id, ids.decode(HOLD_PREFIX, hold_id))
    unit = next(unit.code for unit in points.all_units() if unit.id == hold.unit_id)
    return hold_answer(member_id, hold, unit, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/holds/{hold_id}/capture",
    MovementAnswer,
    Operation(
        id="captureHold",
        en="Spend points of a hold",
        zh="扣收预占",
        about_zh="使用预占的积分，可分次扣收；不给出数量则扣收剩余全部。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(*_CODES, "more_than_held"),
        parameter_examples={"hold_id": movement_examples.HOLD_ID},
        request_example={"points": 300, "source": "till-3", "external_id": "H-20170301-0007-1"},
        response_example=movement_examples.CAPTURE,
    ),
)
def capture_hold(
    request: HttpRequest, hold_id: HoldIdPath, body: CaptureBody, *, dry_run: DryRun = False, now: Now = None
) -> MovementAnswer:
    """Spend points of a hold, all that it still has where no number is said; the rest stays set aside."""
    hold = fact("hold", HOLD_PREFIX, hold_id)
    name = name_of(request, body)
    done = recorded(request, body.value_of(*name, (hold.source, hold.external_id)))
    return movement_answer(done, CAPTURE_PREFIX, name, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/holds/{hold_id}/release",
    MovementAnswer,
    Operation(
        id="releaseHold",
        en="Give back what a hold still has",
        zh="释放预占",
        about_zh="将预占的剩余积分退回原批次。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=_CODES,
        parameter_examples={"hold_id": movement_examples.HOLD_ID},
        request_example={"source": "till-3", "external_id": "H-20170301-0007-2"},
        response_example=movement_examples.RELEASE,
    ),
)
def release_hold(
    request: HttpRequest, hold_id: HoldIdPath, body: ReleaseBody, *, dry_run: DryRun = False, now: Now = None
) -> MovementAnswer:
    """Give back into their lots what a hold still has."""
    hold = fact("hold", HOLD_PREFIX, hold_id)
    name = name_of(request, body)
    done = recorded(request, body.value_of(*name, (hold.source, hold.external_id)))
    return movement_answer(done, RELEASE_PREFIX, name, livemode=keys.livemode(request), dry_run=dry_run)
