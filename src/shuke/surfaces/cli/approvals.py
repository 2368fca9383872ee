"""`shuke approvals`: what waits for a yes, and saying it as whoever runs the machine."""

from typing import TYPE_CHECKING, Any

from shuke.core.values.errors import Refusal
from shuke.surfaces.cli import session, times
from shuke.surfaces.cli.people import actor
from shuke.surfaces.cli.terminal import result, table, words

if TYPE_CHECKING:
    from uuid import UUID

    from shuke.rooms.org.contracts import Approval

_STATES = {
    "pending": ("waiting", "待处理"),
    "approved": ("approved", "已通过"),
    "rejected": ("rejected", "已驳回"),
    "withdrawn": ("withdrawn", "已撤回"),
    "expired": ("expired", "已过期"),
}
_PAGE = 200


def list_them(state: str, *, as_json: bool) -> None:
    """Print the approvals of one state, or all."""
    with session.opened():
        from shuke.foundation import cursors
        from shuke.rooms.org import facade as org
        from shuke.rooms.org.contracts import ApprovalState

        if state not in {*ApprovalState, "all"}:
            states = ", ".join([*ApprovalState, "all"])
            raise Refusal("unknown_state", f"There is no state {state}; there are {states}.", params={"states": states})
        chosen = None if state == "all" else ApprovalState(state)
        every = cursors.pages(lambda cursor: org.approvals_page(chosen, _PAGE, cursor))
        rows = [_told(approval) for page in every for approval in page.approvals]
        heads = (
            words("id", "编号"),
            words("what", "事项"),
            words("about", "对象"),
            words("asked by", "申请人"),
            words("state", "状态"),
        )
        cells = [(row["id"], row["kind"], row["subject"], row["requested_by"], _state(row["state"])) for row in rows]
        result(rows, table(heads, cells), as_json=as_json)


def show(id: str, *, as_json: bool) -> None:
    """Print one approval."""
    with session.opened():
        from shuke.rooms.org import facade as org

        _print(org.approval(_decode(id)), as_json=as_json)


def decide(id: str, comment: str, *, approve: bool, as_json: bool) -> None:
    """Approve or reject, and print what became of it."""
    with session.opened():
        from shuke.rooms.org import facade as org

        decided = org.decide_approval(_decode(id), approve=approve, comment=comment, actor=actor(), principal=None)
        _print(decided, as_json=as_json)


def _print(approval: "Approval", *, as_json: bool) -> None:
    told = _told(approval)
    lines = [f"{told['id']}  {told['kind']}  {told['subject']}  {_state(told['state'])}"]
    lines += [f"  {name}: {_value(value)}" for name, value in approval.summary.items()]
    lines += [f"  {line}" for line in _of_program(approval)]
    at = times.local(approval.requested_at)
    lines.append(words(f"  asked by {told['requested_by']} at {at}", f"  申请人 {told['requested_by']}，{at}"))
    if told["decided_by"]:
        decided = times.local(approval.decided_at) if approval.decided_at else None
        lines.append("  " + " · ".join(filter(None, (told["decided_by"], decided, approval.comment))))
    if approval.result:
        lines.append(f"  → {approval.result}")
    result(told, lines, as_json=as_json)


def _value(value: object) -> str:
    return f"{value['before']} → {value['after']}" if isinstance(value, dict) else str(value)


def _of_program(approval: "Approval") -> list[str]:
    """Return what a version that waits says otherwise, what that does, and what of it is above the terms."""
    if not approval.detail:
        return []
    from shuke.surfaces.wording import effect_words

    language, detail = words("en", "zh"), approval.detail
    meaning = [each[language] for each in detail["meaning"]] or [words("No change of meaning.", "含义无变化。")]
    return [*meaning, *effect_words.lines(detail, language), *(each[language] for each in detail["above"])]


def _told(approval: "Approval") -> dict[str, Any]:
    from shuke.foundation import ids
    from shuke.rooms.org.contracts import APPROVAL_PREFIX

    return {
        "id": ids.encode(APPROVAL_PREFIX, approval.id),
        "kind": approval.kind,
        "subject": approval.subject,
        "summary": dict(approval.summary),
        "detail": dict(approval.detail),
        "state": approval.state.value,
        "requested_by": approval.requested_by.label,
        "requested_at": approval.requested_at.isoformat(),
        "expires_at": approval.expires_at.isoformat(),
        "decided_by": approval.decided_by.label if approval.decided_by else None,
        "decided_at": approval.decided_at.isoformat() if approval.decided_at else None,
        "comment": approval.comment,
        "result": approval.result,
    }


def _state(state: str) -> str:
    return words(*_STATES[state])


def _decode(id: str) -> "UUID":
    from shuke.foundation import ids
    from shuke.rooms.org.contracts import APPROVAL_PREFIX

    return ids.decode(APPROVAL_PREFIX, id)
