"""What clients say about approvals and what they are shown."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints

from shuke.foundation import ids
from shuke.rooms.org import contracts
from shuke.surfaces.http.fields import Answer, Body, Instant, instant, text

ApprovalId = Annotated[str, StringConstraints(pattern=r"^apr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
State = Literal["pending", "approved", "rejected", "withdrawn", "expired"]


class DecisionBody(Body):
    """What becomes of a request; a rejection needs a comment."""

    decision: Literal["approve", "reject"]
    comment: text(200) | None = None


class ActorAnswer(Answer):
    """Who did something: a person of the staff, an API key, the command line or the system."""

    kind: Literal["staff", "key", "cli", "system"]
    id: str
    label: str


class ApprovalAnswer(Answer):
    """A request and what became of it.

    `kind` says what is to be done, `subject` to what; `summary` tells it field by field, and a value may be an object
    of `before` and `after`. `detail` is told of some kinds besides: of program.publish, the comparison that was seen,
    and what of it is `above` the threshold. `result` is the id of what was done, where it has one.
    """

    id: str
    kind: str
    subject: str
    summary: dict[str, Any]
    detail: dict[str, Any]
    state: State
    requested_by: ActorAnswer
    requested_at: Instant
    expires_at: Instant
    decided_by: ActorAnswer | None
    decided_at: Instant | None
    comment: str
    result: str | None
    livemode: bool
    dry_run: bool = False


class ApprovalPageAnswer(Answer):
    """Approvals, last requested first; `next_cursor` is null on the last page."""

    items: list[ApprovalAnswer]
    next_cursor: str | None
    livemode: bool


def approval_answer(approval: contracts.Approval, *, livemode: bool, dry_run: bool = False) -> ApprovalAnswer:
    """Return an approval as the API shows it."""
    return ApprovalAnswer(
        id=ids.encode(contracts.APPROVAL_PREFIX, approval.id),
        kind=approval.kind,
        subject=approval.subject,
        summary=dict(approval.summary),
        detail=dict(approval.detail),
        state=approval.state.value,
        requested_by=_actor(approval.requested_by),
        requested_at=instant(approval.requested_at),
        expires_at=instant(approval.expires_at),
        decided_by=_actor(approval.decided_by) if approval.decided_by else None,
        decided_at=instant(approval.decided_at) if approval.decided_at else None,
        comment=approval.comment,
        result=approval.result,
        livemode=livemode,
        dry_run=dry_run,
    )


def decode_approval_id(value: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    return ids.decode(contracts.APPROVAL_PREFIX, value)


def _actor(actor: contracts.Actor) -> ActorAnswer:
    return ActorAnswer(kind=actor.kind.value, id=actor.id, label=actor.label)
