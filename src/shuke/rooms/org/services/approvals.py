"""Approvals: somebody asks, another decides; what was asked is done in the decision's transaction, or not at all.

Who carries out which kind is said by the rooms above, through `carry_out`; this room knows no kind.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, cursors, encryption, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import queries
from shuke.rooms.org.contracts import (
    APPROVAL_PREFIX,
    Actor,
    ActorKind,
    Approval,
    ApprovalPage,
    ApprovalRequest,
    ApprovalState,
    Executor,
    Values,
)
from shuke.rooms.org.services.auditing import audit

WAITS = timedelta(days=14)
_CHUNK = 500
_COMMENT_LIMIT = 200
_TIME = Actor(ActorKind.SYSTEM, "approvals", "Shuke")

_executors: dict[str, Executor] = {}


def carry_out(kind: str, executor: Executor) -> None:
    """Say what carries out approvals of a kind."""
    _executors[kind] = executor


def request(asked: ApprovalRequest, actor: Actor) -> Approval:
    """Keep what is asked until somebody decides; what the same one asked for already, and waits, is not kept twice."""
    assert asked.kind in _executors, f"nothing carries out {asked.kind}"
    with unit_of_work():
        now = clock.business_now()
        queries.hold_requests(asked.subject)
        for waiting, sealed in queries.waiting_approvals(asked.kind, asked.subject, now):
            if _same(waiting.requested_by, actor) and _act(asked, _payload(waiting.id, sealed)) == _act(asked):
                return waiting
        approval = Approval(
            ids.new_id(),
            asked.kind,
            asked.subject,
            asked.summary,
            ApprovalState.PENDING,
            actor,
            now,
            now + WAITS,
            None,
            None,
            "",
            None,
            asked.detail,
        )
        queries.insert_approval(approval, encryption.seal(json.dumps(asked.payload), _context(approval.id)))
        compared = {name: value for name, value in asked.summary.items() if isinstance(value, Mapping)}
        before = {name: value["before"] for name, value in compared.items()}
        after = {name: value["after"] for name, value in compared.items()}
        _tell(approval, "requested", actor, {**asked.summary, **after}, before or None)
    return approval


def decide(approval_id: UUID, *, approve: bool, comment: str, actor: Actor) -> Approval:
    """Let what was asked be done, or not. Whoever comes second finds it decided."""
    comment = _comment(comment)
    if not approve and not comment:
        raise Refusal("reason_required", "Who rejects says why.", pointer="/comment")
    with unit_of_work():
        now = clock.business_now()
        approval, payload = _waiting(approval_id, now)
        if _same(approval.requested_by, actor):
            raise Refusal("own_request", "Nobody decides what they asked for themselves; a colleague has to.")
        result = None
        if approve:
            result = _executors[approval.kind](approval, payload, actor)
        state = ApprovalState.APPROVED if approve else ApprovalState.REJECTED
        return _close(approval.id, state, actor, now, comment, result)


def withdraw(approval_id: UUID, actor: Actor) -> Approval:
    """Take back what one asked for."""
    with unit_of_work():
        now = clock.business_now()
        approval, _ = _waiting(approval_id, now)
        if not _same(approval.requested_by, actor):
            raise Refusal("not_own_request", "Only who asked can withdraw it.")
        return _close(approval.id, ApprovalState.WITHDRAWN, actor, now, "", None)


def expire() -> int:
    """Write down of those that waited too long that they expired, a committed chunk at a time; return how many."""
    expired = 0
    while True:
        with unit_of_work():
            now = clock.business_now()
            overdue = queries.overdue_approvals(now, _CHUNK)
            for approval_id in overdue:
                _close(approval_id, ApprovalState.EXPIRED, _TIME, now, "", None)
        expired += len(overdue)
        if len(overdue) < _CHUNK:
            return expired


def one(approval_id: UUID) -> Approval:
    """Return an approval."""
    found = queries.approval(approval_id, clock.business_now())
    if found is None:
        raise _unknown()
    return found


def page(state: ApprovalState | None, limit: int, cursor: str | None) -> ApprovalPage:
    """Return approvals, last requested first."""
    below = None if cursor is None else cursors.decode(cursor, 1)[0]
    found = queries.approvals(state, limit + 1, below, clock.business_now())
    following = cursors.encode(found[limit - 1][0]) if len(found) > limit else None
    return ApprovalPage(tuple(approval for _, approval in found[:limit]), following)


def _waiting(approval_id: UUID, now: datetime) -> tuple[Approval, Values]:
    """Lock an approval that can be decided; return it with its payload."""
    found = queries.lock_approval(approval_id, now)
    if found is None:
        raise _unknown()
    approval, sealed = found
    if approval.state is ApprovalState.EXPIRED:
        raise Refusal("approval_expired", "Nobody decided in time; ask again.")
    if approval.state is not ApprovalState.PENDING:
        raise Refusal("already_decided", f"This is {approval.state} already.", params={"state": approval.state.value})
    return approval, _payload(approval_id, sealed)


def _payload(approval_id: UUID, sealed: bytes) -> Values:
    opened: Values = json.loads(encryption.open_sealed(sealed, _context(approval_id)))
    return opened


def _act(asked: ApprovalRequest, payload: Values | None = None) -> Values:
    """Return what of a payload, by default its own, makes it the act that is asked for."""
    content: Values = json.loads(json.dumps(asked.payload)) if payload is None else payload
    return {name: value for name, value in content.items() if name not in asked.beside}


def _close(
    approval_id: UUID, state: ApprovalState, actor: Actor, at: datetime, comment: str, result: str | None
) -> Approval:
    closed = queries.close_approval(approval_id, state, actor, at, comment, result)
    told = {name: value for name, value in (("comment", comment), ("result", result)) if value}
    _tell(closed, state, actor, told)
    return closed


def _tell(approval: Approval, step: str, actor: Actor, values: Values, before: Values | None = None) -> None:
    """Write a step into the log of what the approval is about."""
    after = {"kind": approval.kind, "approval": ids.encode(APPROVAL_PREFIX, approval.id), **values}
    audit(f"approval.{step}", approval.subject, before, after, actor)


def _comment(comment: str) -> str:
    comment = comment.strip()
    if len(comment) > _COMMENT_LIMIT:
        raise Refusal("reason_too_long", "A comment has at most 200 characters.", pointer="/comment")
    return comment


def _same(one: Actor, other: Actor) -> bool:
    return (one.kind, one.id) == (other.kind, other.id)


def _context(approval_id: UUID) -> str:
    return f"org_approval.payload.{approval_id}"


def _unknown() -> Refusal:
    return Refusal("unknown_approval", "There is no such approval.")
