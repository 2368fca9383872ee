"""Behaviours: record one or many, list those of a member."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs.contracts import Status
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, DryRun, Limit, MemberIdPath, Now
from shuke.surfaces.http.recording import NAMED, OF_A_MEMBER, TIMES, recorded, recorded_each, refused
from shuke.surfaces.http.schemas import examples, movement_examples
from shuke.surfaces.http.schemas.behaviours import (
    BehaviourBatchAnswer,
    BehaviourBatchBody,
    BehaviourBatchItem,
    BehaviourPageAnswer,
    BehaviourResult,
    NewBehaviourBody,
    behaviour_answer,
    behaviour_result,
)
from shuke.surfaces.http.schemas.members import decode_member_id

router = Router(tags=["behaviours"])


@operation(
    router,
    "POST",
    "/behaviours",
    BehaviourResult,
    Operation(
        id="recordBehaviour",
        en="Record a behaviour",
        zh="上报行为",
        about_zh="上报会员的一个行为（评价、分享、签到等），其种类须在会员计划中声明；若与订单有关，可使该订单的待生效积分生效。",
        scope=Right.ORDERS_WRITE,
        status=201,
        writes=True,
        codes=(
            *NAMED,
            *TIMES,
            *OF_A_MEMBER,
            "invalid_attribute",
            "of_another_member",
            "out_of_scope",
            "points_out_of_range",
            "supply_exhausted",
            "unknown_behaviour",
            "unknown_order",
        ),
        request_example=movement_examples.NEW_BEHAVIOUR,
        response_example=movement_examples.BEHAVIOUR_RESULT,
        links={"entries": ("listPointsEntries", "member_id", "$response.body#/member_id")},
    ),
)
def record_behaviour(
    request: HttpRequest, body: NewBehaviourBody, *, dry_run: DryRun = False, now: Now = None
) -> BehaviourResult:
    """Record one behaviour, of a kind that the program declares, and say what it earned.

    One about an order may make usable what that order earned.
    """
    return behaviour_result(body, recorded(request, body.value()), livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/behaviours/batch",
    BehaviourBatchAnswer,
    Operation(
        id="recordBehaviours",
        en="Record up to 1,000 behaviours",
        zh="批量上报行为（至多 1,000 条）",
        about_zh="按所给次序上报行为。被拒绝的逐条说明且不留痕迹，其余照常记录。"
        "无论各条结果如何，状态码均为 200，请逐条查看。",
        scope=Right.ORDERS_WRITE,
        writes=True,
        request_example=movement_examples.NEW_BEHAVIOUR_BATCH,
        response_example=movement_examples.BEHAVIOUR_BATCH,
    ),
)
def record_behaviours(
    request: HttpRequest, body: BehaviourBatchBody, *, dry_run: DryRun = False
) -> BehaviourBatchAnswer:
    """Record behaviours in the sequence given. Refused ones are reported and leave nothing; the others are recorded.

    The status is 200 whatever became of them; look at each result.
    """
    livemode = keys.livemode(request)
    items = []
    found = recorded_each(request, NewBehaviourBody, body.behaviours, NewBehaviourBody.value)
    for index, (item, result) in enumerate(found):
        if item is None or isinstance(result, Refusal):
            problem = refused(request, result)
            items.append(BehaviourBatchItem(index=index, status="refused", behaviour=None, problem=problem))
        else:
            done = behaviour_result(item, result, livemode=livemode, dry_run=dry_run)
            items.append(BehaviourBatchItem(index=index, status=done.status, behaviour=done, problem=None))
    counts = {status.value: sum(item.status == status.value for item in items) for status in Status}
    return BehaviourBatchAnswer(**counts, results=items, dry_run=dry_run)


@operation(
    router,
    "GET",
    "/members/{member_id}/behaviours",
    BehaviourPageAnswer,
    Operation(
        id="listBehaviours",
        en="List a member's behaviours",
        zh="会员行为列表",
        about_zh="列出会员的行为，最近的在前。",
        scope=Right.ORDERS_READ,
        codes=("invalid_cursor", "invalid_id", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=movement_examples.BEHAVIOURS,
    ),
)
def list_behaviours(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> BehaviourPageAnswer:
    """List behaviours, latest first."""
    livemode = keys.livemode(request)
    page = orders.behaviours_of_member(members.get(decode_member_id(member_id)).id, limit, cursor)
    items = [behaviour_answer(each, livemode=livemode) for each in page.behaviours]
    return BehaviourPageAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)
