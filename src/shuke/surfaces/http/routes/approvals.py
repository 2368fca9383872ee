"""Approvals: what waits for somebody's yes, and saying it."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import ApprovalState, Right
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, DryRun, Limit
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.approvals import (
    ApprovalAnswer,
    ApprovalId,
    ApprovalPageAnswer,
    DecisionBody,
    State,
    approval_answer,
    decode_approval_id,
)

router = Router(tags=["approvals"])
ApprovalIdPath = Annotated[ApprovalId, Path(description="The approval's id.")]
StateQuery = Annotated[State, Query(None, description="Only those in this state.")]
_LINKS = {"read": ("getApproval", "approval_id", "$response.body#/id")}


@operation(
    router,
    "GET",
    "/approvals",
    ApprovalPageAnswer,
    Operation(
        id="listApprovals",
        en="List approvals",
        zh="审批列表",
        about_zh="列出审批，最近申请的在前；可按状态筛选。",
        scope=Right.APPROVALS_READ,
        codes=("invalid_cursor",),
        response_example=examples.APPROVALS,
    ),
)
def list_approvals(
    request: HttpRequest, *, state: StateQuery = None, limit: Limit = PAGE, cursor: After = None
) -> ApprovalPageAnswer:
    """List approvals, last requested first, in one state or in any."""
    page = org.approvals_page(None if state is None else ApprovalState(state), limit, cursor)
    livemode = keys.livemode(request)
    items = [approval_answer(approval, livemode=livemode) for approval in page.approvals]
    return ApprovalPageAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)


@operation(
    router,
    "GET",
    "/approvals/{approval_id}",
    ApprovalAnswer,
    Operation(
        id="getApproval",
        en="Read an approval",
        zh="读取审批",
        about_zh="读取一项审批：申请内容、状态与处理结果。",
        scope=Right.APPROVALS_READ,
        codes=("invalid_id", "unknown_approval"),
        parameter_examples={"approval_id": examples.APPROVAL_ID},
        response_example=examples.APPROVAL,
    ),
)
def get_approval(request: HttpRequest, approval_id: ApprovalIdPath) -> ApprovalAnswer:
    """Read what was asked and what became of it."""
    return approval_answer(org.approval(decode_approval_id(approval_id)), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/approvals/{approval_id}/decision",
    ApprovalAnswer,
    Operation(
        id="decideApproval",
        en="Approve or reject",
        zh="批准或驳回",
        about_zh="批准后立即执行所申请的事项；若此时已无法执行则拒绝并说明原因，审批仍为待处理。驳回须说明原因。"
        "申请人不能审批自己的申请。",
        scope=Right.APPROVALS_DECIDE,
        writes=True,
        codes=(
            "already_decided",
            "approval_expired",
            "insufficient_points",
            "invalid_id",
            "own_request",
            "reason_required",
            "unknown_approval",
        ),
        parameter_examples={"approval_id": examples.APPROVAL_ID},
        request_example={"decision": "approve", "comment": "ok"},
        response_example=examples.APPROVAL,
        links=_LINKS,
    ),
)
def decide_approval(
    request: HttpRequest, approval_id: ApprovalIdPath, body: DecisionBody, *, dry_run: DryRun = False
) -> ApprovalAnswer:
    """Approve, and what was asked is done at once, or reject with a comment.

    What cannot be done by now is refused with its reason, and the approval waits on. Nobody decides their own request.
    """
    decided = org.decide_approval(
        decode_approval_id(approval_id),
        approve=body.decision == "approve",
        comment=body.comment or "",
        actor=keys.actor(request),
        principal=request.principal,  # type: ignore[attr-defined]
    )
    return approval_answer(decided, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/approvals/{approval_id}/withdrawal",
    ApprovalAnswer,
    Operation(
        id="withdrawApproval",
        en="Withdraw a request",
        zh="撤回申请",
        about_zh="撤回由同一密钥提出、尚未处理的申请。",
        scope=Right.APPROVALS_READ,
        writes=True,
        codes=("already_decided", "approval_expired", "invalid_id", "not_own_request", "unknown_approval"),
        parameter_examples={"approval_id": examples.APPROVAL_ID},
        response_example=examples.APPROVAL_WITHDRAWN,
        links=_LINKS,
    ),
)
def withdraw_approval(request: HttpRequest, approval_id: ApprovalIdPath, *, dry_run: DryRun = False) -> ApprovalAnswer:
    """Take back a request that this key made and nobody decided yet."""
    withdrawn = org.withdraw_approval(decode_approval_id(approval_id), keys.actor(request))
    return approval_answer(withdrawn, livemode=keys.livemode(request), dry_run=dry_run)
